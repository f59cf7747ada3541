"""Rows: a mapping read from a file becomes an article, or a reject that says why."""

from __future__ import annotations

import hashlib
from typing import Any

from vectorclf.errors import InputError
from vectorclf.records import Article, Reject

# What other people call the text, in the order in which it is proposed.
_TEXT_KEYS = (
    "text", "body", "content", "article", "maintext", "full_text", "article_text", "raw_text",
    "main_text", "story", "articlebody", "plain_text", "description", "abstract",
)  # fmt: skip
EMPTY = "expected a text, got an empty one"


def reject(place: str, reason: str, raw: bytes = b"", sha256: str = "") -> Reject:
    """A reject with the hash of the bytes it was read from."""
    if raw and not sha256:
        sha256 = hashlib.sha256(raw).hexdigest()
    return Reject(place=place, reason=reason, sha256=sha256)


def oversize_reason(n_bytes: int, limit: int) -> str:
    return (
        f"expected at most {limit:,} bytes, got {n_bytes:,}; raise --max-article-bytes "
        "or split the article"
    )


def missing_key_reason(expected: str, option: str, found: list[str]) -> str:
    """Message for a row without the key, with the likeliest other key as remedy."""
    shown = ", ".join(f'"{key}"' for key in found[:8]) or "no keys"
    if len(found) > 8:
        shown += f" and {len(found) - 8} more"
    likely = sorted(
        (key for key in found if key.lower() in _TEXT_KEYS),
        key=lambda key: _TEXT_KEYS.index(key.lower()),
    )
    pool = likely if option == "--text-key" else []
    remedy = f"try {option} {pool[0]}" if pool else f"name it with {option}"
    return f'expected key "{expected}", got {shown}; {remedy}'


def undecodable_reason(raw: bytes, encoding: str) -> str:
    """Message for bytes that are not text in the encoding, or "" if they are."""
    try:
        raw.decode(encoding)
    except UnicodeDecodeError as error:
        what = f"expected {encoding}, got byte 0x{raw[error.start]:02X} at offset {error.start}"
        if encoding.lower().replace("_", "-") in ("utf-8", "utf8") and error.end < len(raw):
            return f"{what}; if the file is Latin-1, try --encoding latin-1"
        return f"{what}; try another --encoding"
    return ""


def row_article(
    row: dict[str, Any], reading: Any, *, place: str, default_id: str, fields_owned: bool = True
) -> Article:
    """The article of a row.

    Raises
    ------
    InputError
        With the reason, if the row has no text, or a text or id of another type.
    """
    fields = row if fields_owned else dict(row)
    try:
        text = fields.pop(reading.text_key)
    except KeyError:
        raise InputError(missing_key_reason(reading.text_key, "--text-key", list(row))) from None
    if type(text) is not str:
        raise InputError(f"expected `str`, got {_kind(text)} - at `$.{reading.text_key}`")
    if not text or text.isspace():
        raise InputError(EMPTY)
    if 4 * len(text) > reading.max_article_bytes:
        n_bytes = len(text.encode("utf-8", "surrogatepass"))
        if n_bytes > reading.max_article_bytes:
            raise InputError(oversize_reason(n_bytes, reading.max_article_bytes))
    article_id = fields.pop(reading.id_key, None)
    if type(article_id) is not str:
        if article_id is None:
            if reading.id_key != "id":
                raise InputError(missing_key_reason(reading.id_key, "--id-key", list(row)))
            article_id = default_id
        elif isinstance(article_id, bool) or not isinstance(article_id, int):
            raise InputError(f"expected `str` or `int`, got {_kind(article_id)} - at "
                             f"`$.{reading.id_key}`")  # fmt: skip
    return Article(
        id=str(article_id) or default_id,
        text=text,
        title=_plain(fields.pop(reading.title_key, None)),
        date=_plain(fields.pop(reading.date_key, None)),
        url=_plain(fields.pop(reading.url_key, None)),
        fields=fields,
        place=place,
    )


def _plain(value: Any) -> str:
    if type(value) is str:
        return value
    if value is None:
        return ""
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _kind(value: Any) -> str:
    """JSON's word for a value's type."""
    if value is None:
        return "`null`"
    names = {bool: "bool", int: "int", float: "float", list: "array", dict: "object"}
    return f"`{names.get(type(value), type(value).__name__)}`"
