"""Compiled operations against their plain twins; kernels, compiled or not, against the oracle.

Runs both ways: ``NUMBA_DISABLE_JIT=1 coverage run -m pytest tests/test_kernels.py``.
"""

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion, make_pipeline, make_union
from sklearn.preprocessing import Normalizer
from sklearn.svm import LinearSVC
from strategies import ODDITIES

from vectorclf import _index, _intrinsics, _intrinsics_py, _kernels, _scratch
from vectorclf import _layout as at
from vectorclf._kernels import lists, numbers, tables
from vectorclf.compile import compile
from vectorclf.errors import InputError
from vectorclf.normalization import PivotedNormalizer
from vectorclf.predictor import BatchPredictor
from vectorclf.skipgrams import SkipBigramVectorizer

pytestmark = pytest.mark.filterwarnings("ignore:Liblinear failed to converge")

U = np.uint64
is_compiled = not numba.config.DISABLE_JIT
needs_compiling = pytest.mark.skipif(not is_compiled, reason="nothing is compiled")

TEXTS = [
    "He was paid in cash, the émigré said; the spy’s paid", "", "paid", "a I \0 x",
    "  two\n\nlines\tand\u3000wide \u00a0 space ", " ".join(ODDITIES), "x" * 64 + " y", "é" * 40,
    "handlers handler " * 9, "internationalisation internationalization internationals",
    "Москва Москвы москвичи 中文字中文 𐐀𐐀 " + "z" * 63 + "中", "“quoted” — dashed",
    "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz",
    "y" * 64, "paid " * 12 + "cash", "x" * 63 + "\u3000end", "x" * 62 + "\u2003",
]  # fmt: skip
LABELS = np.arange(len(TEXTS)) % 3

if is_compiled:

    @numba.njit
    def load(array, i):
        return _intrinsics.load_u64(_intrinsics.pointer(array), i)

    @numba.njit
    def ctz(x):
        return _intrinsics.ctz(x)

    @numba.njit
    def popcount(x):
        return _intrinsics.popcount(x)

    @numba.njit
    def classify(source, i, target, j, lower):
        source, target = _intrinsics.pointer(source), _intrinsics.pointer(target)
        return _intrinsics.classify(source, i, target, j, lower)

    @numba.njit
    def sum_rows(target, coef, width, rows, n):
        p = _intrinsics.pointer
        zero = U(0)
        _intrinsics.sum_rows(p(target), zero, p(coef), zero, width, p(rows), zero, n)

    @numba.njit
    def accumulate(acc, coef, width, rows, weights, n):
        p = _intrinsics.pointer
        zero = U(0)
        _intrinsics.accumulate(
            p(acc), zero, p(coef), zero, width, p(rows), zero, p(weights), zero, n
        )


@needs_compiling
@given(st.binary(min_size=80, max_size=90), st.integers(0, 9), st.booleans())
def test_bytes_are_loaded_and_classified_as_plain_python_does(data, i, lower):
    source = np.frombuffer(data, dtype=np.uint8).copy()
    assert load(source, U(i)) == _intrinsics_py.load_u64(source, U(i))
    compiled, plain = np.zeros(80, dtype=np.uint8), np.zeros(80, dtype=np.uint8)
    masks = classify(source, U(i), compiled, U(9), lower)
    assert masks == _intrinsics_py.classify(source, U(i), plain, U(9), lower)
    np.testing.assert_array_equal(compiled, plain)


@needs_compiling
@given(st.integers(0, 2**64 - 1))
def test_bits_are_counted_as_plain_python_does(x):
    assert ctz(U(x)) == _intrinsics_py.ctz(U(x))
    assert popcount(U(x)) == _intrinsics_py.popcount(U(x))


