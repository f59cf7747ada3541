"""Passages and sentences of UTF-8 text, by rules, in one Numba kernel.

The rules, and why, stand in `vectorclf._segment_py`, the readable twin of this file in
plain Python; a Hypothesis test holds the two equal on any text. Here is only what makes
them fast: bytes instead of characters, one table lookup a byte, everything rare decided
after a byte of a rare class was met.
"""

from __future__ import annotations

import numba
import numpy as np

from vectorclf import _segment_py as rules

_ORDINARY, _BREAK, _STOP, _UPPER, _LEAD = 0, 1, 2, 3, 4


def _packed(words):
    """Words of at most eight bytes as sorted uint64: compared exactly, without a hash."""
    return np.array(sorted(int.from_bytes(w.encode(), "big") for w in words), dtype=np.uint64)


def _byte_classes(breaks, stops, upper):
    table = np.zeros(256, dtype=np.uint8)
    if upper:
        table[ord("A") : ord("Z") + 1] = _UPPER
    for characters, kind in ((breaks, _BREAK), (stops, _STOP)):
        for character in characters:
            first = character.encode()[0]
            table[first] = kind if first < 0x80 else _LEAD
    return table


# First bytes worth a look in each of the two scans; all others are passed over.
_LINE_CLASS = _byte_classes(rules.BREAKS, "", False)
_SENTENCE_CLASS = _byte_classes("", rules.STOPS + rules.CJK_STOPS, True)
_IS_SPACE = np.zeros(256, dtype=np.bool_)
_IS_SPACE[[9, 10, 11, 12, 13, 28, 29, 30, 31, 32]] = True
_TITLES = _packed(rules.TITLES)
_NUMBERED = _packed(rules.NUMBERED)
_MAYBE = _packed(rules.MAYBE)
_STARTERS = _packed(rules.STARTERS)
_CLOSERS = np.array(sorted(map(ord, rules.CLOSERS)), dtype=np.uint32)
_OPENERS = np.array(sorted(map(ord, rules.OPENERS)), dtype=np.uint32)
_CJK_STOPS = np.array(sorted(map(ord, rules.CJK_STOPS)), dtype=np.uint32)
_GLUED = np.frombuffer("\0".join((*rules.GLUED, "")).encode(), dtype=np.uint8).copy()
_MAX_CHARS, _SHORT_CHARS, _MENU_LINES = rules.MAX_CHARS, rules.SHORT_CHARS, rules.MENU_LINES
_LONG_SENTENCE, _MIN_PIECE = rules.LONG_SENTENCE, rules.MIN_PIECE
_MIN_WIDTH, _MAX_WIDTH = rules.MIN_WIDTH, rules.MAX_WIDTH

_jit = numba.njit(cache=True, nogil=True, boundscheck=False)


@_jit
def _code_point(data, i, end):
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


