"""Rows of text scored: the way in."""

from __future__ import annotations

import numpy as np

from vectorclf import _layout as at
from vectorclf._intrinsics import pointer
from vectorclf._jit import inline, kernel, part
from vectorclf._kernels.counts import unit_of, views
from vectorclf._kernels.ngrams import count_chars
from vectorclf._kernels.numbers import BLOCKS, NONE, STRIDE, n0, n1, n32
from vectorclf._kernels.padded import count_padded_words
from vectorclf._kernels.scores import combine, scale_whole, score_block
from vectorclf._kernels.text import fold
from vectorclf._kernels.words import count_words


@part
def window_end(data, lo, hi, cap):
    """End of the window from `lo`: `hi`, or after the last white space within `cap` bytes."""
    if hi - lo <= cap:
        return hi
    end = lo + cap
    while end > lo and data[end - n1] != 32 and data[end - n1] != 10:
        end -= n1
    return end


@part
def forget_row(model, scratch):
    """Clear the counts of a row that was left half-way."""
    meta = model[0]
    smeta, s64, s32 = scratch[0], scratch[1], scratch[2]
    for b in range(meta[at.N_BLOCKS]):
        base = meta[BLOCKS + STRIDE * b + np.uint64(at.BASE)]
        touched = (smeta[at.TOUCHED] << n1) + base + b
        for t in range(s64[smeta[at.N_TOUCHED] + b]):
            s32[(smeta[at.COUNTS] << n1) + base + b + np.uint64(s32[touched + t])] = np.uint32(0)
        s64[smeta[at.N_TOUCHED] + b] = n0
        s64[smeta[at.IS_DIRECT] + b] = s64[smeta[at.NORMS] + b] = n0
        for j in range(meta[at.WIDTH]):
            scratch[4][smeta[at.WORD_SUMS] + meta[at.WIDTH] * b + j] = 0.0


@inline
def new_stamp(meta, smeta, s64):
    """Give the row a stamp that no count has; counts are cleared when stamps run out."""
    s64[smeta[at.STAMP]] += n1
    if s64[smeta[at.STAMP]] == 65536:
        s64[smeta[at.STAMP]] = n1
        for i in range(((meta[at.N_FEATURES] + meta[at.N_BLOCKS]) >> n1) + n1):
            s64[smeta[at.STAMPED] + i] = n0


@part
def count_row(data, data_size, starts, ends, row, prepared, model, scratch):
    """Count the features of one row in all blocks; what became of it."""
    meta = model[0]
    smeta, s64 = scratch[0], scratch[1]
    n_blocks = meta[at.N_BLOCKS]
    for i in range(n32 * n_blocks):
        s64[smeta[at.NODES] + i] = NONE
    new_stamp(meta, smeta, s64)
    for variant in range(meta[at.N_VARIANTS]):
        place = row * meta[at.N_VARIANTS] + variant if prepared else row
        lo, hi = np.uint64(starts[place]), np.uint64(ends[place])
        cap = smeta[at.CAP]
        lower = False
        whole = False
        for b in range(n_blocks):
            block = BLOCKS + STRIDE * b
            if meta[block + np.uint64(at.VARIANT)] == variant:
                lower = not prepared and meta[block + np.uint64(at.LOWER)] != n0
                whole |= meta[block + np.uint64(at.KIND)] == at.CHAR
                is_short = hi - lo < meta[block + np.uint64(at.WHOLE_BYTES)]
                s64[smeta[at.IS_WHOLE] + b] = np.uint64(is_short)
        if whole and hi - lo > cap:
            return at.NEED
        while lo < hi:
            end = window_end(data, lo, hi, cap)
            if end == lo:
                return at.NEED
            status = fold(data, data_size, lo, end - lo, lower, model, scratch)
            if status != at.OK:
                return status
            for b in range(n_blocks):
                block = BLOCKS + STRIDE * b
                if meta[block + np.uint64(at.VARIANT)] == variant:
                    kind = meta[block + np.uint64(at.KIND)]
                    if meta[block + np.uint64(at.IS_HEIR)] != n0:
                        continue  # counted with the block it takes its tokens from
                    if kind == at.WORD:
                        count_words(model, scratch, b, end - lo)
                    elif kind == at.CHAR_WB:
                        count_padded_words(model, scratch, b, end - lo)
                    else:
                        count_chars(model, scratch, b, end - lo)
            lo = end
    return at.OK


@kernel
def score_rows(data, starts, ends, prepared, meta, blob, smeta, sblob, out, statuses, first):
    """Score byte slices of `data`; the row it stopped at for want of room, else their number.

    Parameters
    ----------
    data : ndarray of uint8, UTF-8
    starts, ends : ndarray of shape (n_rows,) or (n_rows * n_variants,), int64
    prepared : bool
        Whether Python has lower-cased the texts, one variant a way of doing it.
    meta, blob : the model, see `_layout` and `_index`
    smeta, sblob : the scratch of this thread
    out : ndarray of shape (n_rows, n_labels), float64
    statuses : ndarray of shape (n_rows,), uint8
        Filled with `_layout.OK`, ODD or INVALID.
    first : int
        Row to begin with.
    """
    model = views(meta, blob)
    scratch = views(smeta, sblob)
    s64 = scratch[1]
    scores = pointer(out)
    for row in range(np.uint64(first), np.uint64(statuses.size)):
        status = count_row(
            pointer(data), np.uint64(data.size), pointer(starts), pointer(ends), row, prepared,
            model, scratch,
        )  # fmt: skip
        statuses[row] = status
        if status != at.OK:
            forget_row(model, scratch)
            if status == at.NEED:
                return row
            continue
        for b in range(np.uint64(meta[at.N_BLOCKS])):
            if s64[smeta[at.IS_WHOLE] + b] != n0:
                scale_whole(model, scratch, b)
            elif unit_of(model, BLOCKS + STRIDE * b) != 0.0:
                score_block(
                    model, scratch, b, model[2], meta[at.COEF] << n1, scratch[4],
                    smeta[at.WEIGHTS],
                )  # fmt: skip
            elif meta[at.IS_DOUBLE] != n0:
                score_block(
                    model, scratch, b, model[4], meta[at.COEF], scratch[4], smeta[at.WEIGHTS]
                )
            else:
                score_block(
                    model, scratch, b, model[5], meta[at.COEF] << n1, scratch[5],
                    smeta[at.WEIGHTS] << n1,
                )  # fmt: skip
        combine(model, scratch, scores, row)
    return np.uint64(statuses.size)
