"""Texts in the order of a label's probabilities, and the average precision of that order."""

from __future__ import annotations

import numpy as np


class Ranking:
    """Texts in the order of a label's probabilities: its average precision, groups weighed.

    Parameters
    ----------
    p : ndarray of shape (n_texts,), float
    y : ndarray of shape (n_texts,), bool
    group : ndarray of shape (n_texts,), int
    """

    def __init__(self, p: np.ndarray, y: np.ndarray, group: np.ndarray) -> None:
        order = np.argsort(-p, kind="stable")
        last = np.flatnonzero(np.append(p[order][:-1] != p[order][1:], True)[: len(p)])
        positive = np.flatnonzero(y[order])
        self._ends = last[np.searchsorted(last, positive)]  # of the ties that each stands in
        self._hits_to = np.searchsorted(positive, self._ends, side="right") - 1
        self._groups = group[order[: self._ends[-1] + 1 if len(positive) else 0]]
        self._own = self._groups[positive]

    def average_precision(self, weight: np.ndarray) -> float:
        """Mean precision at the ranks of the positives, ties shared; NaN without positives."""
        own = weight[self._own]
        hits = own.cumsum()
        if not len(hits) or not hits[-1]:
            return float("nan")
        n_from_top = weight[self._groups].cumsum()[self._ends]
        precision = hits[self._hits_to] / np.maximum(n_from_top, 1)
        return float((own * precision).sum() / hits[-1])


def average_precision(p: np.ndarray, y: np.ndarray) -> float:
    """Mean precision at the ranks of the positives, ties shared; NaN without positives."""
    n = len(p)
    return Ranking(p, y, np.arange(n)).average_precision(np.ones(n, dtype=np.int64))
