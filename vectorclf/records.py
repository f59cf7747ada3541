"""The frozen records that travel the journey: article, passage, tag, evidence."""

from __future__ import annotations

import html
import re
from typing import Any

import msgspec

from vectorclf.highlights import telling_span

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
        Probability from which the label is given at the operating point in use (an article's
        first label may need more: `Tagger.opening`).
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

    def _repr_html_(self) -> str:
        """A table for notebooks: each tag with the sentence that earned it, its words marked."""
        rows = "".join(_html_row(tag) for tag in self.tags)
        return (
            f"<table><caption>{_shown(self.article_id)}</caption><thead><tr><th>label</th>"
            "<th>probability</th><th>status</th><th>evidence</th></tr></thead><tbody>"
            + (rows or "<tr><td colspan=4>no tag</td></tr>")
            + "</tbody></table>"
        )


_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2060-\u206f]")
_MAX_SHOWN = 500


def _shown(text: str) -> str:
    """Text as HTML; what would steer the display is shown by its code point instead."""
    return _STEERING.sub(lambda m: f"[U+{ord(m[0]):04X}]", html.escape(text))


def _html_row(tag: Tag) -> str:
    left = 'style="text-align: left"'
    quote = _html_quote(tag.evidence[0]) if tag.evidence else ""
    return (
        f"<tr><th {left}>{_shown(tag.label)}</th><td>{tag.probability:.0%}</td>"
        f'<td>{_shown(tag.status)}</td><td {left}><bdi dir="auto">{quote}</bdi></td></tr>'
    )


def _html_quote(evidence: Evidence) -> str:
    quote = evidence.quote
    a, b = telling_span(evidence.terms, quote, evidence.span[0]) or (evidence.span[0],) * 2
    a, b = min(a - evidence.span[0], _MAX_SHOWN), min(b - evidence.span[0], _MAX_SHOWN)
    parts = [_shown(quote[:a])]
    if a < b:
        parts += ["<mark>", _shown(quote[a:b]), "</mark>"]
    return "".join([*parts, _shown(quote[b:_MAX_SHOWN])]) + (
        " …" if len(quote) > _MAX_SHOWN else "")
