"""Kernels that say where features stand, for evidence: the same lookups as scoring.

Places are bytes of the folded text, which has the bytes of the text it was made of.
"""

from __future__ import annotations

import numpy as np

from vectorclf import _kernels as k
from vectorclf import _layout as at
from vectorclf._intrinsics import pointer
from vectorclf._jit import kernel, part

_0, _1, _2, _3, _4 = (np.uint64(i) for i in range(5))
_6, _16, _32, _63 = (np.uint64(i) for i in (6, 16, 32, 63))
_NONE = np.uint64(0xFFFFFFFF)
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
_LOW = _NONE
_BLOCKS, _STRIDE = np.uint64(at.BLOCKS), np.uint64(at.BLOCK_STRIDE)


@part
def place_words(model, scratch, b, n, n_found):
    """List the word n-grams of the folded text with their places."""
    meta, b64 = model[0], model[1]
    smeta, s64, s32 = scratch[0], scratch[1], scratch[2]
    block = _BLOCKS + _STRIDE * b
    size, n_stop = meta[block + np.uint64(at.SIZE)], meta[block + np.uint64(at.N_STOP)]
    max_n = meta[block + np.uint64(at.MAX_N)]
    masks, flip = smeta[at.WORDS], _0
    if meta[block + np.uint64(at.TOKEN_CLASS)] != _0:
        masks, flip = smeta[at.SPACES], _ALL
    edges, ids = smeta[at.EDGES] << _1, smeta[at.IDS] << _1
    target = smeta[at.FOUND] << _1
    nodes = smeta[at.NODES]
    for m in range(_32):
        s64[nodes + m] = _NONE
    blocks = (n + _63) >> _6
    j = carry = n_edges = _0
    while True:
        n_edges, j, carry = k.next_edges(s64, s32, masks, flip, j, blocks, carry, edges, n_edges)
        if j == blocks and carry != _0:
            s32[edges + n_edges] = np.uint32(n)
            n_edges += _1
        for i in range(k.token_ids(model, scratch, block, n_edges)):
            word = np.uint64(s32[ids + i])
            place = s64[smeta[at.TOKENS] + i]
            start, end = place >> _32, (place >> _32) + (place & _LOW)
            if word - size < n_stop:
                continue
            if word < size:
                k.put_place(s32, target, n_found, word, start, end)
                n_found += _1
            for m in range(max_n - _1, _0, -1):
                before = nodes + np.uint64(m) - _1
                node = s64[before]
                if node != _NONE and word != _NONE:
                    node = k.find_pair(
                        b64, meta[block + np.uint64(at.PAIRS)],
                        meta[block + np.uint64(at.PAIRS_MASK)],
                        meta[block + np.uint64(at.KEYS)], node, word,
                    )  # fmt: skip
                    if node < size:
                        k.put_place(s32, target, n_found, node, s64[before + _16], end)
                        n_found += _1
                else:
                    node = _NONE
                s64[nodes + np.uint64(m)] = node
                s64[nodes + _16 + np.uint64(m)] = s64[before + _16]
            s64[nodes] = word
            s64[nodes + _16] = start
        if j == blocks:
            break
        s32[edges] = s32[edges + n_edges - _1]
        n_edges &= _1
    return n_found


