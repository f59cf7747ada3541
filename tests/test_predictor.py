"""Laws of the predictor: what changes nothing, what it takes, what it refuses."""

import threading

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline, make_union
from sklearn.svm import LinearSVC
from strategies import ODDITIES, texts

from vectorclf import _layout as at
from vectorclf import texts as texts_module
from vectorclf.compile import compile
from vectorclf.errors import InputError
from vectorclf.normalization import PivotedNormalizer
from vectorclf.predictor import BatchPredictor, batch

CORPUS = [
    "He was paid in cash, the émigré said.", "“She” was blackmailed by the handler in Москва",
    "paid in cash", "", "İstanbul ΣΑΣ Σ x", "a\nb \t c 中文字 good",
    "the handler was paid 10,000 dollars for the files", " ".join(ODDITIES),
]  # fmt: skip
Y = np.array(
    [[1, 0, 1], [0, 1, 0], [1, 1, 1], [0, 0, 1], [0, 1, 0], [1, 0, 0], [0, 1, 1], [1, 0, 0]]
)


def fitted(*features, after="passthrough"):
    pipeline = make_pipeline(make_union(*features), after, OneVsRestClassifier(LinearSVC()))
    return pipeline.fit(CORPUS, Y)


@pytest.fixture(scope="module")
def pipeline():
    """Words, padded characters and plain characters; lower case, accents, neither."""
    return fitted(
        make_pipeline(TfidfVectorizer(ngram_range=(1, 2), norm=None), PivotedNormalizer()),
        TfidfVectorizer(ngram_range=(1, 3), stop_words="english", sublinear_tf=True),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), lowercase=False),
        TfidfVectorizer(analyzer="char", ngram_range=(1, 3), norm="l1"),
    )


@pytest.fixture(scope="module")
def predictor(pipeline):
    return compile(pipeline)


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(texts_module, "MAX_ROWS", 3)
    monkeypatch.setattr(texts_module, "MAX_CHARS", 40)
    monkeypatch.setattr(texts_module, "_STEP", 2)


@given(st.lists(texts, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_batch_order_and_memory_change_no_bit(predictor, found, random):
    whole = predictor.decision_function(found)
    order = list(range(len(found)))
    random.shuffle(order)
    shuffled = predictor.decision_function([found[i] for i in order])
    np.testing.assert_array_equal(shuffled, whole[order])
    alone = BatchPredictor(predictor.compiled)  # remembers nothing
    one_by_one = [alone.decision_function([text])[0] for text in reversed(found)]
    np.testing.assert_array_equal(one_by_one[::-1], whole)


def test_chunks_and_threads_change_no_bit(predictor, small_chunks):
    found = CORPUS * 9
    expected = [predictor.decision_function([text])[0] for text in found]
    threaded = BatchPredictor(predictor.compiled, n_threads=3)
    np.testing.assert_array_equal(predictor.decision_function(found), expected)
    np.testing.assert_array_equal(threaded.decision_function(found), expected)
    parts = predictor.decision_function_iter(iter(found), chunk_rows=4)
    np.testing.assert_array_equal(np.concatenate(list(parts)), expected)


def test_many_threads_share_one_predictor(predictor):
    expected = predictor.decision_function(CORPUS)
    wrong = []

    def work():
        for _ in range(20):
            if not np.array_equal(predictor.decision_function(CORPUS), expected):
                wrong.append(True)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not wrong


def test_words_forgotten_and_learned_again_change_no_bit():
    rng = np.random.default_rng(0)
    letters = rng.integers(97, 123, (at.MEMO_WORDS + 20_000, 5), dtype=np.uint8)
    words = letters.tobytes().decode()
    words = [words[i : i + 5] for i in range(0, len(words), 5)]
    many = [" ".join([*words[i : i + 300], *words[i : i + 40], "x" * (i % 90)])
            for i in range(0, len(words), 300)]  # fmt: skip
    pipeline = make_pipeline(
        TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 3), sublinear_tf=True), LinearSVC()
    ).fit(many[:60], np.arange(60) % 3)
    predictor = compile(pipeline)
    whole = predictor.decision_function(many)
    np.testing.assert_array_equal(predictor.decision_function(many[::-1])[::-1], whole)
    for i in (0, 100, len(many) - 1):
        alone = BatchPredictor(predictor.compiled).decision_function([many[i]])
        np.testing.assert_array_equal(alone[0], whole[i])
    np.testing.assert_allclose(whole[-9:], pipeline.decision_function(many[-9:]), atol=1e-5)


