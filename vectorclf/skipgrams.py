"""Words and skip-bigrams as TF-IDF features, a scikit-learn vectorizer."""

from __future__ import annotations

from collections.abc import Callable

from sklearn.feature_extraction.text import TfidfVectorizer


class SkipBigramVectorizer(TfidfVectorizer):
    """TF-IDF of words, and of pairs of words with at most `max_skip` others between them.

    "Paid him in cash" holds the pair "paid cash" where "him" and "in" are stop words, or where
    two may be skipped (Guthrie et al., "A closer look at skip-gram modelling", LREC 2006).
    `compile` knows it.

    Parameters
    ----------
    max_skip : int, default=1
        0: neighbours alone, as ``TfidfVectorizer(ngram_range=(1, 2))``. Stop words do not count.
    token_pattern, stop_words, lowercase, strip_accents, min_df, vocabulary, norm, sublinear_tf
        As of TfidfVectorizer.

    Examples
    --------
    >>> SkipBigramVectorizer(stop_words=["in"]).fit(["paid him in cash"]).get_feature_names_out()
    array(['cash', 'him', 'him cash', 'paid', 'paid cash', 'paid him'],
          dtype=object)
    """

    def __init__(self, *, max_skip=1, token_pattern=r"(?u)\b\w\w+\b", stop_words=None,
                 lowercase=True, strip_accents=None, min_df=1, vocabulary=None, norm="l2",
                 sublinear_tf=False):
        super().__init__(
            token_pattern=token_pattern, stop_words=stop_words, lowercase=lowercase,
            strip_accents=strip_accents, min_df=min_df, vocabulary=vocabulary, norm=norm,
            sublinear_tf=sublinear_tf,
        )
        self.max_skip = max_skip

    def build_analyzer(self) -> Callable[[str], list[str]]:
        """What makes terms of a text: its words in their order, then the pairs by distance."""
        words, reach = super().build_analyzer(), self.max_skip + 1

        def analyze(text: str) -> list[str]:
            tokens = words(text)
            return tokens + [
                f"{a} {b}" for distance in range(1, reach + 1)
                for a, b in zip(tokens, tokens[distance:], strict=False)
            ]

        return analyze
