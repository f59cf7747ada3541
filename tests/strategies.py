"""Hypothesis strategies, named by what they make."""

from __future__ import annotations

import re
import warnings

import numpy as np
from hypothesis import strategies as st
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.linear_model import (
    LogisticRegression,
    Perceptron,
    RidgeClassifier,
    SGDClassifier,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import Normalizer
from sklearn.svm import LinearSVC

from vectorclf.normalization import PivotedNormalizer
from vectorclf.skipgrams import SkipBigramVectorizer

ODDITIES = [
    "İ", "ı", "ẞ", "ß", "Σ", "ς", "ΑΣ", "ΣΑΣ", "K", "Å", "Ⱥ", "ǅ", "ﬁ", "e\u0301", "\u0301",
    "Ⅷ", "²", "٣", "१२", "_", "中文", "中", "日本語。", "Ｆｕｌｌ", "👩‍💻", "🕵", "\0", "a\0b",
    "\u00a0", "\u3000", "\u2028", "\u0085", "\x1c", "\x1f", "\t\n", "  ", " \n ", "\r\n", "\u200b",
    "“the spy’s”", "—", "naïve", "ÉMIGRÉ", "Москва", "МОСКВА", "Ёлка", "ΟΔΟΣ", "ὈΔΥΣΣΕΎΣ", "ა",
    "\U0001d400", "\U00010400", "Ꭰ", "\ufeff", "ſ", "µ", "x" * 17, "é" * 9, "y" * 63, "z" * 64,
]  # fmt: skip
"""Text that has broken tokenizers: casing, marks, digits, spaces, lengths at block ends."""

WORDS = ["spy", "the", "paid", "in", "cash", "Moscow", "handler", "a", "I", "of", "files", "10"]

odd_pieces = st.sampled_from(ODDITIES + WORDS + [w.upper() for w in WORDS] + [" ", ", ", "."])
any_unicode = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
pieced_texts = st.lists(odd_pieces, max_size=25).map("".join)
spaced_texts = st.lists(odd_pieces, max_size=40).map(" ".join)
texts = st.one_of(any_unicode, pieced_texts, spaced_texts)
"""Any text a str can hold, short of lone surrogates."""

corpora = st.lists(texts, min_size=4, max_size=9).map(lambda found: [*found, "the spy paid", ""])
"""Training texts; some vocabulary is certain, and an empty passage."""


@st.composite
def vectorizers(draw):
    """A vectorizer of any analyzer and setting that changes its output."""
    analyzer = draw(st.sampled_from(["word", "word", "char", "char_wb"]))
    low = draw(st.integers(1, 3))
    settings = {
        "analyzer": analyzer,
        "ngram_range": (low, low + draw(st.integers(0, 2))),
        "lowercase": draw(st.sampled_from([True, True, False])),
        "strip_accents": draw(st.sampled_from([None, None, None, "ascii", "unicode"])),
        "binary": draw(st.booleans()),
    }
    if analyzer == "word":
        settings["stop_words"] = draw(st.sampled_from([None, None, "english", ["the", "spy"]]))
        settings["token_pattern"] = draw(
            st.sampled_from(
                [r"(?u)\b\w\w+\b"] * 3 + [r"\w+", r"\b\w+\b", r"(?u)\w{3,}", r"\S+", r"\S\S+"]
                + [r"(?u)\b(\w{2,5})\w*", r"(\w{1,3})\w*\b", r"(\S{2,10})\S*"]
            )
        )
    kind = draw(st.sampled_from(["tfidf"] * 4 + ["count", "pipeline", "skip"]))
    if kind == "skip" and analyzer == "word":
        return SkipBigramVectorizer(
            max_skip=draw(st.integers(0, 1)), norm=draw(st.sampled_from(["l1", "l2", None])),
            sublinear_tf=draw(st.booleans()),
            **{k: settings[k] for k in ("lowercase", "strip_accents", "stop_words",
                                        "token_pattern")},
        )
    if kind == "count":
        return CountVectorizer(**settings)
    weighting = {
        "norm": draw(st.sampled_from(["l1", "l2", "l2", None])),
        "use_idf": draw(st.booleans()),
        "smooth_idf": draw(st.booleans()),
        "sublinear_tf": draw(st.booleans()),
    }
    if kind == "pipeline":
        return make_pipeline(CountVectorizer(**settings), TfidfTransformer(**weighting))
    dtype = draw(st.sampled_from([np.float64, np.float64, np.float32]))
    return TfidfVectorizer(**settings, **weighting, dtype=dtype)


normalizers = st.one_of(
    st.just("passthrough"),
    st.sampled_from([0.0, 0.25, 0.5, 1.0]).map(PivotedNormalizer),
    st.sampled_from(["l1", "l2"]).map(Normalizer),
)


@st.composite
def branches(draw):
    """What may stand in a union: a vectorizer, or one with a normalizer after it."""
    vectorizer = draw(vectorizers())
    return make_pipeline(vectorizer, draw(normalizers)) if draw(st.booleans()) else vectorizer


@st.composite
def unions(draw, depth=1):
    """A FeatureUnion, perhaps nested, with or without weights, perhaps with a dropped part."""
    n = draw(st.integers(1, 3))
    parts = [
        draw(unions(depth=0)) if depth and draw(st.integers(0, 4)) == 0 else draw(branches())
        for _ in range(n)
    ]
    names = [f"part{i}" for i in range(n)]
    weights = draw(st.none() | st.just({names[0]: draw(st.sampled_from([0.0, 0.5, 2.0]))}))
    pairs = list(zip(names, parts, strict=True))
    if draw(st.integers(0, 4)) == 0:
        pairs.append(("gone", "drop"))
    return FeatureUnion(pairs, transformer_weights=weights)


features = st.one_of(branches(), branches(), unions())

single_classifiers = st.sampled_from(
    [
        LogisticRegression(),
        LogisticRegression(fit_intercept=False),
        LinearSVC(),
        SGDClassifier(loss="hinge", random_state=0),
        SGDClassifier(loss="log_loss", random_state=0),
        SGDClassifier(loss="modified_huber", random_state=0),
        RidgeClassifier(solver="lsqr"),
        Perceptron(random_state=0),
    ]
)


@st.composite
def targets(draw, n):
    """Classifier and labels of `n` texts: binary, several classes, or rows of 0 and 1."""
    kind = draw(st.sampled_from(["binary", "multiclass", "multilabel", "ridge"]))
    if kind in ("multilabel", "ridge"):
        Y = np.array(draw(st.lists(st.lists(st.integers(0, 1), min_size=3, max_size=3),
                                   min_size=n, max_size=n)))  # fmt: skip
        if kind == "ridge":
            return RidgeClassifier(solver="lsqr"), Y
        return OneVsRestClassifier(draw(single_classifiers)), Y
    classes = draw(st.sampled_from([["no", "yes", "a"], [0, 1, 5], [True, False, True]]))
    n_classes = 2 if kind == "binary" or classes[0] is True else 3
    y = [classes[i % n_classes] for i in range(n)]
    classifier = draw(single_classifiers)
    return (OneVsRestClassifier(classifier) if draw(st.booleans()) else classifier), np.array(y)


@st.composite
def fitted_pipelines(draw):
    """A fitted pipeline and its training texts."""
    corpus = draw(corpora)
    classifier, y = draw(targets(len(corpus)))
    pipeline = Pipeline([("features", draw(features)), ("after", draw(normalizers)),
                         ("classifier", classifier)])  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tiny corpora: constant columns, no convergence
        try:
            pipeline.fit(corpus, y)
        except ValueError as error:
            if not re.search("empty vocabulary|0 feature|minimum of 1|NaN|divide", str(error)):
                raise
            return None
    return pipeline, corpus


__all__ = ["ConvergenceWarning", "corpora", "fitted_pipelines", "texts", "vectorizers"]
