"""The scikit-learn features a recipe stands for."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import TfidfTransformer, TfidfVectorizer
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline

from vectorclf.background import Background
from vectorclf.errors import DatasetError
from vectorclf.normalization import PivotedNormalizer
from vectorclf.recipe import Recipe
from vectorclf.skipgrams import SkipBigramVectorizer

FUNCTION_WORDS = """
    also an and are as at be been but by could for from had has have he her him his in is it its
    not of on or said she that the their them these they this those to was were which who whom
    whose with would
"""
"""English words that say nothing alone, nor between two others."""


def make_features(recipe: Recipe) -> Pipeline | FeatureUnion:
    """The unfitted scikit-learn features a recipe stands for."""

    def normalized(vectorizer: TfidfVectorizer) -> Pipeline:
        return make_pipeline(vectorizer, PivotedNormalizer(power=recipe.pivot))

    def tfidf(**options) -> Pipeline:
        return normalized(TfidfVectorizer(sublinear_tf=True, norm=None, **options))

    words = tfidf(ngram_range=(1, recipe.ngram_max), min_df=recipe.min_df)
    parts, weights = [("words", words)], {}
    if recipe.prefix:
        parts.append(("prefixes", normalized(SkipBigramVectorizer(
            token_pattern=rf"(?u)\b(\w{{2,{recipe.prefix}}})\w*", sublinear_tf=True, norm=None,
            stop_words=sorted({word[: recipe.prefix] for word in FUNCTION_WORDS.split()}),
            min_df=recipe.prefix_min_df))))
        weights["prefixes"] = recipe.prefix_weight
    if recipe.cased:
        parts.append(("cased", tfidf(ngram_range=(1, 1), min_df=recipe.min_df, lowercase=False)))
        weights["cased"] = recipe.cased
    if recipe.char_wb is not None:
        parts.append(("characters", tfidf(
            analyzer="char_wb", ngram_range=recipe.char_wb, min_df=recipe.min_df + 1)))
        weights["characters"] = recipe.char_weight
    return FeatureUnion(parts, transformer_weights=weights) if len(parts) > 1 else words


def make_length_feature() -> TfidfVectorizer:
    """One fitted feature: ``1 + log(2 n)`` for a text of n words, 0 for an empty one.

    (Spaces around words, counted sublinearly.)
    """
    return TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 1), vocabulary=[" "],
                           sublinear_tf=True, use_idf=False, norm=None).fit([""])


def feature_parts(features: Pipeline | FeatureUnion) -> dict[str, tuple[Pipeline, float]]:
    """Parts of `make_features` by name, in the order of their columns, with their weights."""
    if isinstance(features, Pipeline):
        return {"words": (features, 1.0)}
    weights = features.transformer_weights or {}
    return {name: (part, weights.get(name, 1.0)) for name, part in features.transformer_list}


def background_rows(
    features: Pipeline | FeatureUnion, X: sp.csr_array, background: Background
) -> sp.csr_array:
    """Rows of background paragraphs; document frequencies then come from both kinds of text.

    Parameters
    ----------
    features : Pipeline or FeatureUnion
        Fitted, of `make_features`; their inverse document frequencies are replaced.
    X : csr_array of shape (n_units, n_features)
        The units' rows, for their document frequencies.
    background : Background

    Returns
    -------
    rows : csr_array of shape (n_paragraphs, n_features)

    Raises
    ------
    DatasetError
        There are no counts for a part of the features.
    """
    frequencies = np.bincount(X.indices, minlength=X.shape[1])
    rows, first = [], 0
    for name, (part, weight) in feature_parts(features).items():
        if name not in background.bags:
            raise DatasetError(
                f"expected counts of {name}, found counts of {', '.join(background.bags)}",
                place="background", remedy="train without --background")
        vectorizer, normalizer = part[0], part[1]
        counts = background.bags[name].matrix(vectorizer.vocabulary_)
        size = counts.shape[1]
        df = frequencies[first : first + size] + np.bincount(counts.indices, minlength=size)
        n = X.shape[0] + counts.shape[0]
        vectorizer.idf_ = np.log((1 + n) / (1 + df)) + 1  # scikit-learn's smooth idf
        weigh = TfidfTransformer(norm=None, sublinear_tf=vectorizer.sublinear_tf)
        weigh.idf_ = vectorizer.idf_
        rows.append(weight * normalizer.transform(weigh.transform(counts)))
        first += size
    return sp.hstack(rows).tocsr()
