"""Units to scores, the same in training and in use: a sentence's own, held down by its passage.

Two things of the passage lower a sentence's score: its relevance, a column of its own learned from
whole passages ("is this about recruiting agents at all?": the gate), and its own score for the
label, where that is below zero. Neither ever raises one, so a sentence under its threshold needs
no look at its passage, and ordinary news costs nothing more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from vectorclf.passages import Segments, segment_buffer
from vectorclf.predictor import BatchPredictor
from vectorclf.texts import utf8


def segment_units(data: np.ndarray, offsets: np.ndarray, unit: str) -> Segments:
    """Passages and sentences of a buffer; with unit "text" every text is one of both.

    Parameters
    ----------
    data : ndarray of shape (n_bytes,), uint8
    offsets : ndarray of shape (n_texts + 1,), int64
    unit : str
    """
    if unit == "sentence":
        return segment_buffer(data, offsets)
    rows = np.flatnonzero(offsets[1:] > offsets[:-1])
    starts, ends = offsets[:-1][rows], offsets[1:][rows]
    return Segments(starts, ends, rows, starts, ends, np.arange(len(rows)))


class Cuts(NamedTuple):
    """Scores from which labels are given.

    Attributes
    ----------
    own : ndarray of shape (n_labels,), float64
        A label's own.
    opening : ndarray of shape (n_labels,), float64
        What one label of an article must reach before any is given.
    """

    own: np.ndarray
    opening: np.ndarray

    @classmethod
    def alike(cls, own: np.ndarray) -> Cuts:
        """Every label for itself."""
        return cls(own, own)


class Reached(NamedTuple):
    """Scores that reach the cut of their label, by ascending sentence, then label.

    Attributes
    ----------
    sentences, columns : ndarray of shape (n_reached,), int64
    scores : ndarray of shape (n_reached,), float32
    penalties : ndarray of shape (n_reached,), float32
        What the passage took off, as part of the scores.
    """

    sentences: np.ndarray
    columns: np.ndarray
    scores: np.ndarray
    penalties: np.ndarray


def scores_over(
    predictor: BatchPredictor,
    data: np.ndarray,
    segments: Segments,
    *,
    gate: float,
    passage: float,
    cuts: Cuts,
) -> Reached:
    """The scores of `sentence_scores` that reach their cuts, without working out the others.

    First those over the opening cuts, then all of the articles opened: in news few passages are
    looked at, a tenth of the text.

    Parameters
    ----------
    predictor, data, segments, gate, passage
        As of `sentence_scores`.
    cuts : Cuts
    """
    scores = predictor.score_spans(data, segments.sentence_starts, segments.sentence_ends)

    taken_off = np.empty((len(segments.passage_starts), len(cuts.own)), dtype=np.float32)
    is_known = np.zeros(len(taken_off), dtype=bool)

    def reached(among: np.ndarray | slice, limits: np.ndarray) -> Reached:
        rows, columns = np.divmod(np.flatnonzero(scores[among] >= limits), scores.shape[1])
        sentences = np.arange(len(scores))[among][rows]
        own = scores[sentences, columns]
        if not gate and not passage:
            return Reached(sentences, columns, own, np.zeros_like(own))
        passages = segments.sentence_passages[sentences]
        is_new = np.zeros(len(taken_off), dtype=bool)
        is_new[passages] = True
        new = np.flatnonzero(is_new & ~is_known)
        taken_off[new] = _taken_off(predictor, data, segments, new, scores, gate, passage)
        is_known[new] = True
        penalties = taken_off[passages, columns]
        own += penalties
        kept = np.flatnonzero(own >= limits[columns])
        return Reached(sentences[kept], columns[kept], own[kept], penalties[kept])

    limits, openings = (np.full(scores.shape[1], np.inf, dtype=np.float32) for _ in cuts)
    n = len(cuts.own)  # the relevance reaches none
    limits[:n], openings[:n] = single_cuts(cuts.own), single_cuts(cuts.opening)
    first = reached(slice(None), openings)
    if cuts.own is cuts.opening or not len(first.sentences):
        return first
    articles = segments.passage_articles[segments.sentence_passages]
    opened = np.zeros(articles[-1] + 1, dtype=bool)
    opened[articles[first.sentences]] = True
    return reached(np.flatnonzero(opened[articles]), limits)


def sentence_scores(
    predictor: BatchPredictor, data: np.ndarray, segments: Segments, *, gate: float,
    passage: float = 0.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Score of every sentence for every label, lowered where its passage is off the subject.

    Parameters
    ----------
    predictor : BatchPredictor
        With a gate, its last column is the passage's relevance.
    data : ndarray of shape (n_bytes,), uint8
    segments : Segments
    gate : float
        Weight of the relevance; 0: the predictor has no such column.
    passage : float
        Weight of the passage's own score.

    Returns
    -------
    scores : ndarray of shape (n_sentences, n_labels), float32
        ``own + gate * min(0, relevance of the passage) + passage * min(0, score of the passage)``.
    penalties : ndarray of shape (n_sentences, n_labels), float32
        The second and third summand.
    """
    scores = predictor.score_spans(data, segments.sentence_starts, segments.sentence_ends)
    own = np.ascontiguousarray(scores[:, :-1]) if gate else scores
    if not gate and not passage:
        return own, np.zeros_like(own)
    every = np.arange(len(segments.passage_starts))
    taken_off = _taken_off(predictor, data, segments, every, scores, gate, passage)
    penalties = taken_off[segments.sentence_passages]
    return own + penalties, penalties


