"""Word n-grams counted."""

from __future__ import annotations

import numpy as np

from vectorclf import _layout as at
from vectorclf._intrinsics import prefetch
from vectorclf._jit import inline, part
from vectorclf._kernels.counts import count, count_if_known
from vectorclf._kernels.numbers import (
    ALL,
    BLOCKS,
    IS_SPACE,
    LOW,
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
from vectorclf._kernels.pairs import count_pairs, count_word
from vectorclf._kernels.tables import find_pair, is_zero
from vectorclf._kernels.text import next_edges
from vectorclf._kernels.tokens import find_token, hash_tokens, probe_tokens, token_ids


@inline
def put_heir(model, scratch, block, n, word, place):
    """Put down the id a token has in the block that counts first characters; how many there are.

    A known word's is known; of others the first characters are looked up. Its row is asked for.
    Stop words are left out.
    """
    meta, b64, b32 = model[0], model[1], model[2]
    heir = BLOCKS + STRIDE * meta[block + np.uint64(at.HEIR)]
    if word < meta[block + np.uint64(at.N_HEIRS)]:
        own = np.uint64(b32[(meta[block + np.uint64(at.HEIRS)] << n1) + word])
    else:
        own = np.uint64(find_token(model, scratch, heir, place))
    row = meta[at.COEF] + meta[at.ROW_SIZE] * (
        meta[heir + np.uint64(at.BASE)] - n1 + ((own + n1) & LOW)
    )
    prefetch(b64, row)
    prefetch(b64, row + n8)
    scratch[2][(scratch[0][at.IDS] << n1) + n] = np.uint32(own)
    stop = own - meta[heir + np.uint64(at.SIZE)] < meta[heir + np.uint64(at.N_STOP)]
    return n + (n1 ^ np.uint64(stop))


@part
def count_tokens(model, scratch, b, n_tokens, n_touched):
    """Count the tokens probed, noting which known ones are pairs, for `count_pairs`.

    Of a block with an heir the ids of the words' first characters are put down for it.
    """
    meta, b64 = model[0], model[1]
    smeta, s64 = scratch[0], scratch[1]
    block = BLOCKS + STRIDE * b
    base = meta[block + np.uint64(at.BASE)]
    records = meta[block + np.uint64(at.RECORDS)] - n2
    has_heir = meta[block + np.uint64(at.HEIR)] != n0
    tokens = smeta[at.TOKENS]
    counts = (smeta[at.COUNTS] << n1) + base + b
    touched = (smeta[at.TOUCHED] << n1) + base + b
    nodes = smeta[at.NODES] + n32 * b
    previous, before = s64[nodes], s64[nodes + n2]
    n_heirs = n0
    pair = tokens  # no further than the token being read
    for token in range(tokens, tokens + (n_tokens << n2), n4):
        number, k0, k1 = s64[token] & LOW, s64[token + n1], s64[token + n2]
        record = records + (number << n1)
        difference = (b64[record] ^ k0) | (b64[record + n1] ^ k1)
        doubts = (s64[token] >> n32) | (difference & (is_zero(number) - n1))
        word = (number - n1) & LOW
        place = s64[token + n3]
        if doubts != n0:
            word = find_token(model, scratch, block, place)
        if has_heir:
            n_heirs = put_heir(model, scratch, block, n_heirs, word, place)
        n_touched, pair, previous, before = count_word(
            model, scratch, block, counts, touched, n_touched, word, pair, previous, before
        )
    s64[nodes], s64[nodes + n2] = previous, before
    return n_touched, (pair - tokens) >> n1, n_heirs


@part
def count_heirs(model, scratch, b, n_ids, n_touched):
    """Count the first characters of the tokens of another block, by the ids it put down."""
    meta = model[0]
    smeta, s64, s32 = scratch[0], scratch[1], scratch[2]
    block = BLOCKS + STRIDE * b
    base = meta[block + np.uint64(at.BASE)]
    first, ids = smeta[at.HEIR_PAIRS], smeta[at.IDS] << n1
    counts = (smeta[at.COUNTS] << n1) + base + b
    touched = (smeta[at.TOUCHED] << n1) + base + b
    nodes = smeta[at.NODES] + n32 * b
    previous, before = s64[nodes], s64[nodes + n2]
    pair = first
    for i in range(n_ids):
        n_touched, pair, previous, before = count_word(
            model, scratch, block, counts, touched, n_touched, np.uint64(s32[ids + i]), pair,
            previous, before,
        )  # fmt: skip
    s64[nodes], s64[nodes + n2] = previous, before
    return n_touched, (pair - first) >> n1


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
    """Count the word n-grams of a window of `n` bytes, going on from the window before.

    And those of the block's heir, if it has one, whose tokens are the first characters of its.
    """
    meta = model[0]
    smeta, s64, s32 = scratch[0], scratch[1], scratch[2]
    block = BLOCKS + STRIDE * b
    max_n = meta[block + np.uint64(at.MAX_N)]
    masks, flip = smeta[at.WORDS], n0
    if meta[block + np.uint64(at.TOKEN_CLASS)] == IS_SPACE:
        masks, flip = smeta[at.SPACES], ALL
    edges = smeta[at.EDGES] << n1
    n_touched = s64[smeta[at.N_TOUCHED] + b]
    heir = meta[block + np.uint64(at.HEIR)]
    n_heirs = s64[smeta[at.N_TOUCHED] + heir]
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
            n_touched, n_pairs, n_ids = count_tokens(model, scratch, b, n_tokens, n_touched)
            # what is asked for on the way comes while the other block is counted
            n_heir_pairs = n0
            if heir != n0:
                n_heirs, n_heir_pairs = count_heirs(model, scratch, heir, n_ids, n_heirs)
            if max_n == n2:
                n_touched = count_pairs(model, scratch, b, smeta[at.TOKENS], n_pairs, n_touched)
            if heir != n0:
                pairs = smeta[at.HEIR_PAIRS]
                n_heirs = count_pairs(model, scratch, heir, pairs, n_heir_pairs, n_heirs)
        else:
            n_tokens = token_ids(model, scratch, block, n_edges)
            n_touched = count_chains(model, scratch, b, n_tokens, n_touched)
        if k == blocks:
            break
        s32[edges] = s32[edges + n_edges - n1]  # a start without its end yet
        n_edges &= n1
    s64[smeta[at.N_TOUCHED] + b] = n_touched
    if heir != n0:
        s64[smeta[at.N_TOUCHED] + heir] = n_heirs
