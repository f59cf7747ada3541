"""The hot path: UTF-8 in, scores out. Arrays in, arrays out; kernels trust their input.

One call scores many byte slices of one buffer. Per slice and window of text:

1. `fold`: 64 bytes at a time, lower-case ASCII and classify into bit masks; decode the
   non-ASCII rest and look its code points up.
2. token edges from the masks, then all hashes, then all lookups.
3. counts and the list of touched features; an n-gram is looked up by the pair (id of its
   first words, id of its last), never by its text.
4. `score_block`: one weight row a distinct feature, four at a time; counts are cleared as
   they are read, so nothing costs O(n_features) a row.
5. `combine`: norms, pivots and weights of the union, one scalar a block.

A row's arithmetic depends on the row's bytes alone, in their order: bit for bit the same
in any batch, chunk or thread.

Two conventions. `model` is the tuple (meta, uint64, uint32, uint8, float64, float32
views of the same memory, meta as float64), `scratch` likewise (`_layout.py` says what lies where). All indices are
uint64: signed ones make Numba test for wrap-around at every access.
"""

from __future__ import annotations

import math

import numpy as np

from vectorclf import _layout as at
from vectorclf import _unicode
from vectorclf._intrinsics import accumulate, classify, ctz, load_u64, pointer, prefetch
from vectorclf._jit import inline, kernel, part

_0, _1, _2, _3, _4, _5 = (np.uint64(i) for i in range(6))
_6, _7, _8, _16, _32 = (np.uint64(i) for i in (6, 7, 8, 16, 32))
_48, _63, _64, _128, _255 = (np.uint64(i) for i in (48, 63, 64, 128, 255))
_ALL, _LOW = np.uint64(0xFFFFFFFFFFFFFFFF), np.uint64(0xFFFFFFFF)
_NONE = _LOW
_K0 = np.uint64(0x9E3779B97F4A7C15)
_K1 = np.uint64(0xC2B2AE3D27D4EB4F)
_K2 = np.uint64(0xD6E8FEB86659FD93)
_IS_WORD, _IS_SPACE, _IS_ODD = (
    np.uint32(_unicode.WORD),
    np.uint32(_unicode.SPACE),
    np.uint32(_unicode.ODD),
)
_TOKEN_LANES = np.uint64(4)
_EDGES_CAP = np.uint64(at.EDGES_CAP)
_BLOCKS, _STRIDE = np.uint64(at.BLOCKS), np.uint64(at.BLOCK_STRIDE)
_MEMO_WORDS, _MEMO_SLOTS = np.uint64(at.MEMO_WORDS), np.uint64(at.MEMO_SLOTS)
_MEMO_BYTES, _MEMO_LIST = np.uint64(at.MEMO_BYTES), np.uint64(at.MEMO_LIST)
_MEMO_POOL, _MEMO_STRIDE = np.uint64(at.MEMO_POOL), np.uint64(at.MEMO_STRIDE)
_GROUP = np.uint64(at.GROUP)
_TF_SIZE = np.uint64(at.TF_SIZE)


# --- text ---------------------------------------------------------------------------------


@inline
def char_length(byte):
    """Bytes of the UTF-8 character that starts with `byte`."""
    if byte < 0xC0:
        return _1
    if byte < 0xE0:
        return _2
    if byte < 0xF0:
        return _3
    return _4


@part
def decode(s8, p, end):
    """Code point at byte `p` and its length; length 0 if it is not well-formed UTF-8."""
    first = np.uint64(s8[p])
    length = char_length(first)
    if first < 0xC2 or first > 0xF4 or p + length > end:
        return _0, _0
    code = first & (_255 >> (length + _1))
    for i in range(_1, length):
        byte = np.uint64(s8[p + i])
        if byte >> _6 != _2:
            return _0, _0
        code = (code << _6) | (byte & _63)
    if length == _3 and (code < 0x800 or code >> np.uint64(11) == 27):
        return _0, _0
    if length == _4 and (code < 0x10000 or code > 0x10FFFF):
        return _0, _0
    return code, length


@part
def fold_high(model, scratch, n, lower):
    """Put the non-ASCII characters of the folded text into the masks, lower-cased."""
    meta, b32, b8 = model[0], model[2], model[3]
    smeta, s64, s8 = scratch[0], scratch[1], scratch[3]
    words, spaces, highs = smeta[at.WORDS], smeta[at.SPACES], smeta[at.HIGHS]
    text = smeta[at.TEXT] << _3
    pages, infos = meta[at.PAGES] << _3, meta[at.INFOS] << _1
    p = _0
    k = _0
    blocks = (n + _63) >> _6
    while k < blocks:
        high = s64[highs + k]
        if p > k << _6:
            high &= _ALL << (p & _63)
        if high == _0:
            k += _1
            continue
        p = (k << _6) + ctz(high)
        while p < n and s8[text + p] >= 128:
            code, length = decode(s8, text + p, text + n)
            if length == _0:
                return at.INVALID
            page = pages + ((code >> _8) << _1)
            entry = (np.uint64(b8[page]) | (np.uint64(b8[page + _1]) << _8)) << _8
            info = b32[infos + (entry | (code & _255))]
            bits = (_1 << length) - _1
            inside = p & _63
            if info & _IS_WORD:
                s64[words + (p >> _6)] |= bits << inside
                if inside + length > _64:
                    s64[words + (p >> _6) + _1] |= bits >> (_64 - inside)
            elif info & _IS_SPACE:
                s64[spaces + (p >> _6)] |= bits << inside
                if inside + length > _64:
                    s64[spaces + (p >> _6) + _1] |= bits >> (_64 - inside)
            if lower:
                if info & _IS_ODD:
                    return at.ODD
                delta = np.uint64(info >> np.uint32(8))
                if delta != _0:
                    code = (code + delta) & np.uint64(0xFFFFFF)
                    for i in range(_1, length):
                        s8[text + p + length - i] = np.uint8(_128 | (code & _63))
                        code >>= _6
                    mark = (np.uint64(0xF00) >> length) & _255
                    s8[text + p] = np.uint8(mark | code)
            p += length
        k = p >> _6
    return at.OK


@part
def fold(data, data_size, lo, n, lower, model, scratch):
    """Copy a window into the scratch text, lower-cased, with its bit masks."""
    smeta, s64, s8 = scratch[0], scratch[1], scratch[3]
    words, spaces, highs = smeta[at.WORDS], smeta[at.SPACES], smeta[at.HIGHS]
    text = smeta[at.TEXT] << _3
    full = n >> _6
    any_high = _0
    for k in range(full):
        i = k << _6
        word, space, high = classify(data, lo + i, s8, text + i, lower)
        s64[words + k] = word
        s64[spaces + k] = space
        s64[highs + k] = high
        any_high |= high
    rest = n & _63
    if rest != _0:
        i = full << _6
        if lo + i + _64 <= data_size:
            word, space, high = classify(data, lo + i, s8, text + i, lower)
        else:
            for j in range(rest):
                s8[text + i + j] = data[lo + i + j]
            word, space, high = classify(s8, text + i, s8, text + i, lower)
        inside = _ALL >> (_64 - rest)
        high &= inside
        s64[words + full] = word & inside
        s64[spaces + full] = space | ~inside
        s64[highs + full] = high
        any_high |= high
    if any_high != _0:
        return fold_high(model, scratch, n, lower)
    return at.OK


