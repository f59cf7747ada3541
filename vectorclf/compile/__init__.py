"""A fitted scikit-learn pipeline -> CompiledModel. What has no exact form is refused."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType

import numpy as np
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import Pipeline

from vectorclf.compile.checks import is_exactly
from vectorclf.compile.classifiers import CLASSIFIERS, LINEAR, one_vs_rest, single
from vectorclf.compile.features import Features
from vectorclf.compiled import CompiledModel
from vectorclf.errors import CompileError
from vectorclf.predictor import BatchPredictor

_PRECISE_BOUND = 200.0
"""Row length times largest weight up to which float32 weights do."""


def compile_model(pipeline: Pipeline) -> CompiledModel:
    """The fitted `pipeline` as plain arrays; see `compile`."""
    if not is_exactly(pipeline, Pipeline):
        raise CompileError(
            "pipeline", "it", pipeline, "a sklearn.pipeline.Pipeline of features and classifier"
        )
    name, classifier = pipeline.steps[-1]
    if is_exactly(classifier, OneVsRestClassifier):
        read: Callable = one_vs_rest
    elif is_exactly(classifier, *LINEAR):
        read = single
    else:
        raise CompileError(name, "the classifier", classifier, CLASSIFIERS)
    tree = Features()
    tree.add_steps("", pipeline.steps[:-1])
    coef, intercept, spec = read(name, classifier)
    n_features = sum(block["n_features"] for block in tree.blocks)
    if coef.shape[1] != n_features:
        raise CompileError(
            name, "coef_", coef.shape, f"of width {n_features}, the size of the vocabularies"
        )
    arrays = dict(tree.arrays)
    arrays["coef_t"] = np.ascontiguousarray(coef.T, dtype=_precision(tree, coef))
    arrays["intercept"] = np.ascontiguousarray(intercept, dtype=np.float64)
    spec = {"blocks": tree.blocks, "ops": tree.ops, "classifier": spec}
    return CompiledModel.from_parts(spec, arrays)


def _precision(tree: Features, coef: np.ndarray) -> type:
    """float32 where rows are short enough for it to stay within 1e-6, else float64.

    Rounding the weights to float32 moves a score by about 3e-8 * |row| * |largest weight|.
    """
    length_by_block = np.full(len(tree.blocks), np.inf)
    for name, first, end, parameter in tree.ops:
        if name.startswith("norm"):
            length_by_block[first:end] = 1.0
        elif name == "weight":
            length_by_block[first:end] *= max(1.0, abs(parameter))
        elif 0.5 <= parameter <= 1.0:  # raw rows are seldom longer than 10,000
            length_by_block[first:end] = np.minimum(length_by_block[first:end], 1e4) ** (
                1 - parameter
            )
        else:
            length_by_block[first:end] = np.inf
    longest = float(np.sqrt((length_by_block**2).sum()))
    largest = float(np.abs(coef).max(initial=0.0))
    return np.float32 if longest * max(largest, 1e-30) <= _PRECISE_BOUND else np.float64


def compile(pipeline: Pipeline) -> BatchPredictor:
    """A predictor that gives a fitted pipeline's own scores, many times faster.

    Parameters
    ----------
    pipeline : sklearn.pipeline.Pipeline
        Fitted. Features: TfidfVectorizer (analyzers word, char, char_wb), CountVectorizer
        and TfidfTransformer, SkipBigramVectorizer, FeatureUnion of these, PivotedNormalizer,
        Normalizer.
        Classifier: LogisticRegression, LinearSVC, SGDClassifier, RidgeClassifier,
        Perceptron, OneVsRestClassifier of one.

    Returns
    -------
    predictor : BatchPredictor

    Raises
    ------
    CompileError
        Names the step, the parameter, its value and what is supported.

    Examples
    --------
    >>> from sklearn.feature_extraction.text import TfidfVectorizer
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.svm import LinearSVC
    >>> texts = ["he was paid", "she was blackmailed", "paid in cash"]
    >>> pipeline = make_pipeline(TfidfVectorizer(), LinearSVC()).fit(texts, [1, 0, 1])
    >>> compile(pipeline).predict(["they paid him"]).tolist()
    [1]
    """
    return BatchPredictor(compile_model(pipeline))


class _CallablePackage(ModuleType):
    """This package, once imported, is what `vectorclf.compile` finds: so it can be called, too."""

    def __call__(self, pipeline: Pipeline) -> BatchPredictor:
        return compile(pipeline)


sys.modules[__name__].__class__ = _CallablePackage
