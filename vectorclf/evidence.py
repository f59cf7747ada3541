"""Scores to evidence: the sentences that earned a label, and the terms that earned it there.

    scored article -> candidates (sentences over a cut, best first) -> terms -> quotes, no denials
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

import numpy as np

from vectorclf.passages import Segments
from vectorclf.predictor import BatchPredictor, FeatureOccurrences
from vectorclf.records import Evidence, Span, Term
from vectorclf.status import cues_of, may_deny, only_denies, status_model

MAX_QUOTES = 3  # sentences quoted for a label, best first
MAX_TERMS = 12  # terms named one by one; the rest is summed in the last, without a name
GATE_TERM = "(passage)"


@dataclass(frozen=True)
class ScoredArticle:
    """The sentences of one article with their scores, in its own characters.

    Attributes
    ----------
    text : str
    starts, ends : list of int, n_sentences long
        Characters of `text`.
    first, last : list of int, n_sentences long
        First and last sentence of the passage a sentence stands in.
    scores : ndarray of shape (n_sentences, n_labels), float32
    penalties : ndarray of shape (n_sentences, n_labels), float32
        What the passage took off, as part of the scores.
    """

    text: str
    starts: list[int]
    ends: list[int]
    first: list[int]
    last: list[int]
    scores: np.ndarray
    penalties: np.ndarray

    @classmethod
    def of(
        cls, text: str, data: np.ndarray, start: int, segments: Segments, sentences: slice,
        scores: np.ndarray, penalties: np.ndarray,
    ) -> ScoredArticle:
        """Sentences `sentences` of a buffer in which `data`, the text, begins at byte `start`."""
        characters = character_positions(text, data)
        passages = segments.sentence_passages[sentences]
        return cls(
            text, characters(segments.sentence_starts[sentences] - start).tolist(),
            characters(segments.sentence_ends[sentences] - start).tolist(),
            np.searchsorted(passages, passages).tolist(),
            (np.searchsorted(passages, passages, side="right") - 1).tolist(),
            scores[sentences], penalties[sentences],
        )

    def sentence(self, k: int) -> str:
        """The text of a sentence."""
        return self.text[self.starts[k] : self.ends[k]]

    def passage(self, k: int) -> Span:
        """Where the passage of sentence `k` stands."""
        return self.starts[self.first[k]], self.ends[self.last[k]]

    def candidates(self, cuts: np.ndarray) -> dict[int, list[int]]:
        """Sentences over the cut of a label, best first, by column: as many as may be quoted.

        A sentence that may turn out to be a denial does not count towards MAX_QUOTES.
        """
        found: dict[int, list[int]] = {}
        for column in np.flatnonzero((self.scores >= cuts).any(axis=0)).tolist():
            own = self.scores[:, column]
            over = np.flatnonzero(own >= cuts[column])
            n_sure, kept = 0, []
            for k in over[np.argsort(-own[over], kind="stable")].tolist():
                kept.append(k)
                n_sure += not may_deny(self.sentence(k))
                if n_sure == MAX_QUOTES:
                    break
            found[column] = kept
        return found


class ToldBy:
    """How the sentences of an article are told; the cues of each are looked for once."""

    def __init__(self, article: ScoredArticle) -> None:
        self._article = article
        self._cues: dict[int, list[int]] = {}  # of a passage's sentences, by its first one

    def status(self, k: int, label: str) -> str:
        """Status of a tag whose evidence is sentence `k`."""
        article = self._article
        first = article.first[k]
        if first not in self._cues:
            self._cues[first] = [
                cues_of(article.sentence(i)) for i in range(first, article.last[k] + 1)
            ]
        return status_model().status(self._cues[first], k - first, label)


def quotes(
    predictor: BatchPredictor, article: ScoredArticle, column: int, ranked: Iterable[int],
    occurrences: dict[int, FeatureOccurrences],
) -> list[tuple[int, Evidence]]:
    """(sentence, evidence) of a label, best first, without those that only deny it.

    Parameters
    ----------
    ranked : iterable of int
        Its candidates.
    occurrences : dict of int to FeatureOccurrences
        By sentence.
    """
    found: list[tuple[int, Evidence]] = []
    for k in ranked:
        explained = partial(
            explain_sentence, predictor, occurrences[k], article.text,
            (article.starts[k], article.ends[k]), column, float(article.scores[k, column]),
            passage=article.passage(k), penalty=float(article.penalties[k, column]),
        )
        if may_deny(article.sentence(k)) and only_denies(explained()):
            continue
        evidence = explained(max_terms=MAX_TERMS)
        found.append((k, evidence))
        if len(found) == MAX_QUOTES:
            break
    return found


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
        Span of the passage.
    penalty : float
        What the passage took off the score; becomes a term named "(passage)".

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


def character_positions(text: str, data: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """A function from byte positions of a text's UTF-8 form to character positions.

    Parameters
    ----------
    text : str
    data : ndarray of shape (n_bytes,), uint8
        Its UTF-8 form; as long as the text only for ASCII.
    """
    if len(data) == len(text):
        return lambda positions: positions
    before = np.zeros(len(data) + 1, dtype=np.int64)
    np.cumsum((data & 0xC0) != 0x80, out=before[1:])
    return lambda positions: before[positions]
