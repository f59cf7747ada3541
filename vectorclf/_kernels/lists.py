"""Where what is remembered of words stands, and their lists of ids."""

from __future__ import annotations

import numpy as np

from vectorclf import _layout as at
from vectorclf._jit import inline, part
from vectorclf._kernels.numbers import (
    BLOCKS,
    MAX_SUMMED,
    MEMO_SLOTS,
    STRIDE,
    n1,
    n2,
    n3,
    n4,
    n7,
    n8,
    n16,
    n17,
    n32,
    n63,
)

N_IDS = np.uint64(0xFFFF)
MAX_SHORT = 65535
"""Features whose ids, and one more, have 16 bits."""


@inline
def parts_of(meta, smeta, b):
    """Where the block's slots (of 32 bits), words, pool, state and sums (32 bits) begin."""
    number = meta[BLOCKS + STRIDE * b + np.uint64(at.TOKEN_CLASS)]
    memo = smeta[at.MEMOS] + smeta[at.MEMO_STRIDE] * number
    words = memo + (MEMO_SLOTS >> n1)
    pool = words + (smeta[at.MEMO_CAP] << n3)
    state = memo + smeta[at.MEMO_STRIDE] - n8
    sums = (smeta[at.WORD_WEIGHTS] << n1) + number * smeta[at.MEMO_CAP] * meta[at.WIDTH]
    return memo << n1, words, pool, state, sums


@inline
def shift_of(meta, b):
    """Ids of the block in 8 bytes, as a shift: 4 of 16 bits, or 2 of 32."""
    size = meta[BLOCKS + STRIDE * b + np.uint64(at.SIZE)]
    return n2 if size <= MAX_SHORT else n1


@inline
def put_id(scratch, shift, place, feature):
    if shift == n2:
        scratch[7][place] = np.uint16(feature)
    else:
        scratch[2][place] = np.uint32(feature)


@part
def keep_list(scratch, word, listed, n, size, shift, pool, state):
    """Copy a word's list of ids to where it stays, filled up to eights."""
    s64, s32 = scratch[1], scratch[2]
    filled = (n + n7) & ~n7
    length = (s64[word + n2] >> n17) & n63
    place = (word + n4) << shift
    if length > n16 or filled > n4 << shift:
        place = (pool + s64[state + n1]) << shift
        s64[state + n1] += filled >> shift
    for i in range(n):
        put_id(scratch, shift, place + i, np.uint64(s32[listed + i]))
    for i in range(n, filled):
        put_id(scratch, shift, place + i, size)
    no_sums = np.uint64(n > MAX_SUMMED) << n16
    s64[word + n2] = (place << n32) | (length << n17) | no_sums | n


@inline
def list_ids(scratch, shift, place, n, listed):
    """Copy a word's ids to where lists of ids of 32 bits are."""
    for i in range(n):
        if shift == n2:
            scratch[2][listed + i] = np.uint32(scratch[7][place + i])
        else:
            scratch[2][listed + i] = scratch[2][place + i]
