"""Lines of a text, and the paragraphs they make."""

from __future__ import annotations

from vectorclf import _segment_py as rules
from vectorclf._jit import kernel
from vectorclf._segment.characters import (
    after_spaces,
    before_spaces,
    code_point,
    is_lower,
    space_length,
)  # fmt: skip
from vectorclf._segment.marks import BREAKS8, n_chars, next_mark

MIN_WIDTH, MAX_WIDTH = rules.MIN_WIDTH, rules.MAX_WIDTH


@kernel
def next_line(data, flags, i, end):
    """(end of the line that begins at `i`, start of the next)."""
    i = next_mark(flags, i, end, BREAKS8)
    if i == end:
        return end, end
    b = data[i]
    # The second half of \r\n makes an empty line, told apart by the caller.
    return i, i + (1 if b < 0x80 else 2 if b < 0xE0 else 3)


@kernel
def paragraphs(data, flags, start, end, lines, joined, room):
    """Fill `lines` with the paragraphs of [start, end); their number, -1 if out of room.

    `lines` has rows of start, end, chars, chars of the first word, indented, blank before.
    """
    n = 0
    i = start
    blank = True
    while i < end:
        stop, following = next_line(data, flags, i, end)
        first = after_spaces(data, i, stop)
        if first == stop:
            # \r\n is one break: the empty line between its halves is none
            if not (stop == i and i > start and data[i - 1] == 0x0D and data[i] == 0x0A):
                blank = True
        else:
            if n >= room:
                return -1
            last = before_spaces(data, first, stop)
            lines[6 * n] = first
            lines[6 * n + 1] = last
            lines[6 * n + 2] = n_chars(flags, first, last)
            lines[6 * n + 4] = first > i
            lines[6 * n + 5] = blank
            blank = False
            n += 1
        i = following
    m = 0  # paragraphs written, over the lines already used
    block = 0
    while block < n:
        stop = block + 1
        width = lines[6 * block + 2] if lines[6 * block + 2] <= MAX_WIDTH else 0
        while stop < n and lines[6 * stop + 5] == 0:
            if width < lines[6 * stop + 2] <= MAX_WIDTH:
                width = lines[6 * stop + 2]
            stop += 1
        n_lines = stop - block
        wrapped = False
        if n_lines > 1 and width >= MIN_WIDTH:
            n_full = 0
            for k in range(block, stop - 1):
                word_end = lines[6 * (k + 1)]
                while word_end < lines[6 * (k + 1) + 1]:
                    if space_length(data, word_end, lines[6 * (k + 1) + 1]) > 0:
                        break
                    word_end += 1
                word = n_chars(flags, lines[6 * (k + 1)], word_end)
                full = (
                    lines[6 * k + 2] <= MAX_WIDTH
                    and lines[6 * (k + 1) + 2] <= MAX_WIDTH
                    and lines[6 * k + 2] + 1 + word > width
                )
                lines[6 * k + 3] = full
                n_full += full
            if n_lines == 2:
                c, _ = code_point(data, lines[6 * (block + 1)], lines[6 * (block + 1) + 1])
                wrapped = is_lower(c) and lines[6 * block + 3] == 1
            else:
                wrapped = 3 * n_full >= 2 * (n_lines - 1)
        for k in range(block, stop):
            joins = (
                wrapped
                and k > block
                and joined[0] == 1
                and not (lines[6 * k + 4] == 1 and joined[1] == 0)
            )
            joined[0] = lines[6 * k + 3]
            joined[1] = lines[6 * k + 4]
            if joins:
                lines[6 * (m - 1) + 1] = lines[6 * k + 1]
                lines[6 * (m - 1) + 2] += lines[6 * k + 2] + 1
            else:
                lines[6 * m] = lines[6 * k]
                lines[6 * m + 1] = lines[6 * k + 1]
                lines[6 * m + 2] = lines[6 * k + 2]
                m += 1
        block = stop
    return m
