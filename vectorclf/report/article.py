"""One article with its tags in the margin, as a page without a script."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from markupsafe import Markup

from vectorclf.codebook import Codebook
from vectorclf.passages import segment
from vectorclf.records import Article, ArticleTags, Evidence, Passage, Span, Tag
from vectorclf.report.counts import STATUSES
from vectorclf.report.markup import marked_spans, safe_link, visible

MAX_TERMS = 12


class Note(msgspec.Struct, frozen=True):
    """A tag at the margin of a sentence that earned it.

    Attributes
    ----------
    number : int
        As printed beside the sentence.
    name : str
        Of the label.
    family_index, status_index : int
        Choose colour and line.
    is_near_miss : bool
        The probability is under the label's threshold.
    terms : tuple of (str, float)
        Contributions by falling size; with the intercept they sum to the score.
    """

    number: int
    name: str
    tag: Tag
    evidence: Evidence
    family_index: int
    status_index: int
    is_best: bool
    is_near_miss: bool
    terms: tuple[tuple[str, float], ...]


class Paragraph(NamedTuple):
    """A passage as HTML and the notes beside it."""

    html: Markup
    notes: list[Note]


def article_page(
    article: Article, tags: ArticleTags, *, codebook: Codebook | None = None
) -> str:
    """One self-contained HTML page: the text, its telling words marked, its tags at the margin.

    Parameters
    ----------
    article : Article
    tags : ArticleTags
        Of this article. Tags under their threshold are shown as near misses.
    codebook : Codebook, optional
        Names the labels.

    Examples
    --------
    >>> from vectorclf.records import Article, ArticleTags
    >>> page = article_page(Article(id="a", text="<script>"), ArticleTags("a", (), ()))
    >>> "&lt;script&gt;" in page, "<script>" in page
    (True, False)
    """
    from vectorclf.report.page import environment, source_of

    notes = _notes(tags.tags, codebook)
    passages = tags.passages or segment(article.text)
    paragraphs = [_paragraph(article.text, p, notes) for p in passages]
    url, host = safe_link(article.url)
    made = environment()
    return made.get_template("article.html").render(
        article=article, url=url, host=host, paragraphs=paragraphs,
        notes=[note for note in notes if note.is_best and not note.is_near_miss],
        near=[note for note in notes if note.is_best and note.is_near_miss],
        language=codebook.language if codebook else "en",
        style=source_of(made, "report.css") + source_of(made, "article.css"),
    )


def _notes(tags: Sequence[Tag], codebook: Codebook | None) -> list[Note]:
    """One a sentence of evidence, numbered down the page."""
    families = list(codebook.families if codebook else dict.fromkeys(t.family for t in tags))
    placed = sorted(
        ((evidence.span, k, tag, evidence) for tag in tags
         for k, evidence in enumerate(tag.evidence) if not k or tag.probability >= tag.threshold),
        key=lambda each: (each[0][0], -each[2].probability),
    )
    return [
        Note(
            number=number, tag=tag, evidence=evidence, is_best=k == 0,
            name=(codebook[tag.label].name if codebook and tag.label in codebook else "")
            or tag.label,
            family_index=min(2, families.index(tag.family)) if tag.family in families else 2,
            status_index=STATUSES.index(tag.status) if tag.status in STATUSES else 0,
            is_near_miss=tag.probability < tag.threshold, terms=_summed(evidence),
        )
        for number, (_, k, tag, evidence) in enumerate(placed, start=1)
    ]


def _summed(evidence: Evidence) -> tuple[tuple[str, float], ...]:
    summed: dict[str, float] = {}
    for term in evidence.terms:
        summed[term.term] = summed.get(term.term, 0.0) + term.contribution
    rest = summed.pop("", 0.0)
    ranked = sorted(summed.items(), key=lambda item: -abs(item[1]))
    rest += sum(c for _, c in ranked[MAX_TERMS:])
    return (*ranked[:MAX_TERMS], *([("other words", rest)] if rest else []))


def _paragraph(text: str, passage: Passage, notes: Sequence[Note]) -> Paragraph:
    """A passage with its evidence sentences and their telling words marked."""
    start, end = passage.span
    own = [n for n in notes if start <= n.evidence.span[0] < end]
    parts, at = [], start
    for first, last, here in _joined(own):
        last = min(last, end)
        terms = [n.evidence.terms for n in here if not n.is_near_miss]
        marks = marked_spans(terms, text[first:last], first)
        parts += [visible(text[at:first]), Markup('<span class="earned">'),
                  _marked(text[first:last], marks), Markup("</span>"),
                  Markup('<sup class="refs">{}</sup>').format(
                      Markup(" ").join(Markup('<a href="#n{0}">{0}</a>').format(n.number)
                                       for n in here))]
        at = last
    parts.append(visible(text[at:end]))
    return Paragraph(Markup("").join(parts), own)


def _joined(notes: Sequence[Note]) -> list[tuple[int, int, list[Note]]]:
    """Evidence sentences in order, those that overlap as one."""
    joined: list[tuple[int, int, list[Note]]] = []
    for note in notes:
        first, last = note.evidence.span
        if joined and first < joined[-1][1]:
            a, b, here = joined[-1]
            joined[-1] = (a, max(b, last), [*here, note])
        else:
            joined.append((first, last, [note]))
    return joined


def _marked(text: str, marks: Sequence[Span]) -> Markup:
    parts, at = [], 0
    for a, b in marks:
        parts += [visible(text[at:a]), Markup("<mark>"), visible(text[a:b]), Markup("</mark>")]
        at = b
    return Markup("").join([*parts, visible(text[at:])])
