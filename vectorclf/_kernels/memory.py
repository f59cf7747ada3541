"""Words remembered, with their character n-grams and what these add to every score.

A word has 64 bytes, a cache line: two numbers of its first 16 bytes; one of where its list of
ids is, its length, whether it has no sums, how many ids (32, 6, 1 and 16 bits); one of in how
many rows it was seen, and how often since the last `count_seen` (32 bits each); the rest of a
long word, or up to 16 ids. More ids stand in a pool. Ids have 16 bits where they fit, 32 in
models of more features. Sums stand elsewhere, in the words' order.
"""

from __future__ import annotations

import numpy as np

from vectorclf import _layout as at
from vectorclf._intrinsics import accumulate, load_u64
from vectorclf._jit import inline, part
from vectorclf._kernels.counts import add_listed, square, unit_of
from vectorclf._kernels.lists import N_IDS, list_ids, parts_of, shift_of
from vectorclf._kernels.numbers import (
    BLOCKS,
    LOW,
    MAX_SUMMED,
    MEMO_POOL,
    MEMO_SLOTS,
    NONE,
    STRIDE,
    n0,
    n1,
    n2,
    n3,
    n4,
    n5,
    n6,
    n7,
    n8,
    n16,
    n17,
    n32,
    n63,
)
from vectorclf._kernels.tables import first_bytes, hash_bytes, is_zero

NUMBER_BITS = np.uint64(18)
"""Of a slot's 32 bits: the word's number, from 1 on; the others are of its hash."""
NUMBER = np.uint64((1 << 18) - 1)


@part
def memo_trim(meta, smeta, s64, s32, s8, b):
    """Forget the words seen in fewer than two texts since the last time; at least half of all.

    Most words never come again, and the frequent ones need not be learned anew. What stays
    moves down in its order, so nothing is overwritten before it has moved.
    """
    slots, words, pool, state, sums = parts_of(meta, smeta, b)
    shift = shift_of(meta, b)
    for i in range(slots >> n1, words):
        s64[i] = n0
    width = meta[at.WIDTH]
    most = smeta[at.MEMO_CAP] >> n1
    n_kept = used = n0
    for number in range(s64[state]):
        source = words + (number << n3)
        place = s64[source + n2] >> (n32 + shift)
        is_long = place >= pool
        room = ((((s64[source + n2] & N_IDS) + n7) & ~n7) >> shift) if is_long else n0
        is_full = n_kept >= most or used + room > MEMO_POOL >> n2
        if s64[source + n3] >> n32 < n2 or is_full:
            continue
        target = words + (n_kept << n3)
        for i in range(n8):
            s64[target + i] = s64[source + i]
        for i in range(room):
            s64[pool + used + i] = s64[place + i]
        place = pool + used if is_long else target + n4
        used += room
        s64[target + n2] = (place << (n32 + shift)) | (s64[target + n2] & LOW)
        s64[target + n3] = n0
        for j in range(width):
            s32[sums + n_kept * width + j] = s32[sums + number * width + j]
        length = (s64[target + n2] >> n17) & n63
        h = hash_record(s64, s8, target, length)
        n_kept += n1
        slot = h & (MEMO_SLOTS - n1)
        while s32[slots + slot] != 0:
            slot = (slot + n1) & (MEMO_SLOTS - n1)
        s32[slots + slot] = slot_entry(h, n_kept)
    s64[state] = n_kept
    s64[state + n1] = used


@inline
def slot_entry(h, number):
    """What a slot holds: a word's number, and bits of its hash the slot does not tell."""
    return np.uint32(((h >> n32) << NUMBER_BITS) | number)


@inline
def hash_record(s64, s8, word, length):
    """`hash_bytes` of a remembered word, put together again."""
    if length <= n16:
        h, _, _ = hash_bytes(s8, word << n3, length)
        return h
    place, times = s64[word + n2], s64[word + n3]
    for i in range(n2, n6):  # for a moment, its bytes side by side
        s64[word + i] = s64[word + i + n2]
    h, _, _ = hash_bytes(s8, word << n3, length)
    for i in range(n5, n1, -1):
        s64[word + np.uint64(i) + n2] = s64[word + np.uint64(i)]
    s64[word + n2], s64[word + n3] = place, times
    return h


@inline
def same_rest(s64, s8, word, p, length):
    """Whether the text at `p` is the remembered word from the 17th byte on."""
    for i in range(n16, length, n8):
        if s64[word + n2 + (i >> n3)] != load_u64(s8, p + i) & first_bytes(length - i):
            return False
    return True


