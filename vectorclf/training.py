"""Labeled texts to a Model. The only room that fits scikit-learn models.

    texts -> units -> TF-IDF + linear pipeline -> compile
          -> the same, fold by fold -> out-of-fold scores -> calibration, thresholds -> Model
"""

from __future__ import annotations

import platform
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
import scipy.sparse as sp
import sklearn
from sklearn.feature_extraction.text import TfidfTransformer, TfidfVectorizer
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline, make_union
from sklearn.preprocessing import LabelBinarizer
from sklearn.svm import LinearSVC

from vectorclf.background import Background
from vectorclf.calibration import (
    MIN_POSITIVES,
    OperatingPoint,
    expected_calibration_error,
    fit_platt,
    operating_points,
    probabilities,
    rates,
)
from vectorclf.codebook import Codebook
from vectorclf.compile import compile as compile_pipeline
from vectorclf.compiled import CompiledModel
from vectorclf.dataset import LabeledTexts, label_matrix
from vectorclf.errors import DatasetError
from vectorclf.model import Model, SelfTest
from vectorclf.normalization import PivotedNormalizer
from vectorclf.passages import segment
from vectorclf.predictor import BatchPredictor
from vectorclf.scoring import profile, text_scores

MIN_RATIONALE_WORDS = 2
SELF_TEST_TEXTS = (
    "He was paid $40,000 in cash for documents he copied at the ministry.",
    "“La fille,” wrote the attaché, “était à Wien” – Сергей left it in a dead drop. 他是间谍。",
    "",
)


class Recipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a model is made; stored in it.

    Attributes
    ----------
    unit : str
        "sentence": texts are scored sentence by sentence, and the best one counts.
        "text": whole.
    ngram_max, min_df : int
        Word n-grams up to this length, in at least so many units.
    max_features : int or None
        Keep so many of them: those with the largest weight for any label in a first fit.
    char_wb : tuple of (int, int) or None
        Character n-grams inside words, beside the words.
    pivot : float
        Rows are divided by the L2 norm to this power (1: plain normalisation).
    C : float
        Inverse regularisation of the linear SVM of a label.
    rationales : bool
        Evidence phrases are positive texts of their own (Zaidan and Eisner 2007).
    passages : bool
        Texts of several sentences are also learned from whole.
    gate : float
        Weight of the relevance of the passage, which lowers scores off the subject; 0: none.
    gate_C : float
        Inverse regularisation of its linear SVM.
    labeled_share : float or None
        Share of texts with a label where the tags are used; balanced thresholds allow for it.
    folds, seed : int
    """

    unit: str = "sentence"
    ngram_max: int = 2
    min_df: int = 3
    max_features: int | None = None
    char_wb: tuple[int, int] | None = None
    pivot: float = 0.7
    C: float = 0.1
    rationales: bool = True
    passages: bool = True
    gate: float = 0.5
    gate_C: float = 0.1
    labeled_share: float | None = 0.3
    folds: int = 5
    seed: int = 0


def make_features(
    recipe: Recipe, vocabulary: Sequence[str] | None = None
) -> Pipeline | FeatureUnion:
    """The unfitted scikit-learn features a recipe stands for, of these words alone if given."""
    words = make_pipeline(
        TfidfVectorizer(
            ngram_range=(1, recipe.ngram_max), min_df=recipe.min_df, sublinear_tf=True, norm=None,
            vocabulary=vocabulary,
        ),
        PivotedNormalizer(power=recipe.pivot),
    )
    if recipe.char_wb is None:
        return words
    characters = make_pipeline(
        TfidfVectorizer(
            analyzer="char_wb", ngram_range=recipe.char_wb, min_df=recipe.min_df + 1,
            sublinear_tf=True, norm=None,
        ),
        PivotedNormalizer(power=recipe.pivot),
    )
    return make_union(words, characters)


@dataclass(frozen=True)
class Units:
    """Texts as they are learned from."""

    texts: list[str]
    labels: list[tuple[str, ...]]


def training_units(data: LabeledTexts, recipe: Recipe) -> Units:
    """Sentences with the labels whose evidence they hold, passages, and the evidence phrases.

    A label without evidence in any one sentence stays with every sentence of its text.
    """
    texts: list[str] = []
    labels: list[tuple[str, ...]] = []
    for text, text_labels, evidence in zip(data.texts, data.labels, data.evidence, strict=True):
        if recipe.unit == "text" or not text.strip():
            spans = [(0, len(text))]
        else:
            spans = [span for passage in segment(text) for span in passage.sentences]
        located = {
            label: [k for k, (a, b) in enumerate(spans)
                    if any(phrase in text[a:b] for phrase in evidence.get(label, ()))]
            for label in text_labels
        }
        for k, (a, b) in enumerate(spans):
            texts.append(text[a:b])
            labels.append(tuple(x for x in text_labels if k in located[x] or not located[x]))
        if recipe.passages and len(spans) > 1:
            texts.append(text)
            labels.append(tuple(text_labels))
        if recipe.rationales:
            for phrase in dict.fromkeys(p for ps in evidence.values() for p in ps):
                if len(phrase.split()) >= MIN_RATIONALE_WORDS and phrase != text:
                    texts.append(phrase)
                    labels.append(tuple(
                        x for x, ps in evidence.items() if any(p in phrase for p in ps)
                    ))
    return Units(texts, labels)


def fit(
    data: LabeledTexts, label_ids: Sequence[str], recipe: Recipe,
    background: Background | None = None,
) -> Pipeline:
    """A fitted scikit-learn pipeline: columns in label order, then the gate's if there is one."""
    units = training_units(data, recipe)
    pipeline = _fit_units(units, data, label_ids, recipe, background, make_features(recipe))
    limit = recipe.max_features
    if limit is None or recipe.char_wb is not None:
        return pipeline
    features, classifier = pipeline[0], pipeline[1]
    terms = features[0].get_feature_names_out()
    if len(terms) <= limit:
        return pipeline
    weight = np.max([np.abs(e.coef_[0]) for e in classifier.estimators_], axis=0)
    heaviest = np.argsort(-weight * features[0].idf_, kind="stable")[:limit]
    kept = sorted(terms[heaviest].tolist())
    return _fit_units(units, data, label_ids, recipe, background, make_features(recipe, kept))