@inline
def next_edges(s64, s32, masks, flip, k, blocks, carry, edges, n_edges):
    """Where runs of set bits start and end, from 64-byte block `k` on, until the list fills."""
    while k < blocks and n_edges < _EDGES_CAP:
        mask = s64[masks + k] ^ flip
        edge = mask ^ ((mask << _1) | carry)
        carry = mask >> _63
        base = k << _6
        while edge != _0:
            s32[edges + n_edges] = np.uint32(base + ctz(edge))
            n_edges += _1
            edge &= edge - _1
        k += _1
    return n_edges, k, carry


@part
def has_chars(s8, p, end, n_chars):
    """Whether bytes `p` to `end` hold at least `n_chars` characters."""
    if end - p < n_chars:
        return False
    seen = _0
    while p < end and seen < n_chars:
        p += char_length(s8[p])
        seen += _1
    return seen == n_chars


# --- hash tables --------------------------------------------------------------------------
# An entry is 8 bytes: id + 1 below, 24 bits of the hash and 8 of the length above. A hit is
# then compared with the record (the first 16 bytes, zero-padded) and, past 16, the tail: a
# collision costs time, never a wrong answer.


@inline
def first_bytes(length):
    """Mask of the first `length` of eight bytes; all of them from eight on."""
    # a select, not a branch: token lengths cannot be guessed
    return _ALL >> (_64 - (min(max(length, _1), _8) << _3))


@inline
def hash_bytes(a, p, length):
    """Hash of `length` >= 1 bytes, and their first 16 as two zero-padded numbers."""
    k0 = load_u64(a, p) & first_bytes(length)
    k1 = load_u64(a, p + _8) & first_bytes(length - _8)
    k1 = k1 if length > _8 else _0
    h = (k0 ^ (length * _K2)) * _K0
    h ^= h >> _32
    h = (h ^ k1) * _K1
    h ^= h >> _32
    if length > _16:
        for i in range(_16, length, _8):
            h = (h ^ (load_u64(a, p + i) & first_bytes(length - i))) * _K0
            h ^= h >> _32
    return h, k0, k1


@inline
def tag_of(h, length):
    return ((h >> _32) & np.uint64(0xFFFFFF00)) | min(length, _255)


@inline
def is_zero(x):
    """1 if `x` < 2 ** 63 is 0, else 0; by arithmetic, for LLVM makes branches of tests."""
    return (x - _1) >> _63


@inline
def probe(b64, table, mask, h, tag):
    """Entry that probably is the one sought, 0 if there is none; doubts: 0 if that is sure.

    Two slots are looked at without a branch: whether a token is known, and in which of the
    two, cannot be guessed.
    """
    slot = h & mask
    e0, e1 = b64[table + slot], b64[table + ((slot + _1) & mask)]
    is_0 = is_zero((e0 >> _32) ^ tag)
    is_1 = is_zero((e1 >> _32) ^ tag) & (is_0 ^ _1)
    doubts = _1 ^ (is_0 | is_1 | is_zero(e0 & _LOW) | is_zero(e1 & _LOW))
    return (e0 & (_0 - is_0)) | (e1 & (_0 - is_1)), doubts


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
        if entry == _0:
            return _NONE
        if entry >> _32 == tag:
            i = (entry & _LOW) - _1
            if b64[records + _2 * i] == k0 and b64[records + _2 * i + _1] == k1:
                if length <= _16:
                    return i
                place = b64[meta[block + np.uint64(at.TAILS)] + i]
                if place & _LOW == length - _16:
                    tail = place >> _32
                    j = _0
                    while j < length - _16 and b8[tail + j] == a[p + _16 + j]:
                        j += _1
                    if j == length - _16:
                        return i
        slot = (slot + _1) & mask


@inline
def pair_hash(key):
    h = key * _K0
    h = (h ^ (h >> _32)) * _K1
    return h ^ (h >> _32)


@inline
def find_pair(b64, pairs, mask, keys, node, word):
    """Id of the n-gram that `word` makes of the n-gram `node`, or none."""
    key = (node << _32) | word
    h = pair_hash(key)
    tag = h >> _32
    slot = h & mask
    while True:
        entry = b64[pairs + slot]
        if entry == _0:
            return _NONE
        if entry >> _32 == tag:
            i = (entry & _LOW) - _1
            if b64[keys + i] == key:
                return i
        slot = (slot + _1) & mask


@part
def add_term(model, block, p, length, i):
    """Put bytes `p` to `p + length` of the model's memory into the block's vocabulary."""
    meta, b64, b8 = model[0], model[1], model[3]
    table, mask = meta[block + np.uint64(at.TABLE)], meta[block + np.uint64(at.TABLE_MASK)]
    records = meta[block + np.uint64(at.RECORDS)] + _2 * i
    h, k0, k1 = hash_bytes(b8, p, length)
    slot = h & mask
    while b64[table + slot] != _0:
        slot = (slot + _1) & mask
    b64[table + slot] = (tag_of(h, length) << _32) | (i + _1)
    b64[records] = k0
    b64[records + _1] = k1
    if length > _16:
        b64[meta[block + np.uint64(at.TAILS)] + i] = ((p + _16) << _32) | (length - _16)


@part
def find_term(model, block, p, length):
    """Id of bytes `p` to `p + length` of the model's memory in the block's vocabulary."""
    b8 = model[3]
    h, k0, k1 = hash_bytes(b8, p, length)
    return find(model, block, b8, p, length, h, k0, k1)


@part
def add_pair(model, block, node, word, i):
    """Make id `i` the n-gram of `node` and `word`."""
    meta, b64 = model[0], model[1]
    pairs, mask = meta[block + np.uint64(at.PAIRS)], meta[block + np.uint64(at.PAIRS_MASK)]
    key = (node << _32) | word
    h = pair_hash(key)
    slot = h & mask
    while b64[pairs + slot] != _0:
        slot = (slot + _1) & mask
    b64[pairs + slot] = ((h >> _32) << _32) | (i + _1)
    b64[meta[block + np.uint64(at.KEYS)] + i] = key


