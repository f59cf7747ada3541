"""Word n-grams counted."""

from __future__ import annotations

import numpy as np

from vectorclf import _layout as at
from vectorclf._intrinsics import prefetch
from vectorclf._jit import part
from vectorclf._kernels.counts import count, count_if_known
from vectorclf._kernels.numbers import (
    ALL,
    BLOCKS,
    IS_SPACE,
    LOW,
    MAX_PAIR_BITS,
    NONE,
    STRIDE,
    n0,
    n1,
    n2,
    n3,
    n4,
    n6,
    n8,
    n32,
    n63,
)
from vectorclf._kernels.tables import find, find_pair, hash_bytes, is_zero, pair_hash, probe, tag_of
from vectorclf._kernels.text import has_chars, next_edges


@part
def token_ids(model, scratch, block, n_edges):
    """Look the tokens between the edges up; how many there are, ids and places in the scratch."""
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
        h, k0, k1 = hash_bytes(s8, start, end - start)
        s32[ids + n] = np.uint32(find(model, block, s8, start, end - start, h, k0, k1))
        s64[places + n] = (start << n32) | (end - start)
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


@part
def count_tokens(model, scratch, b, n_tokens, n_touched):
    """Count the tokens probed, noting which known ones are neighbours, for `count_pairs`.

    No branch hangs on whether a token is known or how long it is: a wrong guess costs as
    much as half a token.
    """
    meta, b64 = model[0], model[1]
    smeta, s64, s32 = scratch[0], scratch[1], scratch[2]
    block = BLOCKS + STRIDE * b
    base, size = meta[block + np.uint64(at.BASE)], meta[block + np.uint64(at.SIZE)]
    n_stop = meta[block + np.uint64(at.N_STOP)]
    records = meta[block + np.uint64(at.RECORDS)] - n2
    tokens = smeta[at.TOKENS]
    counts = (smeta[at.COUNTS] << n1) + base + b
    touched = (smeta[at.TOUCHED] << n1) + base + b
    previous = s64[smeta[at.NODES] + n32 * b]
    pairs, pairs_mask = meta[block + np.uint64(at.PAIRS)], meta[block + np.uint64(at.PAIRS_MASK)]
    pair = tokens  # no further than the token being read
    for token in range(tokens, tokens + (n_tokens << n2), n4):
        number, k0, k1 = s64[token] & LOW, s64[token + n1], s64[token + n2]
        record = records + (number << n1)
        difference = (b64[record] ^ k0) | (b64[record + n1] ^ k1)
        doubts = (s64[token] >> n32) | (difference & (is_zero(number) - n1))
        word = (number - n1) & LOW
        if doubts != n0:
            word = find_again(model, scratch, block, s64[token + n3])
        if word - size < n_stop:
            continue
        n_touched = count_if_known(s32, counts, touched, n_touched, word, size)
        key = (previous << n32) | word
        h = pair_hash(key)
        prefetch(b64, pairs + (h & pairs_mask))
        s64[pair] = key
        s64[pair + n1] = h
        pair += (n1 ^ (is_zero(previous ^ NONE) | is_zero(word ^ NONE))) << n1
        previous = word
    s64[smeta[at.NODES] + n32 * b] = previous
    return n_touched, (pair - tokens) >> n1


@part
def find_again(model, scratch, block, place):
    """Id of the token at a place, or none, where `probe` left doubts."""
    s8 = scratch[3]
    h, k0, k1 = hash_bytes(s8, place >> n32, place & LOW)
    return find(model, block, s8, place >> n32, place & LOW, h, k0, k1)


