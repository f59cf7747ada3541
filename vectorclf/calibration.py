"""Scores to probabilities, and the rates that decisions reach.

A score is a signed distance; it becomes a probability by a logistic curve per label
(Platt 1999), fitted on out-of-fold scores. Labels with few positives borrow strength: their
curve is shrunk towards the common one, in proportion to the positives.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vectorclf.intervals import Interval, percentile_interval

PRIOR_POSITIVES = 20.0  # weight of the common curve, in positives
MIN_POSITIVES = 25  # below: too few to say how good the label is, and training says so


def sigmoid(x: np.ndarray) -> np.ndarray:
    """Logistic function, without overflow, float64."""
    x = np.asarray(x, dtype=np.float64)
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, e) / (1.0 + e)


def fit_platt(
    scores: np.ndarray, Y: np.ndarray, *, prior_positives: float = PRIOR_POSITIVES
) -> tuple[np.ndarray, np.ndarray]:
    """Logistic curve of every label: ``p = sigmoid(slope * score + offset)``.

    Parameters
    ----------
    scores : ndarray of shape (n_texts, n_labels), float
        Out of fold.
    Y : ndarray of shape (n_texts, n_labels), bool
    prior_positives : float
        Pseudo-positives that pull a label's curve to the common one.

    Returns
    -------
    slope, offset : ndarrays of shape (n_labels,), float64

    Notes
    -----
    Newton's method on the cross-entropy (Platt 1999; Lin, Lin and Weng 2007), first for one curve
    over all labels, then per label with a quadratic pull to the common curve that weighs
    `prior_positives` positives.
    """
    scores = np.asarray(scores, dtype=np.float64)
    n_labels = scores.shape[1]
    common = _newton(scores.ravel(), Y.ravel(), np.array([1.0, 0.0]), np.zeros((2, 2)))
    slope, offset = np.empty(n_labels), np.empty(n_labels)
    for j in range(n_labels):
        n_positive = max(1.0, float(Y[:, j].sum()))
        p = sigmoid(common[0] * scores[:, j] + common[1])
        weight = p * (1 - p)
        design = np.stack([scores[:, j], np.ones(len(p))], axis=1)
        curvature = design.T @ (design * weight[:, None])
        pull = curvature * (prior_positives / n_positive) + 1e-6 * np.eye(2)
        slope[j], offset[j] = _newton(scores[:, j], Y[:, j], common, pull)
    return slope, offset


def _newton(
    s: np.ndarray, y: np.ndarray, start: np.ndarray, pull: np.ndarray, n_steps: int = 50
) -> np.ndarray:
    theta = start.astype(np.float64).copy()
    design = np.stack([s, np.ones(len(s))], axis=1)

    def loss(t: np.ndarray) -> float:
        z = design @ t
        fit = np.logaddexp(0, z) - y * z
        return float(fit.sum() + 0.5 * (t - start) @ pull @ (t - start))

    current = loss(theta)
    for _ in range(n_steps):
        p = sigmoid(design @ theta)
        gradient = design.T @ (p - y) + pull @ (theta - start)
        hessian = design.T @ (design * (p * (1 - p))[:, None]) + pull + 1e-9 * np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        scale = 1.0
        while scale > 1e-6 and loss(theta - scale * step) > current:
            scale /= 2
        theta = theta - scale * step
        new = loss(theta)
        if current - new < 1e-9 * (1 + abs(current)):
            break
        current = new
    return theta


def probabilities(scores: np.ndarray, slope: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """Calibrated probabilities, shape of `scores`, float64 in [0, 1]."""
    return sigmoid(np.asarray(scores, dtype=np.float64) * slope + offset)


def scores_at(P: np.ndarray, slope: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """Scores at which labels reach probabilities, shape (n_labels,), float64; inf: never."""
    with np.errstate(divide="ignore"):
        logit = np.log(P) - np.log1p(-P)
    return np.where(slope > 0, (logit - offset) / slope, np.inf)


N_BINS = 15  # of the expected calibration error


def expected_calibration_error(P: np.ndarray, Y: np.ndarray) -> float:
    """Mean gap between probability and frequency over equal-width bins (Naeini et al. 2015).

    NaN without texts.
    """
    P = np.asarray(P, dtype=np.float64)
    group = np.zeros(len(P), dtype=np.int64)
    return calibration_gap(calibration_bins(P, np.asarray(Y), group, 1)[:, 0])


def calibration_bins(
    P: np.ndarray, Y: np.ndarray, group: np.ndarray, n_groups: int
) -> np.ndarray:
    """What each group adds to the bins of the expected calibration error.

    Parameters
    ----------
    P : ndarray of shape (n_texts, n_labels) or (n_texts,), float
    Y : ndarray of the shape of `P`, bool
    group : ndarray of shape (n_texts,), int
    n_groups : int

    Returns
    -------
    bins : ndarray of shape (3, n_groups, N_BINS), float64
        Decisions, the sum of their probabilities, and how many are true.
    """
    if P.ndim == 1:
        P, Y = P[:, None], Y[:, None]
    place = np.minimum((P * N_BINS).astype(np.int64), N_BINS - 1) + N_BINS * group[:, None]
    return np.stack([
        np.bincount(place.ravel(), weights, minlength=n_groups * N_BINS).reshape(n_groups, N_BINS)
        for weights in (np.ones(P.size), P.ravel(), Y.ravel().astype(np.float64))
    ])


def calibration_gap(bins: np.ndarray) -> float:
    """Expected calibration error from the sums of its bins, shape (3, N_BINS); NaN of none."""
    n, given, true = bins
    return float(np.abs(given - true).sum() / n.sum()) if n.any() else float("nan")


def rates(P: np.ndarray, Y: np.ndarray) -> tuple[float, float, float]:
    """Micro precision, recall and F1 of decisions `P` against truth `Y` (both bool)."""
    hit, given, true = float((P & Y).sum()), float(P.sum()), float(Y.sum())
    precision = hit / given if given else 1.0
    recall = hit / true if true else 1.0
    return precision, recall, 2 * hit / (given + true) if given + true else 1.0


def rate_intervals(
    given: np.ndarray, Y: np.ndarray, groups: Sequence[str], *, n_rounds: int = 500, seed: int = 0
) -> tuple[Interval, Interval, Interval]:
    """95 % intervals of micro precision, recall and F1: percentile bootstrap, groups resampled."""
    names, index = np.unique(np.asarray(groups), return_inverse=True)
    sums = np.zeros((len(names), 3))
    np.add.at(sums, index, np.stack(
        [(given & Y).sum(axis=1), given.sum(axis=1), Y.sum(axis=1)], axis=1))
    rng = np.random.default_rng(seed)
    draws = np.stack([sums[rng.integers(0, len(names), len(names))].sum(axis=0)
                      for _ in range(n_rounds)])
    hit, n_given, n_true = draws.T
    with np.errstate(invalid="ignore", divide="ignore"):
        values = [hit / n_given, hit / n_true, 2 * hit / (n_given + n_true)]
    return tuple(
        percentile_interval(value) if np.isfinite(value).any() else Interval(0.0, 1.0)
        for value in values
    )
