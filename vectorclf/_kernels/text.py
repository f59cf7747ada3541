"""Text in a window: folded, with bit masks of its words, spaces and the rest."""

from __future__ import annotations

import numpy as np

from vectorclf import _layout as at
from vectorclf._intrinsics import classify, ctz, popcount, prefetch
from vectorclf._jit import inline, part
from vectorclf._kernels.numbers import (
    ALL,
    EDGES_CAP,
    IS_ODD,
    IS_SPACE,
    IS_WORD,
    n0,
    n1,
    n2,
    n3,
    n4,
    n6,
    n8,
    n63,
    n64,
    n128,
    n255,
)

AHEAD = np.uint64(256)
"""Bytes behind a row that are asked for while it is worked on."""


@inline
def char_length(byte):
    """Bytes of the UTF-8 character that starts with `byte`."""
    if byte < 0xC0:
        return n1
    if byte < 0xE0:
        return n2
    if byte < 0xF0:
        return n3
    return n4


@part
def decode(s8, p, end):
    """Code point at byte `p` and its length; length 0 if it is not well-formed UTF-8."""
    first = np.uint64(s8[p])
    length = char_length(first)
    if first < 0xC2 or first > 0xF4 or p + length > end:
        return n0, n0
    code = first & (n255 >> (length + n1))
    for i in range(n1, length):
        byte = np.uint64(s8[p + i])
        if byte >> n6 != n2:
            return n0, n0
        code = (code << n6) | (byte & n63)
    if length == n3 and (code < 0x800 or code >> np.uint64(11) == 27):
        return n0, n0
    if length == n4 and (code < 0x10000 or code > 0x10FFFF):
        return n0, n0
    return code, length


@inline
def lower_at(s8, p, code, length, delta):
    """Put the character `delta` further than `code`, of the same length, at byte `p`."""
    code = (code + delta) & np.uint64(0xFFFFFF)
    for i in range(n1, length):
        s8[p + length - i] = np.uint8(n128 | (code & n63))
        code >>= n6
    s8[p] = np.uint8(((np.uint64(0xF00) >> length) & n255) | code)


@part
def fold_high(model, scratch, n, lower):
    """Put the non-ASCII characters of the folded text into the masks, lower-cased.

    Two bytes, which is most of what is not English, need one look at a small table that holds
    the lower case's bytes. The characters of a block of 64 bytes are met by its mask: where a
    word ends cannot be guessed.
    """
    meta, b32 = model[0], model[2]
    smeta, s64, s8 = scratch[0], scratch[1], scratch[3]
    words, spaces, highs = smeta[at.WORDS], smeta[at.SPACES], smeta[at.HIGHS]
    text = smeta[at.TEXT] << n3
    lows = meta[at.LOW_INFOS] << n1
    kept = n0 if lower else n255  # of a byte, what its lower case does not change
    flags = np.uint32(0)
    done = n0  # bytes of text
    for k in range((n + n63) >> n6):
        high = s64[highs + k]
        start = k << n6
        if done > start:
            high &= ALL << (done - start)
        in_words = in_spaces = n0
        while high != n0:
            inside = ctz(high)
            p = start + inside
            first, second = np.uint64(s8[text + p]), np.uint64(s8[text + p + n1])
            if (first - np.uint64(0xC2) < 30) & (second >> n6 == n2) & (p + n1 < n):
                info = b32[lows + (((first & np.uint64(31)) << n6) | (second & n63))]
                length = n2
                low = np.uint64(info >> np.uint32(16))
                s8[text + p] = np.uint8((first & kept) | (low & n255 & ~kept))
                s8[text + p + n1] = np.uint8((second & kept) | ((low >> n8) & ~kept))
            else:
                info, length = fold_wide(model, s8, text + p, text + n, lower)
                if length == n0:
                    return at.INVALID
            flags |= info
            bits = (n1 << length) - n1
            word = bits & (n0 - np.uint64(info & IS_WORD))
            space = bits & (n0 - np.uint64((info & IS_SPACE) >> np.uint32(1)))
            in_words |= word << inside
            in_spaces |= space << inside
            high &= ~(bits << inside)
            if inside + length > n64:
                s64[words + k + n1] |= word >> (n64 - inside)
                s64[spaces + k + n1] |= space >> (n64 - inside)
                done = p + length
        s64[words + k] |= in_words
        s64[spaces + k] |= in_spaces
    return at.ODD if lower and flags & IS_ODD else at.OK


@part
def fold_wide(model, s8, p, end, lower):
    """Flags and length of the character at byte `p`, lower-cased; length 0: not UTF-8."""
    meta, b32, b8 = model[0], model[2], model[3]
    code, length = decode(s8, p, end)
    page = (meta[at.PAGES] << n3) + ((code >> n8) << n1)
    entry = (np.uint64(b8[page]) | (np.uint64(b8[page + n1]) << n8)) << n8
    info = b32[(meta[at.INFOS] << n1) + (entry | (code & n255))]
    delta = np.uint64(info >> np.uint32(8))
    if lower and delta != n0 and length != n0:
        lower_at(s8, p, code, length, delta)
    return info & np.uint32(255), length


@part
def fold(data, data_size, lo, n, lower, model, scratch):
    """Copy a window into the scratch text, lower-cased, with its bit masks.

    What comes behind it is asked for: the next row's text, most often.
    """
    smeta, s64, s8 = scratch[0], scratch[1], scratch[3]
    for ahead in range(n0, AHEAD, n64):
        prefetch(data, lo + n + ahead)
    words, spaces, highs = smeta[at.WORDS], smeta[at.SPACES], smeta[at.HIGHS]
    text = smeta[at.TEXT] << n3
    full = n >> n6
    any_high = n0
    for k in range(full):
        i = k << n6
        word, space, high = classify(data, lo + i, s8, text + i, lower)
        s64[words + k] = word
        s64[spaces + k] = space
        s64[highs + k] = high
        any_high |= high
    rest = n & n63
    if rest != n0:
        i = full << n6
        if lo + i + n64 <= data_size:
            word, space, high = classify(data, lo + i, s8, text + i, lower)
        else:
            for j in range(rest):
                s8[text + i + j] = data[lo + i + j]
            word, space, high = classify(s8, text + i, s8, text + i, lower)
        inside = ALL >> (n64 - rest)
        high &= inside
        s64[words + full] = word & inside
        s64[spaces + full] = space | ~inside
        s64[highs + full] = high
        any_high |= high
    if any_high != n0:
        return fold_high(model, scratch, n, lower)
    return at.OK


@inline
def next_edges(s64, s32, masks, flip, k, blocks, carry, edges, n_edges):
    """Where runs of set bits start and end, from 64-byte block `k` on, until the list fills."""
    while k < blocks and n_edges < EDGES_CAP:
        mask = s64[masks + k] ^ flip
        edge = mask ^ ((mask << n1) | carry)
        carry = mask >> n63
        base = k << n6
        n = popcount(edge)
        for first in range(n_edges, n_edges + n, n8):
            # eight at once, in vain after the last: how often a loop turns cannot be guessed
            for i in range(first, first + n8):
                s32[edges + i] = np.uint32(base + ctz(edge))
                edge &= edge - n1
        n_edges += n
        k += n1
    return n_edges, k, carry


@part
def has_chars(s8, p, end, n_chars):
    """Whether bytes `p` to `end` hold at least `n_chars` characters."""
    if end - p < n_chars:
        return False
    seen = n0
    while p < end and seen < n_chars:
        p += char_length(s8[p])
        seen += n1
    return seen == n_chars