@needs_compiling
@pytest.mark.parametrize("width", [8, 16, 40])
@pytest.mark.parametrize("n", [0, 1, 9])
def test_rows_of_whole_numbers_are_summed_as_plain_python_does(width, n):
    rng = np.random.default_rng(n)
    coef = rng.integers(-(2**31), 2**31, 20 * width).astype(np.int32).view(np.uint32)
    rows = rng.integers(0, 20, 12).astype(np.uint32)
    compiled, plain = np.ones(width, dtype=np.uint32), np.ones(width, dtype=np.uint32)
    sum_rows(compiled, coef, U(width), rows, U(n))
    zero = U(0)
    _intrinsics_py.sum_rows(plain, zero, coef, zero, U(width), rows, zero, U(n))
    np.testing.assert_array_equal(compiled, plain)


@needs_compiling
@pytest.mark.parametrize(
    ("kind", "summed"),
    [(np.float32, np.float32), (np.float64, np.float64), (np.uint32, np.float64)],
)
@pytest.mark.parametrize("width", [8, 16, 24, 40])
@pytest.mark.parametrize("n", [0, 1, 3, 4, 11])
def test_rows_are_added_as_plain_python_does(kind, summed, width, n):
    rng = np.random.default_rng(n)
    coef = rng.normal(0, 1000, (20, width)).astype(np.int32 if kind is np.uint32 else kind)
    coef = coef.view(kind).reshape(-1)
    rows, weights = rng.integers(0, 20, 12).astype(np.uint32), rng.normal(size=12).astype(summed)
    compiled, plain = np.ones(width), np.ones(width)
    accumulate(compiled, coef, U(width), rows, weights, U(n))
    zero = U(0)
    _intrinsics_py.accumulate(plain, zero, coef, zero, U(width), rows, zero, weights, zero, U(n))
    np.testing.assert_array_equal(compiled, plain)


def check(features, texts=TEXTS, after="passthrough", scale=1.0, atol=1e-5):
    """Scores, features and counts of spans agree with the pipeline's; returns the predictor."""
    pipeline = make_pipeline(features, after, LinearSVC()).fit(TEXTS, LABELS)
    pipeline[-1].coef_ *= scale
    predictor = compile(pipeline)
    scores = predictor.decision_function(texts)
    np.testing.assert_allclose(scores, pipeline.decision_function(texts), atol=atol, rtol=1e-5)
    np.testing.assert_array_equal(predictor.decision_function(texts[::-1])[::-1], scores)
    coef_t, intercept = (predictor.compiled.arrays[name] for name in ("coef_t", "intercept"))
    for text, row in zip(texts, scores, strict=True):
        found = predictor.features(text)
        summed = intercept + (
            found.shares[:, np.newaxis].astype(np.float64) * coef_t[found.features]
        ).sum(axis=0)
        np.testing.assert_allclose(summed, row, atol=10 * atol, rtol=1e-4)
    return predictor


@pytest.mark.parametrize("lowercase", [True, False])
@pytest.mark.parametrize("stop_words", [None, ["the", "paid"]])
@pytest.mark.parametrize("ngram_range", [(1, 1), (1, 2), (2, 2), (1, 4), (3, 3)])
def test_words(ngram_range, stop_words, lowercase):
    check(TfidfVectorizer(ngram_range=ngram_range, stop_words=stop_words, lowercase=lowercase))


PREFIXES = [r"(?u)\b(\w{2,5})\w*", r"(\w{1,3})\w*\b", r"(\w{4,4})\w*", r"(\w{1,12})\w*",
            r"(\S{2,6})\S*"]


@pytest.mark.parametrize(
    "token_pattern", [r"\w+", r"\w{3,}", r"\S+", r"(?u)\b\w\w\w\w+\b", *PREFIXES]
)
@pytest.mark.parametrize("ngram_range", [(1, 2), (1, 3)])
def test_other_tokens(token_pattern, ngram_range):
    predictor = check(TfidfVectorizer(token_pattern=token_pattern, ngram_range=ngram_range))
    data = np.frombuffer(" ".join(TEXTS).encode(), dtype=np.uint8)
    n_tokens, n_unknown = predictor.unknown_counts_spans(data, [0], [len(data)])
    assert n_tokens[0] > 20 and n_unknown[0] < n_tokens[0]


