"""Word tokens: hashed, looked up, found again."""

from __future__ import annotations

import numpy as np

from vectorclf import _layout as at
from vectorclf._intrinsics import load_u64, prefetch
from vectorclf._jit import inline, part
from vectorclf._kernels.numbers import ALL, LOW, n0, n1, n2, n3, n4, n8, n32
from vectorclf._kernels.tables import find, hash_bytes, high_bits, probe, tag_of
from vectorclf._kernels.text import char_length, has_chars


@inline
def token_bytes(a, start, length, max_chars):
    """Bytes of a word of `length` bytes that are its token: its first `max_chars` characters.

    Whether a word is longer cannot be guessed, whether it is ASCII can.
    """
    size = min(length, max_chars)
    high = high_bits(load_u64(a, start), size)
    if (length > max_chars) & ((high != n0) | (max_chars > n8)):
        p, end, seen = start, start + length, n0
        while p < end and seen < max_chars:
            p += char_length(a[p])
            seen += n1
        size = p - start
    return size


@part
def find_token(model, scratch, block, place):
    """Id of the token of the word at a place, or none."""
    s8 = scratch[3]
    start, length = place >> n32, place & LOW
    length = token_bytes(s8, start, length, model[0][block + np.uint64(at.MAX_CHARS)])
    h, k0, k1 = hash_bytes(s8, start, length)
    return find(model, block, s8, start, length, h, k0, k1)


@part
def token_ids(model, scratch, block, n_edges):
    """Look the tokens between the edges up; how many there are, ids and places in the scratch.

    The place is that of the whole word, of which the token may be the first characters.
    """
    meta = model[0]
    smeta, s64, s32, s8 = scratch[0], scratch[1], scratch[2], scratch[3]
    text = smeta[at.TEXT] << n3
    edges, ids, places = smeta[at.EDGES] << n1, smeta[at.IDS] << n1, smeta[at.TOKENS]
    min_chars = meta[block + np.uint64(at.MIN_CHARS)]
    n = n0
    for e in range(n0, n_edges >> n1):
        start = text + np.uint64(s32[edges + n2 * e])
        end = text + np.uint64(s32[edges + n2 * e + n1])
        if not has_chars(s8, start, end, min_chars):
            continue
        place = (start << n32) | (end - start)
        s32[ids + n] = np.uint32(find_token(model, scratch, block, place))
        s64[places + n] = place
        n += n1
    return n


@part
def hash_tokens(model, scratch, block, n_edges):
    """Hash the tokens between the edges, asking for their places in the table; their number.

    A token of the scratch is four numbers: hash, first 8 bytes, next 8, place and length.
    """
    meta, b64 = model[0], model[1]
    smeta, s64, s32, s8 = scratch[0], scratch[1], scratch[2], scratch[3]
    min_chars = meta[block + np.uint64(at.MIN_CHARS)]
    max_chars = meta[block + np.uint64(at.MAX_CHARS)]
    table, mask = meta[block + np.uint64(at.TABLE)], meta[block + np.uint64(at.TABLE_MASK)]
    text, edges = smeta[at.TEXT] << n3, smeta[at.EDGES] << n1
    token = smeta[at.TOKENS]
    first = token
    for e in range(n0, n_edges >> n1):
        start = np.uint64(s32[edges + n2 * e])
        length = np.uint64(s32[edges + n2 * e + n1]) - start
        start += text
        is_long = length >= min_chars
        if (s8[start] >= 128) | (min_chars > n2):
            is_long = has_chars(s8, start, start + length, min_chars)
        if max_chars != ALL:
            length = token_bytes(s8, start, length, max_chars)
        h, k0, k1 = hash_bytes(s8, start, length)
        prefetch(b64, table + (h & mask))
        s64[token] = h
        s64[token + n1] = k0
        s64[token + n2] = k1
        s64[token + n3] = (start << n32) | length
        token += np.uint64(is_long) << n2
    return (token - first) >> n2


@part
def probe_tokens(model, scratch, block, n_tokens):
    """Put the id each token probably has where its hash was; ask for records and weights.

    The id is one more than that, 0 for none; above its 32 bits stand doubts.
    """
    meta, b64 = model[0], model[1]
    smeta, s64 = scratch[0], scratch[1]
    table, mask = meta[block + np.uint64(at.TABLE)], meta[block + np.uint64(at.TABLE_MASK)]
    records = meta[block + np.uint64(at.RECORDS)] - n2
    row_size = meta[at.ROW_SIZE]
    rows = meta[at.COEF] + row_size * (meta[block + np.uint64(at.BASE)] - n1)
    tokens = smeta[at.TOKENS]
    for token in range(tokens, tokens + (n_tokens << n2), n4):
        h, length = s64[token], s64[token + n3] & LOW
        entry, doubts = probe(b64, table, mask, h, tag_of(h, length))
        number = entry & LOW
        doubts |= (length - n1) >> n4  # more than 16 bytes: the tail is to be compared too
        prefetch(b64, records + (number << n1))
        prefetch(b64, rows + row_size * number)
        prefetch(b64, rows + row_size * number + n8)
        s64[token] = (doubts << n32) | number
