"""Kernels that say where features stand, for evidence: the same lookups as scoring.

Places are bytes of the folded text, which has the bytes of the text it was made of.
"""

from __future__ import annotations

import numpy as np

from vectorclf import _layout as at
from vectorclf._intrinsics import pointer
from vectorclf._jit import kernel, part
from vectorclf._kernels.counts import count, put_place, views
from vectorclf._kernels.ngrams import ngrams, squeeze
from vectorclf._kernels.numbers import (
    ALL,
    BLOCKS,
    LOW,
    NONE,
    STRIDE,
    n0,
    n1,
    n2,
    n3,
    n6,
    n16,
    n32,
    n63,
)
from vectorclf._kernels.rows import forget_row, window_end
from vectorclf._kernels.scores import scales, term_weight
from vectorclf._kernels.tables import find_pair
from vectorclf._kernels.text import char_length, fold, next_edges
from vectorclf._kernels.tokens import token_ids


@part
def place_pair(model, scratch, block, before, word, end, n_found):
    """Id of the n-gram that a word makes of the one noted at `before`, or none; listed if known."""
    meta, b64 = model[0], model[1]
    smeta, s64, s32 = scratch[0], scratch[1], scratch[2]
    if s64[before] == NONE or word == NONE:
        return NONE, n_found
    node = find_pair(
        b64, meta[block + np.uint64(at.PAIRS)], meta[block + np.uint64(at.PAIRS_MASK)],
        meta[block + np.uint64(at.KEYS)], meta[block + np.uint64(at.PAIR_BITS)], s64[before], word,
    )  # fmt: skip
    if node < meta[block + np.uint64(at.SIZE)]:
        put_place(s32, smeta[at.FOUND] << n1, n_found, node, s64[before + n16], end)
        n_found += n1
    return node, n_found


@part
def place_words(model, scratch, b, n, n_found):
    """List the word n-grams of the folded text with their places."""
    meta = model[0]
    smeta, s64, s32 = scratch[0], scratch[1], scratch[2]
    block = BLOCKS + STRIDE * b
    size, n_stop = meta[block + np.uint64(at.SIZE)], meta[block + np.uint64(at.N_STOP)]
    max_n = meta[block + np.uint64(at.MAX_N)]
    skips = meta[block + np.uint64(at.MAX_SKIP)] != n0
    masks, flip = smeta[at.WORDS], n0
    if meta[block + np.uint64(at.TOKEN_CLASS)] != n0:
        masks, flip = smeta[at.SPACES], ALL
    edges, ids = smeta[at.EDGES] << n1, smeta[at.IDS] << n1
    target = smeta[at.FOUND] << n1
    nodes = smeta[at.NODES]
    for m in range(n32):
        s64[nodes + m] = NONE
    blocks = (n + n63) >> n6
    j = carry = n_edges = n0
    while True:
        n_edges, j, carry = next_edges(s64, s32, masks, flip, j, blocks, carry, edges, n_edges)
        if j == blocks and carry != n0:
            s32[edges + n_edges] = np.uint32(n)
            n_edges += n1
        for i in range(token_ids(model, scratch, block, n_edges)):
            word = np.uint64(s32[ids + i])
            place = s64[smeta[at.TOKENS] + i]
            start, end = place >> n32, (place >> n32) + (place & LOW)
            if word - size < n_stop:
                continue
            if word < size:
                put_place(s32, target, n_found, word, start, end)
                n_found += n1
            for m in range(max_n - n1, n0, -1):
                before = nodes + np.uint64(m) - n1
                node, n_found = place_pair(model, scratch, block, before, word, end, n_found)
                s64[nodes + np.uint64(m)] = node
                s64[nodes + n16 + np.uint64(m)] = s64[before + n16]
            if skips:  # the word before the previous one is noted where longer chains would be
                before = nodes + n2
                _, n_found = place_pair(model, scratch, block, before, word, end, n_found)
                s64[before], s64[before + n16] = s64[nodes], s64[nodes + n16]
            s64[nodes] = word
            s64[nodes + n16] = start
        if j == blocks:
            break
        s32[edges] = s32[edges + n_edges - n1]
        n_edges &= n1
    return n_found


