"""JSON lines: one object a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

import msgspec

from vectorclf.articles.lines import read_lines
from vectorclf.articles.rows import oversize_reason, reject, row_article, undecodable_reason
from vectorclf.articles.sources import Source
from vectorclf.errors import InputError
from vectorclf.records import Article, Reject

# A row of short text may be much longer as JSON (escapes, other columns): bound it apart.
_ROW_PER_TEXT = 2


def read_jsonl(
    stream: IO[bytes], source: Source, reading: Any, *, first_line: int, n_bytes: int | None
) -> Iterator[Article | Reject]:
    """Articles of JSON lines; blank lines are none."""
    decode = msgspec.json.Decoder().decode
    is_utf8 = reading.is_utf8
    limit = reading.max_article_bytes * _ROW_PER_TEXT
    for number, raw, size, sha256 in read_lines(
        stream, limit, first_line=first_line, n_bytes=n_bytes
    ):
        place = f"{source.path}:{number}"
        if not raw:
            yield reject(place, oversize_reason(size, limit), sha256=sha256)
            continue
        if number == 1 and raw.startswith(b"\xef\xbb\xbf"):
            raw = raw[3:]
        if raw.isspace() or not raw:
            continue
        try:
            row = decode(raw if is_utf8 else raw.decode(reading.encoding))
            if type(row) is not dict:
                raise InputError(_not_an_object(row))
            article = row_article(
                row, reading, place=place, default_id=f"{source.name}:{number}"
            )
        except InputError as error:
            yield reject(place, error.message, raw)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            yield reject(place, _undecodable(raw, error, reading.encoding), raw)
        except RecursionError:
            yield reject(place, "expected flat JSON, got objects nested too deeply", raw)
        else:
            yield article


def _not_an_object(row: Any) -> str:
    if isinstance(row, list):
        return 'expected an object, got an array; one object a line: jq -c ".[]" makes them'
    return f"expected an object, got {msgspec.json.encode(row).decode()[:40]}"


def _undecodable(raw: bytes, error: Exception, encoding: str) -> str:
    not_text = undecodable_reason(raw, encoding)
    if not_text:
        return not_text
    at = raw.find(b"\0")
    if at >= 0:
        return f"expected JSON, got a NUL byte at offset {at}"
    try:
        msgspec.json.decode(raw.rstrip())
    except msgspec.DecodeError as bare:  # without the line break a cut row is told as such
        error = bare
    said = str(error).removeprefix("JSON is malformed: ")
    hint = "; one object a line is expected" if raw.strip() in (b"{", b"[") else ""
    return f"expected JSON, got {said[0].lower()}{said[1:]}{hint}"
