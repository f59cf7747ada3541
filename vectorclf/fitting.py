"""Units to a fitted scikit-learn pipeline, one linear classifier a label."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import scipy.sparse as sp
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import LabelBinarizer
from sklearn.svm import LinearSVC

from vectorclf.background import Background
from vectorclf.errors import DatasetError
from vectorclf.features import background_rows, make_features, make_length_feature
from vectorclf.labeled import LabeledTexts, label_matrix
from vectorclf.recipe import Recipe
from vectorclf.units import Units, blanked_copies, training_units, training_windows


def fit(
    data: LabeledTexts, label_ids: Sequence[str], recipe: Recipe,
    background: Background | None = None,
) -> Pipeline:
    """A fitted scikit-learn pipeline: columns in label order, then the gate's if there is one."""
    units = training_units(data, recipe)
    pipeline = _fit_units(units, data, label_ids, recipe, background)
    return _allow_for_length(pipeline, recipe, len(label_ids)) if recipe.length else pipeline


def _allow_for_length(pipeline: Pipeline, recipe: Recipe, n_labels: int) -> Pipeline:
    """The same pipeline whose labels' scores grow with the logarithm of a text's words."""
    features, classifier = pipeline[0], pipeline[1]
    for j, estimator in enumerate(classifier.estimators_):
        constant = j >= n_labels or not estimator.coef_.any()
        weight = 0.0 if constant else recipe.length
        estimator.coef_ = np.append(estimator.coef_, [[weight]], axis=1)
        estimator.n_features_in_ += 1
    parts, weights = [("words", features)], None
    if isinstance(features, FeatureUnion):
        parts, weights = features.transformer_list, features.transformer_weights
    union = FeatureUnion([*parts, ("length", make_length_feature())], transformer_weights=weights)
    return Pipeline([("features", union), ("classifier", classifier)])


def _fit_units(
    units: Units, data: LabeledTexts, label_ids: Sequence[str], recipe: Recipe,
    background: Background | None,
) -> Pipeline:
    features = make_features(recipe)
    Y = label_matrix(units.labels, label_ids).astype(np.int64)
    try:
        X = features.fit_transform(units.texts)
    except ValueError as error:  # no word, or none in enough units: scikit-learn says which
        if recipe.prefix:  # a handful of texts may have words in common, but nothing beside
            plain = msgspec.structs.replace(recipe, prefix=0)
            return _fit_units(units, data, label_ids, plain, background)
        raise DatasetError(f"expected texts with words in common, got: {error}",
                           remedy="give more texts, or texts with words") from error
    X_background = None
    if background is not None:
        X_background = background_rows(features, X, background)
        X = sp.vstack([features.transform(units.texts), X_background]).tocsr()
        Y = np.vstack([Y, np.zeros((len(background), len(label_ids)), dtype=np.int64)])
    estimators = [_label_svm(X, y, recipe) for y in Y.T]
    variants = _Variants(units, features, label_ids, recipe)
    estimators = [variants.corrected(j, estimator, X, y)
                  for j, (estimator, y) in enumerate(zip(estimators, Y.T, strict=True))]
    if recipe.gate:
        relevant = np.array([bool(row) for row in data.labels])
        X_texts = features.transform(data.texts)
        if X_background is not None:
            X_texts = sp.vstack([X_texts, X_background]).tocsr()
            relevant = np.append(relevant, np.full(X_background.shape[0], False))
        estimators.append(_gate(X_texts, relevant, recipe))
    return Pipeline([("features", features), ("classifier", _one_vs_rest(estimators))])


def _label_svm(X: sp.csr_array, y: np.ndarray, recipe: Recipe) -> LinearSVC:
    """The SVM of one label; one that all units have, or none, scores 1 or -1.

    (scikit-learn gives a label without positives the score 0, above most others' negatives.)
    """
    share = y.mean()
    if share in (0, 1):
        return _constant(X.shape[1], 1.0 if share else -1.0)
    return _svm(y, recipe).fit(X, y)


