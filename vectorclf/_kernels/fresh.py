"""The n-grams and sums of words met for the first time."""

from __future__ import annotations

import numpy as np

from vectorclf import _layout as at
from vectorclf._intrinsics import load_u64, sum_rows
from vectorclf._jit import part
from vectorclf._kernels.counts import unit_of
from vectorclf._kernels.lists import N_IDS, keep_list, parts_of, shift_of
from vectorclf._kernels.ngrams import (
    find_grams,
    hash_grams,
    hash_wide_grams,
    ngrams,
)
from vectorclf._kernels.numbers import (
    BLOCKS,
    LOW,
    MAX_SUMMED,
    MEMO_LIST,
    STRIDE,
    n0,
    n1,
    n2,
    n3,
    n8,
    n16,
    n32,
)
from vectorclf._kernels.tables import has_nul, high_bits


@part
def fill_words(model, scratch, b, n_fresh):
    """Find the n-grams of the words just remembered, and what they add to every score.

    Many words at a time: first all hashes, then all lookups, then all sums, each asking for
    what the next reads.
    """
    meta, b32 = model[0], model[2]
    smeta, s64, s32, s8 = scratch[0], scratch[1], scratch[2], scratch[3]
    block = BLOCKS + STRIDE * b
    _, words, pool, state, sums = parts_of(meta, smeta, b)
    size, width = meta[block + np.uint64(at.SIZE)], meta[at.WIDTH]
    shift = shift_of(meta, b)
    coef = (meta[at.COEF] << n1) + meta[block + np.uint64(at.BASE)] * width
    has_table = meta[block + np.uint64(at.GRAMS_MASK)] != n0
    has_sums = unit_of(model, block) != 0.0
    fresh, listed = smeta[at.FRESH], smeta[at.LISTED] << n1
    i = n0
    while i < n_fresh:
        first = i
        n = n0
        while i < n_fresh and n <= MEMO_LIST:
            word, place = s64[fresh + n2 * i], s64[fresh + n2 * i + n1]
            p, length = place >> n32, place & LOW
            is_short = has_table
            high = n0
            for j in range(n0, length, n8):
                high |= high_bits(load_u64(s8, p + j), length - j)
                is_short &= not has_nul(load_u64(s8, p + j), length - j)
            # white space, perhaps of another kind, stands on both sides: make it spaces
            before, after = s8[p - n1], s8[p + length]
            s8[p - n1] = s8[p + length] = np.uint8(32)
            grams = n
            if not is_short:
                n += ngrams(
                    model, scratch, block, p - n1, p + length + n1, at.LIST, listed + n, n0, n0, n0
                )
            elif high == n0:
                n = hash_grams(model, scratch, block, p - n1, p + length + n1, n)
            else:
                n = hash_wide_grams(model, scratch, block, p - n1, p + length + n1, n)
            s64[fresh + n2 * i + n1] = (grams << n32) | (np.uint64(is_short) << n16) | (n - grams)
            s8[p - n1], s8[p + length] = before, after
            i += n1
        for j in range(first, i):
            word, grams = s64[fresh + n2 * j], s64[fresh + n2 * j + n1]
            start, found = grams >> n32, grams & N_IDS
            if (grams >> n16) & n1 != n0:
                found = find_grams(model, scratch, block, start, start + found, listed + start)
            keep_list(scratch, word, listed + start, found, size, shift, pool, state)
        if has_sums:
            for j in range(first, i):
                word = s64[fresh + n2 * j]
                n_ids = s64[word + n2] & N_IDS
                if n_ids <= MAX_SUMMED:
                    sum_rows(
                        s32, sums + ((word - words) >> n3) * width, b32, coef, width, s32,
                        listed + (s64[fresh + n2 * j + n1] >> n32), n_ids,
                    )  # fmt: skip
