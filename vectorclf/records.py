"""The frozen records that travel the journey: article, passage, tag, evidence."""

from __future__ import annotations

from typing import Any

import msgspec

Span = tuple[int, int]
"""Half-open character interval (start, end) of an article's own text."""


class Article(msgspec.Struct, frozen=True, kw_only=True):
    """One article as it was read.

    Attributes
    ----------
    id : str
        Unique within a job.
    text : str
        The text that spans index; never normalised.
    title, date, url : str
        Empty where the source had none.
    fields : dict
        Further columns of the input row, carried through to the output.
    place : str
        File and line the article came from, for messages.
    """

    id: str
    text: str
    title: str = ""
    date: str = ""
    url: str = ""
    fields: dict[str, Any] = {}
    place: str = ""


class Reject(msgspec.Struct, frozen=True, kw_only=True):
    """A row that could not be read: where, why, and the hash of its bytes."""

    place: str
    reason: str
    sha256: str = ""


class Passage(msgspec.Struct, frozen=True):
    """A paragraph-sized piece of an article.

    Attributes
    ----------
    span : tuple of int
        Characters of the article's text.
    sentences : tuple of Span
        Sentences inside the passage, in order, as characters of the article's text.
    """

    span: Span
    sentences: tuple[Span, ...]


class Term(msgspec.Struct, frozen=True):
    """A vocabulary entry at one place of the text.

    Attributes
    ----------
    term : str
        The feature as the vocabulary writes it.
    span : tuple of int
        Characters of the article's text.
    contribution : float
        Signed share of the score (dimensionless).
    """

    term: str
    span: Span
    contribution: float


class Evidence(msgspec.Struct, frozen=True):
    """The sentence that earned a tag: ``article.text[start:end] == quote``, always.

    Attributes
    ----------
    span : tuple of int
    quote : str
    terms : tuple of Term
        By falling absolute contribution. Their contributions and `intercept` sum to `score`.
    score, intercept : float
        Signed distance to the label's boundary, and its constant part.
    """

    span: Span
    quote: str
    terms: tuple[Term, ...]
    score: float
    intercept: float


class Tag(msgspec.Struct, frozen=True):
    """A label given to an article.

    Attributes
    ----------
    label, family : str
        Codebook entry, and "motive" or "method".
    probability : float
        Calibrated.
    threshold : float
        Probability from which the label is given at the operating point in use.
    status : str
        "asserted", "alleged" or "disputed".
    evidence : tuple of Evidence
        Best first.
    """

    label: str
    family: str
    probability: float
    threshold: float
    status: str
    evidence: tuple[Evidence, ...]


class ArticleTags(msgspec.Struct, frozen=True):
    """What an article earned.

    Attributes
    ----------
    article_id : str
    tags : tuple of Tag
        By falling probability within a family, motives first.
    passages : tuple of Passage
    """

    article_id: str
    tags: tuple[Tag, ...]
    passages: tuple[Passage, ...]
