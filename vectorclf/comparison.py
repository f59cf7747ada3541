"""Two models on the same texts: what the second does better, and how sure that is."""

from __future__ import annotations

import msgspec
import numpy as np

from vectorclf.decisions import Decisions
from vectorclf.errors import CodebookError
from vectorclf.evaluation import N_ROUNDS, counts_by_group, f1_of, resample

OVERALL = "micro-F1", "macro-F1", "no label, tagged"


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of both models.

    Attributes
    ----------
    figure : str
    first, second : float
    interval : tuple of float
        95 % interval of ``second - first``: percentile bootstrap, groups resampled, the same
        groups for both, so that what is hard for both takes nothing from the difference.
    """

    figure: str
    first: float
    second: float
    interval: tuple[float, float]

    @property
    def difference(self) -> float:
        """What the second has more."""
        return self.second - self.first

    @property
    def higher(self) -> str:
        """Which one's figure is higher with the whole interval, or "open"."""
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
        Micro-F1, macro-F1, and the share of texts without a label that got a tag.
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
    occurring = np.flatnonzero(first.Y.any(axis=0))
    measured = [_Figures(decisions, occurring) for decisions in (first, second)]
    n_groups = measured[0].n_groups
    rng = np.random.default_rng(seed)
    draws = (resample(rng, n_groups) for _ in range(N_ROUNDS))
    gains = np.array([measured[1](weight) - measured[0](weight) for weight in draws])
    low, high = np.quantile(gains, [0.025, 0.975], axis=0)
    names = [*OVERALL, *(first.label_ids[j] for j in occurring)]
    rows = tuple(
        Difference(figure=name, first=float(a), second=float(b), interval=(float(x), float(y)))
        for name, a, b, x, y in zip(names, *(one(np.ones(n_groups)) for one in measured),
                                    low, high, strict=True)
    )
    right = [one.given == one.Y for one in (first, second)]
    return Comparison(
        n_texts=len(first.Y), n_groups=n_groups,
        n_gained=int((right[1] & ~right[0]).sum()), n_lost=int((right[0] & ~right[1]).sum()),
        overall=rows[: len(OVERALL)], labels=rows[len(OVERALL) :],
    )


class _Figures:
    """Figures of one model, `OVERALL` and the F1 of each label, where groups weigh so much."""

    def __init__(self, decisions: Decisions, occurring: np.ndarray) -> None:
        without = ~decisions.Y.any(axis=1)
        tagged = without & decisions.given.any(axis=1)
        self._counts = counts_by_group(Decisions(  # the last column: texts without a label
            decisions.P, np.column_stack([decisions.given, tagged]),
            np.column_stack([decisions.Y, without]), decisions.groups,
            (*decisions.label_ids, ""),
        ))
        self._occurring = occurring

    @property
    def n_groups(self) -> int:
        """Groups there are."""
        return self._counts.shape[1]

    def __call__(self, weight: np.ndarray) -> np.ndarray:
        """The figures, where each group counts `weight` times."""
        counts = np.tensordot(self._counts, weight, axes=(1, 0))
        labels, (n_tagged, _, n_without) = counts[:, :-1], counts[:, -1]
        f1 = f1_of(*labels[:, self._occurring])
        drawn = labels[2, self._occurring] > 0
        return np.array([
            f1_of(*labels.sum(axis=1)), f1[drawn].mean() if drawn.any() else 0.0,
            n_tagged / max(n_without, 1), *f1,
        ])


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
