"""A model's parts may come from a hostile file: every lie is refused, by its place."""

import copy
import json

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline, make_union
from sklearn.svm import LinearSVC

from vectorclf.compile import compile
from vectorclf.compiled import CompiledModel
from vectorclf.errors import ModelFormatError
from vectorclf.predictor import BatchPredictor

TEXTS = ["he was paid", "she was blackmailed", "paid in cash in Москва", ""]
Y = np.array([[1, 0], [0, 0], [1, 0], [0, 0]])  # the second label is constant


@pytest.fixture
def parts():
    pipeline = make_pipeline(
        make_union(TfidfVectorizer(stop_words=["was"]), TfidfVectorizer(analyzer="char_wb")),
        OneVsRestClassifier(LinearSVC()),
    )
    with pytest.warns(UserWarning, match="Label not 1"):
        pipeline.fit(TEXTS, Y)
    model = compile(pipeline).compiled
    return copy.deepcopy(model.spec), {name: a.copy() for name, a in model.arrays.items()}


def test_parts_make_the_same_predictor_also_through_json(parts):
    spec, arrays = parts
    model = CompiledModel.from_parts(json.loads(json.dumps(spec)), arrays)
    scores = BatchPredictor(model).decision_function(TEXTS)
    again = BatchPredictor(CompiledModel.from_parts(model.spec, model.arrays))
    np.testing.assert_array_equal(again.decision_function(TEXTS), scores)
    assert model.terms()[: len(model.arrays["block0.offsets"]) - 1] == [
        "blackmailed", "cash", "he", "in", "paid", "she", "москва"
    ]  # fmt: skip


def set_spec(*path_and_value):
    *path, last, value = path_and_value

    def change(spec, arrays):
        for step in path:
            spec = spec[step]
        spec[last] = value

    return change


def set_array(name, make):
    def change(spec, arrays):
        arrays[name] = make(arrays[name])

    return change


def with_at(i, value):
    def make(array):
        array[i] = value
        return array

    return make


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (set_spec("extra", 1), "unknown field"),
        (set_spec("blocks", []), "shape|at least one block"),
        (set_spec("blocks", 0, "analyzer", "wrod"), r"blocks\[0\].analyzer"),
        (set_spec("blocks", 0, "tf", "cubed"), r"blocks\[0\].tf"),
        (set_spec("blocks", 0, "strip_accents", "all"), "strip_accents"),
        (set_spec("blocks", 0, "ngram_range", [1, 99]), "ngram_range"),
        (set_spec("blocks", 0, "ngram_range", [0, 1]), "ngram_range"),
        (set_spec("blocks", 0, "token", None), "token"),
        (set_spec("blocks", 1, "token", {"class": "word", "min_chars": 2}), "token"),
        (set_spec("blocks", 0, "token", {"class": "[a-z]", "min_chars": 2}), "token.class"),
        (set_spec("blocks", 0, "token", {"class": "word", "min_chars": 0}), "min_chars"),
        (set_spec("blocks", 0, "n_features", 10**12), "shape"),
        (set_spec("blocks", 0, "n_features", -1), "shape|n_features"),
        (set_spec("blocks", 0, "lowercase", "yes"), "lowercase"),
        (set_spec("ops", 0, ["norm_l7", 0, 1, 0.0]), r"ops\[0\]"),
        (set_spec("ops", 0, ["norm_l2", 0, 3, 0.0]), "range of blocks"),
        (set_spec("ops", 0, ["norm_l2", -1, 1, 0.0]), "range of blocks"),
        (set_spec("ops", 0, ["weight", 0, 1, float("inf")]), "finite"),
        (set_spec("classifier", "link", "tanh"), "link"),
        (set_spec("classifier", "scores", "vector"), "one label"),
        (set_spec("classifier", "decision", "guess"), "decision"),
        (set_spec("classifier", "normalize", "max"), "normalize"),
        (set_spec("classifier", "classes", [1]), "2 classes"),
        (set_spec("classifier", "classes_dtype", "nonsense"), "classes_dtype"),
        (set_spec("classifier", "constants", [{"label": 7, "value": 1}]), "constants"),
        (lambda spec, arrays: arrays.pop("coef_t"), "coef_t"),
        (lambda spec, arrays: arrays.update(more=np.zeros(1)), "no others"),
        (set_array("coef_t", lambda a: a.astype(np.float16)), "dtype"),
        (set_array("coef_t", lambda a: a[:-1]), "shape"),
        (set_array("coef_t", lambda a: a.tolist()), "NumPy array"),
        (set_array("coef_t", with_at((0, 0), np.nan)), "finite"),
        (set_array("intercept", with_at(0, np.inf)), "finite"),
        (set_array("intercept", lambda a: a[:1]), "shape"),
        (set_array("block0.idf", with_at(0, -np.inf)), "finite"),
        (set_array("block0.idf", lambda a: a[1:]), "shape"),
        (set_array("block0.offsets", with_at(0, 1)), "first offset of 0"),
        (set_array("block0.offsets", with_at(1, 10**9)), "rising offsets"),
        (set_array("block0.offsets", with_at(1, -4)), "rising offsets"),
        (set_array("block0.offsets", with_at(-1, 10**9)), "last offset"),
        (set_array("block0.offsets", lambda a: a[:0]), "shape"),
        (set_array("block0.stop_offsets", lambda a: a[:0]), "first offset"),
        (set_array("block0.terms", with_at(0, 0xFF)), "UTF-8"),
        (set_array("block0.terms", with_at(-1, 0xD0)), "UTF-8"),
        (set_array("block0.stop_words", with_at(0, 0x80)), "character boundaries"),
    ],
)  # fmt: skip
def test_every_lie_is_refused(parts, change, message):
    spec, arrays = parts
    change(spec, arrays)
    with pytest.raises(ModelFormatError, match=message):
        CompiledModel.from_parts(spec, arrays)


def test_what_is_no_spec_at_all_is_refused(parts):
    for wrong in ({}, {"blocks": object()}, {"blocks": 3, "ops": [], "classifier": {}}):
        with pytest.raises(ModelFormatError, match="spec"):
            CompiledModel.from_parts(wrong, parts[1])


def test_scores_past_float_are_finite_numbers_still(parts):
    spec, arrays = parts
    arrays["coef_t"] = arrays["coef_t"].astype(np.float64) + 1e300
    assert np.isfinite(
        BatchPredictor(CompiledModel.from_parts(spec, arrays)).decision_function(TEXTS)
    ).all()


def test_a_term_as_people_read_it_is_that_of_all_terms():
    texts = ["a spy in Vienna", "the clerk of Oslo", "a spy, Straße 9"]
    words, characters = TfidfVectorizer(), TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 3))
    beginnings = TfidfVectorizer(token_pattern=r"(\w{1,4})\w*", ngram_range=(1, 2))
    union = make_union(words, beginnings, characters)
    predictor = compile(make_pipeline(union, LinearSVC()).fit(texts, [0, 1, 0]))
    terms = predictor.terms
    read = [predictor.term_by_feature[k] for k in range(len(terms))]
    assert [term.replace("*", "") for term in read] == terms
    assert {"spy", "stra*", "stra* 9", "vien*", "straße"} <= set(read)
    with pytest.raises(IndexError):
        predictor.term_by_feature[len(terms)]
