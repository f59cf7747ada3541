"""Hash tables of terms and of pairs of terms.

An entry is 8 bytes: id + 1 below, above it 24 bits of the hash and 8 of the length. A hit is
then compared with the record, the term's first 16 bytes zero-padded, and past 16 with the rest
of it: a collision costs time, never a wrong answer. Of a pair the entry holds both ids.
"""

from __future__ import annotations

import numpy as np

from vectorclf import _layout as at
from vectorclf._intrinsics import load_u64
from vectorclf._jit import inline, part
from vectorclf._kernels.numbers import (
    ALL,
    K0,
    K1,
    K2,
    LOW,
    MAX_PAIR_BITS,
    NONE,
    n0,
    n1,
    n2,
    n3,
    n4,
    n6,
    n8,
    n16,
    n32,
    n63,
    n64,
    n255,
)


@inline
def first_bytes(length):
    """Mask of the first `length` of eight bytes; all of them from eight on."""
    # a select, not a branch: token lengths cannot be guessed
    return ALL >> (n64 - (min(max(length, n1), n8) << n3))


@inline
def hash_bytes(a, p, length):
    """Hash of `length` >= 1 bytes, and their first 16 as two zero-padded numbers."""
    k0 = load_u64(a, p) & first_bytes(length)
    k1 = load_u64(a, p + n8) & first_bytes(length - n8)
    k1 = k1 if length > n8 else n0
    h = (k0 ^ (length * K2)) * K0
    h ^= h >> n32
    h = (h ^ k1) * K1
    h ^= h >> n32
    if length > n16:
        for i in range(n16, length, n8):
            h = (h ^ (load_u64(a, p + i) & first_bytes(length - i))) * K0
            h ^= h >> n32
    return h, k0, k1


@inline
def tag_of(h, length):
    return ((h >> n32) & np.uint64(0xFFFFFF00)) | min(length, n255)


@inline
def is_zero(x):
    """1 if `x` < 2 ** 63 is 0, else 0; by arithmetic, for LLVM makes branches of tests."""
    return (x - n1) >> n63


@inline
def probe(b64, table, mask, h, tag):
    """Entry that probably is the one sought, 0 if there is none; doubts: 0 if that is sure.

    Two slots are looked at without a branch: whether a token is known, and in which of the
    two, cannot be guessed.
    """
    slot = h & mask
    e0, e1 = b64[table + slot], b64[table + ((slot + n1) & mask)]
    is_0 = is_zero((e0 >> n32) ^ tag)
    is_1 = is_zero((e1 >> n32) ^ tag) & (is_0 ^ n1)
    doubts = n1 ^ (is_0 | is_1 | is_zero(e0 & LOW) | is_zero(e1 & LOW))
    return (e0 & (n0 - is_0)) | (e1 & (n0 - is_1)), doubts


@part
def find(model, block, a, p, length, h, k0, k1):
    """Id of bytes `p` to `p + length` of `a` in the block's vocabulary, or none."""
    meta, b64, b8 = model[0], model[1], model[3]
    table, mask = meta[block + np.uint64(at.TABLE)], meta[block + np.uint64(at.TABLE_MASK)]
    records = meta[block + np.uint64(at.RECORDS)]
    tag = tag_of(h, length)
    slot = h & mask
    while True:
        entry = b64[table + slot]
        if entry == n0:
            return NONE
        if entry >> n32 == tag:
            i = (entry & LOW) - n1
            if b64[records + n2 * i] == k0 and b64[records + n2 * i + n1] == k1:
                if length <= n16:
                    return i
                place = b64[meta[block + np.uint64(at.TAILS)] + i]
                if place & LOW == length - n16:
                    tail = place >> n32
                    j = n0
                    while j < length - n16 and b8[tail + j] == a[p + n16 + j]:
                        j += n1
                    if j == length - n16:
                        return i
        slot = (slot + n1) & mask


@inline
def pair_hash(key):
    """Hash of a pair, whose high half is the better one."""
    h = key * K0
    return h ^ (h >> n32)


@inline
def may_be_known(b64, sieve, shift, h):
    """0 if no pair of the table has the hash `h`; 1 for a known one, and for some others.

    A Bloom filter of one hash: most pairs of a text are unknown, and their places in the table
    would be asked of the slower caches for nothing.
    """
    grain = h >> shift
    return (b64[sieve + (grain >> n6)] >> (grain & n63)) & n1


@inline
def find_pair(b64, pairs, mask, keys, bits, node, word):
    """Id of the n-gram that `word` makes of the n-gram `node`, or none."""
    key = (node << n32) | word
    h = pair_hash(key)
    slot = h & mask
    while True:
        entry = b64[pairs + slot]
        if entry == n0:
            return NONE
        if bits <= MAX_PAIR_BITS:
            if entry >> bits == (node << bits) | word:
                return (entry & ((n1 << bits) - n1)) - n1
        elif entry >> n32 == h >> n32:
            i = (entry & LOW) - n1
            if b64[keys + i] == key:
                return i
        slot = (slot + n1) & mask