@kernel
def build_words(meta, blob, b, starts, lengths, n_words, stop_starts, stop_lengths):
    """Fill the tables of a word block; how many ids it took, how many of them words.

    Ids: features in the order given, then stop words, then what is no feature itself but
    part of one. A term scikit-learn's analyzer can never make gets no entry.
    """
    model = views(meta, blob)
    b64, b8 = model[1], model[3]
    block = _BLOCKS + _STRIDE * np.uint64(b)
    pairs, pairs_mask = meta[block + np.uint64(at.PAIRS)], meta[block + np.uint64(at.PAIRS_MASK)]
    keys = meta[block + np.uint64(at.KEYS)]
    min_n, max_n = meta[block + np.uint64(at.MIN_N)], meta[block + np.uint64(at.MAX_N)]
    size, n_stop = np.uint64(starts.size), np.uint64(stop_starts.size)
    for i in range(n_stop):
        add_term(model, block, stop_starts[i], stop_lengths[i], size + i)
    n_ids = size + n_stop
    n_distinct = n_stop
    for i in range(size):
        if n_words[i] == _1 and min_n == _1 and lengths[i] != _0:
            if find_term(model, block, starts[i], lengths[i]) == _NONE:
                add_term(model, block, starts[i], lengths[i], i)
                n_distinct += _1
    for n in range(max(min_n, _2), max_n + _1):
        for i in range(size):
            if n_words[i] != n:
                continue
            end = starts[i] + lengths[i]
            p = starts[i]
            node = _NONE
            for k in range(n):
                q = p
                while q < end and b8[q] != 32:
                    q += _1
                if q == p:  # two spaces: no token is empty
                    break
                word = find_term(model, block, p, q - p)
                if word == _NONE:
                    word = n_ids
                    add_term(model, block, p, q - p, word)
                    n_ids += _1
                    n_distinct += _1
                if word - size < n_stop:
                    break
                if k == _0:
                    node = word
                elif k + _1 == n:
                    add_pair(model, block, node, word, i)
                else:
                    found = find_pair(b64, pairs, pairs_mask, keys, node, word)
                    if found == _NONE:
                        found = n_ids
                        add_pair(model, block, node, word, found)
                        n_ids += _1
                    node = found
                p = q + _1
    return n_ids, n_distinct


@kernel
def build_ngrams(meta, blob, b, starts, lengths):
    """Fill the tables of a character block; how many ids it took, twice."""
    model = views(meta, blob)
    block = _BLOCKS + _STRIDE * np.uint64(b)
    for i in range(np.uint64(starts.size)):
        if lengths[i] != _0:
            add_term(model, block, starts[i], lengths[i], i)
    return np.uint64(starts.size), np.uint64(starts.size)


# --- counting -----------------------------------------------------------------------------


@inline
def count(s32, counts, touched, n_touched, feature):
    """One more of `feature`; branchless, since whether it is new cannot be guessed."""
    c = s32[counts + feature]
    s32[touched + n_touched] = np.uint32(feature)
    s32[counts + feature] = c + np.uint32(1)
    return n_touched + is_zero(np.uint64(c))


@inline
def count_if_known(s32, counts, touched, n_touched, feature, size):
    """`count` if `feature` < `size`; others share the spare count after the last one's."""
    place = min(feature, size)
    c = s32[counts + place]
    s32[touched + n_touched] = np.uint32(place)
    s32[counts + place] = c + np.uint32(1)
    return n_touched + (is_zero(np.uint64(c)) & (_1 ^ is_zero(size - place)))


@part
def token_ids(model, scratch, block, n_edges):
    """Look the tokens between the edges up; how many there are, ids and places in the scratch."""
    meta = model[0]
    smeta, s64, s32, s8 = scratch[0], scratch[1], scratch[2], scratch[3]
    text = smeta[at.TEXT] << _3
    edges, ids, places = smeta[at.EDGES] << _1, smeta[at.IDS] << _1, smeta[at.TOKENS]
    min_chars = meta[block + np.uint64(at.MIN_CHARS)]
    n = _0
    for e in range(_0, n_edges >> _1):
        start = text + np.uint64(s32[edges + _2 * e])
        end = text + np.uint64(s32[edges + _2 * e + _1])
        if not has_chars(s8, start, end, min_chars):
            continue
        h, k0, k1 = hash_bytes(s8, start, end - start)
        s32[ids + n] = np.uint32(find(model, block, s8, start, end - start, h, k0, k1))
        s64[places + n] = (start << _32) | (end - start)
        n += _1
    return n


@part
def count_short(model, scratch, b, n_edges, n_touched):
    """Count the tokens between the edges, and their bigrams if the block has any.

    Tokens first, noting which are neighbours, then the pairs. No branch hangs on whether a
    token is known or how long it is: a wrong guess costs as much as half a token.
    """
    meta, b64 = model[0], model[1]
    smeta, s64, s32, s8 = scratch[0], scratch[1], scratch[2], scratch[3]
    block = _BLOCKS + _STRIDE * b
    base, size = meta[block + np.uint64(at.BASE)], meta[block + np.uint64(at.SIZE)]
    n_stop = meta[block + np.uint64(at.N_STOP)]
    min_chars = meta[block + np.uint64(at.MIN_CHARS)]
    table, mask = meta[block + np.uint64(at.TABLE)], meta[block + np.uint64(at.TABLE_MASK)]
    records = meta[block + np.uint64(at.RECORDS)] - _2
    text = smeta[at.TEXT] << _3
    edges, tokens = smeta[at.EDGES] << _1, smeta[at.TOKENS]
    counts = (smeta[at.COUNTS] << _1) + base + b
    touched = (smeta[at.TOUCHED] << _1) + base + b
    n_tokens = _0
    for e in range(_0, n_edges >> _1):
        start = np.uint64(s32[edges + _2 * e])
        length = np.uint64(s32[edges + _2 * e + _1]) - start
        start += text
        is_long = length >= min_chars
        if (s8[start] >= 128) | (min_chars > _2):
            is_long = has_chars(s8, start, start + length, min_chars)
        h, k0, k1 = hash_bytes(s8, start, length)
        prefetch(b64, table + (h & mask))
        token = tokens + (n_tokens << _2)
        s64[token] = h
        s64[token + _1] = k0
        s64[token + _2] = k1
        s64[token + _3] = (start << _32) | length
        n_tokens += np.uint64(is_long)
    previous = s64[smeta[at.NODES] + _32 * b]
    pairs, pairs_mask = meta[block + np.uint64(at.PAIRS)], meta[block + np.uint64(at.PAIRS_MASK)]
    n = _0
    for i in range(n_tokens):
        token = tokens + (i << _2)
        h, k0, k1, place = s64[token], s64[token + _1], s64[token + _2], s64[token + _3]
        length = place & _LOW
        entry, doubts = probe(b64, table, mask, h, tag_of(h, length))
        number = entry & _LOW  # one more than the id; 0 reads in vain what is before
        record = records + (number << _1)
        difference = (b64[record] ^ k0) | (b64[record + _1] ^ k1)
        doubts |= difference & (is_zero(number) - _1)
        doubts |= (length - _1) >> _4  # more than 16 bytes: the tail is to be compared too
        word = (number - _1) & _LOW
        if doubts != _0:
            word = find(model, block, s8, place >> _32, length, h, k0, k1)
        if word - size < n_stop:
            continue
        n_touched = count_if_known(s32, counts, touched, n_touched, word, size)
        key = (previous << _32) | word
        h = pair_hash(key)
        prefetch(b64, pairs + (h & pairs_mask))
        pair = tokens + (n << _1)  # its place was read before
        s64[pair] = key
        s64[pair + _1] = h
        n += _1 ^ (is_zero(previous ^ _NONE) | is_zero(word ^ _NONE))
        previous = word
    s64[smeta[at.NODES] + _32 * b] = previous
    if meta[block + np.uint64(at.MAX_N)] == _1:
        return n_touched
    keys = meta[block + np.uint64(at.KEYS)] - _1
    for i in range(n):
        pair = tokens + (i << _1)
        key, h = s64[pair], s64[pair + _1]
        entry, doubts = probe(b64, pairs, pairs_mask, h, h >> _32)
        number = entry & _LOW
        doubts |= (b64[keys + number] ^ key) & (is_zero(number) - _1)
        node = (number - _1) & _LOW
        if doubts != _0:
            node = find_pair(b64, pairs, pairs_mask, keys + _1, key >> _32, key & _LOW)
        n_touched = count_if_known(s32, counts, touched, n_touched, node, size)
    return n_touched


