"""Words counted, and their pairs."""

from __future__ import annotations

import numpy as np

from vectorclf import _layout as at
from vectorclf._intrinsics import prefetch
from vectorclf._jit import inline, part
from vectorclf._kernels.counts import count_if_known
from vectorclf._kernels.numbers import (
    BLOCKS,
    LOW,
    MAX_PAIR_BITS,
    NONE,
    STRIDE,
    n0,
    n1,
    n2,
    n8,
    n32,
)
from vectorclf._kernels.tables import find_pair, is_zero, may_be_known, pair_hash


@inline
def note_pair(model, s64, block, pair, first, second, stop):
    """Put two ids and their hash at `pair`; the place after, or the same if it is no pair.

    What may be one is asked for. `stop` is 1 where the second is a stop word.
    """
    meta, b64 = model[0], model[1]
    sieve, shift = meta[block + np.uint64(at.SIEVE)], meta[block + np.uint64(at.SIEVE_SHIFT)]
    key = (first << n32) | second
    h = pair_hash(key)
    s64[pair] = key
    s64[pair + n1] = h
    kept = n1 ^ (is_zero(first ^ NONE) | is_zero(second ^ NONE) | stop)
    kept &= may_be_known(b64, sieve, shift, h)
    pairs, mask = meta[block + np.uint64(at.PAIRS)], meta[block + np.uint64(at.PAIRS_MASK)]
    prefetch(b64, pairs + (h & mask & (n0 - kept)))  # of the others the first slot, at hand
    return pair + (kept << n1)


@inline
def count_word(model, scratch, block, counts, touched, n_touched, word, pair, previous, before):
    """Count one word and note its pairs; what has changed.

    `previous` and `before` are the ids of the words before it; a stop word leaves no trace.
    No branch hangs on whether a word is known: a wrong guess costs as much as half a word.
    """
    meta, s64, s32 = model[0], scratch[1], scratch[2]
    size, n_stop = meta[block + np.uint64(at.SIZE)], meta[block + np.uint64(at.N_STOP)]
    stop = np.uint64(word - size < n_stop)
    n_touched = count_if_known(s32, counts, touched, n_touched, word, size)
    pair = note_pair(model, s64, block, pair, previous, word, stop)
    if meta[block + np.uint64(at.MAX_SKIP)] != n0:
        pair = note_pair(model, s64, block, pair, before, word, stop)
    before ^= (before ^ previous) & (stop - n1)
    previous ^= (previous ^ word) & (stop - n1)
    return n_touched, pair, previous, before


@part
def count_pairs(model, scratch, b, first, n_pairs, n_touched):
    """Count the pairs noted from `first` on: all are looked up, asking for counts and rows."""
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
    for pair in range(first, first + (n_pairs << n1), n2):
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
        prefetch(s32, counts + min(node, size))
        s64[pair] = node
    for pair in range(first, first + (n_pairs << n1), n2):
        n_touched = count_if_known(s32, counts, touched, n_touched, s64[pair], size)
    return n_touched