@part
def place_padded_words(model, scratch, b, n, n_found):
    """List the character n-grams inside the words of the folded text with their places."""
    smeta, s64, s32, s8 = scratch[0], scratch[1], scratch[2], scratch[3]
    block = _BLOCKS + _STRIDE * b
    edges, text = smeta[at.EDGES] << _1, smeta[at.TEXT] << _3
    target = smeta[at.FOUND] << _1
    blocks = (n + _63) >> _6
    j = carry = n_edges = _0
    while True:
        n_edges, j, carry = k.next_edges(
            s64, s32, smeta[at.SPACES], _ALL, j, blocks, carry, edges, n_edges
        )
        if j == blocks and carry != _0:
            s32[edges + n_edges] = np.uint32(n)
            n_edges += _1
        for e in range(_0, n_edges >> _1):
            start = text + np.uint64(s32[edges + _2 * e])
            end = text + np.uint64(s32[edges + _2 * e + _1])
            before, after = s8[start - _1], s8[end]
            s8[start - _1] = s8[end] = np.uint8(32)
            first = n_found
            n_found = k.ngrams(
                model, scratch, block, start - _1, end + _1, at.PLACE, target, n_found, _0, _0
            )
            s8[start - _1], s8[end] = before, after
            for i in range(first, n_found):  # the padding is no part of the text
                i = target + _3 * i
                s32[i + _1] = max(np.uint64(s32[i + _1]), start)
                s32[i + _2] = min(np.uint64(s32[i + _2]), end)
        if j == blocks:
            break
        s32[edges] = s32[edges + n_edges - _1]
        n_edges &= _1
    return n_found


@part
def place_chars(model, scratch, b, n, n_found):
    """List the character n-grams of the folded text with their places."""
    smeta, s64, s32, s8 = scratch[0], scratch[1], scratch[2], scratch[3]
    target, origins = smeta[at.FOUND] << _1, smeta[at.ORIGINS] << _1
    text, squeezed = smeta[at.TEXT] << _3, smeta[at.TEXT2] << _3
    size = k.squeeze(scratch, n)
    p = q = _0  # walk both texts: a space made of several characters starts where they do
    while q < size:
        s32[origins + q] = np.uint32(text + p)
        is_run = s8[squeezed + q] == 32 and _is_space(s64, smeta, p)
        q += _1
        if is_run:
            p += k.char_length(s8[text + p])
            while p < n and _is_space(s64, smeta, p):
                p += k.char_length(s8[text + p])
        else:
            p += _1
    s32[origins + size] = np.uint32(text + n)
    first = n_found
    n_found = k.ngrams(
        model, scratch, _BLOCKS + _STRIDE * b, squeezed, squeezed + size, at.PLACE, target,
        n_found, _0, _0,
    )  # fmt: skip
    for i in range(first, n_found):
        i = target + _3 * i
        s32[i + _1] = s32[origins + np.uint64(s32[i + _1]) - squeezed]
        s32[i + _2] = s32[origins + np.uint64(s32[i + _2]) - squeezed]
    return n_found


@part
def _is_space(s64, smeta, p):
    return (s64[smeta[at.SPACES] + (p >> _6)] >> (p & _63)) & _1 != _0


@part
def share_block(model, scratch, b, first, end):
    """Count the places of one block, and sum the squares and sizes of its values."""
    meta = model[0]
    smeta, s64, s32, sf = scratch[0], scratch[1], scratch[2], scratch[4]
    block = _BLOCKS + _STRIDE * b
    base = meta[block + np.uint64(at.BASE)]
    counts = (smeta[at.COUNTS] << _1) + base + b
    touched = (smeta[at.TOUCHED] << _1) + base + b
    target = smeta[at.FOUND] << _1
    n_touched = _0
    for i in range(first, end):
        n_touched = k.count(s32, counts, touched, n_touched, np.uint64(s32[target + _3 * i]))
    sum_2 = sum_1 = 0.0
    for t in range(n_touched):
        feature = np.uint64(s32[touched + t])
        w = k.term_weight(model, block, base, feature, np.uint64(s32[counts + feature]))
        sum_2 += w * w
        sum_1 += abs(w)
    sf[smeta[at.SUMS] + _3 * b] = sum_2
    sf[smeta[at.SUMS] + _3 * b + _1] = sum_1
    s64[smeta[at.N_TOUCHED] + b] = n_touched