def _svm(y: np.ndarray, recipe: Recipe) -> LinearSVC:
    """Not fitted yet; positives of a label that few of `y` have weigh more."""
    weight = max(1.0, float(np.sqrt(recipe.rare / y.mean())))
    return LinearSVC(C=recipe.C, class_weight={1: weight}, random_state=recipe.seed)


class _Variants:
    """Variants of the units that the SVM of a label is fitted again with, where they teach it.

    *Windows* teach it where in a long unit the label is earned. A unit with the label adds the
    window that looks most like it, of those that may have earned it; one without adds the window
    that looks most like it, if that lies within the margin. So an SVM learns from what it will be
    asked in use: the best part of a text (multiple-instance learning, MI-SVM: Andrews,
    Tsochantaridis and Hofmann 2002, one round of it).

    *Copies with some words blanked* teach it not to lean on a few words, which the next text may
    lack (blankout noise: van der Maaten, Chen, Tyree and Weinberger 2013, sampled). A unit with
    the label adds all of its copies, one without those that lie within the margin.
    """

    def __init__(
        self, units: Units, features: Pipeline | FeatureUnion, label_ids: Sequence[str],
        recipe: Recipe,
    ) -> None:
        self._recipe = recipe
        self._windows = self._copies = None
        if recipe.window and recipe.window_weight:
            windows = training_windows(units, recipe)
            self._window_units = windows.units
            self._may_earn = label_matrix(windows.may_earn, label_ids)
            self._windows = features.transform(windows.texts) if windows.texts else None
        if recipe.blank_copies and recipe.blank_weight:
            copies = blanked_copies(units, recipe)
            self._copy_units = copies.units
            self._copies = features.transform(copies.texts) if copies.texts else None

    def corrected(
        self, column: int, estimator: LinearSVC, X: sp.csr_array, y: np.ndarray
    ) -> LinearSVC:
        """The SVM of a label, fitted again with such variants beside its units."""
        if (self._windows is None and self._copies is None) or y.all() or not y.any():
            return estimator
        rows, truth, weights = [X], [y], [np.ones(len(y))]
        if self._windows is not None:
            scores = estimator.decision_function(self._windows)
            has_label = y[self._window_units].astype(bool)
            earned = self._best(scores, np.flatnonzero(self._may_earn[:, column]))
            mistaken = self._best(scores, np.flatnonzero(~has_label & (scores > -1)))
            chosen = np.append(earned, mistaken)
            rows.append(self._windows[chosen])
            truth.append(np.repeat([1, 0], [len(earned), len(mistaken)]))
            weights.append(np.full(len(chosen), self._recipe.window_weight))
        if self._copies is not None:
            own = y[self._copy_units]
            chosen = np.flatnonzero((own == 1) | (estimator.decision_function(self._copies) > -1))
            rows.append(self._copies[chosen])
            truth.append(own[chosen])
            weights.append(np.full(
                len(chosen), self._recipe.blank_weight / self._recipe.blank_copies
            ))
        return _svm(y, self._recipe).fit(
            sp.vstack(rows).tocsr(), np.concatenate(truth), sample_weight=np.concatenate(weights)
        )

    def _best(self, scores: np.ndarray, windows: np.ndarray) -> np.ndarray:
        """Of some windows, the highest of each unit."""
        units = self._window_units
        order = windows[np.lexsort((-scores[windows], units[windows]))]
        return order[np.append(True, np.diff(units[order]) > 0)[: len(order)]]


def _one_vs_rest(estimators: list[LinearSVC]) -> OneVsRestClassifier:
    """Fitted binary estimators as one classifier, a column each."""
    classifier = OneVsRestClassifier(LinearSVC())
    classifier.estimators_ = estimators
    classifier.label_binarizer_ = LabelBinarizer(sparse_output=True).fit(
        np.eye(2, len(estimators), dtype=int)
    )
    classifier.classes_ = classifier.label_binarizer_.classes_
    return classifier


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