@pytest.mark.parametrize("max_skip", [0, 1])
@pytest.mark.parametrize("stop_words", [None, ["the", "paid"]])
@pytest.mark.parametrize("token_pattern", [r"(?u)\b\w\w+\b", r"(?u)\b(\w{2,5})\w*"])
def test_skipped_words(token_pattern, stop_words, max_skip):
    vectorizer = SkipBigramVectorizer(
        max_skip=max_skip, stop_words=stop_words, token_pattern=token_pattern)
    check(vectorizer)
    check(make_union(TfidfVectorizer(ngram_range=(1, 3)), vectorizer))
    check(vectorizer, [*TEXTS, "paid the spy " * 3000, "spy cash " + "x" * 40_000 + " paid"],
          atol=1e-4)


@pytest.mark.parametrize("ngram_range", [(1, 1), (1, 2), (2, 2)])
@pytest.mark.parametrize("stop_words", [None, ["the", "paid"]])
@pytest.mark.parametrize("max_chars", [2, 4, 12])
def test_first_letters_beside_the_words(ngram_range, stop_words, max_chars):
    """The one block takes its ids from the other's words, known and unknown."""
    letters = rf"(?u)\b(\w{{2,{max_chars}}})\w*"
    predictor = check(
        FeatureUnion([
            ("words", TfidfVectorizer(ngram_range=ngram_range, stop_words=stop_words)),
            ("letters", SkipBigramVectorizer(token_pattern=letters, stop_words=["th", "paid"])),
            ("again", TfidfVectorizer(token_pattern=letters, ngram_range=(1, 2))),
        ]),
        [*TEXTS, "the unknowable spymaster überpaid, paying " * 1000, "cash " + "x" * 40_000],
        atol=1e-4,
    )
    blocks = predictor._index.meta[at.BLOCKS :].reshape(3, at.BLOCK_STRIDE)
    assert blocks[0, at.HEIR] == 1 and blocks[:, at.IS_HEIR].tolist() == [0, 1, 0]


def test_first_letters_of_words_that_no_text_holds():
    words = TfidfVectorizer(vocabulary=["", "a-b", "paid", "the cash"], ngram_range=(1, 2))
    check(make_union(words, TfidfVectorizer(token_pattern=r"(?u)\b(\w{2,3})\w*")))


@pytest.mark.parametrize("analyzer", ["char", "char_wb"])
@pytest.mark.parametrize("ngram_range", [(1, 1), (2, 4), (3, 9), (1, 60)])
def test_characters(analyzer, ngram_range):
    check(TfidfVectorizer(analyzer=analyzer, ngram_range=ngram_range))


@pytest.mark.parametrize("after", ["passthrough", PivotedNormalizer(1.0)])
@pytest.mark.parametrize("norm", ["l1", "l2", None])
@pytest.mark.parametrize("tf", [{}, {"sublinear_tf": True}, {"binary": True}])
def test_weights_of_terms_however_often_they_come(tf, norm, after):
    often = [*TEXTS, "paid " * 700, "spy paid " * 300 + "x" * 70]
    check(
        make_union(
            TfidfVectorizer(norm=norm, **tf),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 3), norm=norm, **tf),
        ),
        often, after, atol=1e-5 if norm else 1e-3,
    )  # fmt: skip


@pytest.mark.parametrize("tf", [{}, {"sublinear_tf": True}])
def test_sums_too_large_to_keep_are_made_anew_each_time(tf):
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 5), use_idf=False, **tf)
    pipeline = make_pipeline(vectorizer, LinearSVC()).fit(TEXTS, LABELS)
    pipeline[-1].coef_[:] = (
        1.0  # 150 equal n-grams of a word are more than the unit leaves room for
    )
    predictor = compile(pipeline)
    np.testing.assert_allclose(
        predictor.decision_function(TEXTS), pipeline.decision_function(TEXTS), atol=1e-5
    )
    scratch = predictor._scratches[0]
    state = int(scratch.meta[at.MEMOS] + scratch.meta[at.MEMO_STRIDE]) - 8
    assert scratch.blob[state] > 20