@inline
def find_quickly(model, block, a, p, length):
    """Id + 1 of bytes `p` to `p + length` of `a`, or 0; without a branch where that is sure."""
    meta, b64 = model[0], model[1]
    h, k0, k1 = hash_bytes(a, p, length)
    entry, doubts = probe(
        b64, meta[block + np.uint64(at.TABLE)], meta[block + np.uint64(at.TABLE_MASK)],
        h, tag_of(h, length),
    )  # fmt: skip
    number = entry & LOW
    record = meta[block + np.uint64(at.RECORDS)] + (number << n1) - n2
    difference = (b64[record] ^ k0) | (b64[record + n1] ^ k1)
    doubts |= difference & (is_zero(number) - n1)
    doubts |= (length - n1) >> n4  # more than 16 bytes: the tail is to be compared too
    if doubts != n0:
        return (find(model, block, a, p, length, h, k0, k1) + n1) & LOW
    return number


@part
def add_term(model, block, p, length, i):
    """Put bytes `p` to `p + length` of the model's memory into the block's vocabulary."""
    meta, b64, b8 = model[0], model[1], model[3]
    table, mask = meta[block + np.uint64(at.TABLE)], meta[block + np.uint64(at.TABLE_MASK)]
    records = meta[block + np.uint64(at.RECORDS)] + n2 * i
    h, k0, k1 = hash_bytes(b8, p, length)
    slot = h & mask
    while b64[table + slot] != n0:
        slot = (slot + n1) & mask
    b64[table + slot] = (tag_of(h, length) << n32) | (i + n1)
    b64[records] = k0
    b64[records + n1] = k1
    if length > n16:
        b64[meta[block + np.uint64(at.TAILS)] + i] = ((p + n16) << n32) | (length - n16)


@part
def find_term(model, block, p, length):
    """Id of bytes `p` to `p + length` of the model's memory in the block's vocabulary."""
    b8 = model[3]
    h, k0, k1 = hash_bytes(b8, p, length)
    return find(model, block, b8, p, length, h, k0, k1)


@part
def add_pair(model, block, node, word, i):
    """Make id `i` the n-gram of `node` and `word`.

    An entry holds both and the id, and needs no record: a cache line less to wait for. Only
    a model of more than two million ids has a record a pair, and an entry as a term has.
    """
    meta, b64 = model[0], model[1]
    pairs, mask = meta[block + np.uint64(at.PAIRS)], meta[block + np.uint64(at.PAIRS_MASK)]
    bits = meta[block + np.uint64(at.PAIR_BITS)]
    key = (node << n32) | word
    h = pair_hash(key)
    grain = h >> meta[block + np.uint64(at.SIEVE_SHIFT)]
    b64[meta[block + np.uint64(at.SIEVE)] + (grain >> n6)] |= n1 << (grain & n63)
    slot = h & mask
    while b64[pairs + slot] != n0:
        slot = (slot + n1) & mask
    if bits <= MAX_PAIR_BITS:
        b64[pairs + slot] = (((node << bits) | word) << bits) | (i + n1)
    else:
        b64[pairs + slot] = ((h >> n32) << n32) | (i + n1)
        b64[meta[block + np.uint64(at.KEYS)] + i] = key


@inline
def high_bits(x, length):
    """Top bits of those of the first `length` of eight bytes that are not ASCII."""
    return x & first_bytes(length) & np.uint64(0x8080808080808080)


@inline
def has_nul(x, length):
    """Whether one of the first `length` of eight bytes is 0."""
    filled = x | ~first_bytes(length)
    zeros = (filled - np.uint64(0x0101010101010101)) & ~filled
    return zeros & np.uint64(0x8080808080808080) != n0


@inline
def gram_hash(k0):
    """Hash of up to 7 bytes, whose high half is the better one."""
    h = k0 * K0
    return h ^ (h >> n32)


@part
def add_gram(model, block, p, length, i):
    """Put a short term into the table of n-grams, if it has no NUL.

    An entry is the term's bytes, zero-padded, and below them its id + 1: a hit needs no second
    look. Without NUL, equal padded bytes are equal terms.
    """
    meta, b64, b8 = model[0], model[1], model[3]
    mask, table = meta[block + np.uint64(at.GRAMS_MASK)], meta[block + np.uint64(at.GRAMS)]
    x = load_u64(b8, p)
    if has_nul(x, length):
        return
    k0 = x & first_bytes(length)
    slot = gram_hash(k0) & mask
    while b64[table + slot] != n0:
        slot = (slot + n1) & mask
    b64[table + slot] = (k0 << meta[block + np.uint64(at.GRAM_BITS)]) | (i + n1)
