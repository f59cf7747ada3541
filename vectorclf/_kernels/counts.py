"""Counts of features, and the list of those counted."""

from __future__ import annotations

import numpy as np

from vectorclf import _layout as at
from vectorclf._intrinsics import pointer, pointer_as
from vectorclf._jit import inline
from vectorclf._kernels.numbers import n1, n2, n3
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
        pointer_as(pointer(meta), np.float64),
    )  # fmt: skip


@inline
def unit_of(model, block):
    """Unit of the block's remembered sums, 0 if it has none."""
    return model[6][block + np.uint64(at.UNIT)]
