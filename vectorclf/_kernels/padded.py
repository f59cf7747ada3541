"""Character n-grams inside words, counted."""

from __future__ import annotations

import numpy as np

from vectorclf import _layout as at
from vectorclf._intrinsics import prefetch
from vectorclf._jit import part
from vectorclf._kernels.counts import add_listed
from vectorclf._kernels.fresh import fill_words
from vectorclf._kernels.lists import parts_of, shift_of
from vectorclf._kernels.memory import (
    NUMBER,
    NUMBER_BITS,
    count_seen,
    memo_add,
    memo_find,
    memo_trim,
    same_rest,
    slot_entry,
)
from vectorclf._kernels.ngrams import ngrams
from vectorclf._kernels.numbers import (
    ALL,
    BLOCKS,
    GROUP,
    LOW,
    MEMO_BYTES,
    MEMO_LIST,
    MEMO_POOL,
    MEMO_SLOTS,
    NONE,
    STRIDE,
    n0,
    n1,
    n2,
    n3,
    n4,
    n6,
    n8,
    n16,
    n17,
    n32,
    n63,
)
from vectorclf._kernels.tables import hash_bytes, is_zero
from vectorclf._kernels.text import next_edges


@part
def hash_words(scratch, slots, n_words):
    """Hash the words between the edges, asking for their slots."""
    smeta, s64, s32, s8 = scratch[0], scratch[1], scratch[2], scratch[3]
    text, edges, tokens = smeta[at.TEXT] << n3, smeta[at.EDGES] << n1, smeta[at.TOKENS]
    for e in range(n_words):
        start = np.uint64(s32[edges + n2 * e])
        length = np.uint64(s32[edges + n2 * e + n1]) - start
        h, k0, k1 = hash_bytes(s8, text + start, length)
        prefetch(s32, slots + (h & (MEMO_SLOTS - n1)))
        token = tokens + (e << n2)
        s64[token] = h
        s64[token + n1] = k0
        s64[token + n2] = k1
        s64[token + n3] = ((text + start) << n32) | length


@part
def probe_words(scratch, slots, words, sums, width, n_words):
    """Put the number each word probably has where its hash was; ask for it and its sums.

    The number is one more than that, 0 for none; doubts stand above its 32 bits.
    """
    s64, s32 = scratch[1], scratch[2]
    tokens = scratch[0][at.TOKENS]
    for token in range(tokens, tokens + (n_words << n2), n4):
        h = s64[token]
        tag = np.uint64(slot_entry(h, n0)) >> NUMBER_BITS
        slot = h & (MEMO_SLOTS - n1)
        e0 = np.uint64(s32[slots + slot])
        e1 = np.uint64(s32[slots + ((slot + n1) & (MEMO_SLOTS - n1))])
        is_0 = is_zero((e0 >> NUMBER_BITS) ^ tag) & (is_zero(e0) ^ n1)
        is_1 = is_zero((e1 >> NUMBER_BITS) ^ tag) & (is_0 ^ n1)
        number = ((e0 & (n0 - is_0)) | (e1 & (n0 - is_1))) & NUMBER
        prefetch(s64, words + (number << n3))
        for lane in range(n0, width, n16):
            prefetch(s32, sums + number * width + lane)
        s64[token] = number | (is_zero(number) << n32)


