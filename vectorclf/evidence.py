"""Scores to evidence: the sentences that earned a label, and the terms that earned it there.

    scores over a cut -> candidates by article -> their terms, all at once -> quotes, no denials
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from vectorclf.codebook import Label
from vectorclf.passages import Segments, character_spans
from vectorclf.predictor import BatchPredictor, Occurrences
from vectorclf.records import Evidence, Span, Term
from vectorclf.scoring import Reached, sentences_by_text
from vectorclf.status import Scope, cues_of, only_denies, scopes_of, status_model

MAX_QUOTES = 3  # sentences quoted for a label, best first
MAX_TERMS = 12  # terms named one by one; the rest is summed in the last, without a name
GATE_TERM = "(passage)"


class Candidate(NamedTuple):
    """A sentence over the cut of a label.

    Attributes
    ----------
    sentence, first, last : int
        Its number in the article; those of the first and last sentence of its passage.
    start, end : int
        Characters of the sentence: the part of it that was scored, a window or all.
    score, penalty : float
        What the passage took off is part of the score.
    """

    sentence: int
    first: int
    last: int
    start: int
    end: int
    score: float
    penalty: float


@dataclass(frozen=True)
class ScoredArticle:
    """The sentences of one article, in its own characters, and those over a cut.

    Attributes
    ----------
    text : str
    starts, ends : list of int, n_sentences long
        Characters of `text`.
    over : dict of int to list of Candidate
        By column of the label, best first.
    """

    text: str
    starts: list[int]
    ends: list[int]
    over: dict[int, list[Candidate]]
    _scopes: dict[int, tuple[Scope, ...]] = field(default_factory=dict)

    def sentence(self, k: int) -> str:
        """The text of a sentence."""
        return self.text[self.starts[k] : self.ends[k]]

    def part(self, candidate: Candidate) -> str:
        """The part of its sentence that was scored."""
        return self.sentence(candidate.sentence)[candidate.start : candidate.end]

    def scopes(self, candidate: Candidate) -> tuple[Scope, ...]:
        """What of its sentence is denied, refused or supposed; looked at once."""
        k = candidate.sentence
        if k not in self._scopes:
            following = self.sentence(k + 1) if k < candidate.last else ""
            self._scopes[k] = scopes_of(self.sentence(k), following)
        return self._scopes[k]

    def candidates(self) -> dict[int, list[Candidate]]:
        """Those of `over` that may come to be quoted.

        A sentence that may turn out to be a denial does not count towards MAX_QUOTES.
        """
        found: dict[int, list[Candidate]] = {}
        for column, ranked in self.over.items():
            n_sure, kept = 0, []
            for each in ranked:
                kept.append(each)
                n_sure += not self.scopes(each)
                if n_sure == MAX_QUOTES:
                    break
            found[column] = kept
        return found


def scored_articles(
    texts: Sequence[str], data: np.ndarray, offsets: np.ndarray, segments: Segments,
    reached: Reached,
) -> dict[int, ScoredArticle]:
    """The articles with a score over a cut, by row; text k begins at byte ``offsets[k]``."""
    bounds = sentences_by_text(segments, len(texts))
    rows = np.searchsorted(bounds, reached.sentences, side="right") - 1
    owners = segments.sentence_passages
    passages = owners[reached.sentences]
    first = np.searchsorted(owners, passages)
    last = np.searchsorted(owners, passages, side="right") - 1
    numbers = np.stack([reached.sentences, first, last]) - bounds[rows]
    begins = segments.sentence_starts[reached.sentences].tolist()
    parts = np.array([
        character_spans(data, reached.starts[k : k + 1], reached.ends[k : k + 1], begin)
        for k, begin in enumerate(begins)
    ], dtype=np.int64).reshape(-1, 2).T
    order = np.lexsort((-reached.scores, reached.columns, rows))  # stable: the earlier one first
    columns = (rows, reached.columns, *numbers, *parts, reached.scores, reached.penalties)
    over: dict[int, dict[int, list[Candidate]]] = {}
    for row, column, *candidate in zip(*(each[order].tolist() for each in columns), strict=True):
        over.setdefault(row, {}).setdefault(column, []).append(Candidate(*candidate))
    found = {}
    for row, by_column in over.items():
        own = slice(bounds[row], bounds[row + 1])
        starts, ends = character_spans(
            data, segments.sentence_starts[own], segments.sentence_ends[own], int(offsets[row])
        )
        found[row] = ScoredArticle(texts[row], starts, ends, by_column)
    return found


class ToldBy:
    """How the sentences of an article are told; each is looked at once, whatever its labels."""

    def __init__(self, article: ScoredArticle) -> None:
        self._article = article
        self._cues: dict[int, list[int]] = {}  # of a passage's sentences, by its first one
        self._sums: dict[int, list[float]] = {}  # by sentence

    def status(self, best: Candidate, label: str) -> str:
        """Status of a tag by its best sentence."""
        model, first = status_model(), best.first
        if first not in self._cues:
            self._cues[first] = [
                cues_of(self._article.sentence(k)) for k in range(first, best.last + 1)
            ]
        if best.sentence not in self._sums:
            self._sums[best.sentence] = model.sums(self._cues[first], best.sentence - first)
        return model.status_of(self._sums[best.sentence], label)


Quotes = dict[int, list[tuple[Candidate, Evidence]]]
"""Quoted sentences with their evidence, best first, by column of the label."""


def quotes_by_article(
    predictor: BatchPredictor, articles: dict[int, ScoredArticle], labels: Sequence[Label]
) -> dict[int, Quotes]:
    """What is quoted of the articles, without sentences that only deny the label."""
    places = [
        (row, column, candidate)
        for row, article in articles.items()
        for column, ranked in article.candidates().items()
        for candidate in ranked
    ]
    parts: dict[tuple[int, int, int, int], str] = {}
    for row, _, each in places:
        parts.setdefault((row, *_place(each)), articles[row].part(each))
    number = {part: k for k, part in enumerate(parts)}
    contributions = Contributions(
        predictor, predictor.occurrences(list(parts.values())),
        [number[row, *_place(each)] for row, _, each in places],
        [column for _, column, _ in places],
    )
    found: dict[int, Quotes] = {row: {} for row in articles}
    for k, (row, column, candidate) in enumerate(places):
        article, quoted = articles[row], found[row].get(column, [])
        if len(quoted) == MAX_QUOTES:
            continue
        scopes, label = article.scopes(candidate), labels[column]
        if scopes and only_denies(
            contributions.evidence(k, article, candidate), scopes, label.id, label.family
        ):
            continue
        quoted.append((candidate, contributions.evidence(k, article, candidate, MAX_TERMS)))
        found[row][column] = quoted
    return found


def _place(candidate: Candidate) -> tuple[int, int, int]:
    """Where what was scored stands: sentences share it among their labels."""
    return candidate.sentence, candidate.start, candidate.end


class Contributions:
    """What the terms of sentences add to scores there, by falling size; for many at once.

    Parameters
    ----------
    predictor : BatchPredictor
    occurrences : Occurrences
        Of the sentences, or of the parts of them that were scored.
    sentences, columns : list of int, n long
        The sentence, or part, and the label that item k is about.
    """

    def __init__(
        self, predictor: BatchPredictor, occurrences: Occurrences, sentences: list[int],
        columns: list[int],
    ) -> None:
        self._term_by_feature = predictor.term_by_feature
        coef_t, intercept = (predictor.compiled.arrays[x] for x in ("coef_t", "intercept"))
        first = occurrences.bounds[:-1][sentences]
        sizes = np.diff(occurrences.bounds)[sentences]
        bounds = np.append(0, np.cumsum(sizes))
        item = np.repeat(np.arange(len(sizes)), sizes)
        place = np.arange(bounds[-1]) + (first - bounds[:-1])[item]
        features = occurrences.features[place]
        own = occurrences.shares[place].astype(np.float64) * coef_t[
            features, np.array(columns, dtype=np.int64)[item]
        ]
        order = np.lexsort((-np.abs(own), item))
        place = place[order]
        self._bounds = bounds.tolist()
        self._intercepts = intercept[columns].tolist()
        self._values = own[order].tolist()
        self._features = features[order].tolist()
        self._starts = occurrences.starts[place].tolist()
        self._ends = occurrences.ends[place].tolist()

    def evidence(
        self, k: int, article: ScoredArticle, candidate: Candidate, max_terms: int | None = None
    ) -> Evidence:
        """The terms of one sentence with their share in the score of one label.

        Parameters
        ----------
        k : int
            The item.
        article : ScoredArticle
        candidate : Candidate
            A penalty becomes a term named "(passage)".
        max_terms : int, optional
            Keep the terms with the largest absolute contribution and sum the others into one
            term without a name that spans what was scored.

        Returns
        -------
        evidence : Evidence
            Contributions and intercept sum to the score to 1e-5.
        """
        sentence = article.starts[candidate.sentence], article.ends[candidate.sentence]
        start, end = sentence[0] + candidate.start, sentence[0] + candidate.end
        first, last = self._bounds[k], self._bounds[k + 1]
        kept = last if max_terms is None else min(first + max_terms, last)
        terms = [
            Term(self._term_by_feature[feature], (start + a, start + b), value)
            for feature, a, b, value in zip(
                self._features[first:kept], self._starts[first:kept], self._ends[first:kept],
                self._values[first:kept], strict=True,
            )
            if value
        ]
        rest = sum(self._values[kept:last])
        if rest:
            terms.append(Term("", (start, end), rest))
        if candidate.penalty:
            passage: Span = article.starts[candidate.first], article.ends[candidate.last]
            terms.append(Term(GATE_TERM, passage, candidate.penalty))
        return Evidence(
            sentence, article.text[slice(*sentence)], tuple(terms), candidate.score,
            self._intercepts[k],
        )
