"""Words remembered, with their character n-grams and what these add to every score."""

from __future__ import annotations

import numpy as np

from vectorclf import _layout as at
from vectorclf._intrinsics import accumulate, load_u64, prefetch
from vectorclf._jit import inline, part
from vectorclf._kernels.counts import unit_of
from vectorclf._kernels.ngrams import list_short_ngrams, ngrams
from vectorclf._kernels.numbers import (
    BLOCKS,
    GROUP,
    LOW,
    MEMO_POOL,
    MEMO_SLOTS,
    MEMO_STRIDE,
    MEMO_WORDS,
    NONE,
    STRIDE,
    n0,
    n1,
    n2,
    n3,
    n6,
    n7,
    n8,
    n16,
    n17,
    n32,
    n63,
)
from vectorclf._kernels.tables import first_bytes, hash_bytes, is_zero, tag_of


@part
def sum_word(model, scratch, b, number, ids, n):
    """Note what the `n` n-grams of word `number` add to every score, in whole units.

    Returns whether that could be done: sums past 32 bits are not kept.
    """
    meta, b32 = model[0], model[2]
    smeta, s32, sf = scratch[0], scratch[2], scratch[4]
    block = BLOCKS + STRIDE * b
    base, width = meta[block + np.uint64(at.BASE)], meta[at.WIDTH]
    if unit_of(model, block) == 0.0:
        return True
    sums = smeta[at.WORD_SUMS] + width * meta[at.N_BLOCKS]
    rows, weights, coef = smeta[at.ROWS] << n1, smeta[at.WEIGHTS], meta[at.COEF] << n1
    for j in range(width):
        sf[sums + j] = 0.0
    for first in range(n0, n, GROUP):
        some = min(n - first, GROUP)
        for i in range(some):
            row = base + np.uint64(s32[ids + first + i])
            for lane in range(n0, width, n16):
                prefetch(b32, coef + row * width + lane)
            s32[rows + i] = np.uint32(row)
            sf[weights + i] = 1.0
        accumulate(sf, sums, b32, coef, width, s32, rows, sf, weights, some)
    memo = meta[block + np.uint64(at.TOKEN_CLASS)] * MEMO_WORDS
    place = (smeta[at.WORD_WEIGHTS] << n1) + (memo + number) * width
    largest = 0.0
    for j in range(width):
        largest = max(largest, abs(sf[sums + j]))
        s32[place + j] = np.uint32(np.int64(sf[sums + j]) & np.int64(0xFFFFFFFF))
    return largest < 2147483648.0


@part
def memo_trim(meta, smeta, s64, s32, s8, memo, number):
    """Forget the words seen in fewer than two texts since the last time; at least half of all.

    Most words never come again, and the frequent ones need not be learned anew. What stays
    moves down in its order, so nothing is overwritten before it has moved.
    """
    for i in range(MEMO_SLOTS):
        s64[memo + i] = n0
    state = memo + MEMO_STRIDE - n8
    records = memo + MEMO_SLOTS
    pool = (records + n8 * MEMO_WORDS) << n1
    width = meta[at.WIDTH]
    sums = (smeta[at.WORD_WEIGHTS] << n1) + number * MEMO_WORDS * width
    n_kept = used = n0
    for word in range(s64[state]):
        source = records + n8 * word
        place = s64[source + n6]
        found = place & np.uint64(0xFFFF)
        is_full = n_kept >= MEMO_WORDS >> n1 or used + found > MEMO_POOL >> n1
        if s64[source + n7] >> n32 < n2 or is_full:
            continue
        target = records + n8 * n_kept
        for i in range(n6):
            s64[target + i] = s64[source + i]
        s64[target + n6] = (used << n32) | (place & LOW)
        s64[target + n7] = n0
        first = pool + (place >> n32)
        for i in range(found):
            s32[pool + used + i] = s32[first + i]
        for j in range(width):
            s32[sums + n_kept * width + j] = s32[sums + word * width + j]
        length = (place >> n17) & n63
        h, _, _ = hash_bytes(s8, target << n3, length)
        slot = h & (MEMO_SLOTS - n1)
        while s64[memo + slot] != n0:
            slot = (slot + n1) & (MEMO_SLOTS - n1)
        n_kept += n1
        used += found
        s64[memo + slot] = (tag_of(h, length) << n32) | n_kept
    s64[state] = n_kept
    s64[state + n1] = used


