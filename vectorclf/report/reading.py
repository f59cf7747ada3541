"""Tagged rows as a report reads them: one article a line, every field checked."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec

from vectorclf.errors import InputError, MissingInputError
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
    """One article of a batch. Further columns of the row are not read."""

    tags: tuple[RowTag, ...]
    id: str | int = ""
    title: str | None = ""
    date: str | int | None = ""
    url: str | None = ""


def read_rows(path: str | Path) -> Iterator[TaggedRow]:
    """Rows of a JSONL file, plain or .gz, in their order.

    Raises
    ------
    MissingInputError
        No such file.
    InputError
        A line that is no tagged article; says which line, which field, and what to do.
    """
    path = Path(path)
    decode = msgspec.json.Decoder(TaggedRow).decode
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rb") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    try:
                        yield decode(line)
                    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                        raise InputError(
                            f"expected a tagged article: {error}", place=f"{path}:{number}",
                            remedy="write the rows with: vectorclf tag --rows articles -o X.jsonl",
                        ) from error
    except (gzip.BadGzipFile, EOFError) as error:
        raise InputError(f"expected gzip, got: {error}", place=str(path)) from error
    except (FileNotFoundError, IsADirectoryError) as error:
        raise MissingInputError(
            "expected a file of tagged articles, found none", place=str(path),
            remedy="make one with: vectorclf tag PATH -o tags.jsonl",
        ) from error