@part
def count_chains(model, scratch, b, n_tokens, n_touched):
    """Count the n-grams of the tokens looked up, for n-grams of three words and more.

    `nodes` holds the n-grams of every length that end at the token before.
    """
    meta, b64 = model[0], model[1]
    smeta, s64, s32 = scratch[0], scratch[1], scratch[2]
    block = _BLOCKS + _STRIDE * b
    base, size = meta[block + np.uint64(at.BASE)], meta[block + np.uint64(at.SIZE)]
    n_stop = meta[block + np.uint64(at.N_STOP)]
    pairs, mask = meta[block + np.uint64(at.PAIRS)], meta[block + np.uint64(at.PAIRS_MASK)]
    keys = meta[block + np.uint64(at.KEYS)]
    ids, nodes = smeta[at.IDS] << _1, smeta[at.NODES] + _32 * b
    counts = (smeta[at.COUNTS] << _1) + base + b
    touched = (smeta[at.TOUCHED] << _1) + base + b
    for i in range(n_tokens):
        word = np.uint64(s32[ids + i])
        if word - size < n_stop:
            continue
        n_touched = count_if_known(s32, counts, touched, n_touched, word, size)
        for m in range(meta[block + np.uint64(at.MAX_N)] - _1, _0, -1):
            node = s64[nodes + np.uint64(m) - _1]
            if node != _NONE and word != _NONE:
                node = find_pair(b64, pairs, mask, keys, node, word)
                if node < size:
                    n_touched = count(s32, counts, touched, n_touched, node)
            else:
                node = _NONE
            s64[nodes + np.uint64(m)] = node
        s64[nodes] = word
    return n_touched


@part
def count_words(model, scratch, b, n):
    """Count the word n-grams of a window of `n` bytes, going on from the window before."""
    meta = model[0]
    smeta, s64, s32 = scratch[0], scratch[1], scratch[2]
    block = _BLOCKS + _STRIDE * b
    max_n = meta[block + np.uint64(at.MAX_N)]
    masks, flip = smeta[at.WORDS], _0
    if meta[block + np.uint64(at.TOKEN_CLASS)] == _IS_SPACE:
        masks, flip = smeta[at.SPACES], _ALL
    edges = smeta[at.EDGES] << _1
    n_touched = s64[smeta[at.N_TOUCHED] + b]
    blocks = (n + _63) >> _6
    k = carry = n_edges = _0
    while True:
        n_edges, k, carry = next_edges(s64, s32, masks, flip, k, blocks, carry, edges, n_edges)
        if k == blocks and carry != _0:
            s32[edges + n_edges] = np.uint32(n)
            n_edges += _1
        if max_n <= _2:
            n_touched = count_short(model, scratch, b, n_edges, n_touched)
        else:
            n_tokens = token_ids(model, scratch, block, n_edges)
            n_touched = count_chains(model, scratch, b, n_tokens, n_touched)
        if k == blocks:
            break
        s32[edges] = s32[edges + n_edges - _1]  # a start without its end yet
        n_edges &= _1
    s64[smeta[at.N_TOUCHED] + b] = n_touched


@inline
def find_quickly(model, block, a, p, length):
    """Id + 1 of bytes `p` to `p + length` of `a`, or 0; without a branch where that is sure."""
    meta, b64 = model[0], model[1]
    h, k0, k1 = hash_bytes(a, p, length)
    entry, doubts = probe(
        b64, meta[block + np.uint64(at.TABLE)], meta[block + np.uint64(at.TABLE_MASK)],
        h, tag_of(h, length),
    )  # fmt: skip
    number = entry & _LOW
    record = meta[block + np.uint64(at.RECORDS)] + (number << _1) - _2
    difference = (b64[record] ^ k0) | (b64[record + _1] ^ k1)
    doubts |= difference & (is_zero(number) - _1)
    doubts |= (length - _1) >> _4  # more than 16 bytes: the tail is to be compared too
    if doubts != _0:
        return (find(model, block, a, p, length, h, k0, k1) + _1) & _LOW
    return number


@inline
def emit(model, scratch, block, p, q, mode, target, n_found, counts, touched):
    """One n-gram: into the counts, or its id, or its id and place, to the list at `target`."""
    s32, s8 = scratch[2], scratch[3]
    number = find_quickly(model, block, s8, p, q - p)
    if mode == at.LIST:
        s32[target + n_found] = np.uint32(number - _1)
        return n_found + (is_zero(number) ^ _1)
    if number == _0:
        return n_found
    if mode == at.COUNT:
        return count(s32, counts, touched, n_found, number - _1)
    put_place(s32, target, n_found, number - _1, p, q)
    return n_found + _1


@inline
def put_place(s32, target, n_found, feature, p, q):
    """Note that `feature` stands in bytes `p` to `q` of the scratch."""
    s32[target + _3 * n_found] = np.uint32(feature)
    s32[target + _3 * n_found + _1] = np.uint32(p)
    s32[target + _3 * n_found + _2] = np.uint32(q)


