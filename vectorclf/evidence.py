"""Scores to evidence: the sentence that earned a label, and the terms that earned it there."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from vectorclf.predictor import BatchPredictor, FeatureOccurrences
from vectorclf.records import Evidence, Span, Term

MAX_QUOTES = 3  # sentences quoted for a label, best first
MAX_TERMS = 12  # terms named one by one; the rest is summed in the last, without a name
GATE_TERM = "(passage)"


def explain_sentence(
    predictor: BatchPredictor,
    occurrences: FeatureOccurrences,
    text: str,
    span: Span,
    column: int,
    score: float,
    *,
    max_terms: int | None = None,
    passage: Span | None = None,
    penalty: float = 0.0,
) -> Evidence:
    """The terms of one sentence with their share in the score of one label.

    Parameters
    ----------
    predictor : BatchPredictor
    occurrences : FeatureOccurrences
        ``predictor.features(text[start:end])``.
    text : str
        The article's own text.
    span : (int, int)
        The sentence, as characters of `text`.
    column : int
        Column of the label.
    score : float
        Its score on this sentence.
    max_terms : int, optional
        Keep the terms with the largest absolute contribution and sum the others into one term
        without a name that spans the sentence.
    passage : (int, int), optional
        Span of the passage the gate looked at.
    penalty : float
        What the gate took off the score; becomes a term named "(passage)".

    Returns
    -------
    evidence : Evidence
        Contributions and intercept sum to the score to 1e-5.
    """
    start, end = span
    arrays = predictor.compiled.arrays
    contributions = occurrences.shares.astype(np.float64) * arrays["coef_t"][
        occurrences.features, column
    ]
    order = np.argsort(-np.abs(contributions), kind="stable")
    kept = order if max_terms is None else order[:max_terms]
    terms = [
        Term(
            term=occurrences.terms[i],
            span=(start + int(occurrences.starts[i]), start + int(occurrences.ends[i])),
            contribution=float(contributions[i]),
        )
        for i in kept
        if contributions[i]
    ]
    rest = float(contributions[order[len(kept) :]].sum()) if len(kept) < len(order) else 0.0
    if rest:
        terms.append(Term(term="", span=span, contribution=rest))
    if penalty:
        terms.append(Term(term=GATE_TERM, span=passage or span, contribution=penalty))
    return Evidence(
        span=span, quote=text[start:end], terms=tuple(terms), score=float(score),
        intercept=float(arrays["intercept"][column]),
    )


def character_positions(text: str, n_bytes: int) -> Callable[[np.ndarray], np.ndarray]:
    """A function from byte positions of a text's UTF-8 form to character positions.

    Parameters
    ----------
    text : str
    n_bytes : int
        Length of its UTF-8 form; equal to ``len(text)`` only for ASCII.
    """
    if n_bytes == len(text):
        return lambda positions: positions
    data = np.frombuffer(text.encode("utf-8"), dtype=np.uint8)
    before = np.concatenate([[0], np.cumsum((data & 0xC0) != 0x80)])
    return lambda positions: before[positions]
