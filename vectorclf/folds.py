"""Cross-validation by group: no text is scored by a model that has seen one of its case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from vectorclf.background import Background
from vectorclf.compile import compile as compile_pipeline
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
) -> np.ndarray:
    """Scores of every text by a model that has seen no text of its group.

    Returns
    -------
    scores : ndarray of shape (n_texts, n_labels), float32
    """
    fold = group_folds(data.groups, recipe.folds, recipe.seed)
    scores = np.zeros((len(data), len(label_ids)), dtype=np.float32)
    for k in range(recipe.folds):
        held_out = np.flatnonzero(fold == k)
        if not len(held_out):
            continue
        progress(f"fold {k + 1} of {recipe.folds}")
        pipeline = fit(data.take(np.flatnonzero(fold != k)), label_ids, recipe, background)
        scores[held_out] = text_scores(
            compile_pipeline(pipeline), [data.texts[i] for i in held_out],
            recipe.rule,
        )
    return scores
