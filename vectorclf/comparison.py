"""Two models on the same texts: what the second does better, and how sure that is."""

from __future__ import annotations

import msgspec
import numpy as np

from vectorclf.decisions import Decisions
from vectorclf.errors import CodebookError
from vectorclf.figures import OVERALL, Figures
from vectorclf.intervals import N_ROUNDS, Interval, percentile_interval, resample

NAMES = {
    "micro_f1": "micro-F1", "macro_f1": "macro-F1", "average_precision": "average precision",
    "group_f1": "F1 of a group's labels", "unlabeled_tagged": "no label, tagged",
    "calibration_error": "calibration error",
}  # fmt: skip


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of both models.

    Attributes
    ----------
    figure : str
    first, second : float
        NaN where there is none.
    interval : tuple of float
        95 % interval of ``second - first``: percentile bootstrap, groups resampled, the same
        groups for both, so that what is hard for both takes nothing from the difference.
    """

    figure: str
    first: float
    second: float
    interval: Interval

    @property
    def difference(self) -> float:
        """What the second has more."""
        return self.second - self.first

    @property
    def higher(self) -> str:
        """Which one's figure is higher with the whole interval, or "open".

        Of the share of texts tagged without a label, and of the calibration error, lower is better.
        """
        low, high = self.interval
        return "second" if low > 0 else "first" if high < 0 else "open"


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Two models on the same texts.

    Attributes
    ----------
    n_texts, n_groups : int
    n_gained, n_lost : int
        Decisions (a text and a label) that the second alone got right, and the first alone.
    overall : tuple of Difference
        See `Evaluation`: micro-F1, macro-F1, mean average precision, F1 of a group's label set,
        the share of texts without a label that got a tag, expected calibration error.
    labels : tuple of Difference
        F1 of each label that occurs, in the codebook's order.
    """

    n_texts: int
    n_groups: int
    n_gained: int
    n_lost: int
    overall: tuple[Difference, ...]
    labels: tuple[Difference, ...]


def compare(first: Decisions, second: Decisions, *, seed: int = 0) -> Comparison:
    """Decisions of two models on the same texts, in the same order.

    Parameters
    ----------
    first, second : Decisions
    seed : int
        Of the bootstrap.

    Raises
    ------
    CodebookError
        The models do not have the same labels.
    """
    second = _in_order(second, first.label_ids)
    measured = [Figures(one) for one in (first, second)]
    n_groups, n_overall = measured[0].n_groups, len(OVERALL)
    labels = n_overall + np.flatnonzero(first.Y.any(axis=0))
    rng = np.random.default_rng(seed)
    draws = (resample(rng, n_groups) for _ in range(N_ROUNDS))
    gains = np.array([measured[1].of(weight) - measured[0].of(weight) for weight in draws])
    once = np.ones(n_groups, dtype=np.int64)
    before, after = (one.of(once) for one in measured)
    rows = [
        Difference(figure=name, first=float(before[k]), second=float(after[k]),
                   interval=percentile_interval(gains[:, k]))
        for k, name in (*enumerate(NAMES[figure] for figure in OVERALL),
                        *((int(k), first.label_ids[k - n_overall]) for k in labels))
    ]
    right = [one.given == one.Y for one in (first, second)]
    return Comparison(
        n_texts=len(first.Y), n_groups=n_groups,
        n_gained=int((right[1] & ~right[0]).sum()), n_lost=int((right[0] & ~right[1]).sum()),
        overall=tuple(rows[:n_overall]), labels=tuple(rows[n_overall:]),
    )


def _in_order(decisions: Decisions, label_ids: tuple[str, ...]) -> Decisions:
    """The same decisions, labels in this order."""
    if set(decisions.label_ids) != set(label_ids):
        odd = sorted(set(decisions.label_ids) ^ set(label_ids))
        raise CodebookError(
            f"expected two models of the same labels, got {odd[0]!r} in one of them alone",
            remedy="compare models of one codebook",
        )
    columns = [decisions.label_ids.index(label) for label in label_ids]
    return Decisions(decisions.P[:, columns], decisions.given[:, columns],
                     decisions.Y[:, columns], decisions.groups, label_ids)
