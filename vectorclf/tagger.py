"""The whole journey on one screen: article -> passages -> scores -> decisions -> tags."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import msgspec
import numpy as np

from vectorclf.calibration import probabilities, scores_at
from vectorclf.codebook import Codebook
from vectorclf.errors import InputError, MissingInputError
from vectorclf.evidence import (
    Quotes,
    ScoredArticle,
    ToldBy,
    quotes_by_article,
    scored_articles,
)
from vectorclf.model import Model, load_model
from vectorclf.passages import segment
from vectorclf.records import Article, ArticleTags, Tag
from vectorclf.scoring import Cuts, scores_over, segment_units, text_scores
from vectorclf.texts import Texts
from vectorclf.verification import verified_predictor

CHUNK = 256  # articles scored together: enough to hide the calls, little memory
NEAR = 0.5  # a near miss reaches this share of its threshold, in probability


def load(path: str | Path | None = None, *, operating_point: str = "balanced") -> Tagger:
    """A tagger from a model directory; without one, the model that comes with the package.

    Raises
    ------
    MissingInputError, ModelFormatError
        No model there, a damaged one, or one that fails its own self-test.
    """
    return Tagger(load_model(path or default_model()), operating_point=operating_point)


def default_model() -> Path:
    """Directory of the model that comes with the package, or with the checkout."""
    package = Path(__file__).resolve().parent
    for root in (package / "data" / "models", package.parent / "models"):
        if (root / "recruitment-en" / "model.json").is_file():
            return root / "recruitment-en"
    raise MissingInputError("expected the model recruitment-en beside the package, found none",
                            place=str(package), remedy="install vectorclf again, or pass a model")


class Tagger:
    """Tags articles with the labels of a codebook, each with the sentence that earned it.

    Parameters
    ----------
    model : Model
    operating_point : str
        "balanced", "recall" or "precision": the stored thresholds in use.

    Attributes
    ----------
    labels : tuple of str
    codebook : Codebook
    predictor : BatchPredictor
        The engine, for scores of raw texts.
    thresholds : ndarray of shape (n_labels,), float64
        Probabilities from which labels are given,
    opening : ndarray of shape (n_labels,), float64
        in articles where one of them reaches this.
    cuts : Cuts
        The scores at which both are reached.
    """

    def __init__(self, model: Model, *, operating_point: str = "balanced") -> None:
        self.model = model
        self.predictor = verified_predictor(model)
        self.operating_point = operating_point
        point = model.operating_point(operating_point)
        self.set_thresholds(np.array(point.thresholds), np.array(point.first))

    @property
    def labels(self) -> tuple[str, ...]:
        return self.model.label_ids

    @property
    def codebook(self) -> Codebook:
        return self.model.codebook

    def set_thresholds(self, thresholds: np.ndarray, opening: np.ndarray | None = None) -> None:
        """Use other thresholds than the stored ones.

        Parameters
        ----------
        thresholds : ndarray of shape (n_labels,), float in [0, 1]
        opening : ndarray of shape (n_labels,), float in [0, 1], optional
            What one label of an article must reach before any is given; by default every label
            stands for itself.
        """
        self.thresholds = np.asarray(thresholds, dtype=np.float64)
        self.opening = self.thresholds if opening is None else np.asarray(opening, np.float64)
        own = self._cuts_of(self.thresholds)
        alike = (self.opening == self.thresholds).all()
        self.cuts = Cuts.alike(own) if alike else Cuts(own, self._cuts_of(self.opening))

    def _cuts_of(self, thresholds: np.ndarray) -> np.ndarray:
        return scores_at(thresholds, self.model.slope, self.model.offset)

    def tag(self, article: Article | str) -> ArticleTags:
        """Tags of one article, with its passages.

        Raises
        ------
        InputError
            The text is not Unicode (a lone surrogate).
        """
        if isinstance(article, str):
            article = Article(id="", text=article)
        [tags] = self.tag_chunk([article])
        return ArticleTags(tags.article_id, tags.tags, segment(article.text))

    def tag_many(self, articles: Iterable[Article | str]) -> Iterator[ArticleTags]:
        """Tags of many articles, in their order, a chunk at a time (without passages)."""
        articles = iter(articles)
        while chunk := list(islice(articles, CHUNK)):
            yield from self.tag_chunk(
                [Article(id="", text=a) if isinstance(a, str) else a for a in chunk]
            )

    def tag_chunk(self, articles: Sequence[Article]) -> list[ArticleTags]:
        """Tags of some articles at once; a row does not depend on its neighbours."""
        return self._tag_chunk(articles, self.cuts)

    def tag_with_near_misses(self, article: Article) -> ArticleTags:
        """Tags of one article, then the labels that reach NEAR of their threshold or more.

        The threshold of such a label is what it lacks: in an article without a tag, the opening.
        """
        own = self.tag(article)
        needed = self.thresholds if own.tags else self.opening
        [low] = self._tag_chunk([article], Cuts.alike(self._cuts_of(NEAR * needed)))
        given = {tag.label for tag in own.tags}
        near = tuple(
            msgspec.structs.replace(tag, threshold=float(needed[self.labels.index(tag.label)]))
            for tag in low.tags if tag.label not in given
        )
        return ArticleTags(own.article_id, own.tags + near, own.passages)

    def _tag_chunk(self, articles: Sequence[Article], cuts: Cuts) -> list[ArticleTags]:
        model = self.model
        data, offsets = _buffer(articles)
        segments = segment_units(data, offsets, model.rule.unit)
        reached = scores_over(self.predictor, data, segments, model.rule, cuts)
        texts = [article.text for article in articles]
        scored = scored_articles(texts, data, offsets, segments, reached)
        earned = quotes_by_article(self.predictor, scored, self.codebook.labels)
        columns = [column for quotes in earned.values() for column in quotes]
        best = [quoted[0][0].score for quotes in earned.values() for quoted in quotes.values()]
        probability = iter(probabilities(
            np.array(best), model.slope[columns], model.offset[columns]
        ).tolist())
        tags = {
            row: self._decide(scored[row], quotes, probability) for row, quotes in earned.items()
        }
        return [ArticleTags(a.id, tags.get(row, ()), ()) for row, a in enumerate(articles)]

    def probabilities(self, scores: np.ndarray) -> np.ndarray:
        """Calibrated probabilities of scores, shape (..., n_labels), float64."""
        return probabilities(scores, self.model.slope, self.model.offset)

    def label_probabilities(self, text: str) -> np.ndarray:
        """Probability of every label for a text, over threshold or not: shape (n_labels,)."""
        scores = text_scores(self.predictor, [text], self.model.rule)
        return self.probabilities(scores[0])

    def _decide(
        self, article: ScoredArticle, earned: Quotes, probability: Iterator[float]
    ) -> tuple[Tag, ...]:
        """A tag for every label that a sentence over the cut asserts, with its best sentences.

        The probabilities are those of the best ones, in the order of `earned`.
        """
        told = ToldBy(article)
        tags = []
        for column, quoted in earned.items():
            label = self.codebook.labels[column]
            tags.append(Tag(
                label=label.id, family=label.family, probability=next(probability),
                threshold=float(self.thresholds[column]),
                status=told.status(quoted[0][0], label.id),
                evidence=tuple(evidence for _, evidence in quoted),
            ))
        families = self.codebook.families
        tags.sort(key=lambda t: (families.index(t.family), -t.probability))
        return tuple(tags)


def _buffer(articles: Sequence[Article]) -> tuple[np.ndarray, np.ndarray]:
    """One UTF-8 buffer of all texts, and the offsets of each; it holds for one chunk."""
    try:
        column = Texts([article.text for article in articles])
        data, starts, ends = column.read(0, len(articles))
    except InputError:
        for article in articles:
            _require_unicode(article)
        raise
    return data, np.append(starts, ends[-1:]) if len(starts) else np.zeros(1, dtype=np.int64)


def _require_unicode(article: Article) -> None:
    try:
        article.text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError(
            f"expected Unicode text, got a lone surrogate at character {error.start}",
            place=article.place or article.id or "text",
            remedy="decode the bytes with the right encoding",
        ) from error
