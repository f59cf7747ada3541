"""Counts of features, and the list of those counted."""

from __future__ import annotations

import numpy as np

from vectorclf import _layout as at
from vectorclf._intrinsics import accumulate, pointer, pointer_as
from vectorclf._jit import inline, part
from vectorclf._kernels.numbers import BLOCKS, GROUP, STRIDE, n0, n1, n2, n3, n7, n8, n16
from vectorclf._kernels.tables import is_zero


@inline
def count(s32, counts, touched, n_touched, feature):
    """One more of `feature`; branchless, since whether it is new cannot be guessed."""
    c = s32[counts + feature]
    s32[touched + n_touched] = np.uint32(feature)
    s32[counts + feature] = c + np.uint32(1)
    return n_touched + is_zero(np.uint64(c))


@inline
def count_if_known(s32, counts, touched, n_touched, feature, size):
    """`count` if `feature` < `size`; others share the spare count after the last one's."""
    place = min(feature, size)
    c = s32[counts + place]
    s32[touched + n_touched] = np.uint32(place)
    s32[counts + place] = c + np.uint32(1)
    return n_touched + (is_zero(np.uint64(c)) & (n1 ^ is_zero(size - place)))


@inline
def square(ids, s32, b32, stamped, squares, stamp, first, end, times):
    """Count each of a list `times` times more; what the sum of squares grows by.

    A count is what is above the row's own stamp: nothing is ever cleared, for stamps only
    grow. Lists are filled up to eights with the feature after the last one, which weighs
    nothing: how often a loop turns cannot be guessed. (c + t)^2 - c^2 = (2 c + t) t.
    """
    grown = n0
    less = times - stamp - stamp
    for start in range(first, end, n8):
        for i in range(start, start + n8):
            feature = np.uint64(ids[i])
            c = max(np.uint64(s32[stamped + feature]), stamp)
            s32[stamped + feature] = np.uint32(c + times)
            grown += (c + c + less) * np.uint64(b32[squares + feature])
    return grown * times


@part
def add_listed(model, scratch, block, first, n, times):
    """Count `n` listed features in whole units, and add their rows; they have no sum."""
    meta, b32 = model[0], model[2]
    smeta, s64, s32, sf = scratch[0], scratch[1], scratch[2], scratch[4]
    b = (block - BLOCKS) // STRIDE
    base, size, width = (
        meta[block + np.uint64(at.BASE)],
        meta[block + np.uint64(at.SIZE)],
        meta[at.WIDTH],
    )
    end = first + n
    while (end - first) & n7 != n0:
        s32[end] = np.uint32(size)
        end += n1
    s64[smeta[at.NORMS] + b] += square(
        s32, s32, b32, (smeta[at.STAMPED] << n1) + base + b,
        meta[block + np.uint64(at.SQUARES)] << n1, s64[smeta[at.STAMP]] << n16, first, end, times,
    )  # fmt: skip
    rows, weights = (smeta[at.ROWS] << n1) + GROUP, smeta[at.WEIGHTS] + GROUP
    for start in range(first, first + n, GROUP):
        some = min(first + n - start, GROUP)
        for i in range(some):
            s32[rows + i] = np.uint32(base + np.uint64(s32[start + i]))
            sf[weights + i] = np.float64(times)
        accumulate(
            sf, smeta[at.WORD_SUMS] + width * b, b32, meta[at.COEF] << n1, width, s32, rows, sf,
            weights, some,
        )  # fmt: skip


@inline
def put_place(s32, target, n_found, feature, p, q):
    """Note that `feature` stands in bytes `p` to `q` of the scratch."""
    s32[target + n3 * n_found] = np.uint32(feature)
    s32[target + n3 * n_found + n1] = np.uint32(p)
    s32[target + n3 * n_found + n2] = np.uint32(q)


@inline
def views(meta, words):
    """The same memory as pointers to numbers of several types, and `meta` as two."""
    numbers = pointer(words)
    return (
        pointer(meta), numbers, pointer_as(numbers, np.uint32), pointer_as(numbers, np.uint8),
        pointer_as(numbers, np.float64), pointer_as(numbers, np.float32),
        pointer_as(pointer(meta), np.float64), pointer_as(numbers, np.uint16),
    )  # fmt: skip


@inline
def unit_of(model, block):
    """Unit of the block's remembered sums, 0 if it has none."""
    return model[6][block + np.uint64(at.UNIT)]