def test_windows_without_white_space_grow_and_tokens_come_in_batches():
    many = ",".join(f"paid{i % 7}" for i in range(1500))
    spaced = ("the spy paid cash " * 2000)[: at.WINDOW * 2]
    for features in (
        make_union(TfidfVectorizer(ngram_range=(1, 2)), TfidfVectorizer(ngram_range=(1, 3))),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 2)),
    ):
        texts = [many * 3, many[:4000], spaced]
        predictor = check(features, texts if is_compiled else [many[:4000]])
        if not is_compiled:
            continue
        data = np.frombuffer((many * 3).encode(), dtype=np.uint8)
        predictor.unknown_counts_spans(data, [0], [len(data)])
    out, statuses = np.empty((2, 3)), np.zeros(2, dtype=np.uint8)
    data = np.frombuffer(b"paid cash " * 12 + b"x" * 100, dtype=np.uint8)
    for analyzer, n_done in (("char", 0), ("char_wb", 1)):
        vectorizer = TfidfVectorizer(analyzer=analyzer, ngram_range=(2, 2))
        predictor = compile(make_pipeline(vectorizer, LinearSVC()).fit(TEXTS, LABELS))
        tiny = _scratch.new_scratch(predictor._index, 64)
        rows = np.empty((2, 3)), np.zeros(2, dtype=np.uint8)
        place = np.array([0, 60]), np.array([120, 220])
        index = predictor._index
        assert n_done == _kernels.score_rows(
            data, *place, False, index.meta, index.blob, tiny.meta, tiny.blob, *rows, 0
        )
    predictor = check(TfidfVectorizer(ngram_range=(1, 2)), [""])
    small = _scratch.new_scratch(predictor._index, 64)
    stopped = _kernels.score_rows(
        data, np.array([0, 60]), np.array([120, 220]), False, predictor._index.meta,
        predictor._index.blob, small.meta, small.blob, out, statuses, 0,
    )  # fmt: skip
    assert (stopped, statuses.tolist()) == (1, [at.OK, at.NEED])


def plain(kernel):
    """The kernel's Python function, compiled or not."""
    return getattr(kernel, "py_func", kernel)


