"""Text and HTML files: one article each."""

from __future__ import annotations

import hashlib
from typing import IO, Any

from vectorclf.articles.lines import BUFFER_BYTES, BrokenStreamError, stream_errors
from vectorclf.articles.rows import EMPTY, oversize_reason, reject, undecodable_reason
from vectorclf.articles.sources import Source
from vectorclf.records import Article, Reject


def read_text(stream: IO[bytes], source: Source, reading: Any) -> Article | Reject:
    """The one article of a text file; its id is the file's name."""
    raw = _read_all(stream, source, reading)
    if isinstance(raw, Reject):
        return raw
    reason = undecodable_reason(raw, reading.encoding)
    if reason:
        return reject(source.path, reason, raw)
    at = raw.find(b"\0")
    if at >= 0:
        reason = f"expected text, got a binary file (NUL byte at offset {at})"
        return reject(source.path, reason, raw)
    text = raw.decode(reading.encoding).removeprefix("\ufeff")
    if not text or text.isspace():
        return reject(source.path, EMPTY, raw)
    return Article(id=source.name, text=text, place=source.path)


def read_html(stream: IO[bytes], source: Source, reading: Any) -> Article | Reject:
    """Main text, title, date and address of a web page (extra "html")."""
    from trafilatura import bare_extraction

    raw = _read_all(stream, source, reading)
    if isinstance(raw, Reject):
        return raw
    if b"\0" in raw:
        return reject(source.path, "expected HTML, got a binary file (NUL byte)", raw)
    # Pages say their own encoding; only what was asked for otherwise is decoded here.
    page: Any = raw if reading.is_utf8 else raw.decode(reading.encoding, "replace")
    document: Any = bare_extraction(page, with_metadata=True) if raw.strip() else None
    if document is None or not document.text:
        return reject(source.path, "expected a page with a main text, found none", raw)
    return Article(
        id=source.name,
        text=document.text,
        title=document.title or "",
        date=document.date or "",
        url=document.url or "",
        place=source.path,
    )


def _read_all(stream: IO[bytes], source: Source, reading: Any) -> bytes | Reject:
    """The whole stream, or a reject if it is over the limit."""
    limit = reading.max_article_bytes
    try:
        raw = stream.read(limit + 1)
        if len(raw) <= limit:
            return raw
        digest = hashlib.sha256(raw)
        size = len(raw)
        while raw := stream.read(BUFFER_BYTES):
            digest.update(raw)
            size += len(raw)
    except stream_errors() as error:
        raise BrokenStreamError(0, error) from error
    return reject(source.path, oversize_reason(size, limit), sha256=digest.hexdigest())
