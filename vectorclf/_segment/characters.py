"""Characters of UTF-8 bytes: code points, white space, marks, small letters."""

from __future__ import annotations

import numpy as np

from vectorclf import _segment_py as rules
from vectorclf._jit import kernel


def ascii_table(characters):
    table = np.zeros(256, dtype=np.bool_)
    table[[ord(c) for c in characters if ord(c) < 128]] = True
    return table


def code_points(characters):
    return np.array(sorted(map(ord, characters)), dtype=np.uint32)


IS_SPACE = ascii_table("\t\n\v\f\r\x1c\x1d\x1e\x1f ")
IS_STOP = ascii_table(rules.STOPS)
IS_CLOSER, CLOSERS = ascii_table(rules.CLOSERS), code_points(rules.CLOSERS)
IS_OPENER, OPENERS = ascii_table(rules.OPENERS), code_points(rules.OPENERS)
CJK_STOPS = code_points(rules.CJK_STOPS)


@kernel
def code_point(data, i, end):
    """Code point at byte `i`, and its length in bytes; a torn one counts as one byte."""
    b = np.uint32(data[i])
    if b < 0x80:
        return b, 1
    if b < 0xE0:
        if i + 2 <= end:
            return ((b & np.uint32(0x1F)) << np.uint32(6)) | np.uint32(data[i + 1] & 0x3F), 2
    elif b < 0xF0:
        if i + 3 <= end:
            return (
                ((b & np.uint32(0x0F)) << np.uint32(12))
                | (np.uint32(data[i + 1] & 0x3F) << np.uint32(6))
                | np.uint32(data[i + 2] & 0x3F)
            ), 3
    elif i + 4 <= end:
        return np.uint32(0x10000), 4  # nothing beyond the first plane is a mark of ours
    return np.uint32(0xFFFD), 1


@kernel
def is_in(value, table):
    low, high = 0, table.shape[0]
    while low < high:
        middle = (low + high) >> 1
        if table[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low < table.shape[0] and table[low] == value


@kernel
def space_length(data, i, end):
    """Bytes of the white-space character at `i`, 0 if it is none (`str.isspace`)."""
    b = data[i]
    if b < 0x80:
        return 1 if IS_SPACE[b] else 0
    if b == 0xC2 or b == 0xE1 or b == 0xE2 or b == 0xE3:
        c, n = code_point(data, i, end)
        if (
            c == 0x85 or c == 0xA0 or c == 0x1680 or (0x2000 <= c <= 0x200A)
            or c == 0x2028 or c == 0x2029 or c == 0x202F or c == 0x205F or c == 0x3000
        ):  # fmt: skip
            return n
    return 0


@kernel
def after_spaces(data, i, end):
    while i < end:
        n = space_length(data, i, end)
        if n == 0:
            break
        i += n
    return i


@kernel
def before_spaces(data, start, i):
    """End of the last character in [start, i) that is no space."""
    while i > start:
        j = i - 1
        while j > start and (data[j] & 0xC0) == 0x80:
            j -= 1
        if space_length(data, j, i) != i - j:
            break
        i = j
    return i


@kernel
def after_any(data, i, end, ascii_table, table):
    """Behind the characters from `i` on that are in the tables."""
    while i < end:
        n = 1
        if data[i] < 0x80:
            if not ascii_table[data[i]]:
                break
        else:
            c, n = code_point(data, i, end)
            if not is_in(c, table):
                break
        i += n
    return i


@kernel
def is_lower(c):
    return (
        (0x61 <= c <= 0x7A)
        or (0xDF <= c <= 0xFF and c != 0xF7)
        or (0x3AC <= c <= 0x3CE)
        or (0x430 <= c <= 0x45F)
    )


@kernel
def is_ascii_upper(b):
    return 0x41 <= b <= 0x5A


@kernel
def is_ascii_lower(b):
    return 0x61 <= b <= 0x7A


@kernel
def is_digit(b):
    return 0x30 <= b <= 0x39


@kernel
def is_alnum(b):
    return is_ascii_upper(b) or is_ascii_lower(b) or is_digit(b)
