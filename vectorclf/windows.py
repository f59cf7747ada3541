"""Long units to windows of some words each: what earns a label often is a clause of a sentence.

A window starts every `step` words, the last one ends with the unit; a unit that is not longer than
a window and a step has none. Words are what stands between white space.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from vectorclf.predictor import BatchPredictor
from vectorclf.scoring_rule import ScoringRule

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


class Raised(NamedTuple):
    """Units that were looked at by windows, and the best part of each: a window, or the whole.

    Attributes
    ----------
    units : ndarray of shape (n_raised,), int64
        Ascending.
    scores : ndarray of shape (n_raised, n_labels), float32
    starts, ends : ndarray of shape (n_raised, n_labels), int64
        Bytes of the part with that score; of equal ones the whole, then the first.
    """

    units: np.ndarray
    scores: np.ndarray
    starts: np.ndarray
    ends: np.ndarray


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
    first_word, word_starts, word_ends = _words(data, starts, ends)
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
) -> Raised:
    """The units that are long and score enough to be looked at by windows, with their best parts.

    Parameters
    ----------
    predictor : BatchPredictor
        May have columns after those of the labels.
    data : ndarray of shape (n_bytes,), uint8
    starts, ends : ndarray of shape (n_units,), int64
    scores : ndarray of shape (n_units, n_labels), float32
        Of the whole units.
    rule : ScoringRule
    """
    blocks = []
    if rule.window:
        close = np.flatnonzero((scores >= rule.window_floor).any(axis=1))
        for first in range(0, len(close), BLOCK_UNITS):
            block = close[first : first + BLOCK_UNITS]
            blocks.append(_raised(predictor, data, starts, ends, scores, rule, block))
    if not blocks:
        blocks = [_nothing(scores.shape[1])]
    return Raised(*map(np.concatenate, zip(*blocks, strict=True)))


def _raised(
    predictor: BatchPredictor, data: np.ndarray, starts: np.ndarray, ends: np.ndarray,
    scores: np.ndarray, rule: ScoringRule, block: np.ndarray,
) -> Raised:
    """`raised_by_windows` of those units of a block that are long enough."""
    windows = slide(data, starts[block], ends[block], rule)
    if not len(windows.units):
        return _nothing(scores.shape[1])
    rows, first, number = np.unique(windows.units, return_index=True, return_inverse=True)
    units = block[rows]
    found = predictor.score_spans(data, windows.starts, windows.ends)[:, : scores.shape[1]]
    best = np.maximum.reduceat(found, first, axis=0)
    places = np.where(found == best[number], np.arange(len(found))[:, None], len(found))
    window = np.minimum.reduceat(places, first, axis=0)
    whole = scores[units]
    is_higher = best > whole
    return Raised(
        units, np.where(is_higher, best, whole),
        np.where(is_higher, windows.starts[window], starts[units][:, None]),
        np.where(is_higher, windows.ends[window], ends[units][:, None]),
    )


def _nothing(n_labels: int) -> Raised:
    spans = np.empty((0, n_labels), dtype=np.int64)
    return Raised(np.empty(0, dtype=np.int64), spans.astype(np.float32), spans, spans)


def _words(
    data: np.ndarray, starts: np.ndarray, ends: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """First word of every span, and one past the last; first byte of every word, and the end."""
    sizes = ends - starts
    begins = np.append(0, np.cumsum(sizes + 1))  # a blank follows every span
    place = np.arange(begins[-1]) + np.repeat(starts - begins[:-1], sizes + 1)
    is_space = np.ones(begins[-1] + 1, dtype=bool)  # and one stands before the first
    inside = np.ones(begins[-1], dtype=bool)
    inside[begins[1:] - 1] = False
    text = np.full(begins[-1], 32, dtype=np.uint8)
    text[inside] = data[place[inside]]
    is_space[1:] = _is_space(text)
    borders = np.flatnonzero(is_space[1:] != is_space[:-1])  # word starts and ends in turn
    word_starts, word_ends = borders[0::2], borders[1::2]
    first_word = np.searchsorted(word_starts, begins)
    return first_word, place[word_starts], place[word_ends - 1] + 1


def _is_space(text: np.ndarray) -> np.ndarray:
    """Bytes that are part of what Unicode calls white space, as `str.split` does."""
    space = (text == 32) | ((text >= 9) & (text <= 13)) | ((text >= 28) & (text <= 31))
    lead = np.flatnonzero((text == 0xC2) | (text == 0xE1) | (text == 0xE2) | (text == 0xE3))
    if not len(lead):
        return space
    padded = np.append(text, np.zeros(2, dtype=np.uint8)).astype(np.int64)
    code = padded[lead] << 16 | padded[lead + 1] << 8 | padded[lead + 2]
    two = lead[np.isin(code >> 8, _TWO_BYTES)]
    three = lead[np.isin(code, _THREE_BYTES)]
    for at, size in ((two, 2), (three, 3)):
        for k in range(size):
            space[at + k] = True
    return space


def _codes(characters: str) -> np.ndarray:
    return np.array([int.from_bytes(each.encode(), "big") for each in characters])


_TWO_BYTES = _codes("\x85\xa0")
_THREE_BYTES = _codes(
    "\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
)
