"""Labeled texts to a Model.

    texts -> units -> TF-IDF + linear pipeline -> compile
          -> the same, fold by fold -> out-of-fold scores -> calibration, thresholds -> Model
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Sequence

import msgspec
import numpy as np
import sklearn

from vectorclf.background import Background
from vectorclf.calibration import expected_calibration_error, fit_platt, probabilities, rates
from vectorclf.codebook import Codebook
from vectorclf.compile import compile as compile_pipeline
from vectorclf.compiled import CompiledModel
from vectorclf.difficulties import difficulties
from vectorclf.folds import cross_fit
from vectorclf.labeled import LabeledTexts, label_matrix
from vectorclf.model import Model, SelfTest
from vectorclf.predictor import BatchPredictor
from vectorclf.recipe import Recipe, default_recipe
from vectorclf.scoring import profile
from vectorclf.straddling import fingerprints, repeated
from vectorclf.thresholds import OperatingPoint, operating_points

SELF_TEST_TEXTS = (
    "He was paid $40,000 in cash for documents he copied at the ministry.",
    "“La fille,” wrote the attaché, “était à Wien” – Сергей left it in a dead drop. 他是间谍。",
    "",
)


def train(
    data: LabeledTexts,
    codebook: Codebook,
    *,
    recipe: Recipe | None = None,
    background: Background | None = None,
    provenance: dict | None = None,
    progress: Callable[[str], None] = lambda message: None,
    n_jobs: int = 1,
) -> Model:
    """A calibrated model from labeled texts.

    Parameters
    ----------
    data : LabeledTexts
    codebook : Codebook
        Gives the columns; its labels without a positive are never tagged.
    recipe : Recipe, optional
    background : Background, optional
        Ordinary news that earns no label, as counts.
    provenance : dict, optional
        Stored in the model: data set name, version, command.
    progress : callable
        Called with one line a step.
    n_jobs : int
        Processes, as in joblib; each holds the data. The model is the same with any number.

    Returns
    -------
    model : Model
        The same for the same data, codebook, recipe and library versions.

    Raises
    ------
    DatasetError
        Nothing can be learned: no texts, no labels, a single group.
    """
    label_ids = codebook.label_ids
    recipe = recipe or default_recipe(data)
    hard = difficulties(data, label_ids)
    n_repeated = len(repeated(data))
    if n_repeated:
        hard.append(f"{n_repeated} {'text stands' if n_repeated == 1 else 'texts stand'} in an "
                    "earlier group, too: figures out of fold flatter")
    for warning in hard:
        progress(warning)
    Y = label_matrix(data.labels, label_ids)
    pipeline, scores = cross_fit(data, label_ids, recipe, background, progress, n_jobs)
    slope, offset = fit_platt(scores, Y)
    P = probabilities(scores, slope, offset)
    points = operating_points(
        scores, Y, data.groups, label_ids, slope=slope, offset=offset,
        labeled_share=recipe.labeled_share, with_opening=recipe.opening, seed=recipe.seed,
    )
    predictor = BatchPredictor(_rounded(compile_pipeline(pipeline).compiled))
    self_scores = predictor.decision_function(list(SELF_TEST_TEXTS)).reshape(
        len(SELF_TEST_TEXTS), -1
    )
    return Model(
        compiled=predictor.compiled, codebook=codebook, slope=slope, offset=offset,
        operating_points=points, rule=recipe.rule, learned=fingerprints(data),
        self_test=tuple(
            SelfTest(text, tuple(round(float(s), 6) for s in row))
            for text, row in zip(SELF_TEST_TEXTS, self_scores, strict=True)
        ),
        training={
            **(provenance or {}),
            "data_sha256": data.sha256,
            "texts_sha256": data.texts_sha256,
            "n_texts": len(data),
            "n_groups": len(set(data.groups)),
            "n_repeated": n_repeated,
            "positives": {x: int(n) for x, n in zip(label_ids, Y.sum(axis=0), strict=True)},
            "n_background": 0 if background is None else len(background),
            "recipe": msgspec.to_builtins(recipe),
            "versions": {"python": platform.python_version(), "scikit-learn": sklearn.__version__,
                         "numpy": np.__version__},
            "out_of_fold": out_of_fold_summary(P, Y, points, label_ids),
            "profile": profile(data.texts, scores, recipe.unit),
            "warnings": hard,
        },
    )


def _rounded(compiled: CompiledModel) -> CompiledModel:
    """The same model with coefficients that fit 16 bits: a file of a quarter of the size.

    A score moves by under 0.001, far less than what a fold more or less moves it.
    """
    coef_t = compiled.arrays["coef_t"].astype(np.float16).astype(np.float32)
    arrays = {**compiled.arrays, "coef_t": coef_t}
    return CompiledModel.from_parts(compiled.spec, arrays)


def out_of_fold_summary(
    P: np.ndarray, Y: np.ndarray, points: Sequence[OperatingPoint], label_ids: Sequence[str]
) -> dict:
    """What out-of-fold probabilities reach at each operating point, in plain JSON values.

    Returns
    -------
    summary : dict
        Overall figures of the first point; under "points", name -> "labels" -> label ->
        n_true, n_given, n_hit.
    """
    by_point = {}
    for point in points:
        given = point.decide(P)
        counts = zip(label_ids, Y.sum(axis=0), given.sum(axis=0), (Y & given).sum(axis=0),
                     strict=True)
        by_point[point.name] = {
            "labels": {
                label: {"n_true": int(n_true), "n_given": int(n_given), "n_hit": int(n_hit)}
                for label, n_true, n_given, n_hit in counts
            }
        }
    first = points[0].decide(P)
    f1 = {x: rates(first[:, [j]], Y[:, [j]])[2] for j, x in enumerate(label_ids)}
    without = ~Y.any(axis=1)
    return {
        "micro_f1": round(points[0].f1, 4),
        "macro_f1": round(float(np.mean(list(f1.values()))), 4),
        "f1": {x: round(v, 4) for x, v in f1.items()},
        "calibration_error": round(expected_calibration_error(P, Y), 4),
        "unlabeled_tagged": (
            round(float(first[without].any(axis=1).mean()), 4) if without.any() else 0.0
        ),
        "labels": by_point[points[0].name]["labels"],
        "points": by_point,
    }
