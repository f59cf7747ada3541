"""The scikit-learn features a recipe stands for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import TfidfTransformer, TfidfVectorizer
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline

from vectorclf.background import Background
from vectorclf.errors import DatasetError
from vectorclf.normalization import PivotedNormalizer
from vectorclf.recipe import Recipe


def make_features(
    recipe: Recipe, vocabulary: Sequence[str] | None = None
) -> Pipeline | FeatureUnion:
    """The unfitted scikit-learn features a recipe stands for, of these words alone if given."""

    def normalized(**options) -> Pipeline:
        return make_pipeline(TfidfVectorizer(sublinear_tf=True, norm=None, **options),
                             PivotedNormalizer(power=recipe.pivot))

    n_words = (1, recipe.ngram_max)
    words = normalized(ngram_range=n_words, min_df=recipe.min_df, vocabulary=vocabulary)
    parts, weights = [("words", words)], {}
    if recipe.cased:
        cased = normalized(ngram_range=(1, 1), min_df=recipe.min_df, lowercase=False)
        parts.append(("cased", cased))
        weights["cased"] = recipe.cased
    if recipe.char_wb is not None:
        parts.append(("characters", normalized(
            analyzer="char_wb", ngram_range=recipe.char_wb, min_df=recipe.min_df + 1)))
        weights["characters"] = recipe.char_weight
    return FeatureUnion(parts, transformer_weights=weights) if len(parts) > 1 else words


def make_length_feature() -> TfidfVectorizer:
    """One fitted feature: ``1 + log(2 n)`` for a text of n words, 0 for an empty one.

    (Spaces around words, counted sublinearly.)
    """
    return TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 1), vocabulary=[" "],
                           sublinear_tf=True, use_idf=False, norm=None).fit([""])


def background_rows(features: Pipeline, X: sp.csr_array, background: Background) -> sp.csr_array:
    """Rows of background paragraphs; document frequencies then come from both kinds of text.

    Parameters
    ----------
    features : Pipeline
        Fitted word features; their inverse document frequencies are replaced.
    X : csr_array of shape (n_units, n_features)
        The units' rows, for their document frequencies.
    background : Background
    """
    if not isinstance(features, Pipeline):
        raise DatasetError("expected word features alone, got a union with character features",
                           place="background", remedy="train without --background")
    vectorizer, normalizer = features[0], features[1]
    counts = background.matrix(vectorizer.vocabulary_)
    df = np.bincount(X.indices, minlength=X.shape[1]) + np.bincount(
        counts.indices, minlength=X.shape[1]
    )
    n = X.shape[0] + counts.shape[0]
    vectorizer.idf_ = np.log((1 + n) / (1 + df)) + 1  # scikit-learn's smooth idf
    weigh = TfidfTransformer(norm=None, sublinear_tf=True)
    weigh.idf_ = vectorizer.idf_
    return normalizer.transform(weigh.transform(counts))