def hashes(rows):
    """`hash_bytes` of rows of equally many bytes, vectorised."""
    n, length = rows.shape
    padded = np.zeros((n, max(16, -(-length // 8) * 8)), dtype=np.uint8)
    padded[:, :length] = rows
    k = padded.view(np.uint64)
    h = (k[:, 0] ^ (U(length) * numbers.K2)) * numbers.K0
    h ^= h >> U(32)
    h = (h ^ k[:, 1]) * numbers.K1
    h ^= h >> U(32)
    for i in range(2, k.shape[1]):
        h = (h ^ k[:, i]) * numbers.K0
        h ^= h >> U(32)
    return h


def test_a_full_memory_keeps_what_came_more_than_once():
    rows = np.random.default_rng(1).integers(97, 123, (3000, 7), dtype=np.uint8)
    with np.errstate(over="ignore"):
        slots = hashes(rows) & U(at.MEMO_SLOTS - 1)
    order = np.argsort(slots)
    i = int(np.flatnonzero(np.diff(slots[order]) == 0)[0])
    neighbours = [rows[order[j]].tobytes().decode() for j in (i, i + 1)]  # of one slot
    texts = [*TEXTS, " ".join(neighbours)]
    pipeline = make_pipeline(TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4)), LinearSVC())
    pipeline.fit(TEXTS, LABELS)
    expected = compile(pipeline).decision_function(texts)
    predictor = compile(pipeline)
    for _ in range(2):
        predictor.decision_function(texts)
    scratch = predictor._scratches[0]
    state = int(scratch.meta[at.MEMOS] + scratch.meta[at.MEMO_STRIDE]) - 8
    n_words = int(scratch.blob[state])
    scratch.blob[state] = scratch.meta[at.MEMO_CAP]  # as if so many were remembered
    predictor.decision_function(["never seen before"])
    n_kept = int(scratch.blob[state])
    assert n_kept == n_words + 3
    np.testing.assert_array_equal(predictor.decision_function(texts), expected)
    assert scratch.blob[state] == n_kept  # none had to be learned anew
    scratch.blob[state] = scratch.meta[at.MEMO_CAP]
    predictor.decision_function(["another one"])
    assert scratch.blob[state] < n_kept
    np.testing.assert_array_equal(predictor.decision_function(texts), expected)


@pytest.mark.parametrize(
    ("head", "lengths"),
    [("", (7,)), ("aheadofsixteenby", (24,)), ("aheadofsixteenby" * 16, (264, 265))],
    ids=["records", "tails", "lengths"],
)  # fmt: skip
def test_terms_that_collide_are_told_apart(head, lengths, monkeypatch):
    """The same slot and the same tag: only the bytes themselves differ."""
    rng = np.random.default_rng(0)
    found, words = [], []
    for length in lengths:
        rows = rng.integers(97, 123, (60_000 // len(lengths), length), dtype=np.uint8)
        rows[:, : len(head)] = np.frombuffer(head.encode(), dtype=np.uint8)
        with np.errstate(over="ignore"):
            h = hashes(rows)
        found.append(h & U(3) | (h >> U(40) << U(2)))
        words += [row.tobytes().decode() for row in rows]
    keys = np.concatenate(found)
    order = np.argsort(keys, kind="stable")
    same = np.flatnonzero(np.diff(keys[order]) == 0)
    pairs = [(words[order[i]], words[order[i + 1]]) for i in same]
    pairs = [(a, b) for a, b in pairs if len(lengths) == 1 or len(a) != len(b)][:3]
    assert pairs
    monkeypatch.setattr(_index, "_slots", lambda n: 4)
    for a, b in pairs:
        vectorizer = TfidfVectorizer(vocabulary=[a, b], use_idf=False)
        pipeline = make_pipeline(vectorizer, LinearSVC()).fit([a, b], [0, 1])
        texts = [f"{a} {b} {b}", f"{b}", f"{a} {a[:-1]}"]
        scores = compile(pipeline).decision_function(texts)
        np.testing.assert_allclose(scores, pipeline.decision_function(texts), atol=1e-5)


@pytest.mark.parametrize("ngram_range", [(1, 2), (1, 3)])
def test_pairs_of_a_model_of_millions_of_ids_have_records(ngram_range, monkeypatch):
    monkeypatch.setattr(_index, "_bits", lambda n_ids: at.MAX_PAIR_BITS + 1)
    check(TfidfVectorizer(ngram_range=ngram_range), [*TEXTS, "the spy paid the spy"])


def test_pairs_that_collide_are_told_apart():
    """Two entries of one tag in a row: the second one's key is the one sought."""
    key = (U(5) << U(32)) | U(7)
    with np.errstate(over="ignore"):
        h = plain(tables.pair_hash)(key)
    words = np.zeros(16, dtype=np.uint64)
    slot = int(h & U(3))
    tag = h >> U(32) << U(32)
    words[slot], words[(slot + 1) & 3] = tag | U(1), tag | U(2)  # ids 0 and 1
    words[8], words[9] = key + U(1), key
    if is_compiled:
        find = numba.njit(
            lambda w, n, m: tables.find_pair(_intrinsics.pointer(w), U(0), U(3), U(8), U(99), n, m)
        )
    else:

        def find(w, n, m):
            return np.errstate(over="ignore")(tables.find_pair)(w, U(0), U(3), U(8), U(99), n, m)

    assert find(words, U(5), U(7)) == 1
    assert find(words, U(5), U(8)) == 0xFFFFFFFF


@pytest.mark.filterwarnings("ignore")
def test_terms_no_text_can_have_are_no_harm():
    for analyzer, n in (("word", 3), ("char", 4)):
        vectorizer = TfidfVectorizer(
            vocabulary=["paid", "in  cash", "", "the paid", "paid the cash", "the", "in cash",
                        "a b c d"],
            stop_words=["the"] if analyzer == "word" else None, use_idf=False,
            ngram_range=(1, n), analyzer=analyzer,
        )  # fmt: skip
        check(vectorizer)


def test_what_is_remembered_is_compared_to_the_last_byte():
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 3))
    predictor = check(vectorizer)
    text = "internationalisation paid Москва"
    expected = predictor.decision_function([text])
    scratch = predictor._scratches[0]
    memo = int(scratch.meta[at.MEMOS])
    words = scratch.blob[memo + at.MEMO_SLOTS // 2 :][: 8 * int(scratch.meta[at.MEMO_CAP])]
    words = words.reshape(-1, 8)
    is_long = (words[:, 2] >> U(17)) & U(63) > 16
    assert is_long.any()
    words[is_long, 4:] ^= U(1)  # as if the words were others from byte 17 on
    np.testing.assert_array_equal(predictor.decision_function([text]), expected)
    words[:, 0] ^= U(1)  # as if the words were others with the same tag
    np.testing.assert_array_equal(predictor.decision_function([text]), expected)
    words[:, 0] ^= U(1)
    words[:, 2] ^= U(1 << 17)  # as if they were longer
    np.testing.assert_array_equal(predictor.decision_function([text]), expected)
    slots = scratch.blob[memo : memo + at.MEMO_SLOTS // 2].view(np.uint32)
    slots[::2] = 0xFFFC0001  # as if every other slot were some other word's
    slots[1::2] = 0
    np.testing.assert_array_equal(predictor.decision_function([text]), expected)


def test_blocks_that_prepare_texts_differently_and_weigh_differently():
    union = FeatureUnion(
        [("raw", TfidfVectorizer(lowercase=False)), ("low", TfidfVectorizer()),
         ("char", TfidfVectorizer(analyzer="char", ngram_range=(2, 2)))],
        transformer_weights={"raw": 0.5, "char": 0.0},
    )  # fmt: skip
    check(union, after=Normalizer("l1"))
    bare = FeatureUnion([("plain", TfidfVectorizer(strip_accents="unicode")), ("low", union)])
    check(bare, after=PivotedNormalizer(0.5))
    check(
        TfidfVectorizer(analyzer="char"), ["long " * (at.WINDOW // 5 + 9)] if is_compiled else [""]
    )


@pytest.mark.parametrize("lengths", [(3, 5), (2, 7), (1, 3)])
def test_long_rows_and_short_ones_and_words_beyond_memory(lengths):
    """Rows past `WHOLE_BYTES` are summed in floats; words past the longest are not remembered."""
    long = "the spy paid “cash” in café Zürich’s " * (900 if is_compiled else 1)
    texts = [long, long[:9000], "x" * 70 + " paid " + "é" * 40 + "\0", "a\0b paid\0", *TEXTS]
    check(TfidfVectorizer(analyzer="char_wb", ngram_range=lengths), texts)


def test_a_model_of_more_features_than_16_bits_hold(monkeypatch):
    if not is_compiled:  # 70,000 terms are too many for plain Python
        monkeypatch.setattr(lists, "MAX_SHORT", 0)
        check(TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 4)))
        check(TfidfVectorizer(analyzer="char_wb", sublinear_tf=True))
        return
    letters = "abcdefghijklmnopqrstuvwxyz"
    terms = [a + b + c + d for a in letters for b in letters for c in letters for d in letters]
    vectorizer = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(3, 4), vocabulary=["paid", *terms[:70_000]][::-1][1:],
        use_idf=False,
    )  # fmt: skip
    predictor = check(vectorizer, [*TEXTS, "abcd zzzz aaaaaaa"])
    assert predictor.n_features > 65_536


def test_stamps_run_out():
    predictor = check(TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 3)))
    expected = predictor.decision_function(TEXTS)
    scratch = predictor._scratches[0]
    scratch.blob[int(scratch.meta[at.STAMP])] = 65_535 - 5
    np.testing.assert_array_equal(predictor.decision_function(TEXTS), expected)
    assert scratch.blob[int(scratch.meta[at.STAMP])] < len(TEXTS)


def test_many_distinct_words_in_one_text():
    check(TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 3)),
          [" ".join(f"{i}w" for i in range(600))])  # fmt: skip


