"""Tagged rows as a report reads them: one an article, every field checked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import msgspec

from vectorclf.articles.lines import open_stream, stream_errors
from vectorclf.articles.sources import Source, require_extra, source_of
from vectorclf.errors import InputError, MissingInputError, VectorclfError
from vectorclf.records import Span

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class RowTerm(msgspec.Struct, frozen=True):
    """A term of a row's evidence; its span indexes the article's text, as the quote's does."""

    term: str
    span: Span
    contribution: float


class RowEvidence(msgspec.Struct, frozen=True):
    """A quoted sentence; score and intercept are None where the row does not carry them."""

    span: Span
    quote: str
    terms: tuple[RowTerm, ...] = ()
    score: float | None = None
    intercept: float | None = None


class RowTag(msgspec.Struct, frozen=True):
    """A tag as it stands in a row."""

    label: str
    probability: Share
    family: str = "label"
    threshold: Share = 0.0
    status: str = "asserted"
    evidence: tuple[RowEvidence, ...] = ()


class TaggedRow(msgspec.Struct, frozen=True):
    """One article of a batch. Further columns of the row are not read.

    `passage` is None, except in a row of a passage, which is none of an article.
    """

    tags: tuple[RowTag, ...]
    id: str | int = ""
    title: str | None = ""
    date: str | int | None = ""
    url: str | None = ""
    passage: int | None = None


REMEDY = "write rows of articles with: vectorclf tag PATH --rows articles -o tags.jsonl"


def read_rows(path: str | Path) -> Iterator[TaggedRow]:
    """Rows of articles, in their order: JSONL, plain, .gz or .zst, or Parquet; "-" is JSONL.

    Raises
    ------
    MissingInputError
        No such file.
    MissingExtraError
        The library for .zst or Parquet is not installed.
    InputError
        A row that is no tagged article; says which, which field, and what to do.
    """
    source = source_of(str(path))
    if source.format in ("csv", "tsv"):
        raise InputError("expected rows with evidence, got CSV, which has none of its terms",
                         place=str(path), remedy=REMEDY)
    require_extra(source)
    try:
        yield from _parquet_rows(source) if source.format == "parquet" else _jsonl_rows(source)
    except (FileNotFoundError, IsADirectoryError) as error:
        raise MissingInputError(
            "expected a file of tagged articles, found none", place=str(path),
            remedy="make one with: vectorclf tag PATH -o tags.jsonl",
        ) from error
    except stream_errors() as error:
        if isinstance(error, VectorclfError):
            raise
        raise InputError(f"expected {source.compression or 'a file'} that is whole, got: {error}",
                         place=str(path)) from error


def _jsonl_rows(source: Source) -> Iterator[TaggedRow]:
    decode = msgspec.json.Decoder(TaggedRow).decode
    with open_stream(source) as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                place = f"{source.path}:{number}"
                try:
                    row = decode(line)
                except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                    raise InputError(_reason(line, error), place=place, remedy=REMEDY) from error
                yield _of_an_article(row, place)


def _reason(line: bytes, error: Exception) -> str:
    try:
        found = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        found = None
    if isinstance(found, dict) and "label" in found and "tags" not in found:
        return "expected a row an article, got a row a tag"
    return f"expected a tagged article: {error}"


def _of_an_article(row: TaggedRow, place: str) -> TaggedRow:
    if row.passage is not None:
        raise InputError("expected a row an article, got a row a passage", place=place,
                         remedy=REMEDY)
    return row


def _parquet_rows(source: Source) -> Iterator[TaggedRow]:
    import pyarrow
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(source.file) as file:
            names = file.schema_arrow.names
            if "tags" not in names or "passage" in names:
                kind = ("a passage" if "passage" in names else
                        "a tag" if "label" in names else "something else")
                raise InputError(f"expected a row an article, got a row {kind}",
                                 place=source.path, remedy=REMEDY)
            columns = [n for n in ("id", "title", "date", "url", "tags") if n in names]
            number = 0
            for batch in file.iter_batches(batch_size=256, columns=columns):
                for record in batch.to_pylist():
                    number += 1
                    for tag in record["tags"] or ():
                        _with_spans(tag)
                    try:
                        yield msgspec.convert(
                            {**record, "tags": record["tags"] or []}, TaggedRow)
                    except msgspec.ValidationError as error:
                        raise InputError(f"expected a tagged article: {error}",
                                         place=f"{source.path}:{number}",
                                         remedy=REMEDY) from error
    except pyarrow.ArrowException as error:
        raise InputError(f"expected Parquet, got: {' '.join(str(error).split())[:200]}",
                         place=source.path, remedy=REMEDY) from error


def _with_spans(tag: dict[str, Any]) -> None:
    """Starts and ends, which Parquet has as columns of their own, as spans."""
    for evidence in tag.get("evidence") or ():
        for each in (evidence, *(evidence.get("terms") or ())):
            each["span"] = (each.pop("start", None), each.pop("end", None))