@pytest.mark.parametrize(
    "column",
    [
        tuple, np.array, pa.array, pd.Series, pl.Series,
        lambda t: np.array(t, dtype=object),
        lambda t: pa.array(t, type=pa.large_string()),
        lambda t: pa.array(t, type=pa.string_view()),
        lambda t: pa.array(["gone", *t, "gone"])[1:-1],
        lambda t: pa.chunked_array([t[:2], [], t[2:]]),
        lambda t: pa.array(t).dictionary_encode(),
        lambda t: pd.Series(t, dtype=object),
        lambda t: pl.DataFrame({"text": t})["text"],
    ],
)  # fmt: skip
@pytest.mark.parametrize("n_threads", [1, 2])
def test_every_kind_of_column_gives_the_same_scores(predictor, column, n_threads, small_chunks):
    threaded = BatchPredictor(predictor.compiled, n_threads=n_threads)
    found = [text.rstrip("\0") for text in CORPUS]  # NumPy strings end before a NUL
    expected = predictor.decision_function(found)
    np.testing.assert_array_equal(threaded.decision_function(column(found)), expected)


def test_arrow_is_read_in_place(predictor):
    column = pa.array(["no copy of this"] * 10)
    data, starts, ends = texts_module.as_texts(column).read(2, 4)
    assert data.ctypes.data == column.buffers()[2].address
    assert bytes(data[starts[0] : ends[0]]) == b"no copy of this"


def test_no_texts_no_scores(predictor):
    for nothing in (
        [],
        (),
        np.array([], dtype=object),
        pa.array([], pa.string()),
        pl.Series([], dtype=pl.String),
    ):
        assert predictor.decision_function(nothing).shape == (0, 3)
        assert predictor.predict(nothing).shape == (0, 3)
    assert list(predictor.decision_function_iter([])) == []


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("a text", "got one str; wrap it in a list"),
        (b"a text", "got one bytes"),
        (["a", b"b"], r"texts\[1\]: expected str, got bytes; decode it first"),
        (["a", None], r"texts\[1\]: expected str, got null"),
        (["a", float("nan")], r"texts\[1\]: expected str, got null"),
        (["a", 3], r"texts\[1\]: expected str, got int"),
        (["a", ["b"]], r"texts\[1\]: expected str, got list"),
        (["a", "b\ud800"], r"texts\[1\]: .* a lone surrogate at character 1"),
        ((x for x in "ab"), "got a generator; use decision_function_iter"),
        ({"a", "b"}, "got set"),
        (7, "got int"),
        (np.zeros((2, 2)), r"shape \(2, 2\)"),
        (np.array([1, 2]), "dtype int64"),
        (pa.array(["a", None]), r"texts\[1\]: expected str, got null"),
        (pa.array([[1]]), "got Arrow list"),
        (pd.Series(["a", None]), r"texts\[1\]: expected str, got null"),
        (pd.Series(["a", None], dtype=object), r"texts\[1\]: expected str, got null"),
        (pl.Series(["a", "b", None]), r"texts\[2\]: expected str, got null"),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_text_is_refused_by_its_place(predictor, wrong, message):
    with pytest.raises(InputError, match=message):
        predictor.decision_function(wrong)


def test_bytes_that_are_not_utf8_are_refused(predictor):
    for wrong in (b"ok \xff", b"\xe2\x82", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80",
                  b"a\x80", b"\xf0\x80\x80\x80", b"\xe0\x80\x80", b"\xe2\x28\xa1"):  # fmt: skip
        offsets = pa.py_buffer(np.array([0, 1, 1 + len(wrong)], dtype=np.int32))
        column = pa.StringArray.from_buffers(2, offsets, pa.py_buffer(b"x" + wrong))
        with pytest.raises(InputError, match=r"texts\[1\]: expected UTF-8"):
            predictor.decision_function(column)


def test_a_failing_chunk_loses_no_other_and_hangs_nothing(predictor, small_chunks):
    threaded = BatchPredictor(predictor.compiled, n_threads=2)
    with pytest.raises(InputError, match=r"texts\[9\]"):
        threaded.decision_function([*CORPUS, "a", None, *CORPUS * 5])
    done = []

    def work(part):
        if part == 1:
            raise ValueError("one")
        done.append(part)

    with pytest.raises(ValueError, match="one"):
        batch._share(work, range(40), 3)
    assert sorted(done) == [0, *range(2, 40)]


@given(st.lists(texts, max_size=6), st.integers(1, 2))
def test_spans_of_a_buffer_score_as_texts_do(predictor, found, n_threads):
    parts = [text.encode() for text in found]
    ends = np.cumsum([0, *map(len, parts)])
    data = np.frombuffer(b"".join(parts), dtype=np.uint8)
    scores = predictor.score_spans(data, ends[:-1], ends[1:], n_threads=n_threads)
    assert scores.dtype == np.float32
    expected = predictor.decision_function(found) if found else np.empty((0, 3))
    np.testing.assert_array_equal(scores, expected.astype(np.float32))