def _fit_units(
    units: Units, data: LabeledTexts, label_ids: Sequence[str], recipe: Recipe,
    background: Background | None, features: Pipeline | FeatureUnion,
) -> Pipeline:
    Y = label_matrix(units.labels, label_ids).astype(np.int64)
    X = features.fit_transform(units.texts)
    X_background = None
    if background is not None:
        X_background = background_rows(features, X, background)
        X = sp.vstack([features.transform(units.texts), X_background]).tocsr()
        Y = np.vstack([Y, np.zeros((len(background), len(label_ids)), dtype=np.int64)])
    classifier = OneVsRestClassifier(LinearSVC(C=recipe.C, random_state=recipe.seed))
    with warnings.catch_warnings():  # constant labels: data_warnings says them in our words
        warnings.filterwarnings("ignore", "Label .* is present in all training examples")
        classifier.fit(X, Y)
    # scikit-learn gives a label without positives the score 0, above most others' negatives
    for j, n_positive in enumerate(Y.sum(axis=0)):
        if n_positive in (0, len(Y)):
            classifier.estimators_[j] = _constant(X.shape[1], 1.0 if n_positive else -1.0)
    if recipe.gate:
        relevant = np.array([bool(row) for row in data.labels])
        X_texts = features.transform(data.texts)
        if X_background is not None:
            X_texts = sp.vstack([X_texts, X_background]).tocsr()
            relevant = np.append(relevant, np.zeros(len(background), dtype=bool))
        _add_column(classifier, _gate(X_texts, relevant, recipe))
    return Pipeline([("features", features), ("classifier", classifier)])


def _gate(X: sp.csr_array, relevant: np.ndarray, recipe: Recipe) -> LinearSVC:
    """A linear "does this earn a label at all?"; always open where no text says otherwise."""
    if relevant.all() or not relevant.any():
        return _constant(X.shape[1], 0.0)
    return LinearSVC(C=recipe.gate_C, random_state=recipe.seed).fit(X, relevant)


def _constant(n_features: int, score: float) -> LinearSVC:
    """A fitted estimator with the same score for every text."""
    estimator = LinearSVC()
    estimator.coef_ = np.zeros((1, n_features))
    estimator.intercept_ = np.array([score])
    estimator.classes_ = np.array([0, 1])
    estimator.n_features_in_ = n_features
    return estimator


def background_rows(features: Pipeline, X: sp.csr_array, background: Background) -> sp.csr_array:
    """Rows of background paragraphs; document frequencies then come from both kinds of text.

    Parameters
    ----------
    features : Pipeline
        Fitted word features; their inverse document frequencies are replaced.
    X : csr_array of shape (n_units, n_features)
        The units' rows, for their document frequencies.
    background : Background
    """
    if not isinstance(features, Pipeline):
        raise DatasetError("expected word features alone, got a union with character features",
                           place="background", remedy="train without --background")
    vectorizer, normalizer = features[0], features[1]
    counts = background.matrix(vectorizer.vocabulary_)
    df = np.bincount(X.indices, minlength=X.shape[1]) + np.bincount(
        counts.indices, minlength=X.shape[1]
    )
    n = X.shape[0] + counts.shape[0]
    vectorizer.idf_ = np.log((1 + n) / (1 + df)) + 1  # scikit-learn's smooth idf
    weigh = TfidfTransformer(norm=None, sublinear_tf=True)
    weigh.idf_ = vectorizer.idf_
    return normalizer.transform(weigh.transform(counts))


