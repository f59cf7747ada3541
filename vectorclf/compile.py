"""A fitted scikit-learn pipeline -> CompiledModel. What has no exact form is refused."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.linear_model import (
    LogisticRegression,
    LogisticRegressionCV,
    Perceptron,
    RidgeClassifier,
    RidgeClassifierCV,
    SGDClassifier,
)
from sklearn.multiclass import OneVsRestClassifier, _ConstantPredictor
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import Normalizer
from sklearn.svm import LinearSVC

from vectorclf.compiled import MAX_NGRAM, CompiledModel
from vectorclf.errors import CompileError
from vectorclf.normalization import PivotedNormalizer
from vectorclf.predictor import BatchPredictor

_LINEAR = (
    LogisticRegression,
    LogisticRegressionCV,
    LinearSVC,
    SGDClassifier,
    RidgeClassifier,
    RidgeClassifierCV,
    Perceptron,
)
_CLASSIFIERS = (
    "LogisticRegression, LinearSVC, SGDClassifier, RidgeClassifier, Perceptron or a "
    "OneVsRestClassifier of one of these"
)
_STEPS = (
    "TfidfVectorizer, CountVectorizer, TfidfTransformer after it, FeatureUnion, "
    "PivotedNormalizer, Normalizer(norm='l1' or 'l2') or 'passthrough'"
)
_TOKEN_PATTERN = re.compile(r"(?:\(\?u\))?(\\b)?((?:\\w)+|(?:\\S)+)(?:\+|\{(\d+),\})(\\b)?")
_TOKEN_PATTERNS = r"(?u)\b\w\w+\b, \b\w+\b, \w{3,}, \S+ or another run of \w or \S"
_PRECISE_BOUND = 200.0
"""Row length times largest weight up to which float32 weights do."""


def _is(estimator: object, *kinds: type) -> bool:
    """Exactly one of `kinds`: a subclass may compute something else."""
    return type(estimator) in kinds


def _fitted(step: str, estimator: object, attribute: str) -> Any:
    value = getattr(estimator, attribute, None)
    if value is None:
        raise CompileError(step, attribute, None, "set by fit (the pipeline is not fitted)")
    return value


class _Tree:
    """The features of a pipeline as blocks and operations on ranges of them."""

    def __init__(self) -> None:
        self.blocks: list[dict[str, Any]] = []
        self.ops: list[tuple[str, int, int, float]] = []
        self.arrays: dict[str, np.ndarray] = {}
        self.is_normed: list[bool] = []

    def add(self, step: str, estimator: object) -> None:
        """Append what `estimator` makes of the text."""
        if _is(estimator, TfidfVectorizer, CountVectorizer):
            self._add_vectorizer(step, estimator)
        elif _is(estimator, FeatureUnion):
            self._add_union(step, estimator)
        elif _is(estimator, Pipeline):
            self.add_steps(step, estimator.steps)
        else:
            raise CompileError(step, "the step", estimator, _STEPS)

    def add_steps(self, path: str, steps: list[tuple[str, Any]]) -> None:
        first = len(self.blocks)
        for name, estimator in steps:
            step = f"{path}.{name}" if path else name
            if estimator is None or (isinstance(estimator, str) and estimator == "passthrough"):
                continue
            if len(self.blocks) == first:
                self.add(step, estimator)
            elif _is(estimator, PivotedNormalizer):
                power = estimator.power
                if isinstance(power, bool) or not np.isfinite(power):
                    raise CompileError(step, "power", power, "a finite number")
                self.ops.append(("pivot", first, len(self.blocks), float(power)))
            elif _is(estimator, Normalizer):
                self._add_norm(step, estimator.norm, first)
            elif _is(estimator, TfidfTransformer):
                self._add_tfidf(step, estimator, first)
            else:
                raise CompileError(step, "the step", estimator, _STEPS)
        if len(self.blocks) == first:
            raise CompileError(path or "pipeline", "steps", steps, "a vectorizer and more")

    def _add_union(self, step: str, union: FeatureUnion) -> None:
        weights = union.transformer_weights or {}
        for name, transformer in union.transformer_list:
            if isinstance(transformer, str) and transformer == "drop":
                continue
            first = len(self.blocks)
            self.add(f"{step}.{name}", transformer)
            weight = weights.get(name)
            if weight is not None:
                if not np.isfinite(weight):
                    raise CompileError(
                        step, f"transformer_weights[{name!r}]", weight, "a finite number"
                    )
                self.ops.append(("weight", first, len(self.blocks), float(weight)))

    def _add_norm(self, step: str, norm: str | None, first: int) -> None:
        if norm is None:
            return
        if norm not in ("l1", "l2"):
            raise CompileError(step, "norm", norm, "'l1' or 'l2'")
        self.ops.append((f"norm_{norm}", first, len(self.blocks), 0.0))

    def _add_tfidf(self, step: str, tfidf: TfidfTransformer, first: int) -> None:
        """Fold a TfidfTransformer into the single, raw block of counts before it."""
        is_raw = len(self.blocks) == first + 1 and not any(op[1] == first for op in self.ops)
        block = self.blocks[first]
        if not is_raw or f"block{first}.idf" in self.arrays or block["tf"] == "sublinear":
            raise CompileError(step, "the step before it", "others", "one CountVectorizer")
        if tfidf.sublinear_tf and block["tf"] == "raw":
            block["tf"] = "sublinear"
        if tfidf.use_idf:
            idf = np.asarray(_fitted(step, tfidf, "idf_"), dtype=np.float64)
            self._set_idf(step, first, idf)
        self._add_norm(step, tfidf.norm, first)

    def _set_idf(self, step: str, b: int, idf: np.ndarray) -> None:
        n_features = self.blocks[b]["n_features"]
        if idf.shape != (n_features,):
            raise CompileError(step, "idf_", idf.shape, f"of shape ({n_features},)")
        if not np.isfinite(idf).all():
            raise CompileError(step, "idf_", "NaN or infinity", "finite")
        self.arrays[f"block{b}.idf"] = idf

    def _add_vectorizer(self, step: str, v: CountVectorizer) -> None:
        for parameter in ("preprocessor", "tokenizer"):
            if getattr(v, parameter) is not None:
                raise CompileError(
                    step, parameter, getattr(v, parameter), "None (a callable has no parity)"
                )
        if v.analyzer not in ("word", "char", "char_wb"):
            raise CompileError(step, "analyzer", v.analyzer, "'word', 'char' or 'char_wb'")
        if v.strip_accents not in (None, False, "ascii", "unicode"):
            raise CompileError(step, "strip_accents", v.strip_accents, "None, 'ascii', 'unicode'")
        if v.input != "content":
            raise CompileError(step, "input", v.input, "'content'")
        low, high = (int(n) for n in v.ngram_range)
        is_word = v.analyzer == "word"
        if is_word and high > MAX_NGRAM or high > 1000:
            raise CompileError(step, "ngram_range", v.ngram_range, f"at most {MAX_NGRAM} words")
        vocabulary = _fitted(step, v, "vocabulary_")
        b = len(self.blocks)
        place = f"block{b}"
        terms = sorted(vocabulary, key=vocabulary.__getitem__)
        if sorted(vocabulary.values()) != list(range(len(terms))):
            raise CompileError(step, "vocabulary_", "other indices", "numbered from 0 on")
        self._set_text(place, "terms", "offsets", terms)
        token = self._token(step, v) if is_word else None
        if is_word:
            self._set_text(place, "stop_words", "stop_offsets", sorted(v.get_stop_words() or ()))
        is_tfidf = _is(v, TfidfVectorizer)
        is_sublinear = is_tfidf and v.sublinear_tf
        self.blocks.append(
            {
                "name": step,
                "analyzer": v.analyzer,
                "ngram_range": (low, high),
                "lowercase": bool(v.lowercase),
                "strip_accents": v.strip_accents or None,
                "token": token,
                "tf": "binary" if v.binary else "sublinear" if is_sublinear else "raw",
                "n_features": len(terms),
            }
        )
        if is_tfidf:
            tfidf = _fitted(step, v, "_tfidf")
            if tfidf.use_idf:
                self._set_idf(step, b, np.asarray(_fitted(step, tfidf, "idf_"), np.float64))
            self._add_norm(step, v.norm, b)

    @staticmethod
    def _token(step: str, v: CountVectorizer) -> dict[str, Any]:
        match = _TOKEN_PATTERN.fullmatch(v.token_pattern or "")
        is_word = bool(match) and match[2].startswith(r"\w")
        n_before = len(match[2]) // 2 if match else 0
        if not match or (not is_word and (match[1] or match[4])):
            raise CompileError(step, "token_pattern", v.token_pattern, _TOKEN_PATTERNS)
        n_chars = n_before if match[3] is None else n_before - 1 + int(match[3])
        if not 1 <= n_chars <= 1000:
            raise CompileError(step, "token_pattern", v.token_pattern, _TOKEN_PATTERNS)
        return {"class": "word" if is_word else "nonspace", "min_chars": n_chars}

    def _set_text(self, place: str, name: str, offsets: str, terms: list[str]) -> None:
        data = [term.encode("utf-8", "surrogatepass") for term in terms]
        self.arrays[f"{place}.{name}"] = np.frombuffer(b"".join(data), dtype=np.uint8)
        ends = np.zeros(len(data) + 1, dtype=np.int64)
        np.cumsum([len(term) for term in data], out=ends[1:])
        self.arrays[f"{place}.{offsets}"] = ends


def _linear(step: str, classifier: Any) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients (n_labels, n_features) and intercepts of one linear classifier."""
    coef = _fitted(step, classifier, "coef_")
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
    if _is(classifier, LogisticRegression, LogisticRegressionCV):
        how = getattr(classifier, "multi_class", "auto")  # gone since scikit-learn 1.8
        is_ovr = how in ("ovr", "warn") or (
            how in ("auto", "deprecated")
            and (n_classes <= 2 or classifier.solver == "liblinear")
        )
        if not is_ovr and n_classes <= 2:
            raise CompileError(step, "multi_class", how, "'auto' or 'ovr' with two classes")
        return "logistic" if is_ovr else "softmax"
    if _is(classifier, SGDClassifier):
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


