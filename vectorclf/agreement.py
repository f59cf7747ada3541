"""Agreement between two codings of the same texts: between coders, or coder and model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from vectorclf.intervals import N_ROUNDS, Interval, percentile_interval, resample


@dataclass(frozen=True)
class LabelAgreement:
    """How two codings agree on one label.

    Attributes
    ----------
    label : str
    n_first, n_second, n_both : int
        Texts that have the label in the first coding, the second, and both.
    prevalence : float
        Mean share of texts with the label.
    alpha : float
        Krippendorff's alpha, nominal; NaN where neither coding uses the label.
    f1 : float
        Harmonic mean of each coding's recall of the other (Hripcsak and Rothschild 2005).
    """

    label: str
    n_first: int
    n_second: int
    n_both: int
    prevalence: float
    alpha: float
    f1: float


@dataclass(frozen=True)
class Agreement:
    """Agreement over all labels.

    Attributes
    ----------
    n_texts : int
    alpha_masi : float
        Krippendorff's alpha over whole label sets with the MASI distance (Passonneau 2006).
    f1 : float
        Micro-F1 of one coding against the other.
    exact : float
        Share of texts with the same label set.
    labels : tuple of LabelAgreement
    """

    n_texts: int
    alpha_masi: float
    f1: float
    exact: float
    labels: tuple[LabelAgreement, ...]


def agreement(
    first: Sequence[Iterable[str]], second: Sequence[Iterable[str]], label_ids: Sequence[str]
) -> Agreement:
    """Compare two codings of the same texts.

    Parameters
    ----------
    first, second : sequences of iterables of str, n_texts long
    label_ids : sequence of str

    Returns
    -------
    Agreement
    """
    A = [frozenset(labels) for labels in first]
    B = [frozenset(labels) for labels in second]
    if len(A) != len(B):
        raise ValueError(f"expected codings of the same texts, got {len(A)} and {len(B)}")
    rows = []
    for label in label_ids:
        a = np.array([label in labels for labels in A], dtype=bool)
        b = np.array([label in labels for labels in B], dtype=bool)
        both, n_a, n_b = int((a & b).sum()), int(a.sum()), int(b.sum())
        rows.append(
            LabelAgreement(
                label=label, n_first=n_a, n_second=n_b, n_both=both,
                prevalence=(n_a + n_b) / (2 * len(A)) if A else 0.0,
                alpha=krippendorff_alpha(a.tolist(), b.tolist()) if n_a + n_b else float("nan"),
                f1=2 * both / (n_a + n_b) if n_a + n_b else float("nan"),
            )
        )
    total = sum(row.n_first + row.n_second for row in rows)
    return Agreement(
        n_texts=len(A),
        alpha_masi=krippendorff_alpha(A, B, distance=masi_distance),
        f1=2 * sum(row.n_both for row in rows) / total if total else float("nan"),
        exact=sum(a == b for a, b in zip(A, B, strict=True)) / len(A) if A else float("nan"),
        labels=tuple(rows),
    )


def agreement_intervals(
    first: Sequence[frozenset[str]], second: Sequence[frozenset[str]], groups: Sequence[str], *,
    seed: int = 0,
) -> tuple[Interval, Interval]:
    """95 % intervals of micro-F1 and of alpha (MASI): percentile bootstrap, groups resampled.

    NaN where all texts are of one group.

    Parameters
    ----------
    first, second : sequences of frozenset of str, n_texts long
    groups : sequence of str, n_texts long
    seed : int
    """
    names, group = np.unique(np.asarray(groups, dtype=object).astype(str), return_inverse=True)
    if len(names) < 2:
        return percentile_interval([]), percentile_interval([])
    values = list(dict.fromkeys([*first, *second]))
    place = {value: k for k, value in enumerate(values)}
    distances = np.array([[masi_distance(a, b) for b in values] for a in values])
    A, B = (np.array([place[value] for value in coding]) for coding in (first, second))
    both = np.array([len(a & b) for a, b in zip(first, second, strict=True)])
    either = np.array([len(a) + len(b) for a, b in zip(first, second, strict=True)])
    rng = np.random.default_rng(seed)
    f1, alpha = [], []
    with np.errstate(invalid="ignore", divide="ignore"):
        for _ in range(N_ROUNDS):
            weight = resample(rng, len(names))[group]
            n = 2.0 * weight.sum()
            pooled = sum(np.bincount(X, weight, minlength=len(values)) for X in (A, B))
            observed = (weight * distances[A, B]).sum() / weight.sum()
            expected = pooled @ distances @ pooled / (n * (n - 1))
            f1.append(2 * (weight * both).sum() / (weight * either).sum())
            alpha.append(1 - observed / expected)
    return percentile_interval(f1), percentile_interval(alpha)


def krippendorff_alpha(
    first: Sequence[Hashable],
    second: Sequence[Hashable],
    *,
    distance: Callable[[Hashable, Hashable], float] = lambda a, b: float(a != b),
) -> float:
    """Krippendorff's alpha of two coders without missing values.

    ``1 - D_o / D_e``: observed disagreement over that expected by chance from the pooled
    values (Krippendorff 2011, Computing Krippendorff's Alpha-Reliability).

    Returns
    -------
    alpha : float
        1 for perfect agreement, 0 for chance; NaN for no texts or a single value throughout.

    Examples
    --------
    >>> krippendorff_alpha([1, 1, 0, 0], [1, 1, 0, 0])
    1.0
    >>> round(krippendorff_alpha([1, 1, 0, 0], [1, 0, 0, 0]), 3)
    0.533
    """
    n = len(first)
    if not n:
        return float("nan")
    observed = sum(distance(a, b) for a, b in zip(first, second, strict=True)) / n
    pooled = Counter([*first, *second])
    values = list(pooled)
    expected = 0.0
    for i, a in enumerate(values):
        for b in values[i + 1 :]:
            expected += 2 * pooled[a] * pooled[b] * distance(a, b)
    expected /= 2 * n * (2 * n - 1)
    return 1 - observed / expected if expected else float("nan")


def masi_distance(a: frozenset, b: frozenset) -> float:
    """Distance of two label sets: 1 - Jaccard * monotonicity (Passonneau 2006).

    Examples
    --------
    >>> masi_distance(frozenset("ab"), frozenset("ab"))
    0.0
    >>> round(masi_distance(frozenset("ab"), frozenset("a")), 3)
    0.667
    """
    if a == b:
        return 0.0
    both = len(a & b)
    if not both:
        return 1.0
    monotonicity = 2 / 3 if a <= b or b <= a else 1 / 3
    return 1 - both / len(a | b) * monotonicity