@part
def ngrams(model, scratch, block, start, end, mode, target, n_found, counts, touched):
    """Character n-grams of bytes `start` to `end` of the scratch, as scikit-learn has them.

    Text shorter than n characters has, inside word boundaries, one "n-gram", itself; and
    a length that fits once ends the matter.
    """
    s8 = scratch[3]
    meta = model[0]
    within_words = meta[block + np.uint64(at.KIND)] == at.CHAR_WB
    for n in range(
        meta[block + np.uint64(at.MIN_N)], meta[block + np.uint64(at.MAX_N)] + _1
    ):
        p = q = start
        size = _0
        while size < n and q < end:
            q += char_length(s8[q])
            size += _1
        if size < n and not within_words or size == _0:
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
def list_short_ngrams(model, scratch, block, start, end, target):
    """List the n-grams of a padded ASCII word, of at most 8 bytes each: the common case.

    All hashes first, then all lookups; the order is that of `ngrams`.
    """
    meta, b64 = model[0], model[1]
    smeta, s64, s32, s8 = scratch[0], scratch[1], scratch[2], scratch[3]
    table, mask = meta[block + np.uint64(at.TABLE)], meta[block + np.uint64(at.TABLE_MASK)]
    records = meta[block + np.uint64(at.RECORDS)] - _2
    grams = smeta[at.GRAMS]
    n = _0
    length = end - start
    for size in range(
        meta[block + np.uint64(at.MIN_N)], meta[block + np.uint64(at.MAX_N)] + _1
    ):
        size = min(size, length)
        first = first_bytes(size)
        tail = size * _K2
        for p in range(start, end - size + _1):
            k0 = load_u64(s8, p) & first
            h = (k0 ^ tail) * _K0
            h = (h ^ (h >> _32)) * _K1
            h ^= h >> _32
            h = (h & np.uint64(0xFFFFFF00FFFFFFFF)) | (size << _32)
            prefetch(b64, table + (h & mask))
            s64[grams + n] = h
            s64[grams + n + _1] = k0
            n += _2
        if size == length:
            break
    n_found = _0
    for i in range(_0, n, _2):
        h, k0 = s64[grams + i], s64[grams + i + _1]
        entry, doubts = probe(b64, table, mask, h, h >> _32)
        number = entry & _LOW
        record = records + (number << _1)
        doubts |= ((b64[record] ^ k0) | b64[record + _1]) & (is_zero(number) - _1)
        if doubts != _0:
            size = (h >> _32) & _255
            number = find_doubtful(model, block, k0, size)
        s32[target + n_found] = np.uint32(number - _1)
        n_found += is_zero(number) ^ _1
    return n_found


@part
def find_doubtful(model, block, k0, size):
    """Id + 1 of up to 8 bytes, given as a number, or 0."""
    h = (k0 ^ (size * _K2)) * _K0
    h = (h ^ (h >> _32)) * _K1
    h ^= h >> _32
    return (find(model, block, model[3], _0, size, h, k0, _0) + _1) & _LOW


@part
def sum_word(model, scratch, b, number, ids, n):
    """Note what the `n` n-grams of word `number` add to every score, in whole units.

    Returns whether that could be done: sums past 32 bits are not kept.
    """
    meta, b32 = model[0], model[2]
    smeta, s32, sf = scratch[0], scratch[2], scratch[4]
    block = _BLOCKS + _STRIDE * b
    base, width = meta[block + np.uint64(at.BASE)], meta[at.WIDTH]
    if unit_of(model, block) == 0.0:
        return True
    sums = smeta[at.WORD_SUMS] + width * meta[at.N_BLOCKS]
    rows, weights, coef = smeta[at.ROWS] << _1, smeta[at.WEIGHTS], meta[at.COEF] << _1
    for j in range(width):
        sf[sums + j] = 0.0
    for first in range(_0, n, _GROUP):
        some = min(n - first, _GROUP)
        for i in range(some):
            row = base + np.uint64(s32[ids + first + i])
            for lane in range(_0, width, _16):
                prefetch(b32, coef + row * width + lane)
            s32[rows + i] = np.uint32(row)
            sf[weights + i] = 1.0
        accumulate(sf, sums, b32, coef, width, s32, rows, sf, weights, some)
    memo = meta[block + np.uint64(at.TOKEN_CLASS)] * _MEMO_WORDS
    place = (smeta[at.WORD_WEIGHTS] << _1) + (memo + number) * width
    largest = 0.0
    for j in range(width):
        largest = max(largest, abs(sf[sums + j]))
        s32[place + j] = np.uint32(np.int64(sf[sums + j]) & np.int64(0xFFFFFFFF))
    return largest < 2147483648.0


@part
def memo_reset(s64, memo):
    """Forget all words: cheaper than choosing, and frequent ones are back at once."""
    for i in range(_MEMO_SLOTS):
        s64[memo + i] = _0
    state = memo + _MEMO_STRIDE - _8
    s64[state] = _0
    s64[state + _1] = _0


@inline
def same_rest(s64, s8, record, p, length):
    """Whether the word at `p` is the record's from the 17th byte on."""
    for i in range(_16, length, _8):
        if s64[record + (i >> _3)] != load_u64(s8, p + i) & first_bytes(length - i):
            return False
    return True


@part
def memo_find(s64, s8, memo, p, length, h, k0, k1):
    """Record of a remembered word, or none, and the free slot it would have."""
    mask = _MEMO_SLOTS - _1
    tag = tag_of(h, length)
    slot = h & mask
    while True:
        entry = s64[memo + slot]
        if entry == _0:
            return _NONE, slot
        if entry >> _32 == tag:
            record = memo + _MEMO_SLOTS + _8 * ((entry & _LOW) - _1)
            if s64[record] == k0 and s64[record + _1] == k1:
                if same_rest(s64, s8, record, p, length):
                    return record, slot
        slot = (slot + _1) & mask


@part
def memo_add(model, scratch, b, memo, slot, p, length, h, k0, k1):
    """Work a word's n-grams out and remember them; its record.

    A record is 64 bytes: 48 of the word, where its list of ids is and how long (and bit 16:
    no sums), and how often the word was seen since the last `count_seen`.
    """
    meta = model[0]
    s64, s8 = scratch[1], scratch[3]
    block = _BLOCKS + _STRIDE * b
    state = memo + _MEMO_STRIDE - _8
    n_words, used = s64[state], s64[state + _1]
    pool = ((memo + _MEMO_SLOTS + _8 * _MEMO_WORDS) << _1) + used
    high = _0
    for i in range(_0, length, _8):
        high |= load_u64(s8, p + i) & first_bytes(length - i)
    if high & np.uint64(0x8080808080808080) == _0 and meta[block + np.uint64(at.MAX_N)] <= _8:
        found = list_short_ngrams(model, scratch, block, p - _1, p + length + _1, pool)
    else:
        found = ngrams(
            model, scratch, block, p - _1, p + length + _1, at.LIST, pool, _0, _0, _0
        )
    has_sums = sum_word(model, scratch, b, n_words, pool, found)
    record = memo + _MEMO_SLOTS + _8 * n_words
    s64[record] = k0
    s64[record + _1] = k1
    for i in range(_16, length, _8):
        s64[record + (i >> _3)] = load_u64(s8, p + i) & first_bytes(length - i)
    s64[record + _6] = (used << _32) | (_0 if has_sums else _1 << _16) | found
    s64[record + _7] = _0
    s64[memo + slot] = (tag_of(h, length) << _32) | (n_words + _1)
    s64[state] = n_words + _1
    s64[state + _1] = used + found
    return record