def _taken_off(
    predictor: BatchPredictor, data: np.ndarray, segments: Segments, passages: np.ndarray,
    scores: np.ndarray, gate: float, passage: float,
) -> np.ndarray:
    """What some passages take off their sentences: shape (n_passages, n_labels), float32.

    `scores` are those of all sentences: one that is all of its passage is scored already.
    """
    starts, ends = segments.passage_starts[passages], segments.passage_ends[passages]
    first = np.searchsorted(segments.sentence_passages, passages)
    whole = scores[first]
    rest = np.flatnonzero((segments.sentence_starts[first] != starts)
                          | (segments.sentence_ends[first] != ends))
    whole[rest] = predictor.score_spans(data, starts[rest], ends[rest])
    np.minimum(whole, np.float32(0), out=whole)
    if not gate:
        return np.float32(passage) * whole
    return np.float32(passage) * whole[:, :-1] + np.float32(gate) * whole[:, -1:]


def single_cuts(cuts: np.ndarray) -> np.ndarray:
    """The smallest float32 not under each cut: what reaches the one reaches the other.

    Compared with doubles, all scores would be converted.
    """
    single = cuts.astype(np.float32)
    return np.where(single < cuts, np.nextafter(single, np.float32(np.inf)), single)


def log_lengths(segments: Segments) -> np.ndarray:
    """Natural logarithm of the bytes of every passage: shape (n_passages,), float64."""
    return np.log((segments.passage_ends - segments.passage_starts).astype(np.float64))


def sentences_by_text(segments: Segments, n_texts: int) -> np.ndarray:
    """First sentence of every text, and one past the last: shape (n_texts + 1,), int64."""
    owners = segments.passage_articles[segments.sentence_passages]
    return np.searchsorted(owners, np.arange(n_texts + 1))


def text_scores(
    predictor: BatchPredictor, texts: Sequence[str], *, unit: str, gate: float,
    passage: float = 0.0,
) -> np.ndarray:
    """Score of every text: that of its best sentence, label by label.

    Returns
    -------
    scores : ndarray of shape (n_texts, n_labels), float32
        A text without a sentence scores as the empty text does.
    """
    data, offsets = text_buffer(texts)
    return best_scores(predictor, data, segment_units(data, offsets, unit), len(texts), gate=gate,
                       passage=passage)


def best_scores(
    predictor: BatchPredictor, data: np.ndarray, segments: Segments, n_texts: int, *, gate: float,
    passage: float = 0.0,
) -> np.ndarray:
    """`text_scores` of texts that are segmented already."""
    scores, _ = sentence_scores(predictor, data, segments, gate=gate, passage=passage)
    empty = predictor.compiled.arrays["intercept"].astype(np.float32)[: scores.shape[1]]
    out = np.tile(empty, (n_texts, 1))
    bounds = sentences_by_text(segments, n_texts)
    rows = np.flatnonzero(bounds[1:] > bounds[:-1])
    if len(rows):
        out[rows] = np.maximum.reduceat(scores, bounds[:-1][rows], axis=0)
    return out


def profile(texts: Sequence[str], scores: np.ndarray, unit: str) -> dict:
    """What training texts are like, for runs to tell when their input is unlike them.

    Parameters
    ----------
    texts : sequence of str
    scores : ndarray of shape (n_texts, n_labels)
        Out-of-fold.
    unit : str

    Returns
    -------
    profile : dict
        ``log_bytes`` of a passage: [mean, standard deviation]; ``score`` of a text: [means,
        standard deviations], by label.
    """
    lengths = log_lengths(segment_units(*text_buffer(texts), unit))
    return {
        "log_bytes": [round(float(x), 4) for x in (lengths.mean(), lengths.std())],
        "score": [np.round(x, 4).tolist() for x in (scores.mean(axis=0), scores.std(axis=0))],
    }


def text_buffer(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """One UTF-8 buffer of the texts, and the offsets of each."""
    data, starts, ends = utf8(list(texts))
    return data, np.append(starts, ends[-1:]) if len(starts) else np.zeros(1, dtype=np.int64)
