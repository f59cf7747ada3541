"""Passages and sentences of articles, with spans into the article's own text."""

from __future__ import annotations

import itertools
import threading
from typing import NamedTuple

import numpy as np

from vectorclf import _segment
from vectorclf.records import Passage


class Segments(NamedTuple):
    """Passages and sentences of a buffer of articles; all positions are bytes of it.

    Attributes
    ----------
    passage_starts, passage_ends : ndarray of shape (n_passages,), int64
        In order; they cover every non-space character of an article exactly once.
    passage_articles : ndarray of shape (n_passages,), int64
        The article of each passage, ascending.
    sentence_starts, sentence_ends : ndarray of shape (n_sentences,), int64
        In order; they cover every non-space character of their passage exactly once.
    sentence_passages : ndarray of shape (n_sentences,), int64
        The passage of each sentence, ascending.
    """

    passage_starts: np.ndarray
    passage_ends: np.ndarray
    passage_articles: np.ndarray
    sentence_starts: np.ndarray
    sentence_ends: np.ndarray
    sentence_passages: np.ndarray


def segment_buffer(data, offsets) -> Segments:
    """Passages and sentences of many articles in one UTF-8 buffer, as byte positions.

    Parameters
    ----------
    data : ndarray of shape (n_bytes,), uint8
        Valid UTF-8.
    offsets : ndarray of shape (n_articles + 1,), int64
        Article k is ``data[offsets[k]:offsets[k + 1]]``.

    Returns
    -------
    segments : Segments

    Notes
    -----
    The rules stand in `vectorclf._segment_py`. Releases the GIL. O(n_bytes).
    """
    offsets = np.ascontiguousarray(offsets, dtype=np.int64).view()
    offsets.flags.writeable = False
    # a kept buffer may be three times as long as what is in it
    data = np.ascontiguousarray(data, dtype=np.uint8)[: offsets[-1]]
    data.flags.writeable = False  # one compiled form for frozen and other buffers
    room = int(offsets[-1] - offsets[0]) // 48 + 4 * len(offsets) + 64
    while True:
        flags, lines, sentences, sentence_passages, passages = _tables.of(len(data), room)
        n, m = _segment.segment_kernel(
            data, offsets, flags, lines, sentences, sentence_passages, passages
        )
        if n >= 0:
            break
        room *= 4
    return Segments(
        passages[:m, 0].copy(),
        passages[:m, 1].copy(),
        passages[:m, 2].copy(),
        sentences[:n, 0].copy(),
        sentences[:n, 1].copy(),
        sentence_passages[:n].copy(),
    )


class _Tables(threading.local):
    """The kernel's tables, kept by each thread: fresh memory for every chunk costs 12 %."""

    _MAX_KEPT_BYTES = 16 << 20

    def __init__(self) -> None:
        self._flags = np.empty(0, dtype=np.uint8)
        self._numbers = np.empty(0, dtype=np.int64)

    def of(self, n_bytes: int, room: int) -> tuple[np.ndarray, ...]:
        """Marks of `n_bytes` bytes; lines, sentences, their passages, and passages: `room` each."""
        flags, numbers = self._flags, self._numbers
        if len(flags) < n_bytes + 8:
            flags = np.empty(n_bytes + 8, dtype=np.uint8)
        if len(numbers) < 12 * room:
            numbers = np.empty(12 * room, dtype=np.int64)
        if flags.nbytes + numbers.nbytes <= self._MAX_KEPT_BYTES:
            self._flags, self._numbers = flags, numbers
        lines, sentences, owners, passages, _ = np.split(
            numbers, [6 * room, 8 * room, 9 * room, 12 * room]
        )
        return (
            flags, lines.reshape(room, 6), sentences.reshape(room, 2), owners,
            passages.reshape(room, 3),
        )  # fmt: skip


_tables = _Tables()


def segment(text: str) -> tuple[Passage, ...]:
    """Passages of one text, with their sentences, as character spans of it.

    Examples
    --------
    >>> from vectorclf.passages import segment
    >>> text = "By Ann Lee\\n\\nHe met Col. Orlov in Vienna. He was paid 3.5 million."
    >>> [passage] = segment(text)
    >>> for start, end in passage.sentences:
    ...     print(text[start:end])
    By Ann Lee
    He met Col. Orlov in Vienna.
    He was paid 3.5 million.
    """
    # A lone surrogate is no Unicode text, but a span must come out right even there.
    data = np.frombuffer(text.encode("utf-8", "surrogatepass"), dtype=np.uint8)
    segments = segment_buffer(data, np.array([0, len(data)]))
    starts, ends = character_spans(data, segments.sentence_starts, segments.sentence_ends)
    spans = list(zip(starts, ends, strict=True))
    firsts = np.searchsorted(
        segments.sentence_passages, np.arange(len(segments.passage_starts) + 1)
    ).tolist()
    return tuple(
        Passage(span=(spans[first][0], spans[stop - 1][1]), sentences=tuple(spans[first:stop]))
        for first, stop in itertools.pairwise(firsts)
    )


def character_spans(
    data: np.ndarray, starts: np.ndarray, ends: np.ndarray, begin: int = 0
) -> tuple[list[int], list[int]]:
    """Spans of bytes, in order and apart, as characters of the text that begins at `begin`.

    Parameters
    ----------
    data : ndarray of shape (n_bytes,), uint8, UTF-8, read-only
    starts, ends : ndarray of shape (n_spans,), int64, bytes
    begin : int
    """
    positions = np.empty(2 * len(starts), dtype=np.int64)
    positions[0::2], positions[1::2] = starts, ends
    characters = _segment.character_offsets(data, positions, begin).tolist()
    return characters[0::2], characters[1::2]
