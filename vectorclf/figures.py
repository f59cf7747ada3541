"""Figures of decisions where groups count once, or as often as a bootstrap draws them."""

from __future__ import annotations

from typing import Any

import numpy as np

from vectorclf.calibration import calibration_bins, calibration_gap
from vectorclf.decisions import Decisions
from vectorclf.ranking import Ranking

OVERALL = (
    "micro_f1", "macro_f1", "average_precision", "group_f1", "unlabeled_tagged",
    "calibration_error",
)  # fmt: skip
"""Figures of all labels together; average precision is the mean over labels, as macro-F1."""


class Figures:
    """What decisions reach, with any weights of their groups.

    Parameters
    ----------
    decisions : Decisions

    Attributes
    ----------
    n_groups : int
    counts : ndarray of shape (3, n_groups, n_labels), float64
        See `counts_by_group`.
    n_without, n_tagged : ndarrays of shape (n_groups,), float64
        Texts without a label, and those of them that got a tag.
    n_with, n_found : ndarrays of shape (n_groups,), float64
        Texts with a label, and the sum of the shares of their labels that were found.
    """

    def __init__(self, decisions: Decisions) -> None:
        P, given, Y = decisions.P, decisions.given, decisions.Y
        names, group = group_index(decisions)
        self.n_groups = len(names)
        self.counts = counts_by_group(decisions)
        without = ~Y.any(axis=1)
        self.n_without, self.n_tagged = (
            np.bincount(group, marks, minlength=self.n_groups)
            for marks in (without, without & given.any(axis=1)))
        self.n_with = np.bincount(group, ~without, minlength=self.n_groups)
        found = (given & Y).sum(axis=1) / np.maximum(Y.sum(axis=1), 1)
        self.n_found = np.bincount(group, found, minlength=self.n_groups)
        tags, true = self.counts[1] > 0, self.counts[2] > 0
        self._occurs = true.any(axis=0)
        self._set_f1 = f1_of((true & tags).sum(axis=1), tags.sum(axis=1), true.sum(axis=1))
        self._has_set = (true | tags).any(axis=1)
        self._bins = calibration_bins(P, Y, group, self.n_groups)
        self._rankings = [Ranking(p, y, group) for p, y in zip(P.T, Y.T, strict=True)]

    def of(self, weight: np.ndarray) -> np.ndarray:
        """The figures, where each group counts so often.

        Parameters
        ----------
        weight : ndarray of shape (n_groups,), int

        Returns
        -------
        figures : ndarray of shape (n_overall + 2 * n_labels,), float64
            `OVERALL`; F1 of each label; average precision of each. NaN where no text has the
            label; 0 where some have, but none of them counts.
        """
        hit, n_given, n_true = np.tensordot(self.counts, weight, axes=(1, 0))
        drawn = n_true > 0
        f1 = np.where(self._occurs, f1_of(hit, n_given, n_true), np.nan)
        average = np.array([one.average_precision(weight) for one in self._rankings])
        sets, n_without = weight * self._has_set, weight @ self.n_without
        overall = (
            f1_of(hit.sum(), n_given.sum(), n_true.sum()) if self._occurs.any() else np.nan,
            f1[drawn].mean() if drawn.any() else np.nan,
            average[drawn].mean() if drawn.any() else np.nan,
            (sets * self._set_f1).sum() / sets.sum() if sets.any() else np.nan,
            weight @ self.n_tagged / n_without if n_without else np.nan,
            calibration_gap(np.tensordot(self._bins, weight, axes=(1, 0))),
        )
        return np.concatenate([overall, f1, np.where(self._occurs & ~drawn, 0.0, average)])


def group_index(decisions: Decisions) -> tuple[np.ndarray, np.ndarray]:
    """Names of the groups, sorted, and the number of each text's group."""
    return np.unique(np.asarray(decisions.groups, dtype=object).astype(str), return_inverse=True)


def counts_by_group(decisions: Decisions) -> np.ndarray:
    """Hits, tags given and true labels of every group.

    Returns
    -------
    counts : ndarray of shape (3, n_groups, n_labels), float64
    """
    names, group = group_index(decisions)
    counts = np.zeros((3, len(names), len(decisions.label_ids)))
    given, Y = decisions.given, decisions.Y
    for k, marks in enumerate((given & Y, given, Y)):
        np.add.at(counts[k], group, marks)
    return counts


def f1_of(hit: Any, n_given: Any, n_true: Any) -> Any:
    """F1 from counts, number by number; 0 where nothing is given or true."""
    return 2 * hit / np.maximum(n_given + n_true, 1)
