"""Rows: what a tagged article looks like as one record an article, a tag or a passage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from vectorclf.passages import segment
from vectorclf.records import Article, ArticleTags, Passage, Tag

FORMATS = ("jsonl", "csv", "parquet")
ROWS = ("articles", "tags", "passages")
_OWN = {
    "id", "title", "date", "url", "tags", "label", "family", "probability", "threshold", "status",
    "evidence", "passage", "span", "text", "start", "end", "quote", "terms", "probabilities",
    "statuses", "quotes", "other_fields", "score", "intercept",
}  # fmt: skip


def carried_name(name: str) -> str:
    """Name of an input column in the output; one that we write ourselves gets a prefix."""
    return f"input_{name}" if name in _OWN else name


def head_of(article: Article) -> dict[str, Any]:
    """Identity and metadata, as every row begins."""
    head: dict[str, Any] = {
        "id": article.id, "title": article.title, "date": article.date, "url": article.url
    }  # fmt: skip
    for name, value in article.fields.items():
        head[carried_name(name)] = value
    return head


def article_row(article: Article, tags: ArticleTags) -> dict[str, Any]:
    row = head_of(article)
    row["tags"] = tags.tags
    return row


def tag_rows(article: Article, tags: ArticleTags) -> Iterator[dict[str, Any]]:
    for tag in tags.tags:
        row = head_of(article)
        row.update(
            label=tag.label, family=tag.family, probability=tag.probability,
            threshold=tag.threshold, status=tag.status, evidence=tag.evidence,
        )  # fmt: skip
        yield row


def passage_rows(article: Article, tags: ArticleTags) -> Iterator[dict[str, Any]]:
    """A row a passage, with the tags whose evidence lies in it."""
    for number, passage in enumerate(tags.passages or segment(article.text)):
        row = head_of(article)
        start, end = passage.span
        row.update(passage=number, span=passage.span, text=article.text[start:end],
                   tags=tags_inside(tags.tags, passage))  # fmt: skip
        yield row


def tags_inside(tags: Sequence[Tag], passage: Passage) -> list[Tag]:
    """Tags with evidence inside the passage, with that evidence only."""
    start, end = passage.span
    inside = []
    for tag in tags:
        here = tuple(e for e in tag.evidence if start <= e.span[0] and e.span[1] <= end)
        if here:
            inside.append(
                Tag(tag.label, tag.family, tag.probability, tag.threshold, tag.status, here)
            )
    return inside


def rows_of(article: Article, tags: ArticleTags, rows: str) -> Iterator[dict[str, Any]]:
    """Rows of one article, as nested records."""
    if rows == "articles":
        return iter((article_row(article, tags),))
    return tag_rows(article, tags) if rows == "tags" else passage_rows(article, tags)


# One flat cell a column, for tables.
FLAT_COLUMNS = {
    "articles": ("tags", "probabilities", "statuses", "quotes"),
    "tags": (
        "label", "family", "probability", "threshold", "status", "start", "end", "quote", "terms"
    ),
    "passages": ("passage", "start", "end", "text", "tags", "probabilities", "quotes"),
}  # fmt: skip


def flat_cells(row: dict[str, Any], rows: str) -> list[Any]:
    """Cells of FLAT_COLUMNS of a nested row."""
    if rows == "tags":
        best = row["evidence"][0] if row["evidence"] else None
        start, end = best.span if best else ("", "")
        return [
            row["label"], row["family"], _number(row["probability"]), _number(row["threshold"]),
            row["status"], start, end, best.quote if best else "",
            "; ".join(t.term for t in best.terms) if best else "",
        ]  # fmt: skip
    tags = row["tags"]
    listed = [
        "; ".join(tag.label for tag in tags),
        "; ".join(_number(tag.probability) for tag in tags),
        "; ".join(tag.status for tag in tags),
        " | ".join(tag.evidence[0].quote for tag in tags if tag.evidence),
    ]
    if rows == "articles":
        return listed
    return [row["passage"], *row["span"], row["text"], listed[0], listed[1], listed[3]]


def _number(value: float) -> str:
    return f"{value:.4f}"
