"""Articles of a buffer into passages and sentences."""

from __future__ import annotations

import numpy as np

from vectorclf import _segment_py as rules
from vectorclf._intrinsics import pointer
from vectorclf._jit import kernel
from vectorclf._segment.marks import mark, n_chars
from vectorclf._segment.paragraphs import paragraphs
from vectorclf._segment.sentences import paragraph_sentences

MAX_CHARS, SHORT_CHARS, MENU_LINES = rules.MAX_CHARS, rules.SHORT_CHARS, rules.MENU_LINES


@kernel
def segment_kernel(data, offsets, flags, lines, sentences, sentence_passage, passages):
    """Passages and sentences of every article of a buffer.

    Parameters
    ----------
    data : ndarray of shape (n_bytes,), uint8, UTF-8
    offsets : ndarray of shape (n_articles + 1,), int64
        Article k is ``data[offsets[k]:offsets[k + 1]]``.
    flags : ndarray of shape (n_bytes + 8,), uint8
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
    mark(data, flags)
    room = sentence_passage.size
    joined = np.zeros(2, dtype=np.int64)
    # bare pointers, tables row after row: references to arrays are counted in every call
    text, marks = pointer(data), pointer(flags)
    lines, sentences, passages = pointer(lines), pointer(sentences), pointer(passages)
    sentence_passage, was_joined = pointer(sentence_passage), pointer(joined)
    n = 0  # sentences
    m = 0  # passages
    for article in range(offsets.shape[0] - 1):
        begin, end = offsets[article], offsets[article + 1]
        n_paragraphs = paragraphs(text, marks, begin, end, lines, was_joined, room)
        if n_paragraphs < 0:
            return -1, -1
        n_run = 0  # short paragraphs that wait for what follows
        run_chars = 0
        first = n  # first sentence of the passage in the making
        for k in range(n_paragraphs + 1):
            is_last = k == n_paragraphs
            chars = 0 if is_last else lines[6 * k + 2]
            is_short = not is_last and chars < SHORT_CHARS
            if n_run > 0 and (
                is_last or run_chars + chars > MAX_CHARS
                or (not is_short and n_run >= MENU_LINES)
            ):  # fmt: skip
                passages[3 * m] = sentences[2 * first]
                passages[3 * m + 1] = sentences[2 * (n - 1) + 1]
                passages[3 * m + 2] = article
                for s in range(first, n):
                    sentence_passage[s] = m
                m += 1
                first = n
                n_run = 0
                run_chars = 0
            if is_last:
                break
            paragraph_first = n
            n = paragraph_sentences(
                text, marks, lines[6 * k], lines[6 * k + 1], sentences, n, room
            )
            if n < 0:
                return -1, -1
            if is_short:
                n_run += 1
                run_chars += chars
                continue
            n_run = 0
            run_chars = 0
            if chars <= MAX_CHARS:
                passages[3 * m] = sentences[2 * first]
                passages[3 * m + 1] = sentences[2 * (n - 1) + 1]
                passages[3 * m + 2] = article
                for s in range(first, n):
                    sentence_passage[s] = m
                m += 1
                first = n
                continue
            n_parts = (chars + MAX_CHARS - 1) // MAX_CHARS
            target = (chars + n_parts - 1) // n_parts
            part = 0
            for s in range(paragraph_first, n):
                length = n_chars(marks, sentences[2 * s], sentences[2 * s + 1])
                if part > 0 and part + 1 + length > MAX_CHARS:
                    m += 1
                    part = 0
                if part == 0:
                    passages[3 * m] = sentences[2 * s]
                    passages[3 * m + 2] = article
                    part = length
                else:
                    part += 1 + length
                passages[3 * m + 1] = sentences[2 * s + 1]
                sentence_passage[s] = m
                if part >= target and s < n - 1:
                    m += 1
                    part = 0
            m += 1
            first = n
    return n, m
