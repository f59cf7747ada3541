"""Where sentences end."""

from __future__ import annotations

import numpy as np

from vectorclf import _segment_py as rules
from vectorclf._jit import kernel
from vectorclf._segment.characters import (
    CJK_STOPS,
    CLOSERS,
    IS_CLOSER,
    IS_OPENER,
    IS_STOP,
    OPENERS,
    after_any,
    after_spaces,
    before_spaces,
    code_point,
    is_alnum,
    is_ascii_lower,
    is_ascii_upper,
    is_digit,
    is_in,
    is_lower,
    space_length,
)  # fmt: skip
from vectorclf._segment.marks import GLUE, STOPS8, n_chars, next_mark

MAX_CHARS, LONG_SENTENCE, MIN_PIECE = rules.MAX_CHARS, rules.LONG_SENTENCE, rules.MIN_PIECE
GLUED = np.frombuffer("\0".join((*rules.GLUED, "")).encode(), dtype=np.uint8).copy()


def _packed(words):
    """Words of at most eight bytes as sorted uint64: compared exactly, without a hash."""
    return np.array(sorted(int.from_bytes(w.encode(), "big") for w in words), dtype=np.uint64)


TITLES, NUMBERED = _packed(rules.TITLES), _packed(rules.NUMBERED)
MAYBE, STARTERS = _packed(rules.MAYBE), _packed(rules.STARTERS)
# A first look at a word: no hit, no abbreviation. Saves four binary searches a sentence.
N_SLOTS = np.uint64(4096)
MAY_BE_KNOWN = np.zeros(int(N_SLOTS), dtype=np.bool_)
for _word in (*TITLES, *NUMBERED, *MAYBE):
    MAY_BE_KNOWN[(_word ^ (_word >> np.uint64(13))) % N_SLOTS] = True


@kernel
def pack(data, start, end):
    value = np.uint64(0)
    for i in range(start, end):
        value = (value << np.uint64(8)) | np.uint64(data[i])
    return value


@kernel
def is_abbreviation(data, start, dot, following, end):
    """Whether the dot ends an abbreviation rather than a sentence."""
    first = dot
    is_plain = True  # letters only
    while first > start:
        b = data[first - 1]
        if is_digit(b) or b == 0x2E:
            is_plain = False
        elif not (is_ascii_lower(b) or is_ascii_upper(b)):
            break
        first -= 1
        if dot - first > 8:
            return False
    n = dot - first
    if n == 0:
        return False
    word = pack(data, first, dot)
    if is_plain and n > 1 and not MAY_BE_KNOWN[(word ^ (word >> np.uint64(13))) % N_SLOTS]:
        return False
    if is_in(word, TITLES):
        return True
    only_digits = True
    dotted = n % 2 == 1  # letters with dots between: U.S, a.m, J
    for i in range(first, dot):
        b = data[i]
        only_digits &= is_digit(b)
        if (i - first) % 2 == 0:
            dotted &= is_ascii_upper(b) or (is_ascii_lower(b) and n > 1)
        else:
            dotted &= b == 0x2E
    if only_digits:
        return first == start
    if is_in(word, NUMBERED):
        return following < end and is_digit(data[following])
    if dotted or is_in(word, MAYBE):
        stop = following
        while stop < end and is_alnum(data[stop]) and stop - following <= 8:
            stop += 1
        if stop == following or stop - following > 8 or (stop < end and data[stop] == 0x2E):
            return True
        return not is_in(pack(data, following, stop), STARTERS)
    return False


@kernel
def is_glued(data, start, stop, following, end):
    """Two small letters before the stop, a capitalised word right behind it."""
    return (
        stop - 2 >= start
        and is_ascii_lower(data[stop - 1])
        and is_ascii_lower(data[stop - 2])
        and following + 1 < end
        and is_ascii_upper(data[following])
        and (is_ascii_lower(data[following + 1]) or data[following + 1] == 0x20)
    )