@part
def see_words(model, scratch, b, n_words, n_seen, n_touched):
    """Note the words probed as seen, once a row, remembering new ones.

    Words too long to be remembered are counted at once.
    """
    meta = model[0]
    smeta, s64, s8 = scratch[0], scratch[1], scratch[3]
    block = BLOCKS + STRIDE * b
    base = meta[block + np.uint64(at.BASE)]
    counts = (smeta[at.COUNTS] << n1) + base + b
    touched = (smeta[at.TOUCHED] << n1) + base + b
    _, words, _, _, _ = parts_of(meta, smeta, b)
    n_lengths = meta[block + np.uint64(at.MAX_N)] - meta[block + np.uint64(at.MIN_N)] + n1
    longest = min(MEMO_BYTES, max(MEMO_LIST // n_lengths, n2) - n2)
    tokens, seen, listed = smeta[at.TOKENS], smeta[at.SEEN], smeta[at.LISTED] << n1
    shift = shift_of(meta, b)
    n_fresh = n0
    for token in range(tokens, tokens + (n_words << n2), n4):
        word = words + ((s64[token] & LOW) << n3) - n8
        place = s64[token + n3]
        p, length = place >> n32, place & LOW
        doubts = (s64[word] ^ s64[token + n1]) | (s64[word + n1] ^ s64[token + n2])
        doubts |= (s64[token] >> n32) | (((s64[word + n2] >> n17) & n63) ^ length)
        if doubts != n0 or (length > n16 and not same_rest(s64, s8, word, p, length)):
            if length > longest:
                fill_words(model, scratch, b, n_fresh)
                n_touched = count_seen(model, scratch, b, n_seen, n_touched)
                n_seen = n_fresh = n0
                before, after = s8[p - n1], s8[p + length]
                s8[p - n1] = s8[p + length] = np.uint8(32)
                if s64[smeta[at.IS_WHOLE] + b] != n0:
                    n = ngrams(
                        model, scratch, block, p - n1, p + length + n1, at.ADD, listed, n0, n0, n0
                    )
                    add_listed(model, scratch, block, listed, n, n1)
                else:
                    s64[smeta[at.IS_DIRECT] + b] = n1
                    n_touched = ngrams(
                        model, scratch, block, p - n1, p + length + n1, at.COUNT, n0,
                        n_touched, counts, touched,
                    )  # fmt: skip
                s8[p - n1], s8[p + length] = before, after
                continue
            word, slot = memo_find(model, scratch, b, p, length)
            if word == NONE:
                word = memo_add(model, scratch, b, slot, p, length, n_fresh)
                n_fresh += n1
        times = s64[word + n3]
        s64[word + n3] = times + n1
        prefetch(s64, s64[word + n2] >> (n32 + shift))
        s64[seen + n_seen] = word
        n_seen += is_zero(times & LOW)
    fill_words(model, scratch, b, n_fresh)
    return n_seen, n_touched


@part
def count_padded_words(model, scratch, b, n):
    """Count the character n-grams inside the white-space separated words of a window.

    A word's n-grams depend on the word alone: they are worked out once and remembered, and
    counted once for all of a word's occurrences. Features are touched in the order in which
    their words first come, whatever the memory held before: a row's sum is always the same.
    """
    meta = model[0]
    smeta, s64, s32, s8 = scratch[0], scratch[1], scratch[2], scratch[3]
    slots, words, _, state, sums = parts_of(meta, smeta, b)
    width = meta[at.WIDTH]
    edges = smeta[at.EDGES] << n1
    n_touched = s64[smeta[at.N_TOUCHED] + b]
    blocks = (n + n63) >> n6
    k = carry = n_edges = n_seen = n0
    while True:
        n_edges, k, carry = next_edges(
            s64, s32, smeta[at.SPACES], ALL, k, blocks, carry, edges, n_edges
        )
        if k == blocks and carry != n0:
            s32[edges + n_edges] = np.uint32(n)
            n_edges += n1
        n_words = n_edges >> n1
        needed = s64[state + n1] + n_words * (MEMO_LIST >> n1)
        if s64[state] + n_words > smeta[at.MEMO_CAP] or needed > MEMO_POOL >> n1:
            n_touched = count_seen(model, scratch, b, n_seen, n_touched)
            n_seen = n0
            memo_trim(meta, smeta, s64, s32, s8, b)
        hash_words(scratch, slots, n_words)
        probe_words(scratch, slots, words - n8, sums - width, width, n_words)
        n_seen, n_touched = see_words(model, scratch, b, n_words, n_seen, n_touched)
        if n_seen >= GROUP:
            n_touched = count_seen(model, scratch, b, n_seen, n_touched)
            n_seen = n0
        if k == blocks:
            break
        s32[edges] = s32[edges + n_edges - n1]
        n_edges &= n1
    n_touched = count_seen(model, scratch, b, n_seen, n_touched)
    s64[smeta[at.N_TOUCHED] + b] = n_touched
