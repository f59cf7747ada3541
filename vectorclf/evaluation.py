"""How good the tags are: grouped cross-validation or a held-out set, with intervals by case."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec
import numpy as np

from vectorclf.background import Background
from vectorclf.calibration import (
    expected_calibration_error,
    fit_platt,
    operating_points,
    probabilities,
)
from vectorclf.dataset import LabeledTexts, label_matrix
from vectorclf.errors import DatasetError
from vectorclf.model import Model

N_ROUNDS = 1000  # bootstrap rounds
MIN_REPEATED_WORDS = 8  # shorter texts ("See the appendix.") may stand in two groups


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


def evaluate_decisions(
    P: np.ndarray, given: np.ndarray, Y: np.ndarray, groups: Sequence[str],
    label_ids: Sequence[str], *, seed: int = 0,
) -> Evaluation:
    """Measure decisions against the truth.

    Parameters
    ----------
    P : ndarray of shape (n_texts, n_labels), float
        Probabilities, for ranking and calibration.
    given, Y : ndarrays of shape (n_texts, n_labels), bool
        Decisions and truth.
    groups : sequence of str, n_texts long
    label_ids : sequence of str
    seed : int
        Of the bootstrap.
    """
    names, index = np.unique(np.asarray(groups, dtype=object).astype(str), return_inverse=True)
    sums = np.zeros((3, len(names), len(label_ids)))
    for k, counts in enumerate((given & Y, given, Y)):
        np.add.at(sums[k], index, counts)
    total = sums.sum(axis=1)
    occurring = total[2] > 0
    rng = np.random.default_rng(seed)
    micro, macro, each = [], [], []
    for _ in range(N_ROUNDS):
        weight = np.bincount(rng.integers(0, len(names), len(names)), minlength=len(names))
        hit, n_given, n_true = np.tensordot(sums, weight, axes=(1, 0))
        each.append(_f1(hit, n_given, n_true))
        micro.append(_f1(hit.sum(), n_given.sum(), n_true.sum()))
        macro.append(np.nanmean(np.where(n_true > 0, each[-1], np.nan))
                     if (n_true > 0).any() else np.nan)
    f1 = _f1(*total)
    bounds = np.nanquantile(np.array(each), [0.025, 0.975], axis=0)
    average = [average_precision(P[:, j], Y[:, j]) for j in range(len(label_ids))]
    groups_given, groups_true = sums[1] > 0, sums[2] > 0
    group_sets = _f1((groups_given & groups_true).sum(axis=1), groups_given.sum(axis=1),
                     groups_true.sum(axis=1))
    counted = groups_given.any(axis=1) | groups_true.any(axis=1)
    without = ~Y.any(axis=1)
    return Evaluation(
        n_texts=len(Y), n_groups=len(names),
        micro_precision=_ratio(total[0].sum(), total[1].sum()),
        micro_recall=_ratio(total[0].sum(), total[2].sum()),
        micro_f1=float(_f1(*total.sum(axis=1))), micro_interval=_interval(micro),
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


def _f1(hit: Any, n_given: Any, n_true: Any) -> Any:
    return 2 * hit / np.maximum(n_given + n_true, 1)


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole else 0.0


def _interval(values: Sequence[float]) -> tuple[float, float]:
    low, high = np.nanquantile(np.array(values), [0.025, 0.975])
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


def cross_validate(
    data: LabeledTexts, label_ids: Sequence[str], recipe: Any, *,
    background: Background | None = None,
    progress: Callable[[str], None] = lambda message: None,
) -> Evaluation:
    """Grouped cross-validation; calibration and thresholds of a fold come from the other folds.

    Raises
    ------
    DatasetError
        A text stands in two groups, so that the figure would flatter.
    """
    from vectorclf.folds import group_folds, out_of_fold_scores

    refuse_straddling(data)
    Y = label_matrix(data.labels, label_ids)
    scores = out_of_fold_scores(data, label_ids, recipe, background, progress)
    fold = group_folds(data.groups, recipe.folds, recipe.seed)
    P = np.zeros(scores.shape)
    given = np.zeros(Y.shape, dtype=bool)
    for k in np.unique(fold):
        rest, own = np.flatnonzero(fold != k), np.flatnonzero(fold == k)
        slope, offset = fit_platt(scores[rest], Y[rest])
        point = operating_points(
            probabilities(scores[rest], slope, offset), Y[rest],
            [data.groups[i] for i in rest], label_ids, labeled_share=recipe.labeled_share,
        )[0]
        P[own] = probabilities(scores[own], slope, offset)
        given[own] = P[own] >= np.array(point.thresholds)
    return evaluate_decisions(P, given, Y, data.groups, label_ids)


def evaluate_model(
    model: Model, data: LabeledTexts, *, operating_point: str = "balanced"
) -> Evaluation:
    """Measure a model, at its stored thresholds, on texts it was not trained on.

    Raises
    ------
    CodebookError
        A label of the texts that the model does not know.
    DatasetError
        The texts are those the model was trained on.
    """
    from vectorclf.predictor import BatchPredictor
    from vectorclf.scoring import text_scores

    if data.sha256 == model.training.get("data_sha256"):
        raise DatasetError(
            "expected texts the model has not seen, got its training data",
            remedy="name a held-out split with --split test, or leave out -m to cross-validate",
        )
    labels = [tuple(model.codebook[x].id for x in row) for row in data.labels]
    Y = label_matrix(labels, model.label_ids)
    scores = text_scores(BatchPredictor(model.compiled), data.texts, unit=model.unit,
                         gate=model.gate)
    P = probabilities(scores, model.slope, model.offset)
    given = P >= np.array(model.operating_point(operating_point).thresholds)
    return evaluate_decisions(P, given, Y, data.groups, model.label_ids)


def refuse_straddling(data: LabeledTexts) -> None:
    """Raise where the same text stands in two groups: its copies would sit on both sides.

    Raises
    ------
    DatasetError
    """
    for i, j in _repeats(data):
        raise DatasetError(
            f"expected every text in one group, got {data.texts[j][:60]!r} in "
            f"{data.groups[i]!r} and {data.groups[j]!r}",
            remedy="group by document with --group-key, or leave copies out with --drop-repeated",
        )


def without_repeats(data: LabeledTexts) -> LabeledTexts:
    """The texts without those that stand, word for word, in an earlier group too."""
    repeated = {j for _, j in _repeats(data)}
    return data.take([i for i in range(len(data)) if i not in repeated])


def _repeats(data: LabeledTexts) -> Iterator[tuple[int, int]]:
    """(first, later) rows with the same words in two groups; short texts may recur."""
    first: dict[str, int] = {}
    for j, (text, group) in enumerate(zip(data.texts, data.groups, strict=True)):
        key = " ".join(text.lower().split())
        if len(key.split()) >= MIN_REPEATED_WORDS:
            i = first.setdefault(key, j)
            if data.groups[i] != group:
                yield i, j
