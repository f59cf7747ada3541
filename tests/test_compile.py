"""What has no exact form is refused by its step, parameter and value."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.calibration import CalibratedClassifierCV
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import (
    CountVectorizer,
    HashingVectorizer,
    TfidfTransformer,
    TfidfVectorizer,
)
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import Normalizer
from sklearn.svm import LinearSVC

from vectorclf.compile import compile
from vectorclf.errors import CompileError
from vectorclf.normalization import PivotedNormalizer

TEXTS = ["he was paid", "she was blackmailed", "paid in cash", ""]
LABELS = [1, 0, 1, 0]


class Louder(TfidfVectorizer):
    """A subclass: may compute anything."""


def fit(*steps):
    return make_pipeline(*steps).fit(TEXTS, LABELS)


@pytest.mark.parametrize(
    ("steps", "step", "parameter"),
    [
        ([TfidfVectorizer(tokenizer=str.split, token_pattern=None)], "tfidf", "tokenizer"),
        ([TfidfVectorizer(preprocessor=str.upper)], "tfidfvectorizer", "preprocessor"),
        ([TfidfVectorizer(analyzer=str.split)], "tfidfvectorizer", "analyzer"),
        ([TfidfVectorizer(strip_accents=str.upper)], "tfidfvectorizer", "strip_accents"),
        ([TfidfVectorizer(token_pattern=r"[aeiou]+|\w")], "tfidfvectorizer", "token_pattern"),
        ([TfidfVectorizer(token_pattern=r"\b\S\S+\b")], "tfidfvectorizer", "token_pattern"),
        ([TfidfVectorizer(token_pattern=r"\w{1001,}|a")], "tfidfvectorizer", "token_pattern"),
        ([TfidfVectorizer(token_pattern=r"\w{0,}")], "tfidfvectorizer", "token_pattern"),
        ([TfidfVectorizer(ngram_range=(1, 17))], "tfidfvectorizer", "ngram_range"),
        ([Louder()], "louder", "the step"),
        ([HashingVectorizer()], "hashingvectorizer", "the step"),
        ([TfidfVectorizer(), TruncatedSVD(1)], "truncatedsvd", "the step"),
        ([TfidfVectorizer(), Normalizer("max")], "normalizer", "norm"),
        ([TfidfVectorizer(), TfidfTransformer()], "tfidftransformer", "the step before it"),
        ([TfidfVectorizer(), PivotedNormalizer(power=float("nan"))], "pivotednormalizer", "power"),
        ([FeatureUnion([("x", TfidfVectorizer())])], "featureunion", "transformer_weights['x']"),
    ],
)  # fmt: skip
def test_features_without_an_exact_form_are_refused(steps, step, parameter):
    try:
        pipeline = fit(*steps, LinearSVC())
    except ValueError:  # scikit-learn will not fit it, but may have been handed it fitted
        pipeline = fit(*steps[:1], LinearSVC())
        pipeline.steps[1:1] = [(name.lower(), s) for s in steps[1:] for name in [type(s).__name__]]
    if "weights" in parameter:
        pipeline[0].transformer_weights = {"x": np.inf}
    with pytest.raises(CompileError) as caught:
        compile(pipeline)
    assert caught.value.step.startswith(step)
    assert caught.value.parameter == parameter
    assert caught.value.supported in str(caught.value)


@pytest.mark.parametrize(
    "classifier",
    [MultinomialNB(), CalibratedClassifierCV(LinearSVC(), cv=2),
     OneVsRestClassifier(MultinomialNB())],
    ids=lambda c: type(c).__name__,
)  # fmt: skip
def test_other_classifiers_are_refused(classifier):
    with pytest.raises(CompileError, match="LogisticRegression, LinearSVC"):
        compile(fit(TfidfVectorizer(), classifier))


def test_what_is_not_fitted_is_refused():
    with pytest.raises(CompileError, match=r"tfidfvectorizer: .*vocabulary_.* set by fit"):
        compile(make_pipeline(TfidfVectorizer(), LinearSVC()))
    pipeline = make_pipeline(TfidfVectorizer().fit(TEXTS), LinearSVC())
    with pytest.raises(CompileError, match=r"linearsvc: .*coef_.* set by fit"):
        compile(pipeline)
    with pytest.raises(CompileError, match="Pipeline"):
        compile(LinearSVC())
    with pytest.raises(CompileError, match="a vectorizer"):
        compile(
            Pipeline([("none", "passthrough"), ("svc", fit(TfidfVectorizer(), LinearSVC())[-1])])
        )


def test_widths_that_disagree_are_refused():
    pipeline = fit(TfidfVectorizer(), LinearSVC())
    pipeline[0].vocabulary_ = {"paid": 0}
    pipeline[0]._tfidf.idf_ = np.ones(1)
    with pytest.raises(CompileError, match="of width 1"):
        compile(pipeline)
    pipeline[0]._tfidf.idf_ = np.ones(2)
    with pytest.raises(CompileError, match="idf_"):
        compile(pipeline)
    pipeline[0].vocabulary_ = {"paid": 3}
    with pytest.raises(CompileError, match="numbered from 0"):
        compile(pipeline)
    pipeline[0].vocabulary_ = {7: 0}
    with pytest.raises(CompileError, match=r"got 7.*texts|texts.*got 7"):
        compile(pipeline)


@pytest.mark.parametrize("attribute", ["coef_", "intercept_"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_weights_that_are_no_numbers_are_refused(attribute, value):
    pipeline = fit(TfidfVectorizer(), LinearSVC())
    getattr(pipeline[-1], attribute).flat[0] = value
    with pytest.raises(CompileError, match=attribute):
        compile(pipeline)
    pipeline = fit(TfidfVectorizer(), LinearSVC())
    pipeline[0]._tfidf.idf_[0] = value
    with pytest.raises(CompileError, match="idf_"):
        compile(pipeline)


def test_sparse_weights_and_strange_classes_are_refused():
    pipeline = fit(TfidfVectorizer(), SGDClassifier())
    pipeline[-1].sparsify()
    assert sparse.issparse(pipeline[-1].coef_)
    with pytest.raises(CompileError, match="densify"):
        compile(pipeline)
    pipeline = fit(TfidfVectorizer(), LinearSVC())
    pipeline[-1].classes_ = np.array([("a",), ("b",)], dtype=object)
    with pytest.raises(CompileError, match="classes_"):
        compile(pipeline)


def test_input_other_than_content_is_refused():
    pipeline = fit(TfidfVectorizer(), LinearSVC())
    pipeline[0].input = "filename"
    with pytest.raises(CompileError, match="'content'"):
        compile(pipeline)


def test_old_one_vs_rest_logistic_regression_keeps_its_probabilities():
    pipeline = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(TEXTS, [0, 1, 2, 0])
    softmax = compile(pipeline).predict_proba(TEXTS)
    pipeline[-1].multi_class = "ovr"  # as a model fitted by scikit-learn < 1.8 has it
    ovr = compile(pipeline).predict_proba(TEXTS)
    assert not np.allclose(softmax, ovr)
    sigmoid = 1 / (1 + np.exp(-pipeline.decision_function(TEXTS)))
    np.testing.assert_allclose(ovr, sigmoid / sigmoid.sum(axis=1, keepdims=True), atol=1e-5)
    pipeline = fit(TfidfVectorizer(), LogisticRegression())
    pipeline[-1].multi_class = "multinomial"
    with pytest.raises(CompileError, match="multi_class"):
        compile(pipeline)


def test_predict_proba_is_missing_where_scikit_learn_has_none():
    predictor = compile(fit(TfidfVectorizer(), LinearSVC()))
    assert not hasattr(predictor, "predict_proba")
    with pytest.raises(AttributeError, match="decision_function"):
        predictor.predict_proba(TEXTS)


@pytest.mark.parametrize(
    "vocabulary",
    [["paid", "was  paid", "", "in cash", "x", "\ud800", "PAID", "he was", "a b c d"],
     ["was paid", "the", "the paid"]],
)  # fmt: skip
@pytest.mark.parametrize("stop_words", [None, ["the", "was"]])
@pytest.mark.filterwarnings("ignore")
def test_vocabularies_with_terms_no_text_can_have(vocabulary, stop_words):
    vectorizer = TfidfVectorizer(
        vocabulary=vocabulary, ngram_range=(1, 3), stop_words=stop_words, use_idf=False
    )
    pipeline = make_pipeline(vectorizer, LinearSVC()).fit(TEXTS, LABELS)
    pipeline[-1].coef_[:] = np.arange(len(vocabulary)) + 1.0
    others = [*TEXTS, "the was paid in cash he was", "a b c d x PAID the paid"]
    np.testing.assert_allclose(
        compile(pipeline).decision_function(others), pipeline.decision_function(others), atol=1e-5
    )


def test_count_vectorizers_and_bare_counts_compile():
    for steps in ([CountVectorizer()], [CountVectorizer(), TfidfTransformer(use_idf=False)]):
        pipeline = fit(*steps, LinearSVC())
        np.testing.assert_allclose(
            compile(pipeline).decision_function(TEXTS), pipeline.decision_function(TEXTS), atol=1e-5
        )


def test_the_package_found_in_place_of_the_function_can_be_called():
    import vectorclf

    pipeline = make_pipeline(TfidfVectorizer(), LinearSVC()).fit(["a cat", "the dog"], [0, 1])
    for _ in range(2):  # the first access imports the package of the same name
        assert vectorclf.compile(pipeline).predict(["cat"]).tolist() == [0]
