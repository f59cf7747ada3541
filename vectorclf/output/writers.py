"""Writers: one a format, each given a binary file and told the articles in order."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import IO, Any, Protocol

import msgspec

from vectorclf.errors import InputError, MissingExtraError
from vectorclf.output.rows import FLAT_COLUMNS, FORMATS, ROWS, carried_name, flat_cells, rows_of
from vectorclf.records import Article, ArticleTags

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class Writer(Protocol):
    """Writes tagged articles; `close` writes what is held back, and leaves the file open."""

    def write(self, article: Article, tags: ArticleTags) -> int:
        """Number of rows the article made."""

    def close(self) -> None: ...


def open_writer(
    file: IO[bytes],
    *,
    format: str = "jsonl",
    rows: str = "articles",
    columns: Sequence[str] = (),
    with_header: bool = True,
) -> Writer:
    """A writer of tagged articles.

    Parameters
    ----------
    file : binary file
    format : {"jsonl", "csv", "parquet"}
    rows : {"articles", "tags", "passages"}
        What a row is. An article without tags has no row of tags.
    columns : sequence of str
        For CSV and Parquet: the input's further columns that get one of their own; those
        not named go into the column "other_fields", as JSON.
    with_header : bool
        For CSV: whether to begin with the header.

    Raises
    ------
    InputError, MissingExtraError
    """
    if format not in FORMATS:
        raise InputError(f"expected one of {', '.join(FORMATS)}, got {format!r}", place="format")
    if rows not in ROWS:
        raise InputError(f"expected one of {', '.join(ROWS)}, got {rows!r}", place="rows")
    if format == "jsonl":
        return JsonlWriter(file, rows)
    if format == "csv":
        return CsvWriter(file, rows, columns, with_header)
    return ParquetWriter(file, rows, columns)


class JsonlWriter:
    """One JSON object a line."""

    def __init__(self, file: IO[bytes], rows: str) -> None:
        self._file = file
        self._rows = rows
        self._encode = msgspec.json.Encoder(enc_hook=str).encode

    def write(self, article: Article, tags: ArticleTags) -> int:
        n = 0
        for row in rows_of(article, tags, self._rows):
            self._file.write(self._encode(row) + b"\n")
            n += 1
        return n

    def close(self) -> None:
        pass


class CsvWriter:
    """A header and flat rows; cells that a spreadsheet would run begin with an apostrophe."""

    def __init__(
        self, file: IO[bytes], rows: str, columns: Sequence[str], with_header: bool
    ) -> None:
        self._file = file
        self._rows = rows
        self._columns = tuple(columns)
        self._buffer = io.StringIO(newline="")
        self._csv = csv.writer(self._buffer, lineterminator="\r\n")
        if with_header:
            names = [carried_name(name) for name in self._columns]
            self._write_row(
                ["id", "title", "date", "url", *names, *FLAT_COLUMNS[rows], "other_fields"]
            )

    def write(self, article: Article, tags: ArticleTags) -> int:
        n = 0
        head = None
        for row in rows_of(article, tags, self._rows):
            if head is None:
                own, other = split_fields(article.fields, self._columns)
                head = [article.id, article.title, article.date, article.url, *map(_text, own)]
            self._write_row([*head, *flat_cells(row, self._rows), other])
            n += 1
        return n

    def _write_row(self, cells: list[Any]) -> None:
        self._csv.writerow([neutral(cell) for cell in cells])
        self._file.write(self._buffer.getvalue().encode())
        self._buffer.seek(0)
        self._buffer.truncate()

    def close(self) -> None:
        pass


def neutral(cell: Any) -> Any:
    """The cell, with an apostrophe before it if a spreadsheet would run it as a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS) else cell


def split_fields(fields: Mapping[str, Any], columns: Sequence[str]) -> tuple[list[Any], str]:
    """(values of the columns, JSON of the other fields or "")."""
    other = {k: v for k, v in fields.items() if k not in columns} if fields else {}
    encoded = msgspec.json.encode(other, enc_hook=str, order="deterministic").decode()
    return [fields.get(name) for name in columns], encoded if other else ""


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, (dict, list, bool, float)):
        return msgspec.json.encode(value, enc_hook=str).decode()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


class ParquetWriter:
    """Nested rows (extra "arrow"); carried columns are strings."""

    _BATCH_ROWS = 4096

    def __init__(self, file: IO[bytes], rows: str, columns: Sequence[str]) -> None:
        try:
            from pyarrow import parquet
        except ImportError:
            raise MissingExtraError("writing Parquet", "arrow") from None
        from vectorclf.output.schema import arrow_schema

        self._rows = rows
        self._columns = tuple(columns)
        self._schema = arrow_schema(rows, columns)
        self._parquet = parquet.ParquetWriter(file, self._schema, compression="zstd")
        self._held: list[dict[str, Any]] = []

    def write(self, article: Article, tags: ArticleTags) -> int:
        from vectorclf.output.schema import arrow_row

        n = 0
        for row in rows_of(article, tags, self._rows):
            own, other = split_fields(article.fields, self._columns)
            carried = {
                carried_name(name): None if value is None else _text(value)
                for name, value in zip(self._columns, own, strict=True)
            }
            self._held.append(arrow_row(row, self._rows, carried, other))
            n += 1
        if len(self._held) >= self._BATCH_ROWS:
            self._flush()
        return n

    def _flush(self) -> None:
        import pyarrow

        self._parquet.write_table(pyarrow.Table.from_pylist(self._held, schema=self._schema))
        self._held = []

    def close(self) -> None:
        if self._held:
            self._flush()
        self._parquet.close()