@part
def place_padded_words(model, scratch, b, n, n_found):
    """List the character n-grams inside the words of the folded text with their places."""
    smeta, s64, s32, s8 = scratch[0], scratch[1], scratch[2], scratch[3]
    block = BLOCKS + STRIDE * b
    edges, text = smeta[at.EDGES] << n1, smeta[at.TEXT] << n3
    target = smeta[at.FOUND] << n1
    blocks = (n + n63) >> n6
    j = carry = n_edges = n0
    while True:
        n_edges, j, carry = next_edges(
            s64, s32, smeta[at.SPACES], ALL, j, blocks, carry, edges, n_edges
        )
        if j == blocks and carry != n0:
            s32[edges + n_edges] = np.uint32(n)
            n_edges += n1
        for e in range(n0, n_edges >> n1):
            start = text + np.uint64(s32[edges + n2 * e])
            end = text + np.uint64(s32[edges + n2 * e + n1])
            before, after = s8[start - n1], s8[end]
            s8[start - n1] = s8[end] = np.uint8(32)
            first = n_found
            n_found = ngrams(
                model, scratch, block, start - n1, end + n1, at.PLACE, target, n_found, n0, n0
            )
            s8[start - n1], s8[end] = before, after
            for i in range(first, n_found):  # the padding is no part of the text
                i = target + n3 * i
                s32[i + n1] = max(np.uint64(s32[i + n1]), start)
                s32[i + n2] = min(np.uint64(s32[i + n2]), end)
        if j == blocks:
            break
        s32[edges] = s32[edges + n_edges - n1]
        n_edges &= n1
    return n_found


@part
def place_chars(model, scratch, b, n, n_found):
    """List the character n-grams of the folded text with their places."""
    smeta, s64, s32, s8 = scratch[0], scratch[1], scratch[2], scratch[3]
    target, origins = smeta[at.FOUND] << n1, smeta[at.ORIGINS] << n1
    text, squeezed = smeta[at.TEXT] << n3, smeta[at.TEXT2] << n3
    size = squeeze(scratch, n)
    p = q = n0  # walk both texts: a space made of several characters starts where they do
    while q < size:
        s32[origins + q] = np.uint32(text + p)
        is_run = s8[squeezed + q] == 32 and _is_space(s64, smeta, p)
        q += n1
        if is_run:
            p += char_length(s8[text + p])
            while p < n and _is_space(s64, smeta, p):
                p += char_length(s8[text + p])
        else:
            p += n1
    s32[origins + size] = np.uint32(text + n)
    first = n_found
    n_found = ngrams(
        model, scratch, BLOCKS + STRIDE * b, squeezed, squeezed + size, at.PLACE, target,
        n_found, n0, n0,
    )  # fmt: skip
    for i in range(first, n_found):
        i = target + n3 * i
        s32[i + n1] = s32[origins + np.uint64(s32[i + n1]) - squeezed]
        s32[i + n2] = s32[origins + np.uint64(s32[i + n2]) - squeezed]
    return n_found


@part
def _is_space(s64, smeta, p):
    return (s64[smeta[at.SPACES] + (p >> n6)] >> (p & n63)) & n1 != n0


@part
def share_block(model, scratch, b, first, end):
    """Count the places of one block, and sum the squares and sizes of its values."""
    meta = model[0]
    smeta, s64, s32, sf = scratch[0], scratch[1], scratch[2], scratch[4]
    block = BLOCKS + STRIDE * b
    base = meta[block + np.uint64(at.BASE)]
    counts = (smeta[at.COUNTS] << n1) + base + b
    touched = (smeta[at.TOUCHED] << n1) + base + b
    target = smeta[at.FOUND] << n1
    n_touched = n0
    for i in range(first, end):
        n_touched = count(s32, counts, touched, n_touched, np.uint64(s32[target + n3 * i]))
    sum_2 = sum_1 = 0.0
    for t in range(n_touched):
        feature = np.uint64(s32[touched + t])
        w = term_weight(model, block, base, feature, np.uint64(s32[counts + feature]))
        sum_2 += w * w
        sum_1 += abs(w)
    sf[smeta[at.SUMS] + n3 * b] = sum_2
    sf[smeta[at.SUMS] + n3 * b + n1] = sum_1
    s64[smeta[at.N_TOUCHED] + b] = n_touched