@part
def count_seen(model, scratch, b, memo, n_seen, counts, touched, n_touched):
    """Count the n-grams of the words seen, each as often as its word; add the words' sums."""
    meta = model[0]
    smeta, s64, s32, sf = scratch[0], scratch[1], scratch[2], scratch[4]
    block = _BLOCKS + _STRIDE * b
    width = meta[at.WIDTH]
    seen, rows, weights = smeta[at.SEEN], smeta[at.ROWS] << _1, smeta[at.WEIGHTS]
    records = memo + _MEMO_SLOTS
    pool = (records + _8 * _MEMO_WORDS) << _1
    no_sums = _0
    for w in range(n_seen):
        record = s64[seen + w]
        place, times = s64[record + _6], s64[record + _7]
        s64[record + _7] = _0
        s32[rows + w] = np.uint32((record - records) >> _3)
        sf[weights + w] = np.float64(times)
        no_sums |= place >> _16
        first = pool + (place >> _32)
        for i in range(first, first + (place & np.uint64(0xFFFF))):
            feature = np.uint64(s32[i])
            c = s32[counts + feature]
            s32[touched + n_touched] = np.uint32(feature)
            s32[counts + feature] = c + np.uint32(times)
            n_touched += is_zero(np.uint64(c))
    if no_sums & _1 != _0:
        s64[smeta[at.IS_DIRECT] + b] = _1
    elif unit_of(model, block) != 0.0 and n_seen != _0:
        sums = (smeta[at.WORD_WEIGHTS] << _1) + (
            meta[block + np.uint64(at.TOKEN_CLASS)] * _MEMO_WORDS * width
        )
        accumulate(
            sf, smeta[at.WORD_SUMS] + width * b, s32, sums, width, s32, rows, sf, weights, n_seen
        )
    return n_touched


@inline
def unit_of(model, block):
    """Unit of the block's remembered sums, 0 if it has none."""
    return model[6][block + np.uint64(at.UNIT)]