@pytest.mark.parametrize("wrong", [b"\xff", b"\xe2\x82", b"\xed\xa0\x80", b"\xe2\x28\xa1",
                                   b"\xf4\x90\x80\x80", b"\xf0\x80\x80\x80"])  # fmt: skip
def test_what_is_not_utf8_is_refused(wrong):
    predictor = compile(make_pipeline(TfidfVectorizer(), LinearSVC()).fit(TEXTS, LABELS))
    data = np.frombuffer(b"paid " + wrong, dtype=np.uint8)
    with pytest.raises(InputError, match="expected UTF-8"):
        predictor.score_spans(data, [0], [len(data)])


def test_unknown_tokens_of_long_texts_are_counted():
    predictor = compile(make_pipeline(TfidfVectorizer(), LinearSVC()).fit(TEXTS, LABELS))
    text = ("paid,nobody," * 1500 + "x" * 6000 + " paid").encode()
    data = np.frombuffer(text, dtype=np.uint8)
    n_tokens, n_unknown = predictor.unknown_counts_spans(data, [0, 0], [len(data), 64])
    assert (n_tokens.tolist(), n_unknown.tolist()) == ([3002, 11], [1501, 5])


def test_tails_that_differ_are_told_apart():
    head = "sixteen bytes in "
    terms = [head + tail for tail in ("a", "b", "ab", "longer")]
    vectorizer = TfidfVectorizer(
        vocabulary=terms, analyzer="char", ngram_range=(18, 23), use_idf=False, norm=None
    )
    pipeline = make_pipeline(vectorizer, LinearSVC()).fit(terms, [0, 1, 2, 0])
    texts = [*terms, head + "c", head + "longex", head]
    np.testing.assert_allclose(
        compile(pipeline).decision_function(texts), pipeline.decision_function(texts), atol=1e-5
    )


