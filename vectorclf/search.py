"""A small search around a recipe, by grouped cross-validation."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
from joblib import Parallel, delayed

from vectorclf.background import Background
from vectorclf.decisions import decide_by_fold
from vectorclf.evaluation import evaluate
from vectorclf.folds import group_folds, out_of_fold_scores
from vectorclf.labeled import LabeledTexts, label_matrix
from vectorclf.recipe import Recipe

TIMES_C = (0.5, 1.0, 2.0)
PIVOTS = (0.5, 0.7, 1.0)


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """A recipe and what it reached: out of fold, thresholds from the other folds.

    Attributes
    ----------
    recipe : Recipe
    micro_f1, macro_f1, group_f1, unlabeled_tagged : float
        As in `Evaluation`.
    """

    recipe: Recipe
    micro_f1: float
    macro_f1: float
    group_f1: float
    unlabeled_tagged: float


def neighbours(recipe: Recipe) -> tuple[Recipe, ...]:
    """The recipe itself, and with other regularisation and length normalisation."""
    varied = [msgspec.structs.replace(recipe, C=recipe.C * times, pivot=pivot)
              for pivot in (*PIVOTS, recipe.pivot) for times in TIMES_C]
    return tuple(dict.fromkeys([recipe, *varied]))


def search(
    data: LabeledTexts,
    label_ids: Sequence[str],
    recipes: Sequence[Recipe],
    *,
    background: Background | None = None,
    n_jobs: int = 1,
    progress: Callable[[str], None] = lambda message: None,
) -> tuple[Trial, ...]:
    """Every recipe tried, best first: by the mean of micro-F1 and macro-F1.

    Parameters
    ----------
    data : LabeledTexts
    label_ids : sequence of str
    recipes : sequence of Recipe
    background : Background, optional
    n_jobs : int
        Processes; as in joblib.
    progress : callable
        Called with one line a recipe, as they end.

    Notes
    -----
    The best of many flatters itself a little: measure it on texts kept apart.
    """
    jobs = (delayed(_try)(data, tuple(label_ids), recipe, background) for recipe in recipes)
    trials = []
    for trial in Parallel(n_jobs=n_jobs, return_as="generator_unordered")(jobs):
        trials.append(trial)
        progress(f"{len(trials)} of {len(recipes)}: pivot {trial.recipe.pivot:g}, "
                 f"C {trial.recipe.C:g}: micro-F1 {trial.micro_f1:.3f}, "
                 f"macro-F1 {trial.macro_f1:.3f}")
    order = {recipe: k for k, recipe in enumerate(recipes)}
    return tuple(sorted(trials, key=lambda t: (-t.micro_f1 - t.macro_f1, order[t.recipe])))


def _try(
    data: LabeledTexts, label_ids: tuple[str, ...], recipe: Recipe, background: Background | None
) -> Trial:
    decisions = decide_by_fold(
        out_of_fold_scores(data, label_ids, recipe, background),
        label_matrix(data.labels, label_ids), group_folds(data.groups, recipe.folds, recipe.seed),
        data.groups, label_ids, labeled_share=recipe.labeled_share,
        with_opening=recipe.opening,
    )
    result = evaluate(decisions, n_rounds=0)
    return Trial(recipe=recipe, micro_f1=result.micro_f1, macro_f1=result.macro_f1,
                 group_f1=result.group_f1, unlabeled_tagged=result.unlabeled_tagged)