@kernel
def sentence_end(data, start, stop, end):
    """(end of the sentence whose marks begin at `stop` or 0, where to look on)."""
    i = stop
    cjk = False
    n_marks = 0
    while i < end:
        n = 1
        if data[i] < 0x80:
            if not IS_STOP[data[i]]:
                break
        else:
            c, n = code_point(data, i, end)
            if is_in(c, CJK_STOPS):
                cjk = True
            elif c != 0x2026:
                break
        n_marks += 1
        i += n
    marks_end = i
    i = after_any(data, i, end, IS_CLOSER, CLOSERS)
    if i >= end:
        return end, end
    if cjk:
        return i, i
    following = after_spaces(data, i, end)
    if following == i and not is_glued(data, start, stop, following, end):
        return 0, i
    first = after_any(data, following, end, IS_OPENER, OPENERS)
    if first < end:
        c, n = code_point(data, first, end)
        if is_lower(c):
            return 0, i
    if (
        n_marks == 1
        and marks_end == i
        and data[stop] == 0x2E
        and is_abbreviation(data, start, stop, following, end)
    ):
        return 0, i
    return i, i


@kernel
def glued_phrase(data, start, i, end):
    """Start of a known phrase of web pages that ends at `i`, -1 without one."""
    if i + 1 >= end or not is_ascii_lower(data[i + 1]):
        return -1
    begin = 0
    for stop in range(GLUED.shape[0]):
        if GLUED[stop] != 0:
            continue
        n = stop - begin
        if i - n >= start:
            j = 0
            while j < n and data[i - n + j] == GLUED[begin + j]:
                j += 1
            if j == n:
                return i - n
        begin = stop + 1
    return -1


@kernel
def emit(data, flags, start, end, sentences, n, room):
    """Write the sentence [start, end), in pieces if it is very long; -1 if out of room."""
    end = before_spaces(data, start, end)
    if start >= end:
        return n
    if end - start <= LONG_SENTENCE or n_chars(flags, start, end) <= LONG_SENTENCE:
        if n >= room:
            return -1
        sentences[2 * n] = start
        sentences[2 * n + 1] = end
        return n + 1
    i = start
    chars = 0  # of the piece that began at `start`
    cut = start  # after the last space of the piece
    while i < end:
        b = data[i]
        length = space_length(data, i, end)
        if length == 0:
            if chars >= MAX_CHARS:
                if cut == start:
                    cut = i
                if n >= room:
                    return -1
                sentences[2 * n] = start
                sentences[2 * n + 1] = before_spaces(data, start, cut)
                n += 1
                start = cut
                chars = n_chars(flags, start, i)
            _, length = code_point(data, i, end)
            i += length
            chars += 1
        else:
            i += length
            chars += 1
            cut = i
        if b == 0x3B and chars >= MIN_PIECE and i < end and space_length(data, i, end) > 0:
            if n >= room:
                return -1
            sentences[2 * n] = start
            sentences[2 * n + 1] = i
            n += 1
            i = after_spaces(data, i, end)
            start = cut = i
            chars = 0
    if start < end:
        if n >= room:
            return -1
        sentences[2 * n] = start
        sentences[2 * n + 1] = end
        n += 1
    return n


@kernel
def paragraph_sentences(data, flags, start, end, sentences, n, room):
    """Append the sentences of a trimmed paragraph; -1 if out of room."""
    i = start
    while n >= 0:
        i = next_mark(flags, i, end, STOPS8)
        if i == end:
            break
        if flags[i] & GLUE:
            i += 1
            phrase = glued_phrase(data, start, i, end)
            if phrase >= 0:
                n = emit(data, flags, start, phrase, sentences, n, room)
                if n >= 0:
                    n = emit(data, flags, phrase, i, sentences, n, room)
                start = i
            continue
        stop, i = sentence_end(data, start, i, end)
        if stop > 0:
            if stop - start <= LONG_SENTENCE and n < room:
                sentences[2 * n] = start  # the usual case of `emit`, without the call
                sentences[2 * n + 1] = stop
                n += 1
            else:
                n = emit(data, flags, start, stop, sentences, n, room)
            start = i = after_spaces(data, stop, end)
    if start < end and n >= 0:
        n = emit(data, flags, start, end, sentences, n, room)
    return n
