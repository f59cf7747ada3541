"""Linear classifiers -> weights, and how scores become classes."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse
from sklearn.linear_model import (
    LogisticRegression,
    LogisticRegressionCV,
    Perceptron,
    RidgeClassifier,
    RidgeClassifierCV,
    SGDClassifier,
)
from sklearn.multiclass import _ConstantPredictor
from sklearn.svm import LinearSVC

from vectorclf.compile.checks import fitted, is_exactly
from vectorclf.errors import CompileError

LINEAR = (
    LogisticRegression,
    LogisticRegressionCV,
    LinearSVC,
    SGDClassifier,
    RidgeClassifier,
    RidgeClassifierCV,
    Perceptron,
)
CLASSIFIERS = (
    "LogisticRegression, LinearSVC, SGDClassifier, RidgeClassifier, Perceptron or a "
    "OneVsRestClassifier of one of these"
)


def _linear(step: str, classifier: Any) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients (n_labels, n_features) and intercepts of one linear classifier."""
    coef = fitted(step, classifier, "coef_")
    if sparse.issparse(coef):
        raise CompileError(step, "coef_", type(coef).__name__, "dense: call densify() first")
    coef = np.atleast_2d(np.asarray(coef))
    intercept = np.asarray(classifier.intercept_, dtype=np.float64).reshape(-1)
    if len(intercept) != len(coef):
        intercept = np.broadcast_to(intercept, (len(coef),))
    for name, values in (("coef_", coef), ("intercept_", intercept)):
        if not np.isfinite(values).all():
            raise CompileError(step, name, "NaN or infinity", "finite")
    return coef, intercept


def _link(step: str, classifier: Any, n_classes: int) -> str | None:
    """What makes a probability of a score, None where scikit-learn has no predict_proba."""
    if is_exactly(classifier, LogisticRegression, LogisticRegressionCV):
        how = getattr(classifier, "multi_class", "auto")  # gone since scikit-learn 1.8
        is_ovr = how in ("ovr", "warn") or (
            how in ("auto", "deprecated") and (n_classes <= 2 or classifier.solver == "liblinear")
        )
        if not is_ovr and n_classes <= 2:
            raise CompileError(step, "multi_class", how, "'auto' or 'ovr' with two classes")
        return "logistic" if is_ovr else "softmax"
    if is_exactly(classifier, SGDClassifier):
        return {"log_loss": "logistic", "modified_huber": "modified_huber"}.get(classifier.loss)
    return None


def _classes(step: str, classes: Any) -> dict[str, Any]:
    classes = np.asarray(classes)
    is_plain = classes.dtype.kind in "biufU" or (
        classes.dtype == object and all(isinstance(c, str) for c in classes)
    )
    if not is_plain:
        raise CompileError(step, "classes_", classes.dtype, "strings, numbers or booleans")
    return {"classes": classes.tolist(), "classes_dtype": classes.dtype.str.replace("|O", "O")}


def single(step: str, classifier: Any) -> tuple[np.ndarray, np.ndarray, dict[str, Any]]:
    coef, intercept = _linear(step, classifier)
    classes = fitted(step, classifier, "classes_")
    binarizer = getattr(classifier, "_label_binarizer", None)
    is_multilabel = binarizer is not None and binarizer.y_type_.startswith("multilabel")
    link = _link(step, classifier, len(classes))
    is_vector = len(coef) == 1
    return (
        coef,
        intercept,
        {
            **_classes(step, classes),
            "scores": "vector" if is_vector else "matrix",
            "decision": ("indicator" if is_multilabel else "sign" if is_vector else "argmax"),
            "threshold": 0.0,
            "link": link,
            "normalize": None if is_vector or link in (None, "softmax") else "sum_or_uniform",
            "constants": [],
        },
    )


def one_vs_rest(step: str, ovr: Any) -> tuple[np.ndarray, np.ndarray, dict[str, Any]]:
    estimators = fitted(step, ovr, "estimators_")
    learned = [e for e in estimators if not is_exactly(e, _ConstantPredictor)]
    for estimator in [*learned, ovr.estimator]:
        if not is_exactly(estimator, *LINEAR):
            raise CompileError(f"{step}.estimator", "the estimator", estimator, CLASSIFIERS)
    width = max((np.shape(e.coef_)[-1] for e in learned), default=getattr(ovr, "n_features_in_", 0))
    rows: list[np.ndarray] = []
    intercepts: list[Any] = []
    constants: list[dict[str, int]] = []
    for j, estimator in enumerate(estimators):
        if is_exactly(estimator, _ConstantPredictor):
            value = int(estimator.y_[0])
            constants.append({"label": j, "value": value})
            rows.append(np.zeros((1, width)))
            intercepts.append([float(value)])
        else:
            coef, intercept = _linear(f"{step}.estimators_[{j}]", estimator)
            rows.append(coef)
            intercepts.append(intercept)
    is_single = len(estimators) == 1
    is_multilabel = ovr.multilabel_
    # constants alone need no link: their probability is their value
    link = _link(f"{step}.estimator", learned[0], 2) if learned else "logistic"
    decision = "indicator" if is_multilabel else "sign" if is_single else "argmax"
    return (
        np.vstack(rows),
        np.concatenate(intercepts),
        {
            **_classes(step, ovr.classes_),
            "scores": "vector" if is_single else "matrix",
            "decision": decision,
            # scikit-learn asks the first estimator alone, and a constant one says 0.5
            "threshold": 0.5 if is_exactly(estimators[0], _ConstantPredictor) else 0.0,
            "link": link,
            "normalize": None if is_multilabel or is_single or link is None else "sum",
            "constants": constants,
        },
    )