@part
def count_padded_words(model, scratch, b, n):
    """Count the character n-grams inside the white-space separated words of a window.

    A word's n-grams depend on the word alone: they are worked out once and remembered, and
    counted once for all of a word's occurrences. Features are touched in the order in which
    their words first come, whatever the memory held before: a row's sum is always the same.
    """
    meta = model[0]
    smeta, s64, s32, s8 = scratch[0], scratch[1], scratch[2], scratch[3]
    block = _BLOCKS + _STRIDE * b
    base = meta[block + np.uint64(at.BASE)]
    counts = (smeta[at.COUNTS] << _1) + base + b
    touched = (smeta[at.TOUCHED] << _1) + base + b
    memo = smeta[at.MEMOS] + _MEMO_STRIDE * meta[block + np.uint64(at.TOKEN_CLASS)]
    state = memo + _MEMO_STRIDE - _8
    records = memo + _MEMO_SLOTS - _8
    pool = (records + _8 * (_MEMO_WORDS + _1)) << _1
    width = meta[at.WIDTH]
    sums = (smeta[at.WORD_WEIGHTS] << _1) + (
        (meta[block + np.uint64(at.TOKEN_CLASS)] * _MEMO_WORDS - _1) * width
    )
    n_lengths = meta[block + np.uint64(at.MAX_N)] - meta[block + np.uint64(at.MIN_N)] + _1
    longest = min(_MEMO_BYTES, max(_MEMO_LIST // n_lengths, _2) - _2)
    edges, tokens, seen = smeta[at.EDGES] << _1, smeta[at.TOKENS], smeta[at.SEEN]
    text = smeta[at.TEXT] << _3
    n_touched = s64[smeta[at.N_TOUCHED] + b]
    blocks = (n + _63) >> _6
    k = carry = n_edges = n_seen = _0
    while True:
        n_edges, k, carry = next_edges(
            s64, s32, smeta[at.SPACES], _ALL, k, blocks, carry, edges, n_edges
        )
        if k == blocks and carry != _0:
            s32[edges + n_edges] = np.uint32(n)
            n_edges += _1
        n_words = n_edges >> _1
        for e in range(n_words):
            start = np.uint64(s32[edges + _2 * e])
            length = np.uint64(s32[edges + _2 * e + _1]) - start
            h, k0, k1 = hash_bytes(s8, text + start, length)
            prefetch(s64, memo + (h & (_MEMO_SLOTS - _1)))
            token = tokens + (e << _2)
            s64[token] = h
            s64[token + _1] = k0
            s64[token + _2] = k1
            s64[token + _3] = (start << _32) | length
        for e in range(n_words):
            token = tokens + (e << _2)
            h, length = s64[token], s64[token + _3] & _LOW
            entry, doubts = probe(s64, memo, _MEMO_SLOTS - _1, h, tag_of(h, length))
            number = entry & _LOW
            prefetch(s64, records + (number << _3))
            s64[token] = number | ((doubts | is_zero(number)) << _32)
        forgotten = _0  # 1 once what was just found has been forgotten
        for e in range(n_words):
            token = tokens + (e << _2)
            number, k0, k1 = s64[token] & _LOW, s64[token + _1], s64[token + _2]
            p, length = text + (s64[token + _3] >> _32), s64[token + _3] & _LOW
            record = records + (number << _3)
            doubts = (s64[token] >> _32) | forgotten
            doubts |= (s64[record] ^ k0) | (s64[record + _1] ^ k1)
            if doubts != _0 or (length > _16 and not same_rest(s64, s8, record, p, length)):
                # white space, perhaps of another kind, stands on both sides: make it spaces
                before, after = s8[p - _1], s8[p + length]
                s8[p - _1] = s8[p + length] = np.uint8(32)
                if length > longest:
                    n_touched = count_seen(
                        model, scratch, b, memo, n_seen, counts, touched, n_touched
                    )
                    n_seen = _0
                    s64[smeta[at.IS_DIRECT] + b] = _1
                    n_touched = ngrams(
                        model, scratch, block, p - _1, p + length + _1, at.COUNT, _0,
                        n_touched, counts, touched,
                    )  # fmt: skip
                    record = _NONE
                else:
                    h, k0, k1 = hash_bytes(s8, p, length)
                    record, slot = memo_find(s64, s8, memo, p, length, h, k0, k1)
                    if record == _NONE:
                        if s64[state] == _MEMO_WORDS or s64[state + _1] + _MEMO_LIST > _MEMO_POOL:
                            n_touched = count_seen(
                                model, scratch, b, memo, n_seen, counts, touched, n_touched
                            )
                            n_seen = _0
                            memo_reset(s64, memo)
                            forgotten = _1
                            slot = h & (_MEMO_SLOTS - _1)
                        record = memo_add(
                            model, scratch, b, memo, slot, p, length, h, k0, k1
                        )
                s8[p - _1], s8[p + length] = before, after
                if record == _NONE:
                    continue
            times = s64[record + _7]
            s64[record + _7] = times + _1
            listed = pool + (s64[record + _6] >> _32)
            prefetch(s32, listed)
            prefetch(s32, listed + _16)
            for lane in range(_0, width, _16):
                prefetch(s32, sums + ((record - records) >> _3) * width + lane)
            s64[seen + n_seen] = record
            n_seen += is_zero(times)
            if n_seen == _GROUP:
                n_touched = count_seen(
                        model, scratch, b, memo, n_seen, counts, touched, n_touched
                    )
                n_seen = _0
        if k == blocks:
            break
        s32[edges] = s32[edges + n_edges - _1]
        n_edges &= _1
    n_touched = count_seen(
                        model, scratch, b, memo, n_seen, counts, touched, n_touched
                    )
    s64[smeta[at.N_TOUCHED] + b] = n_touched


@part
def squeeze(scratch, n):
    """Copy the text with every run of two or more white-space characters as one space."""
    smeta, s64, s8 = scratch[0], scratch[1], scratch[3]
    source, target = smeta[at.TEXT] << _3, smeta[at.TEXT2] << _3
    spaces = smeta[at.SPACES]
    p = size = _0
    while p < n:
        length = char_length(s8[source + p])
        if (s64[spaces + (p >> _6)] >> (p & _63)) & _1:
            q = p + length
            n_spaces = _1
            while q < n and (s64[spaces + (q >> _6)] >> (q & _63)) & _1:
                q += char_length(s8[source + q])
                n_spaces += _1
            if n_spaces > _1:
                s8[target + size] = np.uint8(32)
                size += _1
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
    block = _BLOCKS + _STRIDE * b
    base = meta[block + np.uint64(at.BASE)]
    size = squeeze(scratch, n)
    text = smeta[at.TEXT2] << _3
    s64[smeta[at.N_TOUCHED] + b] = ngrams(
        model, scratch, block, text, text + size, at.COUNT, _0, s64[smeta[at.N_TOUCHED] + b],
        (smeta[at.COUNTS] << _1) + base + b, (smeta[at.TOUCHED] << _1) + base + b,
    )  # fmt: skip


# --- scoring ------------------------------------------------------------------------------


@part
def term_frequency(model, block, c):
    """What a count too large for the table is worth."""
    mode = model[0][block + np.uint64(at.TF_MODE)]
    if mode == at.RAW:
        return np.float64(c)
    if mode == at.BINARY:
        return 1.0
    return 1.0 + math.log(np.float64(c))


@inline
def term_weight(model, block, base, feature, c):
    """tf times idf of a feature that was counted `c` times."""
    meta, bf = model[0], model[4]
    tf = bf[meta[block + np.uint64(at.TF)] + c] if c < _TF_SIZE else term_frequency(model, block, c)
    return tf * bf[meta[at.IDF] + base + feature]


@part
def score_block(model, scratch, b, coef, coef_at, weights, weights_at):
    """Add the weighted rows of the touched features up; clear their counts.

    First all weights, asking for the rows, then all rows. Of a block with a unit the rows
    are whole numbers of it, idf included, and the words' sums are those of their n-grams;
    what is left to add is what tf makes of those that came more than once.
    """
    meta, bf = model[0], model[4]
    smeta, s64, s32, sf = scratch[0], scratch[1], scratch[2], scratch[4]
    block = _BLOCKS + _STRIDE * b
    base = meta[block + np.uint64(at.BASE)]
    counts = (smeta[at.COUNTS] << _1) + base + b
    touched = (smeta[at.TOUCHED] << _1) + base + b
    n_touched = s64[smeta[at.N_TOUCHED] + b]
    width = meta[at.WIDTH]
    acc, sums = smeta[at.ACC] + width * b, smeta[at.WORD_SUMS] + width * b
    rows = smeta[at.ROWS] << _1
    unit = unit_of(model, block)
    is_summed = (unit != 0.0) & (s64[smeta[at.IS_DIRECT] + b] == _0)
    for j in range(width):
        sf[acc + j] = unit * sf[sums + j] if is_summed else 0.0
        sf[sums + j] = 0.0
    s64[smeta[at.IS_DIRECT] + b] = _0
    idf = meta[at.IDF] + base
    tf, is_raw = meta[block + np.uint64(at.TF)], meta[block + np.uint64(at.TF_MODE)] == at.RAW
    has_l1 = meta[at.HAS_L1] != _0
    sum_2 = sum_1 = 0.0
    for first in range(_0, n_touched, _GROUP):
        some = min(n_touched - first, _GROUP)
        n = _0
        for i in range(some):
            feature = np.uint64(s32[touched + first + i])
            c = np.uint64(s32[counts + feature])
            s32[counts + feature] = np.uint32(0)
            weight = bf[tf + c] if c < _TF_SIZE else term_frequency(model, block, c)
            w = weight * bf[idf + feature]
            sum_2 += w * w
            if has_l1:
                sum_1 += abs(w)
            if is_summed & is_raw:
                continue
            is_in = _1
            if is_summed:
                weight -= np.float64(c)
                is_in = is_zero(c - _1) ^ _1
            if is_in != _0:
                for lane in range(_0, width, _16):
                    prefetch(coef, coef_at + (base + feature) * width + lane)
            s32[rows + n] = np.uint32(base + feature)
            weights[weights_at + n] = weight * unit if unit != 0.0 else w
            n += is_in
        accumulate(sf, acc, coef, coef_at, width, s32, rows, weights, weights_at, n)
    sf[smeta[at.SUMS] + _3 * b] = sum_2
    sf[smeta[at.SUMS] + _3 * b + _1] = sum_1
    s64[smeta[at.N_TOUCHED] + b] = _0


@part
def scales(model, scratch):
    """What every block's values are multiplied by: norms, pivots and weights, in order."""
    meta, b64, bf = model[0], model[1], model[4]
    smeta, sf = scratch[0], scratch[4]
    sums = smeta[at.SUMS]
    for b in range(meta[at.N_BLOCKS]):
        sf[sums + _3 * b + _2] = 1.0
    for i in range(meta[at.N_OPS]):
        op = meta[at.OPS] + _4 * i
        code, first, end, parameter = b64[op], b64[op + _1], b64[op + _2], bf[op + _3]
        factor = parameter
        if code != at.WEIGHT:
            total = 0.0
            for b in range(first, end):
                scale = sf[sums + _3 * b + _2]
                if code == at.NORM_L1:
                    total += abs(scale) * sf[sums + _3 * b + _1]
                else:
                    total += scale * scale * sf[sums + _3 * b]
            if total == 0.0:
                continue
            if code == at.NORM_L1:
                factor = 1.0 / total
            elif code == at.NORM_L2:
                factor = 1.0 / math.sqrt(total)
            else:
                factor = math.sqrt(total) ** -parameter
        for b in range(first, end):
            sf[sums + _3 * b + _2] *= factor


@part
def combine(model, scratch, out, row):
    """The row's scores: intercept plus every block's sum times its scale."""
    meta, bf = model[0], model[4]
    smeta, sf = scratch[0], scratch[4]
    scales(model, scratch)
    width = meta[at.WIDTH]
    for j in range(meta[at.N_LABELS]):
        out[row, j] = bf[meta[at.INTERCEPT] + j]
    for b in range(meta[at.N_BLOCKS]):
        scale = sf[smeta[at.SUMS] + _3 * b + _2]
        start = smeta[at.ACC] + width * b
        for j in range(meta[at.N_LABELS]):
            out[row, j] += scale * sf[start + j]


# --- rows ---------------------------------------------------------------------------------


@part
def window_end(data, lo, hi, cap):
    """End of the window from `lo`: `hi`, or after the last white space within `cap` bytes."""
    if hi - lo <= cap:
        return hi
    end = lo + cap
    while end > lo and data[end - _1] != 32 and data[end - _1] != 10:
        end -= _1
    return end


@part
def forget_row(model, scratch):
    """Clear the counts of a row that was left half-way."""
    meta = model[0]
    smeta, s64, s32 = scratch[0], scratch[1], scratch[2]
    for b in range(meta[at.N_BLOCKS]):
        base = meta[_BLOCKS + _STRIDE * b + np.uint64(at.BASE)]
        touched = (smeta[at.TOUCHED] << _1) + base + b
        for t in range(s64[smeta[at.N_TOUCHED] + b]):
            s32[(smeta[at.COUNTS] << _1) + base + b + np.uint64(s32[touched + t])] = np.uint32(0)
        s64[smeta[at.N_TOUCHED] + b] = _0
        s64[smeta[at.IS_DIRECT] + b] = _0
        for j in range(meta[at.WIDTH]):
            scratch[4][smeta[at.WORD_SUMS] + meta[at.WIDTH] * b + j] = 0.0


@part
def count_row(data, data_size, starts, ends, row, prepared, model, scratch):
    """Count the features of one row in all blocks; what became of it."""
    meta = model[0]
    smeta, s64 = scratch[0], scratch[1]
    n_blocks = meta[at.N_BLOCKS]
    for i in range(_32 * n_blocks):
        s64[smeta[at.NODES] + i] = _NONE
    for variant in range(meta[at.N_VARIANTS]):
        place = row * meta[at.N_VARIANTS] + variant if prepared else row
        lo, hi = np.uint64(starts[place]), np.uint64(ends[place])
        cap = smeta[at.CAP]
        lower = False
        whole = False
        for b in range(n_blocks):
            block = _BLOCKS + _STRIDE * b
            if meta[block + np.uint64(at.VARIANT)] == variant:
                lower = not prepared and meta[block + np.uint64(at.LOWER)] != _0
                whole |= meta[block + np.uint64(at.KIND)] == at.CHAR
        if whole and hi - lo > cap:
            return at.NEED
        while lo < hi:
            end = window_end(data, lo, hi, cap)
            if end == lo:
                return at.NEED
            status = fold(data, data_size, lo, end - lo, lower, model, scratch)
            if status != at.OK:
                return status
            for b in range(n_blocks):
                block = _BLOCKS + _STRIDE * b
                if meta[block + np.uint64(at.VARIANT)] == variant:
                    kind = meta[block + np.uint64(at.KIND)]
                    if kind == at.WORD:
                        count_words(model, scratch, b, end - lo)
                    elif kind == at.CHAR_WB:
                        count_padded_words(model, scratch, b, end - lo)
                    else:
                        count_chars(model, scratch, b, end - lo)
            lo = end
    return at.OK


@inline
def views(meta, words):
    """The same memory as pointers to numbers of several types."""
    return (
        pointer(meta), pointer(words), pointer(words.view(np.uint32)),
        pointer(words.view(np.uint8)), pointer(words.view(np.float64)),
        pointer(words.view(np.float32)), pointer(meta.view(np.float64)),
    )  # fmt: skip


@kernel
def score_rows(
    data, starts, ends, prepared, meta, blob, smeta, sblob, out, statuses, first
):
    """Score byte slices of `data`; the row it stopped at for want of room, else their number.

    Parameters
    ----------
    data : ndarray of uint8, UTF-8
    starts, ends : ndarray of shape (n_rows,) or (n_rows * n_variants,), int64
    prepared : bool
        Whether Python has lower-cased the texts, one variant a way of doing it.
    meta, blob : the model, see `_layout` and `_index`
    smeta, sblob : the scratch of this thread
    out : ndarray of shape (n_rows, n_labels), float64
    statuses : ndarray of shape (n_rows,), uint8
        Filled with `_layout.OK`, ODD or INVALID.
    first : int
        Row to begin with.
    """
    model = views(meta, blob)
    scratch = views(smeta, sblob)
    for row in range(np.uint64(first), np.uint64(statuses.size)):
        status = count_row(
            pointer(data), np.uint64(data.size), pointer(starts), pointer(ends), row, prepared,
            model, scratch,
        )  # fmt: skip
        statuses[row] = status
        if status != at.OK:
            forget_row(model, scratch)
            if status == at.NEED:
                return row
            continue
        for b in range(np.uint64(meta[at.N_BLOCKS])):
            if unit_of(model, _BLOCKS + _STRIDE * b) != 0.0:
                score_block(
                    model, scratch, b, model[2], meta[at.COEF] << _1, scratch[4],
                    smeta[at.WEIGHTS],
                )  # fmt: skip
            elif meta[at.IS_DOUBLE] != _0:
                score_block(
                    model, scratch, b, model[4], meta[at.COEF], scratch[4], smeta[at.WEIGHTS]
                )
            else:
                score_block(
                    model, scratch, b, model[5], meta[at.COEF] << _1, scratch[5],
                    smeta[at.WEIGHTS] << _1,
                )  # fmt: skip
        combine(model, scratch, out, row)
    return np.uint64(statuses.size)