def _single(step: str, classifier: Any) -> tuple[np.ndarray, np.ndarray, dict[str, Any]]:
    coef, intercept = _linear(step, classifier)
    classes = _fitted(step, classifier, "classes_")
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
            "decision": (
                "indicator" if is_multilabel else "sign" if is_vector else "argmax"
            ),
            "threshold": 0.0,
            "link": link,
            "normalize": None if is_vector or link in (None, "softmax") else "sum_or_uniform",
            "constants": [],
        },
    )


def _one_vs_rest(step: str, ovr: Any) -> tuple[np.ndarray, np.ndarray, dict[str, Any]]:
    estimators = _fitted(step, ovr, "estimators_")
    fitted = [e for e in estimators if not _is(e, _ConstantPredictor)]
    for estimator in [*fitted, ovr.estimator]:
        if not _is(estimator, *_LINEAR):
            raise CompileError(f"{step}.estimator", "the estimator", estimator, _CLASSIFIERS)
    width = max((np.shape(e.coef_)[-1] for e in fitted), default=getattr(ovr, "n_features_in_", 0))
    rows, intercepts, constants = [], [], []
    for j, estimator in enumerate(estimators):
        if _is(estimator, _ConstantPredictor):
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
    link = _link(f"{step}.estimator", fitted[0], 2) if fitted else "logistic"
    if is_multilabel:
        decision = "indicator"
    else:
        decision = "sign" if is_single else "argmax"
    return (
        np.vstack(rows),
        np.concatenate(intercepts),
        {
            **_classes(step, ovr.classes_),
            "scores": "vector" if is_single else "matrix",
            "decision": decision,
            # scikit-learn asks the first estimator alone, and a constant one says 0.5
            "threshold": 0.5 if _is(estimators[0], _ConstantPredictor) else 0.0,
            "link": link,
            "normalize": None if is_multilabel or is_single or link is None else "sum",
            "constants": constants,
        },
    )


def compile_model(pipeline: Pipeline) -> CompiledModel:
    """The fitted `pipeline` as plain arrays; see `compile`."""
    if not _is(pipeline, Pipeline):
        raise CompileError(
            "pipeline", "it", pipeline, "a sklearn.pipeline.Pipeline of features and classifier"
        )
    name, classifier = pipeline.steps[-1]
    if _is(classifier, OneVsRestClassifier):
        read = _one_vs_rest
    elif _is(classifier, *_LINEAR):
        read = _single
    else:
        raise CompileError(name, "the classifier", classifier, _CLASSIFIERS)
    tree = _Tree()
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


def _precision(tree: _Tree, coef: np.ndarray) -> type:
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
        and TfidfTransformer, FeatureUnion of these, PivotedNormalizer, Normalizer.
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
