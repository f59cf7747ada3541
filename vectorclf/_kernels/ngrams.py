"""Character n-grams of a stretch of text."""

from __future__ import annotations

import numpy as np

from vectorclf import _layout as at
from vectorclf._intrinsics import load_u64, prefetch
from vectorclf._jit import inline, part
from vectorclf._kernels.counts import add_listed, count, put_place
from vectorclf._kernels.numbers import (
    BLOCKS,
    MEMO_LIST,
    STRIDE,
    n0,
    n1,
    n2,
    n3,
    n6,
    n8,
    n63,
)
from vectorclf._kernels.tables import find_quickly, first_bytes, gram_hash, is_zero
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
    if mode == at.ADD:
        s32[target + n_found] = np.uint32(number - n1)
        n_found += n1
        if n_found == MEMO_LIST:
            add_listed(model, scratch, block, target, n_found, n1)
            n_found = n0
        return n_found
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
def hash_grams(model, scratch, block, start, end, n):
    """Note the n-grams of a padded ASCII word from the `n`-th on, asking for their slots.

    In the order of `ngrams`; returns how many there are then. An n-gram of the scratch is
    two numbers: its bytes, their hash.
    """
    meta, b64 = model[0], model[1]
    smeta, s64, s8 = scratch[0], scratch[1], scratch[3]
    mask, table = meta[block + np.uint64(at.GRAMS_MASK)], meta[block + np.uint64(at.GRAMS)]
    gram = smeta[at.HASHED] + (n << n1)
    first = gram
    length = end - start
    for size in range(meta[block + np.uint64(at.MIN_N)], meta[block + np.uint64(at.MAX_N)] + n1):
        size = min(size, length)
        inside = first_bytes(size)
        for p in range(start, end - size + n1):
            k0 = load_u64(s8, p) & inside
            h = gram_hash(k0)
            prefetch(b64, table + (h & mask))
            s64[gram] = k0
            s64[gram + n1] = h
            gram += n2
        if size == length:
            break
    return n + ((gram - first) >> n1)


@part
def hash_wide_grams(model, scratch, block, start, end, n):
    """`hash_grams` of a padded word that is not all ASCII.

    What is longer than the short table's terms is looked up at once: its bytes are said to be
    0, and its hash the id after its own, or 0.
    """
    meta, b64 = model[0], model[1]
    smeta, s64, s32, s8 = scratch[0], scratch[1], scratch[2], scratch[3]
    mask, table = meta[block + np.uint64(at.GRAMS_MASK)], meta[block + np.uint64(at.GRAMS)]
    max_gram = meta[block + np.uint64(at.MAX_GRAM)]
    starts = smeta[at.IDS] << n1
    n_chars = n0
    p = start
    while p < end:
        s32[starts + n_chars] = np.uint32(p)
        n_chars += n1
        p += char_length(s8[p])
    s32[starts + n_chars] = np.uint32(p)
    for size in range(meta[block + np.uint64(at.MIN_N)], meta[block + np.uint64(at.MAX_N)] + n1):
        size = min(size, n_chars)
        for i in range(starts, starts + n_chars - size + n1):
            p = np.uint64(s32[i])
            length = np.uint64(s32[i + size]) - p
            gram = smeta[at.HASHED] + (n << n1)
            n += n1
            if length > max_gram:
                s64[gram] = n0
                s64[gram + n1] = find_quickly(model, block, s8, p, length)
                continue
            k0 = load_u64(s8, p) & first_bytes(length)
            h = gram_hash(k0)
            prefetch(b64, table + (h & mask))
            s64[gram] = k0
            s64[gram + n1] = h
        if size == n_chars:
            break
    return n


@part
def find_grams(model, scratch, block, first, end, target):
    """List the features among n-grams `first` to `end`, asking for their rows; how many.

    No branch hangs on whether an n-gram is known: that cannot be guessed.
    """
    meta, b64 = model[0], model[1]
    s64, s32 = scratch[1], scratch[2]
    mask, table = meta[block + np.uint64(at.GRAMS_MASK)], meta[block + np.uint64(at.GRAMS)]
    bits = meta[block + np.uint64(at.GRAM_BITS)]
    own = (n1 << bits) - n1
    row_size = meta[at.ROW_SIZE]
    rows = meta[at.COEF] + row_size * (meta[block + np.uint64(at.BASE)] - n1)
    grams = scratch[0][at.HASHED]
    n = n0
    for gram in range(grams + (first << n1), grams + (end << n1), n2):
        k0, h = s64[gram], s64[gram + n1]
        e0, e1 = b64[table + (h & mask)], b64[table + ((h + n1) & mask)]
        is_0, is_1 = is_zero((e0 >> bits) ^ k0), is_zero((e1 >> bits) ^ k0)
        number = ((e0 & (n0 - is_0)) | (e1 & (n0 - is_1))) & own
        if (is_0 | is_1 | is_zero(e0) | is_zero(e1) | is_zero(k0)) == n0:
            number = find_again(model, block, k0)
        if k0 == n0:
            number = h
        prefetch(b64, rows + row_size * number)
        prefetch(b64, rows + row_size * number + n8)
        s32[target + n] = np.uint32(number - n1)
        n += is_zero(number) ^ n1
    return n


@part
def find_again(model, block, k0):
    """Id + 1 of an n-gram that is in neither of its first two slots, or 0."""
    meta, b64 = model[0], model[1]
    mask, table = meta[block + np.uint64(at.GRAMS_MASK)], meta[block + np.uint64(at.GRAMS)]
    bits = meta[block + np.uint64(at.GRAM_BITS)]
    slot = gram_hash(k0) & mask
    while True:
        entry = b64[table + slot]
        if entry == n0:
            return n0
        if entry >> bits == k0:
            return entry & ((n1 << bits) - n1)
        slot = (slot + n1) & mask


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