@_jit
def _is_in(value, table):
    low, high = 0, table.shape[0]
    while low < high:
        middle = (low + high) >> 1
        if table[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low < table.shape[0] and table[low] == value


@_jit
def _space_length(data, i, end):
    """Bytes of the white-space character at `i`, 0 if it is none (`str.isspace`)."""
    b = data[i]
    if b < 0x80:
        return 1 if _IS_SPACE[b] else 0
    if b == 0xC2 or b == 0xE1 or b == 0xE2 or b == 0xE3:
        c, n = _code_point(data, i, end)
        if (
            c == 0x85 or c == 0xA0 or c == 0x1680 or (0x2000 <= c <= 0x200A)
            or c == 0x2028 or c == 0x2029 or c == 0x202F or c == 0x205F or c == 0x3000
        ):  # fmt: skip
            return n
    return 0


@_jit
def _after_spaces(data, i, end):
    while i < end:
        n = _space_length(data, i, end)
        if n == 0:
            break
        i += n
    return i


@_jit
def _before_spaces(data, start, i):
    """End of the last character in [start, i) that is no space."""
    while i > start:
        j = i - 1
        while j > start and (data[j] & 0xC0) == 0x80:
            j -= 1
        if _space_length(data, j, i) != i - j:
            break
        i = j
    return i


@_jit
def _n_chars(data, start, end):
    n = np.int64(0)
    for i in range(start, end):
        n += (data[i] & 0xC0) != 0x80
    return n


@_jit
def _is_lower(c):
    return (
        (0x61 <= c <= 0x7A)
        or (0xDF <= c <= 0xFF and c != 0xF7)
        or (0x3AC <= c <= 0x3CE)
        or (0x430 <= c <= 0x45F)
    )


@_jit
def _is_ascii_upper(b):
    return 0x41 <= b <= 0x5A


@_jit
def _is_ascii_lower(b):
    return 0x61 <= b <= 0x7A


@_jit
def _is_digit(b):
    return 0x30 <= b <= 0x39


@_jit
def _is_alnum(b):
    return _is_ascii_upper(b) or _is_ascii_lower(b) or _is_digit(b)


@_jit
def _pack(data, start, end):
    value = np.uint64(0)
    for i in range(start, end):
        value = (value << np.uint64(8)) | np.uint64(data[i])
    return value


@_jit
def _next_line(data, i, end):
    """(end of the line that begins at `i`, start of the next)."""
    while i < end:
        kind = _LINE_CLASS[data[i]]
        if kind == _ORDINARY:
            i += 1
            continue
        if kind == _BREAK:
            return i, i + 1  # the second half of \r\n makes a blank line, told apart below
        c, n = _code_point(data, i, end)
        if c == 0x85 or c == 0x2028 or c == 0x2029:
            return i, i + n
        i += n
    return end, end


@_jit
def _is_abbreviation(data, start, dot, following, end):
    """Whether the dot ends an abbreviation rather than a sentence."""
    first = dot
    while first > start and (_is_alnum(data[first - 1]) or data[first - 1] == 0x2E):
        first -= 1
    n = dot - first
    if n == 0 or n > 8:
        return False
    word = _pack(data, first, dot)
    if _is_in(word, _TITLES):
        return True
    only_digits = True
    dotted = n % 2 == 1  # letters with dots between: U.S, a.m, J
    for i in range(first, dot):
        b = data[i]
        only_digits &= _is_digit(b)
        if (i - first) % 2 == 0:
            dotted &= _is_ascii_upper(b) or (_is_ascii_lower(b) and n > 1)
        else:
            dotted &= b == 0x2E
    if only_digits:
        return first == start
    if _is_in(word, _NUMBERED):
        return following < end and _is_digit(data[following])
    if dotted or _is_in(word, _MAYBE):
        stop = following
        while stop < end and _is_alnum(data[stop]) and stop - following <= 8:
            stop += 1
        if stop == following or stop - following > 8 or (stop < end and data[stop] == 0x2E):
            return True
        return not _is_in(_pack(data, following, stop), _STARTERS)
    return False


@_jit
def _sentence_end(data, start, stop, end):
    """(end of the sentence whose marks begin at `stop` or 0, where to look on)."""
    i = stop
    cjk = False
    n_marks = 0
    while i < end:
        c, n = _code_point(data, i, end)
        if _is_in(c, _CJK_STOPS):
            cjk = True
        elif not (c == 0x2E or c == 0x21 or c == 0x3F or c == 0x2026):
            break
        n_marks += 1
        i += n
    if n_marks == 0:  # another character with the same first byte
        _, n = _code_point(data, stop, end)
        return 0, stop + n
    marks_end = i
    while i < end:
        c, n = _code_point(data, i, end)
        if not _is_in(c, _CLOSERS):
            break
        i += n
    if i >= end:
        return end, end
    if cjk:
        return i, i
    following = _after_spaces(data, i, end)
    if following == i:  # no space: "said.The"
        if not (
            stop - 2 >= start
            and _is_ascii_lower(data[stop - 1])
            and _is_ascii_lower(data[stop - 2])
            and following + 1 < end
            and _is_ascii_upper(data[following])
            and (_is_ascii_lower(data[following + 1]) or data[following + 1] == 0x20)
        ):
            return 0, i
    first = following
    while first < end:
        c, n = _code_point(data, first, end)
        if not _is_in(c, _OPENERS):
            break
        first += n
    if first < end:
        c, n = _code_point(data, first, end)
        if _is_lower(c):
            return 0, i
    if (
        n_marks == 1
        and marks_end == i
        and data[stop] == 0x2E
        and _is_abbreviation(data, start, stop, following, end)
    ):
        return 0, i
    return i, i


@_jit
def _glued_phrase(data, start, i, end):
    """Start of a known phrase of web pages that ends at `i`, -1 without one."""
    if i + 1 >= end or not _is_ascii_lower(data[i + 1]):
        return -1
    begin = 0
    for stop in range(_GLUED.shape[0]):
        if _GLUED[stop] != 0:
            continue
        n = stop - begin
        if i - n >= start:
            j = 0
            while j < n and data[i - n + j] == _GLUED[begin + j]:
                j += 1
            if j == n:
                return i - n
        begin = stop + 1
    return -1


@_jit
def _emit(data, start, end, sentences, n):
    """Write the sentence [start, end), in pieces if it is very long; -1 if out of room."""
    end = _before_spaces(data, start, end)
    if start >= end:
        return n
    if end - start <= _LONG_SENTENCE or _n_chars(data, start, end) <= _LONG_SENTENCE:
        if n >= sentences.shape[0]:
            return -1
        sentences[n, 0] = start
        sentences[n, 1] = end
        return n + 1
    i = start
    chars = 0  # of the piece that began at `start`
    cut = start  # after the last space of the piece
    while i < end:
        b = data[i]
        length = _space_length(data, i, end)
        if length == 0:
            if chars >= _MAX_CHARS:
                if cut == start:
                    cut = i
                if n >= sentences.shape[0]:
                    return -1
                sentences[n, 0] = start
                sentences[n, 1] = _before_spaces(data, start, cut)
                n += 1
                start = cut
                chars = _n_chars(data, start, i)
            _, length = _code_point(data, i, end)
            i += length
            chars += 1
        else:
            i += length
            chars += 1
            cut = i
        if b == 0x3B and chars >= _MIN_PIECE and i < end and _space_length(data, i, end) > 0:
            if n >= sentences.shape[0]:
                return -1
            sentences[n, 0] = start
            sentences[n, 1] = i
            n += 1
            i = _after_spaces(data, i, end)
            start = cut = i
            chars = 0
    if start < end:
        if n >= sentences.shape[0]:
            return -1
        sentences[n, 0] = start
        sentences[n, 1] = end
        n += 1
    return n


@_jit
def _paragraph_sentences(data, start, end, sentences, n):
    """Append the sentences of a trimmed paragraph; -1 if out of room."""
    i = start
    while i < end and n >= 0:
        kind = _SENTENCE_CLASS[data[i]]
        if kind == _ORDINARY:
            i += 1
            continue
        if kind == _UPPER:
            if i > start and _is_ascii_lower(data[i - 1]):
                phrase = _glued_phrase(data, start, i, end)
                if phrase >= 0:
                    n = _emit(data, start, phrase, sentences, n)
                    if n >= 0:
                        n = _emit(data, phrase, i, sentences, n)
                    start = i
            i += 1
            continue
        stop, i = _sentence_end(data, start, i, end)
        if stop > 0:
            n = _emit(data, start, stop, sentences, n)
            start = i = _after_spaces(data, stop, end)
    if start < end and n >= 0:
        n = _emit(data, start, end, sentences, n)
    return n


@_jit
def _paragraphs(data, start, end, lines, joined):
    """Fill `lines` with the paragraphs of [start, end); their number, -1 if out of room.

    `lines` has columns start, end, chars, chars of the first word, indented, blank before.
    """
    n = 0
    i = start
    blank = True
    while i < end:
        stop, following = _next_line(data, i, end)
        first = _after_spaces(data, i, stop)
        if first == stop:
            # \r\n is one break: the empty line between its halves is none
            if not (stop == i and i > start and data[i - 1] == 0x0D and data[i] == 0x0A):
                blank = True
        else:
            if n >= lines.shape[0]:
                return -1
            last = _before_spaces(data, first, stop)
            lines[n, 0] = first
            lines[n, 1] = last
            lines[n, 2] = _n_chars(data, first, last)
            lines[n, 4] = first > i
            lines[n, 5] = blank
            blank = False
            n += 1
        i = following
    m = 0  # paragraphs written, over the lines already used
    block = 0
    while block < n:
        stop = block + 1
        width = lines[block, 2] if lines[block, 2] <= _MAX_WIDTH else 0
        while stop < n and lines[stop, 5] == 0:
            if width < lines[stop, 2] <= _MAX_WIDTH:
                width = lines[stop, 2]
            stop += 1
        n_lines = stop - block
        wrapped = False
        if n_lines > 1 and width >= _MIN_WIDTH:
            n_full = 0
            for k in range(block, stop - 1):
                word_end = lines[k + 1, 0]
                while word_end < lines[k + 1, 1]:
                    if _space_length(data, word_end, lines[k + 1, 1]) > 0:
                        break
                    word_end += 1
                word = _n_chars(data, lines[k + 1, 0], word_end)
                full = (
                    lines[k, 2] <= _MAX_WIDTH
                    and lines[k + 1, 2] <= _MAX_WIDTH
                    and lines[k, 2] + 1 + word > width
                )
                lines[k, 3] = full
                n_full += full
            if n_lines == 2:
                c, _ = _code_point(data, lines[block + 1, 0], lines[block + 1, 1])
                wrapped = _is_lower(c) and lines[block, 3] == 1
            else:
                wrapped = 3 * n_full >= 2 * (n_lines - 1)
        for k in range(block, stop):
            joins = (
                wrapped
                and k > block
                and joined[0] == 1
                and not (lines[k, 4] == 1 and joined[1] == 0)
            )
            joined[0] = lines[k, 3]
            joined[1] = lines[k, 4]
            if joins:
                lines[m - 1, 1] = lines[k, 1]
                lines[m - 1, 2] += lines[k, 2] + 1
            else:
                lines[m, 0] = lines[k, 0]
                lines[m, 1] = lines[k, 1]
                lines[m, 2] = lines[k, 2]
                m += 1
        block = stop
    return m


@_jit
def segment_kernel(data, offsets, lines, sentences, sentence_passage, passages):
    """Passages and sentences of every article of a buffer.

    Parameters
    ----------
    data : ndarray of shape (n_bytes,), uint8, UTF-8
    offsets : ndarray of shape (n_articles + 1,), int64
        Article k is ``data[offsets[k]:offsets[k + 1]]``.
    lines : ndarray of shape (room, 6), int64
        Scratch.
    sentences : ndarray of shape (room, 2), int64
        Out: start and end byte of each sentence.
    sentence_passage : ndarray of shape (room,), int64
        Out: the passage that holds each sentence.
    passages : ndarray of shape (room, 3), int64
        Out: start byte, end byte and article of each passage.

    Returns
    -------
    n_sentences, n_passages : int
        -1, -1 if a table has too little room.
    """
    n = 0  # sentences
    m = 0  # passages
    joined = np.zeros(2, dtype=np.int64)
    for article in range(offsets.shape[0] - 1):
        n_paragraphs = _paragraphs(data, offsets[article], offsets[article + 1], lines, joined)
        if n_paragraphs < 0:
            return -1, -1
        n_run = 0  # short paragraphs that wait for what follows
        run_chars = 0
        first = n  # first sentence of the passage in the making
        for k in range(n_paragraphs + 1):
            is_last = k == n_paragraphs
            chars = 0 if is_last else lines[k, 2]
            is_short = not is_last and chars < _SHORT_CHARS
            if n_run > 0 and (
                is_last or run_chars + chars > _MAX_CHARS
                or (not is_short and n_run >= _MENU_LINES)
            ):  # fmt: skip
                passages[m, 0] = sentences[first, 0]
                passages[m, 1] = sentences[n - 1, 1]
                passages[m, 2] = article
                sentence_passage[first:n] = m
                m += 1
                first = n
                n_run = 0
                run_chars = 0
            if is_last:
                break
            paragraph_first = n
            n = _paragraph_sentences(data, lines[k, 0], lines[k, 1], sentences, n)
            if n < 0:
                return -1, -1
            if is_short:
                n_run += 1
                run_chars += chars
                continue
            n_run = 0
            run_chars = 0
            if chars <= _MAX_CHARS:
                passages[m, 0] = sentences[first, 0]
                passages[m, 1] = sentences[n - 1, 1]
                passages[m, 2] = article
                sentence_passage[first:n] = m
                m += 1
                first = n
                continue
            n_parts = (chars + _MAX_CHARS - 1) // _MAX_CHARS
            target = (chars + n_parts - 1) // n_parts
            part = 0
            for s in range(paragraph_first, n):
                length = _n_chars(data, sentences[s, 0], sentences[s, 1])
                if part > 0 and part + 1 + length > _MAX_CHARS:
                    m += 1
                    part = 0
                if part == 0:
                    passages[m, 0] = sentences[s, 0]
                    passages[m, 2] = article
                    part = length
                else:
                    part += 1 + length
                passages[m, 1] = sentences[s, 1]
                sentence_passage[s] = m
                if part >= target and s < n - 1:
                    m += 1
                    part = 0
            m += 1
            first = n
    return n, m


@_jit
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
    for k in range(positions.shape[0]):
        n += _n_chars(data, done, positions[k])
        done = positions[k]
        characters[k] = n
    return characters
