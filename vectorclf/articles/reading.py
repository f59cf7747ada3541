"""Reading: how sources are read, and one source's articles."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence

import msgspec

from vectorclf.articles.jsonl import read_jsonl
from vectorclf.articles.lines import (
    BrokenStreamError,
    binary_reason,
    open_stream,
    peek,
    sha256_of,
    stream_errors,
)
from vectorclf.articles.pages import read_html, read_text
from vectorclf.articles.parquet import read_parquet
from vectorclf.articles.rows import reject
from vectorclf.articles.sources import Source, require_extra
from vectorclf.articles.tables import read_table
from vectorclf.errors import InputError
from vectorclf.records import Article, Reject


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """How rows are read: see `read_articles`."""

    id_key: str = "id"
    text_key: str = "text"
    title_key: str = "title"
    date_key: str = "date"
    url_key: str = "url"
    encoding: str = "utf-8"
    max_article_bytes: int = 16 << 20

    def __post_init__(self) -> None:
        try:
            codecs.lookup(self.encoding)
        except LookupError:
            raise InputError(
                f'expected a known encoding, got "{self.encoding}"', place="encoding",
                remedy="try utf-8 or latin-1",
            ) from None  # fmt: skip
        if self.max_article_bytes < 1:
            raise InputError(
                f"expected at least 1, got {self.max_article_bytes}", place="max_article_bytes"
            )

    @property
    def is_utf8(self) -> bool:
        return codecs.lookup(self.encoding).name == "utf-8"


def read_source(
    source: Source,
    reading: Reading,
    *,
    start: int = 0,
    end: int | None = None,
    first_line: int = 1,
    row_groups: Sequence[int] | None = None,
) -> Iterator[Article | Reject]:
    """Articles and rejects of one source, or of a part of it.

    Parameters
    ----------
    source : Source
    reading : Reading
    start, end : int
        Bytes of a plain JSONL or CSV file, on row boundaries.
    first_line : int
        Number of the line (or Parquet row) at which the part begins.
    row_groups : sequence of int
        Row groups of a Parquet file.
    """
    if source.format == "unreadable":
        yield reject(source.path, "cannot be read: no permission or no such directory")
        return
    require_extra(source)
    if source.format == "parquet":
        yield from read_parquet(source, reading, row_groups=row_groups, first_row=first_line)
        return
    try:
        stream = open_stream(source)
    except OSError as error:
        yield reject(source.path, f"cannot be read: {error.strerror or error}")
        return
    try:
        with stream:
            yield from _read_stream(stream, source, reading, start, end, first_line)
    except BrokenStreamError as broken:
        what = " ".join(str(broken.cause).split()) or type(broken.cause).__name__
        yield reject(
            f"{source.path}:{broken.line + 1}" if broken.line else source.path,
            f"the stream is broken behind line {broken.line}: {what}",
        )


def _read_stream(stream, source, reading, start, end, first_line):
    header_line = b""
    if start == 0:
        try:
            head = peek(stream)
        except stream_errors() as error:
            raise BrokenStreamError(0, error) from error
        reason = binary_reason(head, source.format)
        if reason:
            yield reject(source.path, reason, sha256=sha256_of(stream))
            return
    else:
        if source.format in ("csv", "tsv"):
            header_line = stream.readline()
        stream.seek(start)
    kind = source.format or ("jsonl" if looks_like_jsonl(head) else "text")
    n_bytes = None if end is None else end - start
    if kind == "jsonl":
        yield from read_jsonl(stream, source, reading, first_line=first_line, n_bytes=n_bytes)
    elif kind in ("csv", "tsv"):
        yield from read_table(
            stream, source, reading, header_line=header_line, first_line=first_line,
            n_bytes=n_bytes,
        )  # fmt: skip
    elif kind == "html":
        yield read_html(stream, source, reading)
    else:
        yield read_text(stream, source, reading)


def looks_like_jsonl(head: bytes) -> bool:
    """Whether a stream of unknown format that begins so is JSON lines."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"