@part
def count_pairs(model, scratch, b, n_pairs, n_touched):
    """Count the pairs of neighbours noted."""
    meta, b64 = model[0], model[1]
    smeta, s64, s32 = scratch[0], scratch[1], scratch[2]
    block = BLOCKS + STRIDE * b
    base, size = meta[block + np.uint64(at.BASE)], meta[block + np.uint64(at.SIZE)]
    counts = (smeta[at.COUNTS] << n1) + base + b
    touched = (smeta[at.TOUCHED] << n1) + base + b
    pairs, mask = meta[block + np.uint64(at.PAIRS)], meta[block + np.uint64(at.PAIRS_MASK)]
    keys, bits = meta[block + np.uint64(at.KEYS)], meta[block + np.uint64(at.PAIR_BITS)]
    row_size = meta[at.ROW_SIZE]
    rows = meta[at.COEF] + row_size * (base - n1)
    own = (n1 << bits) - n1
    is_wide = np.uint64(bits > MAX_PAIR_BITS)
    tokens = smeta[at.TOKENS]
    for pair in range(tokens, tokens + (n_pairs << n1), n2):
        key, h = s64[pair], s64[pair + n1]
        both = ((key >> n32) << bits) | (key & LOW)
        slot = h & mask
        e0, e1 = b64[pairs + slot], b64[pairs + ((slot + n1) & mask)]
        is_0, is_1 = is_zero((e0 >> bits) ^ both), is_zero((e1 >> bits) ^ both)
        doubts = (n1 ^ (is_0 | is_1 | is_zero(e0) | is_zero(e1))) | is_wide
        number = ((e0 & (n0 - is_0)) | (e1 & (n0 - is_1))) & own
        node = (number - n1) & LOW
        if doubts != n0:
            node = find_pair(b64, pairs, mask, keys, bits, key >> n32, key & LOW)
        prefetch(b64, rows + row_size * number)
        prefetch(b64, rows + row_size * number + n8)
        n_touched = count_if_known(s32, counts, touched, n_touched, node, size)
    return n_touched


@part
def count_chains(model, scratch, b, n_tokens, n_touched):
    """Count the n-grams of the tokens looked up, for n-grams of three words and more.

    `nodes` holds the n-grams of every length that end at the token before.
    """
    meta, b64 = model[0], model[1]
    smeta, s64, s32 = scratch[0], scratch[1], scratch[2]
    block = BLOCKS + STRIDE * b
    base, size = meta[block + np.uint64(at.BASE)], meta[block + np.uint64(at.SIZE)]
    n_stop = meta[block + np.uint64(at.N_STOP)]
    pairs, mask = meta[block + np.uint64(at.PAIRS)], meta[block + np.uint64(at.PAIRS_MASK)]
    keys, bits = meta[block + np.uint64(at.KEYS)], meta[block + np.uint64(at.PAIR_BITS)]
    ids, nodes = smeta[at.IDS] << n1, smeta[at.NODES] + n32 * b
    counts = (smeta[at.COUNTS] << n1) + base + b
    touched = (smeta[at.TOUCHED] << n1) + base + b
    for i in range(n_tokens):
        word = np.uint64(s32[ids + i])
        if word - size < n_stop:
            continue
        n_touched = count_if_known(s32, counts, touched, n_touched, word, size)
        for m in range(meta[block + np.uint64(at.MAX_N)] - n1, n0, -1):
            node = s64[nodes + np.uint64(m) - n1]
            if node != NONE and word != NONE:
                node = find_pair(b64, pairs, mask, keys, bits, node, word)
                if node < size:
                    n_touched = count(s32, counts, touched, n_touched, node)
            else:
                node = NONE
            s64[nodes + np.uint64(m)] = node
        s64[nodes] = word
    return n_touched


@part
def count_words(model, scratch, b, n):
    """Count the word n-grams of a window of `n` bytes, going on from the window before."""
    meta = model[0]
    smeta, s64, s32 = scratch[0], scratch[1], scratch[2]
    block = BLOCKS + STRIDE * b
    max_n = meta[block + np.uint64(at.MAX_N)]
    masks, flip = smeta[at.WORDS], n0
    if meta[block + np.uint64(at.TOKEN_CLASS)] == IS_SPACE:
        masks, flip = smeta[at.SPACES], ALL
    edges = smeta[at.EDGES] << n1
    n_touched = s64[smeta[at.N_TOUCHED] + b]
    blocks = (n + n63) >> n6
    k = carry = n_edges = n0
    while True:
        n_edges, k, carry = next_edges(s64, s32, masks, flip, k, blocks, carry, edges, n_edges)
        if k == blocks and carry != n0:
            s32[edges + n_edges] = np.uint32(n)
            n_edges += n1
        if max_n <= n2:
            n_tokens = hash_tokens(model, scratch, block, n_edges)
            probe_tokens(model, scratch, block, n_tokens)
            n_touched, n_pairs = count_tokens(model, scratch, b, n_tokens, n_touched)
            if max_n == n2:
                n_touched = count_pairs(model, scratch, b, n_pairs, n_touched)
        else:
            n_tokens = token_ids(model, scratch, block, n_edges)
            n_touched = count_chains(model, scratch, b, n_tokens, n_touched)
        if k == blocks:
            break
        s32[edges] = s32[edges + n_edges - n1]  # a start without its end yet
        n_edges &= n1
    s64[smeta[at.N_TOUCHED] + b] = n_touched