@kernel
def place_row(data, lo, hi, prepared, meta, blob, smeta, sblob, ids, places, shares):
    """Features of one text with their places and shares; -1 - status if it cannot be done.

    Parameters
    ----------
    data, meta, blob, smeta, sblob : as in `_kernels.score_rows`
    lo, hi : ndarray of shape (n_variants,) or (1,), int64
    ids : ndarray of shape (capacity,), int32
        Filled with internal ids over all blocks.
    places : ndarray of shape (capacity, 3), int32
        Filled with variant, start and end (bytes from `lo`).
    shares : ndarray of shape (capacity,), float64
    """
    model = k.views(meta, blob)
    scratch = k.views(smeta, sblob)
    s32, sf = scratch[2], scratch[4]
    text = smeta[at.TEXT] << _3
    target = smeta[at.FOUND] << _1
    n_found = _0
    for b in range(meta[at.N_BLOCKS]):
        block = _BLOCKS + _STRIDE * b
        variant = meta[block + np.uint64(at.VARIANT)] if prepared else _0
        start, n = np.uint64(lo[variant]), np.uint64(hi[variant] - lo[variant])
        lower = not prepared and meta[block + np.uint64(at.LOWER)] != _0
        status = k.fold(pointer(data), np.uint64(data.size), start, n, lower, model, scratch)
        if status != at.OK:
            k.forget_row(model, scratch)
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
            ids[i] = s32[target + _3 * i] + meta[block + np.uint64(at.BASE)]
            places[i, 0] = b
            places[i, 1] = np.uint64(s32[target + _3 * i + _1]) - text
            places[i, 2] = np.uint64(s32[target + _3 * i + _2]) - text
    k.scales(model, scratch)
    for i in range(n_found):
        b = np.uint64(places[i, 0])
        block = _BLOCKS + _STRIDE * b
        base = meta[block + np.uint64(at.BASE)]
        feature = np.uint64(ids[i]) - base
        c = np.uint64(s32[(smeta[at.COUNTS] << _1) + base + b + feature])
        w = k.term_weight(model, block, base, feature, c)
        shares[i] = w * sf[smeta[at.SUMS] + _3 * b + _2] / np.float64(c)
    k.forget_row(model, scratch)
    return np.int64(n_found)


@kernel
def count_unknown_rows(data, starts, ends, meta, blob, smeta, sblob, b, n_tokens, n_unknown):
    """Fill in how many tokens of word block `b` each slice has, and how many are unknown.

    Returns the row it stopped at for want of room, else their number. A slice that only
    Python can lower-case is counted as the kernel reads it.
    """
    model = k.views(meta, blob)
    scratch = k.views(smeta, sblob)
    s64, s32 = scratch[1], scratch[2]
    block = _BLOCKS + _STRIDE * np.uint64(b)
    lower = meta[block + np.uint64(at.LOWER)] != _0
    masks, flip = smeta[at.WORDS], _0
    if meta[block + np.uint64(at.TOKEN_CLASS)] != _0:
        masks, flip = smeta[at.SPACES], _ALL
    edges, ids = smeta[at.EDGES] << _1, smeta[at.IDS] << _1
    for row in range(np.uint64(starts.size)):
        lo, hi = np.uint64(starts[row]), np.uint64(ends[row])
        n_tokens[row] = n_unknown[row] = 0
        while lo < hi:
            end = k.window_end(pointer(data), lo, hi, smeta[at.CAP])
            if end == lo:
                return row
            n = end - lo
            k.fold(pointer(data), np.uint64(data.size), lo, n, lower, model, scratch)
            blocks = (n + _63) >> _6
            j = carry = n_edges = _0
            while True:
                n_edges, j, carry = k.next_edges(
                    s64, s32, masks, flip, j, blocks, carry, edges, n_edges
                )
                if j == blocks and carry != _0:
                    s32[edges + n_edges] = np.uint32(n)
                    n_edges += _1
                found = k.token_ids(model, scratch, block, n_edges)
                n_tokens[row] += found
                for i in range(found):
                    n_unknown[row] += s32[ids + i] == _NONE
                if j == blocks:
                    break
                s32[edges] = s32[edges + n_edges - _1]
                n_edges &= _1
            lo = end
    return np.uint64(starts.size)