def test_spans_outside_the_buffer_are_refused(predictor):
    data = np.zeros(4, dtype=np.uint8)
    for start, end in ((0, 5), (-1, 2), (3, 2)):
        with pytest.raises(InputError, match="0 <= start <= end"):
            predictor.score_spans(data, np.array([start]), np.array([end]))


@given(texts)
def test_shares_and_intercept_sum_to_the_score(predictor, text):
    found = predictor.features(text)
    coef_t, intercept = (predictor.compiled.arrays[name] for name in ("coef_t", "intercept"))
    summed = intercept + (
        found.shares[:, np.newaxis].astype(np.float64) * coef_t[found.features]
    ).sum(axis=0)
    np.testing.assert_allclose(summed, predictor.decision_function([text])[0], atol=1e-5)
    assert ((found.starts >= 0) & (found.ends <= len(text)) & (found.starts <= found.ends)).all()


def test_places_are_those_of_the_terms_in_the_text_itself():
    pipeline = fitted(
        TfidfVectorizer(ngram_range=(1, 2)),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3)),
        TfidfVectorizer(analyzer="char", ngram_range=(2, 2)),
    )  # fmt: skip
    text = "Émigré PAID  in\ncash, Москва."
    found = compile(pipeline).features(text)
    for term, start, end in zip(found.terms, found.starts, found.ends, strict=True):
        there = text[start:end].lower()
        squeezed = "".join(there.split())
        assert squeezed in ("".join(term.split()), ""), (term, there)


def test_places_survive_dotted_i_and_stripped_accents():
    pipeline = fitted(
        TfidfVectorizer(strip_accents="unicode"), TfidfVectorizer(vocabulary=["stanbul", "paid"])
    )
    text = "İİ İstanbul Émigré PAİD paid"
    found = compile(pipeline).features(text)
    seen = {
        (term, text[s:e]) for term, s, e in zip(found.terms, found.starts, found.ends, strict=True)
    }
    assert ("stanbul", "stanbul") in seen
    assert ("emigre", "Émigré") in seen
    assert ("paid", "paid") in seen
    long = "ﷺ" * 40  # 18 characters each, once taken apart
    assert len(compile(pipeline).features(f"{long} paid").terms) == 2


@given(st.lists(texts, max_size=5))
def test_tokens_and_unknown_tokens_are_counted_as_the_analyzer_has_them(found):
    pipeline = fitted(TfidfVectorizer(ngram_range=(1, 2)))
    analyze = pipeline[0].transformer_list[0][1].build_tokenizer()
    known = {
        word for term in pipeline[0].transformer_list[0][1].vocabulary_ for word in term.split()
    }
    # a text that needs Python's lower case is counted as the kernel reads it
    found = [t for t in found if not set(t) & set("İΣẞKÅȺΩ")]
    parts = [text.encode() for text in found]
    ends = np.cumsum([0, *map(len, parts)])
    data = np.frombuffer(b"".join(parts), dtype=np.uint8)
    n_tokens, n_unknown = compile(pipeline).unknown_counts_spans(data, ends[:-1], ends[1:])
    tokens = [analyze(text.lower()) for text in found]
    assert n_tokens.tolist() == [len(t) for t in tokens]
    assert n_unknown.tolist() == [sum(w not in known for w in t) for t in tokens]


def test_without_words_no_tokens_are_counted():
    predictor = compile(fitted(TfidfVectorizer(analyzer="char")))
    n_tokens, n_unknown = predictor.unknown_counts_spans(np.zeros(3, np.uint8), [0], [3])
    assert (n_tokens.tolist(), n_unknown.tolist()) == ([0], [0])


def test_ten_megabytes_without_a_space(pipeline, predictor):
    for long in ("x" * 10_000_000, "ab中" * 2_000_000, "paid é," * 40_000):
        scores = predictor.decision_function([long, "paid"])
        assert np.isfinite(scores).all()
        np.testing.assert_array_equal(scores[1], predictor.decision_function(["paid"])[0])
    text = "paid é,x" * 9000
    np.testing.assert_allclose(
        predictor.decision_function([text]), pipeline.decision_function([text]), atol=1e-5
    )
    data = np.frombuffer(text.encode(), dtype=np.uint8)
    n_tokens, _ = predictor.unknown_counts_spans(data, [0, 0], [len(data), 8])
    assert n_tokens.tolist() == [9000, 1]
