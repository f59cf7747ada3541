"""Long units to windows of some words each: what earns a label often is a clause of a sentence.

A window starts every `step` words, the last one ends with the unit; a unit shorter than a window
and a step has none. Words are what stands between white space.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from vectorclf._words import find_words
from vectorclf.predictor import BatchPredictor
from vectorclf.scoring_rule import ScoringRule
from vectorclf.texts import read_only

BLOCK_UNITS = 4096  # units whose windows are in memory at once


class Windows(NamedTuple):
    """Windows over units of a buffer; positions are bytes of it.

    Attributes
    ----------
    units : ndarray of shape (n_windows,), int64
        The unit of each window, ascending: its number among the spans given.
    starts, ends : ndarray of shape (n_windows,), int64
        In order within a unit.
    """

    units: np.ndarray
    starts: np.ndarray
    ends: np.ndarray

    def texts(self, data: np.ndarray) -> list[str]:
        """The text of each window of the buffer."""
        spans = zip(self.starts.tolist(), self.ends.tolist(), strict=True)
        return [data[a:b].tobytes().decode() for a, b in spans]


class Raised(NamedTuple):
    """Units that were looked at by windows, and what the best part of each scores.

    Attributes
    ----------
    units : ndarray of shape (n_raised,), int64
        Ascending.
    scores : ndarray of shape (n_raised, n_labels), float32
        Of the best part: a window, or the whole.
    whole : ndarray of shape (n_raised, n_labels), float32
    windows : Windows
    first : ndarray of shape (n_raised + 1,), int64
        First window of each unit, and one past the last.
    found : ndarray of shape (n_windows, n_labels), float32
        Scores of the windows.
    """

    units: np.ndarray
    scores: np.ndarray
    whole: np.ndarray
    windows: Windows
    first: np.ndarray
    found: np.ndarray

    def part(self, row: int, column: int) -> tuple[int, int] | None:
        """Bytes of the best window for a label, the first of equal ones; None: the whole is."""
        if self.scores[row, column] == self.whole[row, column]:
            return None
        first, last = self.first[row : row + 2]
        best = first + int(self.found[first:last, column].argmax())
        return int(self.windows.starts[best]), int(self.windows.ends[best])


def slide(data: np.ndarray, starts: np.ndarray, ends: np.ndarray, rule: ScoringRule) -> Windows:
    """Windows over byte spans of a UTF-8 buffer.

    Parameters
    ----------
    data : ndarray of shape (n_bytes,), uint8
    starts, ends : ndarray of shape (n_units,), int64
    rule : ScoringRule
        Its `window` is 1 or more.

    Examples
    --------
    >>> data = np.frombuffer(b"one two three four five six", dtype=np.uint8)
    >>> spans = slide(data, np.array([0]), np.array([27]), ScoringRule(window=4))
    >>> [bytes(data[a:b]).decode() for a, b in zip(spans.starts, spans.ends)]
    ['one two three four', 'two three four five', 'three four five six']
    """
    room = int((ends - starts).sum() + len(starts)) // 2 + 1
    word_starts, word_ends = np.empty((2, room), dtype=np.int64)
    first_word = np.empty(len(starts) + 1, dtype=np.int64)
    find_words(read_only(data), np.ascontiguousarray(starts), np.ascontiguousarray(ends),
               first_word, word_starts, word_ends)
    n_words = np.diff(first_word)
    long = np.flatnonzero(n_words >= rule.window + rule.step)
    if not len(long):
        nothing = np.empty(0, dtype=np.int64)
        return Windows(nothing, nothing, nothing)
    spare = n_words[long] - rule.window  # words after the first window
    n_windows = -(-spare // rule.step) + 1
    units = np.repeat(long, n_windows)
    number = np.arange(len(units)) - np.repeat(np.cumsum(n_windows) - n_windows, n_windows)
    first = first_word[units] + np.minimum(number * rule.step, np.repeat(spare, n_windows))
    return Windows(units, word_starts[first], word_ends[first + rule.window - 1])


def raised_by_windows(
    predictor: BatchPredictor, data: np.ndarray, starts: np.ndarray, ends: np.ndarray,
    scores: np.ndarray, rule: ScoringRule,
) -> Iterator[Raised]:
    """The units that are long and score enough to be looked at by windows, a block at a time.

    Parameters
    ----------
    predictor : BatchPredictor
    data : ndarray of shape (n_bytes,), uint8
    starts, ends : ndarray of shape (n_units,), int64
    scores : ndarray of shape (n_units, n_labels), float32
        Of the whole units; with a gate, one column more.
    rule : ScoringRule
    """
    if not rule.window:
        return
    n_columns = scores.shape[1]
    n_labels = n_columns - bool(rule.gate)
    # one flat search: `any` along the short rows of a table takes ten times as long
    rows, columns = np.divmod(np.flatnonzero(scores >= np.float32(rule.window_floor)), n_columns)
    close = rows[columns < n_labels]
    close = close[_is_first(close)]
    for begin in range(0, len(close), BLOCK_UNITS):
        block = close[begin : begin + BLOCK_UNITS]
        windows = slide(data, starts[block], ends[block], rule)
        if not len(windows.units):
            continue
        found = predictor.score_spans(data, windows.starts, windows.ends)[:, :n_labels]
        first = np.flatnonzero(_is_first(windows.units))
        units = block[windows.units[first]]
        whole = scores[units, :n_labels]
        yield Raised(
            units, np.maximum(whole, np.maximum.reduceat(found, first, axis=0)), whole,
            windows, np.append(first, len(found)), found,
        )


def _is_first(ascending: np.ndarray) -> np.ndarray:
    """Where a value stands for the first time."""
    return np.append(True, ascending[1:] != ascending[:-1])[: len(ascending)]