def test_places_after_stop_words_and_in_many_batches():
    text = "the spy the paid " * 130 + "x"
    predictor = check(TfidfVectorizer(ngram_range=(1, 2), stop_words=["the"]), [text])
    found = predictor.features(text)
    assert {text[s:e] for s, e in zip(found.starts, found.ends, strict=True)} >= {"spy the paid"}
    check(TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 3)), [text[:1200]])


def test_a_predictor_without_features_scores_its_intercept():
    predictor = compile(make_pipeline(TfidfVectorizer(), LinearSVC()).fit(TEXTS, LABELS))
    intercept = predictor.compiled.arrays["intercept"]
    np.testing.assert_array_equal(BatchPredictor(predictor.compiled).decision_function(["", "?"]),
                                  [intercept, intercept])  # fmt: skip


def test_a_prefix_stands_for_its_whole_word():
    text = "They recruited Überläufer: recruiters paid."
    vectorizer = TfidfVectorizer(token_pattern=r"(?u)\b(\w{2,5})\w*", ngram_range=(1, 2))
    pipeline = make_pipeline(vectorizer, LinearSVC()).fit([text, "they"], [0, 1])
    found = compile(pipeline).features(text)
    places = {(term, text[a:b]) for term, a, b in
              zip(found.terms, found.starts, found.ends, strict=True)}
    assert {("recru*", "recruited"), ("recru*", "recruiters"), ("überl*", "Überläufer"),
            ("überl* recru*", "Überläufer: recruiters"), ("paid", "paid")} <= places
