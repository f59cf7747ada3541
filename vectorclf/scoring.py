"""Units to scores, the same in training and in use: a sentence's own, held down by its passage.

A long sentence that scores enough for one label to be worth a second look is scored window by
window as well, and the best of them counts: what earns a label often is one clause among others.

Two things of the passage lower a sentence's score: its relevance, a column of its own learned from
whole passages ("is this about recruiting agents at all?": the gate), and its own score for the
label, where that is below zero. Neither ever raises one, so a sentence under its threshold needs
no look at its passage, and ordinary news costs nothing more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from vectorclf.passages import Segments, segment_buffer
from vectorclf.predictor import BatchPredictor
from vectorclf.scoring_rule import ScoringRule
from vectorclf.texts import utf8
from vectorclf.windows import Raised, raised_by_windows


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
    starts, ends : ndarray of shape (n_reached,), int64
        Bytes of what was scored so: the sentence, or a window of it.
    """

    sentences: np.ndarray
    columns: np.ndarray
    scores: np.ndarray
    penalties: np.ndarray
    starts: np.ndarray
    ends: np.ndarray


def scores_over(
    predictor: BatchPredictor, data: np.ndarray, segments: Segments, rule: ScoringRule, cuts: Cuts
) -> Reached:
    """The scores of `sentence_scores` that reach their cuts, without working out the others.

    First those over the opening cuts, then all of the articles opened: in news few passages are
    looked at, a tenth of the text.

    Parameters
    ----------
    predictor, data, segments, rule
        As of `sentence_scores`.
    cuts : Cuts
    """
    whole = predictor.score_spans(data, segments.sentence_starts, segments.sentence_ends)
    raised = [*raised_by_windows(
        predictor, data, segments.sentence_starts, segments.sentence_ends, whole, rule)]
    scores = _with(raised, whole)
    taken_off = np.empty((len(segments.passage_starts), len(cuts.own)), dtype=np.float32)
    is_known = np.zeros(len(taken_off), dtype=bool)

    def reached(among: np.ndarray | slice, limits: np.ndarray) -> tuple[np.ndarray, ...]:
        rows, columns = np.divmod(np.flatnonzero(scores[among] >= limits), scores.shape[1])
        sentences = np.arange(len(scores))[among][rows]
        own = scores[sentences, columns]
        penalties = np.zeros_like(own)
        if rule.gate or rule.passage:
            passages = segments.sentence_passages[sentences]
            is_new = np.zeros(len(taken_off), dtype=bool)
            is_new[passages] = True
            new = np.flatnonzero(is_new & ~is_known)
            taken_off[new] = _taken_off(predictor, data, segments, new, whole, rule)
            is_known[new] = True
            penalties = taken_off[passages, columns]
            own += penalties
            kept = np.flatnonzero(own >= limits[columns])
            sentences, columns, own = sentences[kept], columns[kept], own[kept]
            penalties = penalties[kept]
        return sentences, columns, own, penalties

    limits, openings = (np.full(scores.shape[1], np.inf, dtype=np.float32) for _ in cuts)
    n = len(cuts.own)  # the relevance reaches none
    limits[:n], openings[:n] = single_cuts(cuts.own), single_cuts(cuts.opening)
    found = reached(slice(None), openings)
    sentences = found[0]
    if cuts.own is not cuts.opening and len(sentences):
        articles = segments.passage_articles[segments.sentence_passages]
        opened = np.zeros(articles[-1] + 1, dtype=bool)
        opened[articles[sentences]] = True
        found = reached(np.flatnonzero(opened[articles]), limits)
    return Reached(*found, *_parts(raised, segments, *found[:2]))


def sentence_scores(
    predictor: BatchPredictor, data: np.ndarray, segments: Segments, rule: ScoringRule
) -> tuple[np.ndarray, np.ndarray]:
    """Score of every sentence for every label, lowered where its passage is off the subject.

    Parameters
    ----------
    predictor : BatchPredictor
        With a gate, its last column is the passage's relevance.
    data : ndarray of shape (n_bytes,), uint8
    segments : Segments
    rule : ScoringRule

    Returns
    -------
    scores : ndarray of shape (n_sentences, n_labels), float32
        ``own + gate * min(0, relevance of the passage) + passage * min(0, score of the passage)``,
        where own is the sentence's or that of its best window.
    penalties : ndarray of shape (n_sentences, n_labels), float32
        The second and third summand.
    """
    whole = predictor.score_spans(data, segments.sentence_starts, segments.sentence_ends)
    own = _with(raised_by_windows(
        predictor, data, segments.sentence_starts, segments.sentence_ends, whole, rule), whole)
    if rule.gate:
        own = np.ascontiguousarray(own[:, :-1])
    if not rule.gate and not rule.passage:
        return own, np.zeros_like(own)
    every = np.arange(len(segments.passage_starts))
    taken_off = _taken_off(predictor, data, segments, every, whole, rule)
    penalties = taken_off[segments.sentence_passages]
    return own + penalties, penalties


def _with(raised: Iterable[Raised], scores: np.ndarray) -> np.ndarray:
    """The scores of units with what their windows raise."""
    whole = scores
    for each in raised:
        scores = scores.copy() if scores is whole else scores
        scores[each.units, : each.scores.shape[1]] = each.scores
    return scores


def _parts(
    raised: Sequence[Raised], segments: Segments, sentences: np.ndarray, columns: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Bytes of what was scored for some sentences and labels: first, and one past the last."""
    starts, ends = segments.sentence_starts[sentences], segments.sentence_ends[sentences]
    for each in raised:
        at = np.searchsorted(each.units, sentences)
        at[at == len(each.units)] = 0
        for k in np.flatnonzero(each.units[at] == sentences).tolist():
            part = each.part(int(at[k]), int(columns[k]))
            if part is not None:
                starts[k], ends[k] = part
    return starts, ends


def _taken_off(
    predictor: BatchPredictor, data: np.ndarray, segments: Segments, passages: np.ndarray,
    scores: np.ndarray, rule: ScoringRule,
) -> np.ndarray:
    """What some passages take off their sentences: shape (n_passages, n_labels), float32.

    `scores` are those of all sentences, whole: one that is all of its passage is scored already.
    """
    starts, ends = segments.passage_starts[passages], segments.passage_ends[passages]
    first = np.searchsorted(segments.sentence_passages, passages)
    whole = scores[first]
    rest = np.flatnonzero((segments.sentence_starts[first] != starts)
                          | (segments.sentence_ends[first] != ends))
    whole[rest] = predictor.score_spans(data, starts[rest], ends[rest])
    np.minimum(whole, np.float32(0), out=whole)
    if not rule.gate:
        return np.float32(rule.passage) * whole
    return np.float32(rule.passage) * whole[:, :-1] + np.float32(rule.gate) * whole[:, -1:]


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
    predictor: BatchPredictor, texts: Sequence[str], rule: ScoringRule
) -> np.ndarray:
    """Score of every text: that of its best sentence, label by label.

    Returns
    -------
    scores : ndarray of shape (n_texts, n_labels), float32
        A text without a sentence scores as the empty text does.
    """
    data, offsets = text_buffer(texts)
    segments = segment_units(data, offsets, rule.unit)
    return best_scores(predictor, data, segments, len(texts), rule)


def best_scores(
    predictor: BatchPredictor, data: np.ndarray, segments: Segments, n_texts: int,
    rule: ScoringRule,
) -> np.ndarray:
    """`text_scores` of texts that are segmented already."""
    scores, _ = sentence_scores(predictor, data, segments, rule)
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
