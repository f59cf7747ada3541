"""Cross-validation by group: no text is scored by a model that has seen one of its case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool

import numpy as np
from joblib import Parallel, delayed, effective_n_jobs
from sklearn.pipeline import Pipeline

from vectorclf.background import Background
from vectorclf.compile import compile as compile_pipeline
from vectorclf.errors import DatasetError
from vectorclf.fitting import fit
from vectorclf.labeled import LabeledTexts
from vectorclf.recipe import Recipe
from vectorclf.scoring import text_scores


def group_folds(groups: Sequence[str], n_folds: int, seed: int) -> np.ndarray:
    """Fold of every text: groups stay whole, sizes even out, order by seed.

    Returns
    -------
    fold : ndarray of shape (n_texts,), int64
    """
    sizes = Counter(groups)
    names = sorted(sizes)
    np.random.default_rng(seed).shuffle(names)
    names.sort(key=lambda name: -sizes[name])
    load = np.zeros(n_folds, dtype=np.int64)
    fold_of = {}
    for name in names:
        fold_of[name] = int(np.argmin(load))
        load[fold_of[name]] += sizes[name]
    return np.array([fold_of[g] for g in groups], dtype=np.int64)


def out_of_fold_scores(
    data: LabeledTexts, label_ids: Sequence[str], recipe: Recipe,
    background: Background | None = None,
    progress: Callable[[str], None] = lambda message: None,
    n_jobs: int = 1,
) -> np.ndarray:
    """Scores of every text by a model that has seen no text of its group.

    Parameters
    ----------
    data, label_ids, recipe, background
        As of `fit`.
    progress : callable
        Called with one line a fit, as they end.
    n_jobs : int
        Processes, as in joblib; each holds the data. The scores are the same with any number.

    Returns
    -------
    scores : ndarray of shape (n_texts, n_labels), float32
    """
    held_out, jobs = _fold_jobs(data, label_ids, recipe, background)
    return _collected(held_out, _results(jobs, progress, n_jobs), len(data), len(label_ids))


def cross_fit(
    data: LabeledTexts, label_ids: Sequence[str], recipe: Recipe,
    background: Background | None = None,
    progress: Callable[[str], None] = lambda message: None,
    n_jobs: int = 1,
) -> tuple[Pipeline, np.ndarray]:
    """The pipeline fitted on all texts, and `out_of_fold_scores`: as many fits at once as may be.

    Parameters and scores as there.
    """
    held_out, jobs = _fold_jobs(data, label_ids, recipe, background)
    results = _results([delayed(fit)(data, label_ids, recipe, background), *jobs], progress, n_jobs)
    pipeline = next(results)
    return pipeline, _collected(held_out, results, len(data), len(label_ids))


def _fold_jobs(
    data: LabeledTexts, label_ids: Sequence[str], recipe: Recipe, background: Background | None
) -> tuple[list[np.ndarray], list]:
    """The texts of each fold, and a job that scores them."""
    fold = group_folds(data.groups, recipe.folds, recipe.seed)
    held_out = [rows for k in range(recipe.folds) if len(rows := np.flatnonzero(fold == k))]
    return held_out, [delayed(_scores_of)(data, rows, label_ids, recipe, background)
                      for rows in held_out]


def _scores_of(
    data: LabeledTexts, held_out: np.ndarray, label_ids: Sequence[str], recipe: Recipe,
    background: Background | None,
) -> np.ndarray:
    """Scores of some texts by a model of the others."""
    rest = np.setdiff1d(np.arange(len(data)), held_out)
    pipeline = fit(data.take(rest), label_ids, recipe, background)
    return text_scores(compile_pipeline(pipeline), data.take(held_out).texts, recipe.rule)


def _results(jobs: list, progress: Callable[[str], None], n_jobs: int) -> Iterator:
    """What the jobs give, in their order.

    Raises
    ------
    DatasetError
        A process was killed: there was not memory enough for so many.
    """
    at_once = min(effective_n_jobs(n_jobs), len(jobs))
    progress(f"{len(jobs)} fits, {at_once} at a time")
    try:
        for k, result in enumerate(Parallel(n_jobs=n_jobs, return_as="generator")(jobs), 1):
            progress(f"fit {k} of {len(jobs)}")
            yield result
    except BrokenProcessPool as error:
        raise DatasetError(
            f"expected memory for {at_once} fits at a time, got a process killed",
            place="training", remedy="learn with fewer processes: --workers 1",
        ) from error


def _collected(
    held_out: list[np.ndarray], results: Iterable[np.ndarray], n_texts: int, n_labels: int
) -> np.ndarray:
    """The folds' scores, each at its texts."""
    scores = np.zeros((n_texts, n_labels), dtype=np.float32)
    for rows, own in zip(held_out, results, strict=True):
        scores[rows] = own
    return scores