def _add_column(classifier: OneVsRestClassifier, estimator: LinearSVC) -> None:
    """Let one more fitted binary estimator score beside the labels' own."""
    classifier.estimators_.append(estimator)
    n = len(classifier.estimators_)
    classifier.label_binarizer_ = LabelBinarizer(sparse_output=True).fit(np.eye(2, n, dtype=int))
    classifier.classes_ = classifier.label_binarizer_.classes_


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
            unit=recipe.unit, gate=recipe.gate,
        )
    return scores


def train(
    data: LabeledTexts,
    codebook: Codebook,
    *,
    recipe: Recipe | None = None,
    background: Background | None = None,
    provenance: dict | None = None,
    progress: Callable[[str], None] = lambda message: None,
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
    hard = data_warnings(data, label_ids)
    for warning in hard:
        progress(warning)
    Y = label_matrix(data.labels, label_ids)
    scores = out_of_fold_scores(data, label_ids, recipe, background, progress)
    slope, offset = fit_platt(scores, Y)
    P = probabilities(scores, slope, offset)
    points = operating_points(
        P, Y, data.groups, label_ids, labeled_share=recipe.labeled_share, seed=recipe.seed
    )
    progress("final fit")
    pipeline = fit(data, label_ids, recipe, background)
    predictor = BatchPredictor(_rounded(compile_pipeline(pipeline).compiled))
    self_scores = predictor.decision_function(list(SELF_TEST_TEXTS)).reshape(
        len(SELF_TEST_TEXTS), -1
    )
    return Model(
        compiled=predictor.compiled, codebook=codebook, slope=slope, offset=offset,
        operating_points=points, unit=recipe.unit, gate=recipe.gate,
        self_test=tuple(
            SelfTest(text, tuple(round(float(s), 6) for s in row))
            for text, row in zip(SELF_TEST_TEXTS, self_scores, strict=True)
        ),
        training={
            **(provenance or {}),
            "data_sha256": data.sha256,
            "n_texts": len(data),
            "n_groups": len(set(data.groups)),
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
        given = P >= np.array(point.thresholds)
        counts = zip(label_ids, Y.sum(axis=0), given.sum(axis=0), (Y & given).sum(axis=0),
                     strict=True)
        by_point[point.name] = {
            "labels": {
                label: {"n_true": int(n_true), "n_given": int(n_given), "n_hit": int(n_hit)}
                for label, n_true, n_given, n_hit in counts
            }
        }
    first = P >= np.array(points[0].thresholds)
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


def default_recipe(data: LabeledTexts) -> Recipe:
    """Sentences where evidence tells which one earned a label; whole texts where none does."""
    if any(data.evidence):
        return Recipe()
    return Recipe(unit="text", rationales=False, passages=False, char_wb=(3, 5), pivot=1.0, C=0.5,
                  gate=0.0, labeled_share=None)


def data_warnings(data: LabeledTexts, label_ids: Sequence[str]) -> list[str]:
    """What makes the data hard to learn from, one line each.

    Raises
    ------
    DatasetError
        What makes it impossible.
    """
    if not len(data):
        raise DatasetError("expected texts to learn from, got none")
    if len(set(data.groups)) < 2:
        raise DatasetError(
            f"expected at least two groups, got one: {data.groups[0]!r}",
            remedy="name the column of the case or document with --group-key",
        )
    counts = Counter(x for row in data.labels for x in row)
    if not counts:
        raise DatasetError("expected at least one label, got none")
    hard = []
    empty = sum(not text.strip() for text in data.texts)
    if empty:
        hard.append(f"{empty} texts are empty; they teach nothing")
    by_text: dict[str, set[frozenset[str]]] = {}
    for text, row in zip(data.texts, data.labels, strict=True):
        by_text.setdefault(text, set()).add(frozenset(row))
    contradictory = sum(len(sets) > 1 for sets in by_text.values())
    if contradictory:
        hard.append(f"{contradictory} texts stand twice with different labels; all are used")
    for label in label_ids:
        n = counts.get(label, 0)
        if n == 0:
            hard.append(f"{label}: no positive text; it will never be tagged")
        elif n == len(data):
            hard.append(f"{label}: every text has it; it will always be tagged")
        elif n < MIN_POSITIVES:
            hard.append(f"{label}: {n} positive texts, under {MIN_POSITIVES}; "
                            "it shares the common threshold")
    return hard
