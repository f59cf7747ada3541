"""How good the tags are: grouped cross-validation or a held-out set, with intervals by case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

import msgspec
import numpy as np

from vectorclf.agreement import agreement
from vectorclf.background import Background
from vectorclf.calibration import expected_calibration_error
from vectorclf.decisions import Decisions, cross_validated_decisions, held_out_decisions
from vectorclf.labeled import LabeledTexts
from vectorclf.model import Model
from vectorclf.recipe import Recipe

N_ROUNDS = 1000  # bootstrap rounds


class LabelMeasure(msgspec.Struct, frozen=True, kw_only=True):
    """One label: counts, rates, average precision; `interval` is the 95 % one of F1."""

    label: str
    n_true: int
    n_given: int
    precision: float
    recall: float
    f1: float
    average_precision: float
    interval: tuple[float, float]


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """Everything measured on one set of texts.

    Attributes
    ----------
    n_texts, n_groups : int
    micro_precision, micro_recall, micro_f1, macro_f1 : float
        Macro over the labels that occur.
    micro_interval, macro_interval : tuple of float
        95 % percentile bootstrap, groups resampled.
    macro_average_precision : float
    group_f1 : float
        Mean F1 of the label sets of whole groups (documents); a group without labels and tags is
        left out.
    unlabeled_tagged : float
        Share of texts without a label that got a tag.
    calibration_error : float
        Expected calibration error over all decisions, 15 bins.
    labels : tuple of LabelMeasure
    """

    n_texts: int
    n_groups: int
    micro_precision: float
    micro_recall: float
    micro_f1: float
    micro_interval: tuple[float, float]
    macro_f1: float
    macro_interval: tuple[float, float]
    macro_average_precision: float
    group_f1: float
    unlabeled_tagged: float
    calibration_error: float
    labels: tuple[LabelMeasure, ...]


class CoderAgreement(msgspec.Struct, frozen=True, kw_only=True):
    """How two codings of the same texts agree; "model" is one of them.

    `f1` is the micro-F1 of one against the other, `alpha_masi` Krippendorff's alpha over label
    sets.
    """

    first: str
    second: str
    n_texts: int
    f1: float
    alpha_masi: float


def evaluate(decisions: Decisions, *, seed: int = 0) -> Evaluation:
    """Measure decisions against the truth; `seed` is that of the bootstrap."""
    P, given, Y = decisions.P, decisions.given, decisions.Y
    label_ids = decisions.label_ids
    sums = counts_by_group(decisions)
    n_groups = sums.shape[1]
    total = sums.sum(axis=1)
    occurring = total[2] > 0
    rng = np.random.default_rng(seed)
    micro, macro, each = [], [], []
    for _ in range(N_ROUNDS):
        hit, n_given, n_true = np.tensordot(sums, resample(rng, n_groups), axes=(1, 0))
        each.append(f1_of(hit, n_given, n_true))
        micro.append(f1_of(hit.sum(), n_given.sum(), n_true.sum()))
        if (n_true > 0).any():
            macro.append(each[-1][n_true > 0].mean())
    f1 = f1_of(*total)
    bounds = np.quantile(np.array(each), [0.025, 0.975], axis=0)
    average = [average_precision(P[:, j], Y[:, j]) for j in range(len(label_ids))]
    groups_given, groups_true = sums[1] > 0, sums[2] > 0
    group_sets = f1_of((groups_given & groups_true).sum(axis=1), groups_given.sum(axis=1),
                     groups_true.sum(axis=1))
    counted = groups_given.any(axis=1) | groups_true.any(axis=1)
    without = ~Y.any(axis=1)
    return Evaluation(
        n_texts=len(Y), n_groups=n_groups,
        micro_precision=_ratio(total[0].sum(), total[1].sum()),
        micro_recall=_ratio(total[0].sum(), total[2].sum()),
        micro_f1=float(f1_of(*total.sum(axis=1))), micro_interval=_interval(micro),
        macro_f1=float(f1[occurring].mean()) if occurring.any() else 0.0,
        macro_interval=_interval(macro),
        macro_average_precision=float(np.mean([a for a, o in zip(average, occurring, strict=True)
                                               if o])) if occurring.any() else 0.0,
        group_f1=float(group_sets[counted].mean()) if counted.any() else 0.0,
        unlabeled_tagged=float(given[without].any(axis=1).mean()) if without.any() else 0.0,
        calibration_error=expected_calibration_error(P, Y),
        labels=tuple(
            LabelMeasure(
                label=label, n_true=int(total[2, j]), n_given=int(total[1, j]),
                precision=_ratio(total[0, j], total[1, j]),
                recall=_ratio(total[0, j], total[2, j]), f1=float(f1[j]),
                average_precision=average[j],
                interval=(float(bounds[0, j]), float(bounds[1, j])),
            )
            for j, label in enumerate(label_ids)
        ),
    )


def counts_by_group(decisions: Decisions) -> np.ndarray:
    """Hits, tags given and true labels of every group.

    Returns
    -------
    counts : ndarray of shape (3, n_groups, n_labels), float64
    """
    names, index = np.unique(np.asarray(decisions.groups, dtype=object).astype(str),
                             return_inverse=True)
    counts = np.zeros((3, len(names), len(decisions.label_ids)))
    given, Y = decisions.given, decisions.Y
    for k, marks in enumerate((given & Y, given, Y)):
        np.add.at(counts[k], index, marks)
    return counts


def resample(rng: np.random.Generator, n: int) -> np.ndarray:
    """How often each of n groups is drawn in one bootstrap round; shape (n,), int64."""
    return np.bincount(rng.integers(0, n, n), minlength=n)


def f1_of(hit: Any, n_given: Any, n_true: Any) -> Any:
    """F1 from counts, number by number; 0 where nothing is given or true."""
    return 2 * hit / np.maximum(n_given + n_true, 1)


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole else 0.0


def _interval(values: Sequence[float]) -> tuple[float, float]:
    if not len(values):  # no label occurs
        return 0.0, 0.0
    low, high = np.quantile(np.array(values), [0.025, 0.975])
    return float(low), float(high)


def average_precision(p: np.ndarray, y: np.ndarray) -> float:
    """Mean precision at the ranks of the positives, ties shared; 0 without positives."""
    if not y.any():
        return 0.0
    order = np.argsort(-p, kind="stable")
    ranked, hits = p[order], np.cumsum(y[order])
    last = np.append(ranked[:-1] != ranked[1:], True)
    precision = hits[last] / (np.flatnonzero(last) + 1)
    recall = hits[last] / y.sum()
    return float((np.diff(recall, prepend=0.0) * precision).sum())


def evaluate_by(decisions: Decisions, facts: Sequence[str]) -> dict[str, Evaluation]:
    """The same measures on each subset of the texts, by a fact known of each.

    Parameters
    ----------
    decisions : Decisions
    facts : sequence of str, n_texts long
        Texts of one value make a subset; those of "" are left out.

    Returns
    -------
    by_value : dict of str to Evaluation
        Largest subset first.
    """
    values = np.asarray(facts, dtype=object)
    sizes = Counter(value for value in facts if value)
    return {value: evaluate(decisions.take(values == value)) for value, _ in sizes.most_common()}


def evaluate_coders(
    decisions: Decisions, coders: Mapping[str, Sequence[Iterable[str] | None]]
) -> tuple[CoderAgreement, ...]:
    """Agreement of the model with every coder, and of every coder with every other.

    Parameters
    ----------
    decisions : Decisions
    coders : mapping of str to sequence of labels, n_texts long
        None where a coder did not code a text; only texts that all coded count.
    """
    names = list(coders)
    rows = [i for i in range(len(decisions.groups))
            if all(coders[name][i] is not None for name in names)]
    codings = {name: [frozenset(coders[name][i] or ()) for i in rows] for name in names}
    ids = np.array(decisions.label_ids, dtype=object)
    codings["model"] = [frozenset(ids[decisions.given[i]].tolist()) for i in rows]
    out = []
    for first, second in combinations(codings, 2):
        measured = agreement(codings[first], codings[second], decisions.label_ids)
        out.append(CoderAgreement(first=first, second=second, n_texts=len(rows),
                                  f1=measured.f1, alpha_masi=measured.alpha_masi))
    return tuple(out)


def cross_validate(
    data: LabeledTexts, label_ids: Sequence[str], recipe: Recipe, *,
    background: Background | None = None,
    progress: Callable[[str], None] = lambda message: None,
) -> Evaluation:
    """Grouped cross-validation (see `cross_validated_decisions`)."""
    return evaluate(cross_validated_decisions(data, tuple(label_ids), recipe,
                                              background=background, progress=progress))


def evaluate_model(
    model: Model, data: LabeledTexts, *, operating_point: str = "balanced"
) -> Evaluation:
    """Measure a model on texts it was not trained on (see `held_out_decisions`)."""
    return evaluate(held_out_decisions(model, data, operating_point=operating_point))