@part
def memo_find(model, scratch, b, p, length):
    """A remembered word, or none; else the slot it would have."""
    smeta, s64, s32, s8 = scratch[0], scratch[1], scratch[2], scratch[3]
    slots, words, _, _, _ = parts_of(model[0], smeta, b)
    h, k0, k1 = hash_bytes(s8, p, length)
    tag = slot_entry(h, n0) >> np.uint32(NUMBER_BITS)
    slot = h & (MEMO_SLOTS - n1)
    while True:
        entry = s32[slots + slot]
        if entry == 0:
            return NONE, slot
        if entry >> np.uint32(NUMBER_BITS) == tag:
            word = words + (((np.uint64(entry) & NUMBER) - n1) << n3)
            is_same = s64[word] == k0 and s64[word + n1] == k1
            is_same &= (s64[word + n2] >> n17) & n63 == length
            if is_same and same_rest(s64, s8, word, p, length):
                return word, slot
        slot = (slot + n1) & (MEMO_SLOTS - n1)


@part
def memo_add(model, scratch, b, slot, p, length, n_fresh):
    """Remember a word, as the `n_fresh`-th whose n-grams are still to be found; the word."""
    smeta, s64, s32, s8 = scratch[0], scratch[1], scratch[2], scratch[3]
    slots, words, _, state, _ = parts_of(model[0], smeta, b)
    h, k0, k1 = hash_bytes(s8, p, length)
    word = words + (s64[state] << n3)
    s64[word] = k0
    s64[word + n1] = k1
    s64[word + n2] = length << n17
    s64[word + n3] = n0
    for i in range(n16, length, n8):
        s64[word + n2 + (i >> n3)] = load_u64(s8, p + i) & first_bytes(length - i)
    s64[state] += n1
    s32[slots + slot] = slot_entry(h, s64[state])
    fresh = smeta[at.FRESH] + n2 * n_fresh
    s64[fresh] = word
    s64[fresh + n1] = (p << n32) | length
    return word


@part
def count_seen(model, scratch, b, n_seen, n_touched):
    """Count the n-grams of the words seen, each as often as its word; add the words' sums."""
    meta, b32 = model[0], model[2]
    smeta, s64, s32, sf = scratch[0], scratch[1], scratch[2], scratch[4]
    block = BLOCKS + STRIDE * b
    _, words, _, _, sums = parts_of(meta, smeta, b)
    base, width = meta[block + np.uint64(at.BASE)], meta[at.WIDTH]
    counts = (smeta[at.COUNTS] << n1) + base + b
    touched = (smeta[at.TOUCHED] << n1) + base + b
    stamped, stamp = (smeta[at.STAMPED] << n1) + base + b, s64[smeta[at.STAMP]] << n16
    squares = meta[block + np.uint64(at.SQUARES)] << n1
    seen, rows, weights = smeta[at.SEEN], smeta[at.ROWS] << n1, smeta[at.WEIGHTS]
    shift, listed, s16 = shift_of(meta, b), smeta[at.LISTED] << n1, scratch[7]
    is_whole = s64[smeta[at.IS_WHOLE] + b] != n0
    norm = no_sums = n = n0
    for w in range(n_seen):
        word = s64[seen + w]
        place, times = s64[word + n2], s64[word + n3]
        s64[word + n3] = ((times >> n32) + n1) << n32
        times &= LOW
        first, n_ids = place >> n32, place & N_IDS
        s32[rows + n] = np.uint32((word - words) >> n3)
        sf[weights + n] = np.float64(times)
        n += n1
        filled = first + ((n_ids + n7) & ~n7)
        if is_whole & (n_ids <= MAX_SUMMED):
            if shift == n2:
                norm += square(s16, s32, b32, stamped, squares, stamp, first, filled, times)
            else:
                norm += square(s32, s32, b32, stamped, squares, stamp, first, filled, times)
            continue
        list_ids(scratch, shift, first, n_ids, listed)
        if is_whole:
            n -= n1
            add_listed(model, scratch, block, listed, n_ids, times)
            continue
        no_sums |= place >> n16
        for i in range(listed, listed + n_ids):
            feature = np.uint64(s32[i])
            c = s32[counts + feature]
            s32[touched + n_touched] = np.uint32(feature)
            s32[counts + feature] = c + np.uint32(times)
            n_touched += is_zero(np.uint64(c))
    s64[smeta[at.NORMS] + b] += norm
    if no_sums & n1 != n0:
        s64[smeta[at.IS_DIRECT] + b] = n1
    elif unit_of(model, block) != 0.0 and n != n0:
        accumulate(sf, smeta[at.WORD_SUMS] + width * b, s32, sums, width, s32, rows, sf, weights, n)
    return n_touched
