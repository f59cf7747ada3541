"""Numbers of the kernels, typed: Numba makes a float of uint64 and int together."""

import numpy as np

from vectorclf import _layout as at
from vectorclf import _unicode

n0, n1, n2, n3, n4, n5 = (np.uint64(i) for i in range(6))
n6, n7, n8, n16, n17, n32 = (np.uint64(i) for i in (6, 7, 8, 16, 17, 32))
n63, n64, n128, n255 = (np.uint64(i) for i in (63, 64, 128, 255))
ALL, LOW = np.uint64(0xFFFFFFFFFFFFFFFF), np.uint64(0xFFFFFFFF)
NONE = LOW
K0 = np.uint64(0x9E3779B97F4A7C15)
K1 = np.uint64(0xC2B2AE3D27D4EB4F)
K2 = np.uint64(0xD6E8FEB86659FD93)
IS_WORD, IS_SPACE, IS_ODD = (
    np.uint32(_unicode.WORD),
    np.uint32(_unicode.SPACE),
    np.uint32(_unicode.ODD),
)
EDGES_CAP = np.uint64(at.EDGES_CAP)
BLOCKS, STRIDE = np.uint64(at.BLOCKS), np.uint64(at.BLOCK_STRIDE)
MEMO_SLOTS, MEMO_BYTES = np.uint64(at.MEMO_SLOTS), np.uint64(at.MEMO_BYTES)
MEMO_LIST, MEMO_POOL = np.uint64(at.MEMO_LIST), np.uint64(at.MEMO_POOL)
MAX_SUMMED = np.uint64(at.MAX_SUMMED)
GROUP = np.uint64(at.GROUP)
TF_SIZE = np.uint64(at.TF_SIZE)
MAX_PAIR_BITS = np.uint64(at.MAX_PAIR_BITS)
