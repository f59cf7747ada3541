"""Tables filled from a model's terms."""

from __future__ import annotations

import numpy as np

from vectorclf import _layout as at
from vectorclf._jit import kernel
from vectorclf._kernels.counts import views
from vectorclf._kernels.numbers import BLOCKS, NONE, STRIDE, n0, n1, n2
from vectorclf._kernels.tables import add_gram, add_pair, add_term, find_pair, find_term
from vectorclf._kernels.tokens import token_bytes


@kernel
def build_words(meta, blob, b, starts, lengths, n_words, stop_starts, stop_lengths):
    """Fill the tables of a word block; how many ids it took, how many of them words.

    Ids: features in the order given, then stop words, then what is no feature itself but
    part of one. A term scikit-learn's analyzer can never make gets no entry.
    """
    model = views(meta, blob)
    b64, b8 = model[1], model[3]
    block = BLOCKS + STRIDE * np.uint64(b)
    pairs, pairs_mask = meta[block + np.uint64(at.PAIRS)], meta[block + np.uint64(at.PAIRS_MASK)]
    keys, bits = meta[block + np.uint64(at.KEYS)], meta[block + np.uint64(at.PAIR_BITS)]
    min_n, max_n = meta[block + np.uint64(at.MIN_N)], meta[block + np.uint64(at.MAX_N)]
    size, n_stop = np.uint64(starts.size), np.uint64(stop_starts.size)
    for i in range(n_stop):
        add_term(model, block, stop_starts[i], stop_lengths[i], size + i)
    n_ids = size + n_stop
    n_distinct = n_stop
    for i in range(size):
        is_word = n_words[i] == n1 and min_n == n1 and lengths[i] != n0
        if is_word and find_term(model, block, starts[i], lengths[i]) == NONE:
            add_term(model, block, starts[i], lengths[i], i)
            n_distinct += n1
    for n in range(max(min_n, n2), max_n + n1):
        for i in range(size):
            if n_words[i] != n:
                continue
            end = starts[i] + lengths[i]
            p = starts[i]
            node = NONE
            for k in range(n):
                q = p
                while q < end and b8[q] != 32:
                    q += n1
                if q == p:  # two spaces: no token is empty
                    break
                word = find_term(model, block, p, q - p)
                if word == NONE:
                    word = n_ids
                    add_term(model, block, p, q - p, word)
                    n_ids += n1
                    n_distinct += n1
                if word - size < n_stop:
                    break
                if k == n0:
                    node = word
                elif k + n1 == n:
                    add_pair(model, block, node, word, i)
                else:
                    found = find_pair(b64, pairs, pairs_mask, keys, bits, node, word)
                    if found == NONE:
                        found = n_ids
                        add_pair(model, block, node, word, found)
                        n_ids += n1
                    node = found
                p = q + n1
    return n_ids, n_distinct


@kernel
def build_ngrams(meta, blob, b, starts, lengths):
    """Fill the tables of a character block; how many ids it took, twice."""
    model = views(meta, blob)
    block = BLOCKS + STRIDE * np.uint64(b)
    for i in range(np.uint64(starts.size)):
        if lengths[i] != n0:
            add_term(model, block, starts[i], lengths[i], i)
            if lengths[i] <= meta[block + np.uint64(at.MAX_GRAM)]:
                add_gram(model, block, starts[i], lengths[i], i)
    return np.uint64(starts.size), np.uint64(starts.size)


@kernel
def build_heirs(meta, blob, b, starts, lengths):
    """Put down, for the words of a block, the ids that its heir has of their first characters."""
    model = views(meta, blob)
    b32, b8 = model[2], model[3]
    block = BLOCKS + STRIDE * np.uint64(b)
    heir = BLOCKS + STRIDE * meta[block + np.uint64(at.HEIR)]
    ids = meta[block + np.uint64(at.HEIRS)] << n1
    for i in range(meta[block + np.uint64(at.N_HEIRS)]):
        b32[ids + i] = np.uint32(NONE)
        if lengths[i] == n0:
            continue
        size = token_bytes(b8, starts[i], lengths[i], meta[heir + np.uint64(at.MAX_CHARS)])
        b32[ids + i] = np.uint32(find_term(model, heir, starts[i], size))
