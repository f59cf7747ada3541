"""Operating points: the thresholds for a purpose, with the rates they reach."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from vectorclf.calibration import bootstrap_interval, probabilities, rates

NOISE_POSITIVES = 1000.0  # up to here a label's own best threshold is noise: it shares one


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
    precision, recall, f1 : float
        Micro-averaged, as reached.
    interval : tuple of float
        95 % bootstrap interval, by group, of the rate the point is about.
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
    noise of every label's own curve comes on top.
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
    cuts = np.full(len(label_ids), common)
    for j, n in enumerate(n_positive):
        if n > NOISE_POSITIVES:
            own = best_f1_threshold(scores[:, j], Y[:, j], weight)
            trust = max(0.0, 1 - NOISE_POSITIVES / n)
            cuts[j] = trust * own + (1 - trust) * common
    P = probabilities(scores, slope, offset)
    points = [("balanced", None, probabilities(cuts, slope, offset)),
              ("recall", recall, np.full(len(label_ids), recall_threshold(P, Y, recall))),
              ("precision", precision,
               np.full(len(label_ids), precision_threshold(P, Y, precision)))]
    out = []
    for name, target, thresholds in points:
        given = P >= thresholds
        reached = rates(given, Y)
        which = {"balanced": 2, "recall": 1, "precision": 0}[name]
        out.append(
            OperatingPoint(
                name=name, target=target, thresholds=tuple(float(t) for t in thresholds),
                precision=reached[0], recall=reached[1], f1=reached[2],
                interval=bootstrap_interval(given, Y, groups, which, seed=seed), shared=shared,
            )
        )
    return tuple(out)


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


