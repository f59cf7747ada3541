"""How good the tags are: grouped cross-validation or a held-out set, with intervals by case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations

import msgspec
import numpy as np

from vectorclf.agreement import agreement, agreement_intervals
from vectorclf.background import Background
from vectorclf.decisions import Decisions, cross_validated_decisions, held_out_decisions
from vectorclf.figures import OVERALL, Figures
from vectorclf.intervals import (
    N_ROUNDS,
    UNKNOWN,
    Interval,
    percentile_interval,
    resample,
    share_interval,
)
from vectorclf.labeled import LabeledTexts
from vectorclf.model import Model
from vectorclf.recipe import Recipe


class LabelMeasure(msgspec.Struct, frozen=True, kw_only=True):
    """One label: counts, rates, average precision, and their 95 % intervals.

    A rate that there is none of (recall and F1 of a label that no text has) is NaN; in JSON, null.
    `interval` is that of F1.
    """

    label: str
    n_true: int
    n_given: int
    precision: float
    precision_interval: Interval
    recall: float
    recall_interval: Interval
    f1: float
    interval: Interval
    average_precision: float
    average_precision_interval: Interval


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """Everything measured on one set of texts.

    Attributes
    ----------
    n_texts, n_groups : int
    micro_precision, micro_recall, micro_f1, macro_f1 : float
        Macro over the labels that occur.
    macro_average_precision : float
    group_f1 : float
        Mean F1 of the label sets of whole groups (documents); a group without labels and tags is
        left out.
    text_recall : float
        Mean share of a text's labels that were found, of texts with a label: what the operating
        point `recall` promises.
    unlabeled_tagged : float
        Share of texts without a label that got a tag.
    calibration_error : float
        Expected calibration error over all decisions, 15 bins.
    *_interval : Interval
        95 % ones. Of shares (precision, recall, texts tagged): Wilson's, groups allowed for (see
        `share_interval`). Of all else: percentile bootstrap, groups resampled.
    labels : tuple of LabelMeasure

    Notes
    -----
    A figure that there is none of is NaN: the share of texts without a label that got a tag,
    where every text has one. So are bootstrap intervals where all texts are of one group. In
    a round without any text of a label its F1 and average precision count as 0.
    """

    n_texts: int
    n_groups: int
    micro_precision: float
    micro_precision_interval: Interval
    micro_recall: float
    micro_recall_interval: Interval
    micro_f1: float
    micro_interval: Interval
    macro_f1: float
    macro_interval: Interval
    macro_average_precision: float
    macro_average_precision_interval: Interval
    group_f1: float
    group_f1_interval: Interval
    text_recall: float
    text_recall_interval: Interval
    unlabeled_tagged: float
    unlabeled_interval: Interval
    calibration_error: float
    calibration_interval: Interval
    labels: tuple[LabelMeasure, ...]


class CoderAgreement(msgspec.Struct, frozen=True, kw_only=True):
    """How two codings of the same texts agree; "model" is one of them.

    `f1` is the micro-F1 of one against the other, `alpha_masi` Krippendorff's alpha over label
    sets; intervals by bootstrap, groups resampled.
    """

    first: str
    second: str
    n_texts: int
    f1: float
    f1_interval: Interval
    alpha_masi: float
    alpha_interval: Interval


def evaluate(decisions: Decisions, *, seed: int = 0, n_rounds: int = N_ROUNDS) -> Evaluation:
    """Measure decisions against the truth.

    Parameters
    ----------
    decisions : Decisions
    seed : int
        Of the bootstrap.
    n_rounds : int
        Of it; 0: intervals of shares alone.
    """
    figures = Figures(decisions)
    n_groups, n_labels = figures.n_groups, len(decisions.label_ids)
    found = figures.of(np.ones(n_groups, dtype=np.int64))
    rng = np.random.default_rng(seed)
    drawn = [figures.of(resample(rng, n_groups)) for _ in range(n_rounds if n_groups > 1 else 0)]
    intervals = [percentile_interval(values)
                 for values in zip(*drawn, strict=True)] or [UNKNOWN] * len(found)
    f1, average = (slice(len(OVERALL) + k * n_labels, len(OVERALL) + (k + 1) * n_labels)
                   for k in (0, 1))
    overall = dict(zip(OVERALL, zip(found.tolist(), intervals, strict=False), strict=False))
    hit, n_given, n_true = figures.counts
    micro_precision, micro_recall = (_share(hit.sum(axis=1), whole.sum(axis=1))
                                     for whole in (n_given, n_true))
    text_recall = _share(figures.n_found, figures.n_with)
    unlabeled = _share(figures.n_tagged, figures.n_without)
    return Evaluation(
        n_texts=len(decisions.Y), n_groups=n_groups,
        micro_precision=micro_precision[0], micro_precision_interval=micro_precision[1],
        micro_recall=micro_recall[0], micro_recall_interval=micro_recall[1],
        micro_f1=overall["micro_f1"][0], micro_interval=overall["micro_f1"][1],
        macro_f1=overall["macro_f1"][0], macro_interval=overall["macro_f1"][1],
        macro_average_precision=overall["average_precision"][0],
        macro_average_precision_interval=overall["average_precision"][1],
        group_f1=overall["group_f1"][0], group_f1_interval=overall["group_f1"][1],
        text_recall=text_recall[0], text_recall_interval=text_recall[1],
        unlabeled_tagged=unlabeled[0], unlabeled_interval=unlabeled[1],
        calibration_error=overall["calibration_error"][0],
        calibration_interval=overall["calibration_error"][1],
        labels=tuple(
            _label_measure(label, counts, *both)
            for label, counts, *both in zip(
                decisions.label_ids, figures.counts.transpose(2, 0, 1),
                zip(found[f1].tolist(), intervals[f1], strict=True),
                zip(found[average].tolist(), intervals[average], strict=True), strict=True)
        ),
    )


def _label_measure(
    label: str, counts: np.ndarray, f1: tuple[float, Interval], average: tuple[float, Interval]
) -> LabelMeasure:
    """One label from its hits, tags and true labels of every group."""
    hit, n_given, n_true = counts
    (precision, precision_interval), (recall, recall_interval) = (
        _share(hit, n_given), _share(hit, n_true))
    return LabelMeasure(
        label=label, n_true=int(n_true.sum()), n_given=int(n_given.sum()),
        precision=precision, precision_interval=precision_interval,
        recall=recall, recall_interval=recall_interval, f1=f1[0], interval=f1[1],
        average_precision=average[0], average_precision_interval=average[1],
    )


def _share(part: np.ndarray, whole: np.ndarray) -> tuple[float, Interval]:
    """A share that groups add to, NaN of nothing, and its interval."""
    share = float(part.sum() / whole.sum()) if whole.any() else float("nan")
    return share, share_interval(part, whole)


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
    decisions: Decisions, coders: Mapping[str, Sequence[Iterable[str] | None]], *, seed: int = 0
) -> tuple[CoderAgreement, ...]:
    """Agreement of the model with every coder, and of every coder with every other.

    Parameters
    ----------
    decisions : Decisions
    coders : mapping of str to sequence of labels, n_texts long
        None where a coder did not code a text; only texts that all coded count.
    seed : int
        Of the bootstrap.
    """
    names = list(coders)
    rows = [i for i in range(len(decisions.groups))
            if all(coders[name][i] is not None for name in names)]
    codings = {name: [frozenset(coders[name][i] or ()) for i in rows] for name in names}
    ids = np.array(decisions.label_ids, dtype=object)
    codings["model"] = [frozenset(ids[decisions.given[i]].tolist()) for i in rows]
    groups = [decisions.groups[i] for i in rows]
    out = []
    for first, second in combinations(codings, 2):
        measured = agreement(codings[first], codings[second], decisions.label_ids)
        f1, alpha = agreement_intervals(codings[first], codings[second], groups, seed=seed)
        out.append(CoderAgreement(
            first=first, second=second, n_texts=len(rows), f1=measured.f1, f1_interval=f1,
            alpha_masi=measured.alpha_masi, alpha_interval=alpha,
        ))
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
