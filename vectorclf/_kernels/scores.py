"""Weights of terms, rows of coefficients, norms: counts made scores."""

from __future__ import annotations

import math

import numpy as np

from vectorclf import _layout as at
from vectorclf._intrinsics import accumulate, prefetch
from vectorclf._jit import inline, part
from vectorclf._kernels.counts import unit_of
from vectorclf._kernels.numbers import BLOCKS, GROUP, STRIDE, TF_SIZE, n0, n1, n2, n3, n4, n16
from vectorclf._kernels.tables import is_zero


@part
def term_frequency(model, block, c):
    """What a count too large for the table is worth."""
    mode = model[0][block + np.uint64(at.TF_MODE)]
    if mode == at.RAW:
        return np.float64(c)
    if mode == at.BINARY:
        return 1.0
    return 1.0 + math.log(np.float64(c))


@inline
def term_weight(model, block, base, feature, c):
    """tf times idf of a feature that was counted `c` times."""
    meta, bf = model[0], model[4]
    tf = bf[meta[block + np.uint64(at.TF)] + c] if c < TF_SIZE else term_frequency(model, block, c)
    return tf * bf[meta[at.IDF] + base + feature]


@part
def score_block(model, scratch, b, coef, coef_at, weights, weights_at):
    """Add the weighted rows of the touched features up; clear their counts.

    First all weights, asking for the rows, then all rows. Of a block with a unit the rows
    are whole numbers of it, idf included, and the words' sums are those of their n-grams;
    what is left to add is what tf makes of those that came more than once.
    """
    meta, bf = model[0], model[4]
    smeta, s64, s32, sf = scratch[0], scratch[1], scratch[2], scratch[4]
    block = BLOCKS + STRIDE * b
    base = meta[block + np.uint64(at.BASE)]
    counts = (smeta[at.COUNTS] << n1) + base + b
    touched = (smeta[at.TOUCHED] << n1) + base + b
    n_touched = s64[smeta[at.N_TOUCHED] + b]
    width = meta[at.WIDTH]
    acc, sums = smeta[at.ACC] + width * b, smeta[at.WORD_SUMS] + width * b
    rows = smeta[at.ROWS] << n1
    unit = unit_of(model, block)
    is_summed = (unit != 0.0) & (s64[smeta[at.IS_DIRECT] + b] == n0)
    for j in range(width):
        sf[acc + j] = unit * sf[sums + j] if is_summed else 0.0
        sf[sums + j] = 0.0
    s64[smeta[at.IS_DIRECT] + b] = n0
    idf = meta[at.IDF] + base
    tf, is_raw = meta[block + np.uint64(at.TF)], meta[block + np.uint64(at.TF_MODE)] == at.RAW
    has_l1 = meta[at.HAS_L1] != n0
    sum_2 = sum_1 = 0.0
    for first in range(n0, n_touched, GROUP):
        some = min(n_touched - first, GROUP)
        n = n0
        for i in range(some):
            feature = np.uint64(s32[touched + first + i])
            c = np.uint64(s32[counts + feature])
            s32[counts + feature] = np.uint32(0)
            weight = bf[tf + c] if c < TF_SIZE else term_frequency(model, block, c)
            w = weight * (
                bf[idf + feature]
                if unit != 0.0
                else np.float64(coef[coef_at + (base + feature) * width + width - n1])
            )
            sum_2 += w * w
            if has_l1:
                sum_1 += abs(w)
            if is_summed & is_raw:
                continue
            is_in = n1
            if is_summed:
                weight -= np.float64(c)
                is_in = is_zero(c - n1) ^ n1
            if is_in != n0:
                for lane in range(n0, width, n16):
                    prefetch(coef, coef_at + (base + feature) * width + lane)
            s32[rows + n] = np.uint32(base + feature)
            weights[weights_at + n] = weight * unit if unit != 0.0 else w
            n += is_in
        accumulate(sf, acc, coef, coef_at, width, s32, rows, weights, weights_at, n)
    sf[smeta[at.SUMS] + n3 * b] = sum_2
    sf[smeta[at.SUMS] + n3 * b + n1] = sum_1
    s64[smeta[at.N_TOUCHED] + b] = n0


@inline
def scale_whole(model, scratch, b):
    """The block's sums and sum of squares, of a row counted in whole units."""
    meta = model[0]
    smeta, s64, sf = scratch[0], scratch[1], scratch[4]
    block = BLOCKS + STRIDE * b
    width, unit = meta[at.WIDTH], unit_of(model, block)
    acc, sums = smeta[at.ACC] + width * b, smeta[at.WORD_SUMS] + width * b
    for j in range(width):
        sf[acc + j] = unit * sf[sums + j]
        sf[sums + j] = 0.0
    square_unit = model[6][block + np.uint64(at.SQUARE_UNIT)]
    sf[smeta[at.SUMS] + n3 * b] = np.float64(s64[smeta[at.NORMS] + b]) * square_unit
    s64[smeta[at.NORMS] + b] = n0


@inline
def scales(model, scratch):
    """What every block's values are multiplied by: norms, pivots and weights, in order."""
    meta, b64, bf = model[0], model[1], model[4]
    smeta, sf = scratch[0], scratch[4]
    sums = smeta[at.SUMS]
    for b in range(meta[at.N_BLOCKS]):
        sf[sums + n3 * b + n2] = 1.0
    for i in range(meta[at.N_OPS]):
        op = meta[at.OPS] + n4 * i
        code, first, end, parameter = b64[op], b64[op + n1], b64[op + n2], bf[op + n3]
        factor = parameter
        if code != at.WEIGHT:
            total = 0.0
            for b in range(first, end):
                scale = sf[sums + n3 * b + n2]
                if code == at.NORM_L1:
                    total += abs(scale) * sf[sums + n3 * b + n1]
                else:
                    total += scale * scale * sf[sums + n3 * b]
            if total == 0.0:
                continue
            if code == at.NORM_L1:
                factor = 1.0 / total
            elif code == at.NORM_L2:
                factor = 1.0 / math.sqrt(total)
            else:
                factor = math.exp(-0.5 * parameter * math.log(total))  # quicker than a power
        for b in range(first, end):
            sf[sums + n3 * b + n2] *= factor


@inline
def combine(model, scratch, out, row):
    """The row's scores: intercept plus every block's sum times its scale."""
    meta, bf = model[0], model[4]
    smeta, sf = scratch[0], scratch[4]
    scales(model, scratch)
    width, n_labels, intercept = meta[at.WIDTH], meta[at.N_LABELS], meta[at.INTERCEPT]
    place = row * n_labels
    for b in range(meta[at.N_BLOCKS]):
        scale = sf[smeta[at.SUMS] + n3 * b + n2]
        start = smeta[at.ACC] + width * b
        if b == n0:
            for j in range(n_labels):
                out[place + j] = bf[intercept + j] + scale * sf[start + j]
        else:
            for j in range(n_labels):
                out[place + j] += scale * sf[start + j]
