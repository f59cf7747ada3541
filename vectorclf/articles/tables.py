"""CSV and TSV: a header line, then a row an article; cells may hold line breaks."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from typing import IO, Any

from vectorclf.articles.lines import Line, read_lines
from vectorclf.articles.rows import (
    missing_key_reason,
    oversize_reason,
    reject,
    row_article,
    undecodable_reason,
)
from vectorclf.articles.sources import Source
from vectorclf.delimited import delimiter_of
from vectorclf.errors import InputError
from vectorclf.records import Article, Reject

_ROW_PER_TEXT = 2


class _Rows:
    """Rows of a CSV with the bytes and the first line of each, bounded in size."""

    def __init__(self, lines: Iterator[Line], delimiter: str, encoding: str, limit: int) -> None:
        self._lines = lines
        self.delimiter = delimiter
        self._encoding = encoding
        self._limit = limit
        self.raw: list[bytes] = []
        self.line = 0
        self.fault = ""
        self.sha256 = ""

    def _feed(self) -> Iterator[str]:
        """Lines of the row being read; ends early, and with it the row, at a fault."""
        n_bytes = 0
        for number, raw, size, sha256 in self._lines:
            if not self.raw:
                self.line = number
            if number == 1 and raw.startswith(b"\xef\xbb\xbf"):
                raw = raw[3:]
            self.raw.append(raw)
            if not raw and size > 3:
                self.sha256 = sha256
                return self._stop(oversize_reason(size, self._limit))
            n_bytes = n_bytes + len(raw) if len(self.raw) > 1 else len(raw)
            if n_bytes > self._limit:
                hint = f"; is a quote opened at line {self.line} never closed?"
                return self._stop(oversize_reason(n_bytes, self._limit) + hint)
            reason = undecodable_reason(raw, self._encoding)
            at = raw.find(b"\0")
            if not reason and at >= 0:
                reason = f"expected text, got a NUL byte at offset {at} of the line"
            if reason:
                return self._stop(reason)
            yield raw.decode(self._encoding)

    def __iter__(self) -> Iterator[list[str]]:
        while True:  # a reader for each stretch between faults
            self._forget()
            self._is_over = True
            try:
                for row in csv.reader(self._feed(), delimiter=self.delimiter):
                    yield row
                    self._forget()
            except csv.Error as error:
                self._stop(f"expected CSV, got {error}")
            if self._is_over:
                return
            if self.raw:
                yield []  # the fault had no row of its own

    def _forget(self) -> None:
        self.raw, self.fault, self.sha256 = [], "", ""

    def _stop(self, fault: str) -> None:
        self.fault, self._is_over = fault, False


def read_table(
    stream: IO[bytes],
    source: Source,
    reading: Any,
    *,
    header_line: bytes,
    first_line: int,
    n_bytes: int | None,
) -> Iterator[Article | Reject]:
    """Articles of a CSV or TSV; `header_line` is given for a part behind the first."""
    csv.field_size_limit(sys.maxsize)  # our own limit is on the row
    limit = reading.max_article_bytes * _ROW_PER_TEXT
    lines = read_lines(stream, limit, first_line=first_line, n_bytes=n_bytes)
    if not header_line:
        first = next(lines, None)
        if first is None:
            return
        header_line = first.raw
    header, delimiter = header_of(header_line, source, reading.encoding)
    if reading.text_key not in header:
        if first_line == 1:
            reason = missing_key_reason(reading.text_key, "--text-key", header)
            yield reject(f"{source.path}:1", reason)
        return
    rows = _Rows(lines, delimiter, reading.encoding, limit)
    for row in rows:
        place = f"{source.path}:{rows.line}"
        raw = b"".join(rows.raw)
        if rows.fault:
            yield reject(place, rows.fault, raw, rows.sha256)
        elif not row:
            continue
        elif len(row) != len(header):
            yield reject(place, f"expected {len(header)} cells, got {len(row)}", raw)
        else:
            fields: dict[str, Any] = dict(zip(header, row, strict=True))
            try:
                yield row_article(
                    fields, reading, place=place, default_id=f"{source.name}:{rows.line}"
                )
            except InputError as error:
                yield reject(place, error.message, raw)


def header_of(raw: bytes, source: Source, encoding: str) -> tuple[list[str], str]:
    """(columns, delimiter) of a header line."""
    text = raw.removeprefix(b"\xef\xbb\xbf").decode(encoding, "replace")
    delimiter = delimiter_of(text, is_tsv=source.format == "tsv")
    return [cell.strip() for cell in next(csv.reader([text], delimiter=delimiter), [])], delimiter
