"""Marks: where in a buffer anything can happen, and how many characters lie between."""

from __future__ import annotations

import numpy as np

from vectorclf._intrinsics import ctz, load_u64, pointer, popcount
from vectorclf._jit import kernel

# What a byte may be the beginning of.
BREAK, STOP, GLUE, CONTINUATION = 1, 2, 4, 8
ONES = 0x0101010101010101
BREAKS8, STOPS8 = np.uint64(ONES * BREAK), np.uint64(ONES * (STOP | GLUE))
CONTINUATIONS8 = np.uint64(ONES * CONTINUATION)


@kernel
def mark(data, flags):
    """Mark every byte; plain comparisons only, so that LLVM does 32 bytes at once."""
    n = data.shape[0]
    for i in range(n - 2):
        flags[i] = marks_of(data[i], data[i + 1], data[i + 2])
    for i in range(max(n - 2, 0), n):
        flags[i] = marks_of(data[i], data[i + 1] if i + 1 < n else np.uint8(0), np.uint8(0))
    flags[n : n + 8] = 0


@kernel
def marks_of(b, c, d):
    is_break = ((b >= 0x0A) & (b <= 0x0D)) | ((b == 0xC2) & (c == 0x85))
    is_break |= (b == 0xE2) & (c == 0x80) & ((d == 0xA8) | (d == 0xA9))
    is_stop = (b == 0x2E) | (b == 0x21) | (b == 0x3F)
    is_stop |= (b == 0xE2) & (c == 0x80) & (d == 0xA6)
    is_stop |= (b == 0xE3) & (c == 0x80) & (d == 0x82)
    is_stop |= (b == 0xEF) & (c == 0xBC) & ((d == 0x81) | (d == 0x9F))
    is_stop |= (b == 0xEF) & (c == 0xBD) & (d == 0xA1)
    is_glue = (b >= 0x61) & (b <= 0x7A) & (c >= 0x41) & (c <= 0x5A)
    is_continuation = (b & 0xC0) == 0x80
    return np.uint8(
        (np.uint8(is_break) * np.uint8(BREAK)) | (np.uint8(is_stop) * np.uint8(STOP))
        | (np.uint8(is_glue) * np.uint8(GLUE))
        | (np.uint8(is_continuation) * np.uint8(CONTINUATION))
    )  # fmt: skip


@kernel
def next_mark(flags, i, end, wanted):
    """First marked byte from `i` on, `end` if there is none."""
    while i < end:
        word = load_u64(flags, np.uint64(i)) & wanted
        if word != 0:
            return min(end, i + np.int64(ctz(word) >> np.uint64(3)))
        i += 8
    return end


@kernel
def bit_count(word):
    return np.int64(popcount(word))


@kernel
def n_chars(flags, start, end):
    """Characters of [start, end)."""
    n = end - start
    i = start
    while i + 8 <= end:
        n -= bit_count(load_u64(flags, np.uint64(i)) & CONTINUATIONS8)
        i += 8
    if i < end:
        keep = (np.uint64(1) << (np.uint64(8) * np.uint64(end - i))) - np.uint64(1)
        n -= bit_count(load_u64(flags, np.uint64(i)) & CONTINUATIONS8 & keep)
    return n


@kernel
def character_offsets(data, positions, start):
    """Characters between `start` and each of the byte positions.

    Parameters
    ----------
    data : ndarray of shape (n_bytes,), uint8, UTF-8
    positions : ndarray of shape (n,), int64, ascending, >= start, on character boundaries
    start : int

    Returns
    -------
    characters : ndarray of shape (n,), int64
    """
    characters = np.empty(positions.shape[0], dtype=np.int64)
    done = np.int64(start)
    n = np.int64(0)
    high = np.uint64(ONES << 7)
    text = pointer(data)
    for k in range(positions.shape[0]):
        stop = positions[k]
        n += stop - done
        while done + 8 <= stop:  # a byte 10xxxxxx continues a character
            word = load_u64(text, np.uint64(done))
            n -= bit_count(word & ~(word << np.uint64(1)) & high)
            done += 8
        while done < stop:
            n -= (text[done] & 0xC0) == 0x80
            done += 1
        characters[k] = n
    return characters
