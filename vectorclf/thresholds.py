"""Operating points: the thresholds for a purpose, with the rates they reach."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from vectorclf.calibration import probabilities, rate_intervals, rates

NOISE_POSITIVES = 1000.0  # up to here a label's own best threshold is noise: it shares one
FLAT = 0.01  # F1 this near the best is as good: three standard errors, on the shipped model's data
STEP = 0.02  # of the search for that pair, in scores
STEPS_DOWN, STEPS_UP = 25, 50  # from the best single threshold


class OperatingPoint(msgspec.Struct, frozen=True, kw_only=True):
    """Thresholds for one purpose, with the rates reached on out-of-fold data.

    Attributes
    ----------
    name : str
        "balanced" (F1), "recall" or "precision".
    target : float or None
        Recall or precision asked for.
    thresholds : tuple of float
        Probability from which each label is given, in label order.
    opening : tuple of float
        Probability that some label of a text must reach before any is given; empty: the
        thresholds themselves.
    precision, recall, f1 : float
        Micro-averaged, as reached.
    interval : tuple of float
        95 % bootstrap interval, by group, of the rate the point is about.
    precision_interval, recall_interval, f1_interval : tuple of float, or None
        The same of every rate; None in models made before they were kept.
    shared : tuple of str
        Labels with too few positives for a threshold of their own.
    """

    name: str
    target: float | None
    thresholds: tuple[float, ...]
    precision: float
    recall: float
    f1: float
    interval: tuple[float, float]
    shared: tuple[str, ...] = ()
    opening: tuple[float, ...] = ()
    precision_interval: tuple[float, float] | None = None
    recall_interval: tuple[float, float] | None = None
    f1_interval: tuple[float, float] | None = None

    @property
    def first(self) -> tuple[float, ...]:
        """Probability from which each label is given as the first of a text."""
        return self.opening or self.thresholds

    def decide(self, P: np.ndarray) -> np.ndarray:
        """Which labels are given for probabilities, both of shape (n_texts, n_labels), bool."""
        return decided(P, np.array(self.thresholds), np.array(self.first))


def operating_points(
    scores: np.ndarray,
    Y: np.ndarray,
    groups: Sequence[str],
    label_ids: Sequence[str],
    *,
    slope: np.ndarray,
    offset: np.ndarray,
    recall: float = 0.9,
    precision: float = 0.9,
    labeled_share: float | None = None,
    with_opening: bool = True,
    seed: int = 0,
) -> tuple[OperatingPoint, ...]:
    """Thresholds for `balanced`, `recall` and `precision`, with the rates they reach.

    Parameters
    ----------
    scores : ndarray of shape (n_texts, n_labels), float
        Out of fold.
    Y : ndarray of shape (n_texts, n_labels), bool
    groups : sequence of str, n_texts long
        Bootstrap unit.
    label_ids : sequence of str
    slope, offset : ndarrays of shape (n_labels,), float
        Calibration; thresholds are probabilities.
    recall, precision : float
        Rates asked of the points of those names.
    labeled_share : float, optional
        Share of texts with a label where the tags will be used; `balanced` weighs the texts
        without one accordingly. By default that of the data.
    with_opening : bool, default=True
        Whether `balanced` asks more of a text's surest label than of the rest.
    seed : int

    Returns
    -------
    points : tuple of OperatingPoint

    Notes
    -----
    `balanced`: per label the F1-best score, shrunk to the common F1-best score by
    ``max(0, 1 - NOISE_POSITIVES / n)`` (positive-part James-Stein): with few positives the best
    threshold is mostly noise and, taken at its word, ruins the micro-F1. It is sought among
    scores, whose scale the labels share (the margin), and not among probabilities, where the
    noise of every label's own curve comes on top. All are then moved together, by one amount for
    a text's surest label and by another for the rest (see `opening_and_rest`).
    `recall`: the largest common threshold whose conformal bound on the false-negative rate
    ``(n * FNR + 1) / (n + 1) <= 1 - recall`` (Angelopoulos et al. 2022) holds, texts with a
    label exchangeable.
    `precision`: the lowest common threshold with that precision from there up.
    """
    n_positive = Y.sum(axis=0)
    shared = tuple(x for x, n in zip(label_ids, n_positive, strict=True) if n <= NOISE_POSITIVES)
    weight = text_weights(Y, labeled_share)
    every = np.repeat(weight, len(label_ids))
    common = best_f1_threshold(scores.ravel(), Y.ravel(), every)
    apart = np.zeros(len(label_ids))  # of a label's cut from the common one
    for j, n in enumerate(n_positive):
        if n > NOISE_POSITIVES:
            own = best_f1_threshold(scores[:, j], Y[:, j], weight)
            apart[j] = (1 - NOISE_POSITIVES / n) * (own - common)
    opening = rest = common
    if with_opening:
        opening, rest = opening_and_rest(scores - apart, Y, weight, common)
    P = probabilities(scores, slope, offset)
    further = probabilities(rest + apart, slope, offset)
    surest = probabilities(opening + apart, slope, offset) if opening != rest else further
    points = [("balanced", None, further, surest),
              ("recall", recall, *2 * [np.full(len(label_ids), recall_threshold(P, Y, recall))]),
              ("precision", precision,
               *2 * [np.full(len(label_ids), precision_threshold(P, Y, precision))])]
    out = []
    for name, target, thresholds, first in points:
        given = decided(P, thresholds, first)
        reached = rates(given, Y)
        intervals = rate_intervals(given, Y, groups, seed=seed)
        about = {"balanced": 2, "recall": 1, "precision": 0}[name]
        out.append(
            OperatingPoint(
                name=name, target=target, thresholds=tuple(thresholds.tolist()),
                opening=tuple(first.tolist()) if first is not thresholds else (),
                precision=reached[0], recall=reached[1], f1=reached[2],
                interval=intervals[about], precision_interval=intervals[0],
                recall_interval=intervals[1], f1_interval=intervals[2], shared=shared,
            )
        )
    return tuple(out)


def decided(P: np.ndarray, thresholds: np.ndarray, opening: np.ndarray) -> np.ndarray:
    """Labels given: those at their threshold or over it, in texts where one reaches its opening.

    Parameters
    ----------
    P : ndarray of shape (n_texts, n_labels), float
    thresholds, opening : ndarrays of shape (n_labels,), float

    Returns
    -------
    given : ndarray of shape (n_texts, n_labels), bool
    """
    return (P >= thresholds) & (P >= opening).any(axis=1, keepdims=True)


def opening_and_rest(
    scores: np.ndarray, Y: np.ndarray, weight: np.ndarray, common: float
) -> tuple[float, float]:
    """A score that a text's surest label must reach, and one for all others of that text.

    Most texts that earn nothing and are tagged are so by one label that hardly reaches its
    threshold; where one label is sure, further ones are likely, and a lower threshold is right.

    Parameters
    ----------
    scores, Y : ndarrays of shape (n_texts, n_labels)
    weight : ndarray of shape (n_texts,), float
    common : float
        The F1-best single score; both are sought around it.

    Returns
    -------
    opening, rest : float
        ``opening >= rest``. Of the pairs whose micro-F1 is within FLAT of the best, the one that
        tags the fewest texts without a label; of several, those nearest to `common`.
    """
    steps = common + STEP * np.arange(-STEPS_DOWN, STEPS_UP + 1)
    first = np.searchsorted(steps, scores.max(axis=1), side="right") - 1  # steps it reaches
    each = np.searchsorted(steps, scores, side="right") - 1
    rows, columns = np.nonzero(each >= 0)
    cell = first[rows] * len(steps) + each[rows, columns]

    def from_there_up(weights: np.ndarray) -> np.ndarray:
        table = np.bincount(cell, weights, minlength=len(steps) ** 2).reshape(len(steps), -1)
        return table[::-1, ::-1].cumsum(axis=0).cumsum(axis=1)[::-1, ::-1]

    hits = from_there_up(weight[rows] * Y[rows, columns])
    given = from_there_up(weight[rows])
    f1 = 2 * hits / np.maximum(given + (weight[:, None] * Y).sum(), 1e-9)
    f1[np.triu_indices(len(steps), 1)] = -1.0  # no opening under the rest
    if f1.max() <= 0:
        return common, common
    silent = ~Y.any(axis=1) & (first >= 0)
    tagged = np.bincount(first[silent], weight[silent], minlength=len(steps))[::-1].cumsum()[::-1]
    distance = np.abs(np.arange(len(steps)) - STEPS_DOWN)
    good = np.flatnonzero((f1 >= f1.max() - FLAT).any(axis=1))
    opening = good[np.lexsort((distance[good], tagged[good]))[0]]
    rest = np.lexsort((distance, -f1[opening].round(9)))[0]
    return float(steps[opening]), float(steps[rest])


def text_weights(Y: np.ndarray, labeled_share: float | None) -> np.ndarray:
    """Weights of texts that bring the share of those with a label to `labeled_share`.

    Returns
    -------
    weight : ndarray of shape (n_texts,), float64
        1 for texts with a label, the same number for all others.
    """
    has = Y.any(axis=1)
    weight = np.ones(len(Y))
    n_with, n_without = int(has.sum()), int((~has).sum())
    if labeled_share is not None and n_with and n_without:
        weight[~has] = n_with * (1 - labeled_share) / (labeled_share * n_without)
    return weight


def best_f1_threshold(p: np.ndarray, y: np.ndarray, weight: np.ndarray | None = None) -> float:
    """Threshold with the highest F1, in the middle of the gap below the last text let in.

    `p` are scores or probabilities, shape (n_texts,).
    """
    if weight is None:
        weight = np.ones(len(p))
    order = np.argsort(-p, kind="stable")
    ranked, hits = p[order], np.cumsum((weight * y)[order])
    f1 = 2 * hits / (np.cumsum(weight[order]) + max(1.0, float((weight * y).sum())))
    last = np.append(ranked[:-1] != ranked[1:], True)
    k = int(np.argmax(np.where(last, f1, -1.0)))
    below = ranked[k + 1] if k + 1 < len(ranked) else ranked[k]
    return float((ranked[k] + below) / 2)


def recall_threshold(P: np.ndarray, Y: np.ndarray, recall: float) -> float:
    """Largest common threshold with a conformal bound on missed labels (see operating_points)."""
    has = Y.any(axis=1)
    n = int(has.sum())
    if not n:
        return 0.0
    found = np.where(Y[has], P[has], np.nan)
    candidates = np.unique(found[~np.isnan(found)])
    low, high = 0, len(candidates)  # missed(candidates[low-1]) holds, binary search on monotone FNR
    while low < high:
        middle = (low + high) // 2
        missed = (found < candidates[middle]).sum(axis=1) / (~np.isnan(found)).sum(axis=1)
        if (missed.sum() + 1) / (n + 1) <= 1 - recall:
            low = middle + 1
        else:
            high = middle
    return float(candidates[low - 1]) if low else 0.0


def precision_threshold(P: np.ndarray, Y: np.ndarray, precision: float) -> float:
    """Lowest common threshold at which the micro precision is at least `precision`."""
    p, y = P.ravel(), Y.ravel()
    order = np.argsort(-p, kind="stable")
    reached = np.cumsum(y[order]) / np.arange(1, len(p) + 1)
    good = np.flatnonzero(reached >= precision)
    return float(p[order][good[-1]]) if len(good) else 1.0


