"""Fitted pipelines to measure on. Weights are drawn, not learned: speed asks for no more."""

from __future__ import annotations

from functools import cache

import numpy as np

from vectorclf.benchmarking.corpus import articles

N_FEATURES, N_LABELS = 30_000, 25
N_TRAINING = 500
"""Articles the vocabulary comes from: enough for 30,000 features that occur more than once."""


@cache
def training_texts() -> list[str]:
    return articles(N_TRAINING, 4500, seed=1)


def _classifier(X, n_labels: int):
    """A one-vs-rest LinearSVC over the features of `X`, with weights drawn from N(0, 0.3)."""
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.svm import LinearSVC

    rng = np.random.default_rng(0)
    n = min(2 * n_labels, X.shape[0])
    Y = np.arange(n)[:, np.newaxis] % n_labels == np.arange(n_labels)
    classifier = OneVsRestClassifier(LinearSVC()).fit(X[:n], Y.astype(int))
    for estimator in classifier.estimators_:
        estimator.coef_ = rng.normal(0, 0.3, estimator.coef_.shape)
        estimator.intercept_ = rng.normal(0, 0.3, 1)
    return classifier


def _pipeline(features, texts: list[str], n_labels: int):
    from sklearn.pipeline import Pipeline

    X = features.fit_transform(texts)
    return Pipeline([("features", features), ("classifier", _classifier(X, n_labels))])


@cache
def word_pipeline(
    n_features: int = N_FEATURES, n_labels: int = N_LABELS, n_training: int = N_TRAINING
):
    """Word (1,2) TF-IDF and a one-vs-rest LinearSVC: a fitted scikit-learn pipeline."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(ngram_range=(1, 2), max_features=n_features)
    return _pipeline(vectorizer, training_texts()[:n_training], n_labels)


@cache
def union_pipeline(n_training: int = 300):
    """Word (1,2) and char_wb (3,5) TF-IDF, 30,000 features each: a fitted pipeline."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_union

    return _pipeline(
        make_union(
            TfidfVectorizer(ngram_range=(1, 2), max_features=N_FEATURES),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), max_features=N_FEATURES),
        ),
        training_texts()[:n_training],
        N_LABELS,
    )
