"""Units to a fitted scikit-learn pipeline, one linear classifier a label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec
import numpy as np
import scipy.sparse as sp
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import LabelBinarizer
from sklearn.svm import LinearSVC

from vectorclf.background import Background
from vectorclf.errors import DatasetError
from vectorclf.features import (
    background_rows,
    feature_views,
    make_features,
    make_length_feature,
)
from vectorclf.labeled import LabeledTexts, label_matrix
from vectorclf.recipe import Recipe
from vectorclf.units import Units, training_units, training_windows


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
    windows = _windows(units, features, label_ids, recipe)
    estimators = _label_estimators(X, Y, feature_views(features), windows, recipe)
    if recipe.gate:
        relevant = np.array([bool(row) for row in data.labels])
        X_texts = features.transform(data.texts)
        if X_background is not None:
            X_texts = sp.vstack([X_texts, X_background]).tocsr()
            relevant = np.append(relevant, np.full(X_background.shape[0], False))
        estimators.append(_gate(X_texts, relevant, recipe))
    return Pipeline([("features", features), ("classifier", _one_vs_rest(estimators))])


def _label_estimators(
    X: sp.csr_array, Y: np.ndarray, views: list[tuple[np.ndarray, float]],
    windows: _HardWindows | None, recipe: Recipe,
) -> list[LinearSVC]:
    """A linear classifier a label: the SVM over all features and those of the views, added up."""
    joint = recipe.joint if views else 1.0
    weighed = [(np.arange(X.shape[1]), recipe.C, joint),
               *((columns, recipe.view_C, (1 - joint) * share) for columns, share in views)]
    coef, intercept = np.zeros((Y.shape[1], X.shape[1])), np.zeros(Y.shape[1])
    for columns, C, weight in weighed:
        if not weight:
            continue
        X_seen = X[:, columns]
        windows_seen = windows.seen(columns) if windows else None
        for j, y in enumerate(Y.T):
            svm = _label_svm(X_seen, y, C, recipe)
            if windows_seen:
                svm = windows_seen.corrected(j, svm, X_seen, y, recipe)
            coef[j, columns] += weight * svm.coef_[0]
            intercept[j] += weight * svm.intercept_[0]
    return [_linear(*each) for each in zip(coef, intercept, strict=True)]


def _label_svm(X: sp.csr_array, y: np.ndarray, C: float, recipe: Recipe) -> LinearSVC:
    """The SVM of one label; one that all units have, or none, scores 1 or -1.

    (scikit-learn gives a label without positives the score 0, above most others' negatives.)
    """
    share = y.mean()
    if share in (0, 1):
        return _linear(np.zeros(X.shape[1]), 1.0 if share else -1.0)
    return _svm(y, C, recipe).fit(X, y)


def _svm(y: np.ndarray, C: float, recipe: Recipe) -> LinearSVC:
    """Not fitted yet; positives of a label that few of `y` have weigh more."""
    weight = max(1.0, float(np.sqrt(recipe.rare / y.mean())))
    return LinearSVC(C=C, class_weight={1: weight}, random_state=recipe.seed)


@dataclass(frozen=True)
class _HardWindows:
    """Windows that teach the SVM of a label where in a long unit it is earned.

    A unit with the label adds the window that looks most like it, of those that may have earned
    it; one without adds the window that looks most like it, if that lies within the margin. So
    an SVM learns from what it will be asked in use: the best part of a text (multiple-instance
    learning, MI-SVM: Andrews, Tsochantaridis and Hofmann 2002, one round of it).

    Attributes
    ----------
    X : csr_array of shape (n_windows, n_features)
    units : ndarray of shape (n_windows,), int64
        The unit of each, ascending.
    may_earn : ndarray of shape (n_windows, n_labels), bool
    """

    X: sp.csr_array
    units: np.ndarray
    may_earn: np.ndarray

    def seen(self, columns: np.ndarray) -> _HardWindows:
        """The same windows, some of the features."""
        return replace(self, X=self.X[:, columns])

    def corrected(
        self, column: int, svm: LinearSVC, X: sp.csr_array, y: np.ndarray, recipe: Recipe
    ) -> LinearSVC:
        """The SVM of a label, fitted again with such windows beside its units."""
        if y.all() or not y.any():
            return svm
        scores = svm.decision_function(self.X)
        has_label = y[self.units].astype(bool)
        earned = self._best(scores, np.flatnonzero(self.may_earn[:, column]))
        mistaken = self._best(scores, np.flatnonzero(~has_label & (scores > -1)))
        chosen = np.append(earned, mistaken)
        both = sp.vstack([X, self.X[chosen]]).tocsr()
        truth = np.append(y, np.repeat([1, 0], [len(earned), len(mistaken)]))
        weights = np.repeat([1.0, recipe.window_weight], [len(y), len(chosen)])
        return _svm(y, svm.C, recipe).fit(both, truth, sample_weight=weights)

    def _best(self, scores: np.ndarray, windows: np.ndarray) -> np.ndarray:
        """Of some windows, the highest of each unit."""
        order = windows[np.lexsort((-scores[windows], self.units[windows]))]
        return order[np.append(True, np.diff(self.units[order]) > 0)[: len(order)]]


def _windows(
    units: Units, features: Pipeline | FeatureUnion, label_ids: Sequence[str], recipe: Recipe
) -> _HardWindows | None:
    """Windows over the units, where the recipe learns from any."""
    if not recipe.window or not recipe.window_weight:
        return None
    windows = training_windows(units, recipe)
    if not windows.texts:
        return None
    return _HardWindows(features.transform(windows.texts), windows.units,
                        label_matrix(windows.may_earn, label_ids))


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
        return _linear(np.zeros(X.shape[1]), 0.0)
    return LinearSVC(C=recipe.gate_C, random_state=recipe.seed).fit(X, relevant)


def _linear(coef: np.ndarray, intercept: float) -> LinearSVC:
    """A fitted estimator with these coefficients."""
    estimator = LinearSVC()
    estimator.coef_ = coef[np.newaxis]
    estimator.intercept_ = np.array([intercept])
    estimator.classes_ = np.array([0, 1])
    estimator.n_features_in_ = len(coef)
    return estimator