@kernel
def place_row(data, lo, hi, prepared, meta, blob, smeta, sblob, ids, places, shares):
    """Features of one text with their places and shares; -1 - status if it cannot be done.

    Parameters
    ----------
    data, meta, blob, smeta, sblob : as in `rows.score_rows`
    lo, hi : ndarray of shape (n_variants,) or (1,), int64
    ids : ndarray of shape (capacity,), int32
        Filled with internal ids over all blocks.
    places : ndarray of shape (capacity, 3), int32
        Filled with variant, start and end (bytes from `lo`).
    shares : ndarray of shape (capacity,), float64
    """
    model = views(meta, blob)
    scratch = views(smeta, sblob)
    s32, sf = scratch[2], scratch[4]
    text = smeta[at.TEXT] << n3
    target = smeta[at.FOUND] << n1
    n_found = n0
    for b in range(meta[at.N_BLOCKS]):
        block = BLOCKS + STRIDE * b
        variant = meta[block + np.uint64(at.VARIANT)] if prepared else n0
        start, n = np.uint64(lo[variant]), np.uint64(hi[variant] - lo[variant])
        lower = not prepared and meta[block + np.uint64(at.LOWER)] != n0
        status = fold(pointer(data), np.uint64(data.size), start, n, lower, model, scratch)
        if status != at.OK:
            forget_row(model, scratch)
            return -1 - status
        first = n_found
        kind = meta[block + np.uint64(at.KIND)]
        if kind == at.WORD:
            n_found = place_words(model, scratch, b, n, n_found)
        elif kind == at.CHAR_WB:
            n_found = place_padded_words(model, scratch, b, n, n_found)
        else:
            n_found = place_chars(model, scratch, b, n, n_found)
        share_block(model, scratch, b, first, n_found)
        for i in range(first, n_found):
            ids[i] = s32[target + n3 * i] + meta[block + np.uint64(at.BASE)]
            places[i, 0] = b
            places[i, 1] = np.uint64(s32[target + n3 * i + n1]) - text
            places[i, 2] = np.uint64(s32[target + n3 * i + n2]) - text
    scales(model, scratch)
    for i in range(n_found):
        b = np.uint64(places[i, 0])
        block = BLOCKS + STRIDE * b
        base = meta[block + np.uint64(at.BASE)]
        feature = np.uint64(ids[i]) - base
        c = np.uint64(s32[(smeta[at.COUNTS] << n1) + base + b + feature])
        w = term_weight(model, block, base, feature, c)
        shares[i] = w * sf[smeta[at.SUMS] + n3 * b + n2] / np.float64(c)
    forget_row(model, scratch)
    return np.int64(n_found)


@kernel
def count_unknown_rows(data, starts, ends, meta, blob, smeta, sblob, b, n_tokens, n_unknown):
    """Fill in how many tokens of word block `b` each slice has, and how many are unknown.

    Returns the row it stopped at for want of room, else their number. A slice that only
    Python can lower-case is counted as the kernel reads it.
    """
    model = views(meta, blob)
    scratch = views(smeta, sblob)
    s64, s32 = scratch[1], scratch[2]
    block = BLOCKS + STRIDE * np.uint64(b)
    lower = meta[block + np.uint64(at.LOWER)] != n0
    masks, flip = smeta[at.WORDS], n0
    if meta[block + np.uint64(at.TOKEN_CLASS)] != n0:
        masks, flip = smeta[at.SPACES], ALL
    edges, ids = smeta[at.EDGES] << n1, smeta[at.IDS] << n1
    for row in range(np.uint64(starts.size)):
        lo, hi = np.uint64(starts[row]), np.uint64(ends[row])
        n_tokens[row] = n_unknown[row] = 0
        while lo < hi:
            end = window_end(pointer(data), lo, hi, smeta[at.CAP])
            if end == lo:
                return row
            n = end - lo
            fold(pointer(data), np.uint64(data.size), lo, n, lower, model, scratch)
            blocks = (n + n63) >> n6
            j = carry = n_edges = n0
            while True:
                n_edges, j, carry = next_edges(
                    s64, s32, masks, flip, j, blocks, carry, edges, n_edges
                )
                if j == blocks and carry != n0:
                    s32[edges + n_edges] = np.uint32(n)
                    n_edges += n1
                found = token_ids(model, scratch, block, n_edges)
                n_tokens[row] += found
                for i in range(found):
                    n_unknown[row] += s32[ids + i] == NONE
                if j == blocks:
                    break
                s32[edges] = s32[edges + n_edges - n1]
                n_edges &= n1
            lo = end
    return np.uint64(starts.size)
