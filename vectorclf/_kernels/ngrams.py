"""Character n-grams of a stretch of text."""

from __future__ import annotations

import numpy as np

from vectorclf import _layout as at
from vectorclf._intrinsics import load_u64, prefetch
from vectorclf._jit import inline, part
from vectorclf._kernels.counts import count, put_place
from vectorclf._kernels.numbers import (
    BLOCKS,
    K0,
    K1,
    K2,
    LOW,
    STRIDE,
    n0,
    n1,
    n2,
    n3,
    n6,
    n32,
    n63,
    n255,
)
from vectorclf._kernels.tables import find, find_quickly, first_bytes, is_zero, probe
from vectorclf._kernels.text import char_length


@inline
def emit(model, scratch, block, p, q, mode, target, n_found, counts, touched):
    """One n-gram: into the counts, or its id, or its id and place, to the list at `target`."""
    s32, s8 = scratch[2], scratch[3]
    number = find_quickly(model, block, s8, p, q - p)
    if mode == at.LIST:
        s32[target + n_found] = np.uint32(number - n1)
        return n_found + (is_zero(number) ^ n1)
    if number == n0:
        return n_found
    if mode == at.COUNT:
        return count(s32, counts, touched, n_found, number - n1)
    put_place(s32, target, n_found, number - n1, p, q)
    return n_found + n1


@part
def ngrams(model, scratch, block, start, end, mode, target, n_found, counts, touched):
    """Character n-grams of bytes `start` to `end` of the scratch, as scikit-learn has them.

    Text shorter than n characters has, inside word boundaries, one "n-gram", itself; and
    a length that fits once ends the matter.
    """
    s8 = scratch[3]
    meta = model[0]
    within_words = meta[block + np.uint64(at.KIND)] == at.CHAR_WB
    for n in range(meta[block + np.uint64(at.MIN_N)], meta[block + np.uint64(at.MAX_N)] + n1):
        p = q = start
        size = n0
        while size < n and q < end:
            q += char_length(s8[q])
            size += n1
        if (size < n and not within_words) or size == n0:
            break
        n_found = emit(model, scratch, block, p, q, mode, target, n_found, counts, touched)
        if q == end:
            break
        while q < end:
            p += char_length(s8[p])
            q += char_length(s8[q])
            n_found = emit(model, scratch, block, p, q, mode, target, n_found, counts, touched)
    return n_found


@part
def list_short_ngrams(model, scratch, block, start, end, target):
    """List the n-grams of a padded ASCII word, of at most 8 bytes each: the common case.

    All hashes first, then all lookups; the order is that of `ngrams`.
    """
    meta, b64 = model[0], model[1]
    smeta, s64, s32, s8 = scratch[0], scratch[1], scratch[2], scratch[3]
    table, mask = meta[block + np.uint64(at.TABLE)], meta[block + np.uint64(at.TABLE_MASK)]
    records = meta[block + np.uint64(at.RECORDS)] - n2
    grams = smeta[at.GRAMS]
    n = n0
    length = end - start
    for size in range(meta[block + np.uint64(at.MIN_N)], meta[block + np.uint64(at.MAX_N)] + n1):
        size = min(size, length)
        first = first_bytes(size)
        tail = size * K2
        for p in range(start, end - size + n1):
            k0 = load_u64(s8, p) & first
            h = (k0 ^ tail) * K0
            h = (h ^ (h >> n32)) * K1
            h ^= h >> n32
            h = (h & np.uint64(0xFFFFFF00FFFFFFFF)) | (size << n32)
            prefetch(b64, table + (h & mask))
            s64[grams + n] = h
            s64[grams + n + n1] = k0
            n += n2
        if size == length:
            break
    n_found = n0
    for i in range(n0, n, n2):
        h, k0 = s64[grams + i], s64[grams + i + n1]
        entry, doubts = probe(b64, table, mask, h, h >> n32)
        number = entry & LOW
        record = records + (number << n1)
        doubts |= ((b64[record] ^ k0) | b64[record + n1]) & (is_zero(number) - n1)
        if doubts != n0:
            size = (h >> n32) & n255
            number = find_doubtful(model, block, k0, size)
        s32[target + n_found] = np.uint32(number - n1)
        n_found += is_zero(number) ^ n1
    return n_found


@part
def find_doubtful(model, block, k0, size):
    """Id + 1 of up to 8 bytes, given as a number, or 0."""
    h = (k0 ^ (size * K2)) * K0
    h = (h ^ (h >> n32)) * K1
    h ^= h >> n32
    return (find(model, block, model[3], n0, size, h, k0, n0) + n1) & LOW


@part
def squeeze(scratch, n):
    """Copy the text with every run of two or more white-space characters as one space."""
    smeta, s64, s8 = scratch[0], scratch[1], scratch[3]
    source, target = smeta[at.TEXT] << n3, smeta[at.TEXT2] << n3
    spaces = smeta[at.SPACES]
    p = size = n0
    while p < n:
        length = char_length(s8[source + p])
        if (s64[spaces + (p >> n6)] >> (p & n63)) & n1:
            q = p + length
            n_spaces = n1
            while q < n and (s64[spaces + (q >> n6)] >> (q & n63)) & n1:
                q += char_length(s8[source + q])
                n_spaces += n1
            if n_spaces > n1:
                s8[target + size] = np.uint8(32)
                size += n1
                p = q
                continue
        for i in range(length):
            s8[target + size + i] = s8[source + p + i]
        size += length
        p += length
    return size


@part
def count_chars(model, scratch, b, n):
    """Count the character n-grams of a whole text of `n` bytes."""
    meta = model[0]
    smeta, s64 = scratch[0], scratch[1]
    block = BLOCKS + STRIDE * b
    base = meta[block + np.uint64(at.BASE)]
    size = squeeze(scratch, n)
    text = smeta[at.TEXT2] << n3
    s64[smeta[at.N_TOUCHED] + b] = ngrams(
        model, scratch, block, text, text + size, at.COUNT, n0, s64[smeta[at.N_TOUCHED] + b],
        (smeta[at.COUNTS] << n1) + base + b, (smeta[at.TOUCHED] << n1) + base + b,
    )  # fmt: skip
