"""Scores made probabilities, as scikit-learn's classifiers do."""

from __future__ import annotations

from typing import Any

import numpy as np


def _logistic(scores: np.ndarray) -> np.ndarray:
    # exp of a negative number never overflows
    e = np.exp(-np.abs(scores))
    return np.where(scores >= 0, 1, e) / (1 + e)


def _softmax(scores: np.ndarray) -> np.ndarray:
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def _modified_huber(scores: np.ndarray) -> np.ndarray:
    """(clip(score, -1, 1) + 1) / 2 (Zhang 2004)."""
    return (np.clip(scores, -1, 1) + 1) / 2


_LINKS = {"logistic": _logistic, "softmax": _softmax, "modified_huber": _modified_huber}


def probabilities(scores: np.ndarray, classifier: dict[str, Any]) -> np.ndarray:
    """Probability of every class, by the link and the normalisation of `classifier`.

    Parameters
    ----------
    scores : ndarray of shape (n_texts, n_labels), float64
    classifier : dict
        See `compiled.Classifier`.

    Returns
    -------
    p : ndarray of shape (n_texts, n_classes), float64
    """
    p = _LINKS[classifier["link"]](scores)
    for constant in classifier["constants"]:
        p[:, constant["label"]] = constant["value"]
    if classifier["scores"] == "vector":
        return np.column_stack([1 - p[:, 0], p[:, 0]])
    if classifier["normalize"] is not None:
        total = p.sum(axis=1)
        is_zero = total == 0
        if classifier["normalize"] == "sum_or_uniform":
            p[is_zero] = 1
            total[is_zero] = p.shape[1]
        p /= np.where(total == 0, 1, total)[:, np.newaxis]
    return p