@inline
def same_rest(s64, s8, record, p, length):
    """Whether the word at `p` is the record's from the 17th byte on."""
    for i in range(n16, length, n8):
        if s64[record + (i >> n3)] != load_u64(s8, p + i) & first_bytes(length - i):
            return False
    return True


@part
def memo_find(s64, s8, memo, p, length, h, k0, k1):
    """Record of a remembered word, or none, and the free slot it would have."""
    mask = MEMO_SLOTS - n1
    tag = tag_of(h, length)
    slot = h & mask
    while True:
        entry = s64[memo + slot]
        if entry == n0:
            return NONE, slot
        if entry >> n32 == tag:
            record = memo + MEMO_SLOTS + n8 * ((entry & LOW) - n1)
            is_same = s64[record] == k0 and s64[record + n1] == k1
            if is_same and same_rest(s64, s8, record, p, length):
                return record, slot
        slot = (slot + n1) & mask


@part
def memo_add(model, scratch, b, memo, slot, p, length, h, k0, k1):
    """Work a word's n-grams out and remember them; its record.

    A record is 64 bytes: 48 of the word; where its list of ids is, the word's length, whether
    it has no sums, how many ids (32, 6, 1 and 16 bits); in how many rows it was seen, and how
    often since the last `count_seen` (32 bits each).
    """
    meta = model[0]
    s64, s8 = scratch[1], scratch[3]
    block = BLOCKS + STRIDE * b
    state = memo + MEMO_STRIDE - n8
    n_words, used = s64[state], s64[state + n1]
    pool = ((memo + MEMO_SLOTS + n8 * MEMO_WORDS) << n1) + used
    high = n0
    for i in range(n0, length, n8):
        high |= load_u64(s8, p + i) & first_bytes(length - i)
    if high & np.uint64(0x8080808080808080) == n0 and meta[block + np.uint64(at.MAX_N)] <= n8:
        found = list_short_ngrams(model, scratch, block, p - n1, p + length + n1, pool)
    else:
        found = ngrams(model, scratch, block, p - n1, p + length + n1, at.LIST, pool, n0, n0, n0)
    has_sums = sum_word(model, scratch, b, n_words, pool, found)
    record = memo + MEMO_SLOTS + n8 * n_words
    s64[record] = k0
    s64[record + n1] = k1
    for i in range(n16, length, n8):
        s64[record + (i >> n3)] = load_u64(s8, p + i) & first_bytes(length - i)
    flags = (length << n17) | (n0 if has_sums else n1 << n16)
    s64[record + n6] = (used << n32) | flags | found
    s64[record + n7] = n0
    s64[memo + slot] = (tag_of(h, length) << n32) | (n_words + n1)
    s64[state] = n_words + n1
    s64[state + n1] = used + found
    return record


@part
def count_seen(model, scratch, b, memo, n_seen, counts, touched, n_touched):
    """Count the n-grams of the words seen, each as often as its word; add the words' sums."""
    meta = model[0]
    smeta, s64, s32, sf = scratch[0], scratch[1], scratch[2], scratch[4]
    block = BLOCKS + STRIDE * b
    width = meta[at.WIDTH]
    seen, rows, weights = smeta[at.SEEN], smeta[at.ROWS] << n1, smeta[at.WEIGHTS]
    records = memo + MEMO_SLOTS
    pool = (records + n8 * MEMO_WORDS) << n1
    no_sums = n0
    for w in range(n_seen):
        record = s64[seen + w]
        place, times = s64[record + n6], s64[record + n7]
        s64[record + n7] = ((times >> n32) + n1) << n32
        times &= LOW
        s32[rows + w] = np.uint32((record - records) >> n3)
        sf[weights + w] = np.float64(times)
        no_sums |= place >> n16
        first = pool + (place >> n32)
        for i in range(first, first + (place & np.uint64(0xFFFF))):
            feature = np.uint64(s32[i])
            c = s32[counts + feature]
            s32[touched + n_touched] = np.uint32(feature)
            s32[counts + feature] = c + np.uint32(times)
            n_touched += is_zero(np.uint64(c))
    if no_sums & n1 != n0:
        s64[smeta[at.IS_DIRECT] + b] = n1
    elif unit_of(model, block) != 0.0 and n_seen != n0:
        sums = (smeta[at.WORD_WEIGHTS] << n1) + (
            meta[block + np.uint64(at.TOKEN_CLASS)] * MEMO_WORDS * width
        )
        accumulate(
            sf, smeta[at.WORD_SUMS] + width * b, s32, sums, width, s32, rows, sf, weights, n_seen
        )
    return n_touched
