"""Text of unknown origin on its way into a page: shown whole, never obeyed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec
from markupsafe import Markup, escape

from vectorclf.highlights import WeighedTerm, telling_span
from vectorclf.records import Span

MAX_QUOTE_CHARS = 900
MARK_LEAD = 240  # characters kept before the first mark of a quote too long to show
CONTROLS = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
)
"""Characters that steer rather than show: C0, C1, bidi, zero-width; also given to report.js.
Not the joiners and soft hyphens, which words need."""
_CONTROL = re.compile(f"[{CONTROLS}]")
CONTROL_NAMES = {
    0x61C: "ALM", 0x200B: "ZWSP", 0x200E: "LRM",
    0x200F: "RLM", 0x2028: "LS", 0x2029: "PS", 0x202A: "LRE", 0x202B: "RLE", 0x202C: "PDF",
    0x202D: "LRO", 0x202E: "RLO", 0x2066: "LRI", 0x2067: "RLI", 0x2068: "FSI", 0x2069: "PDI",
    0x1B: "ESC", 0xFEFF: "BOM",
}  # fmt: skip


def control_name(character: str) -> str:
    """Short name of a control character: "RLO", "ESC", or its code point."""
    return CONTROL_NAMES.get(ord(character), f"{ord(character):02X}")


def visible(text: Any) -> Markup:
    """Text as HTML: escaped, with each control character as a visible mark.

    Examples
    --------
    >>> visible("a<b>\\x1b[31m")
    Markup('a&lt;b&gt;<span class="ctl" title="U+001B">ESC</span>[31m')
    """
    return Markup(_CONTROL.sub(
        lambda m: f'<span class="ctl" title="U+{ord(m[0]):04X}">{control_name(m[0])}</span>',
        str(escape(str(text))),
    ))


def json_script(content: Any) -> Markup:
    """JSON that is safe inside ``<script type="application/json">``.

    Every character that could end the element, open a comment or confuse an editor is written
    as an escape; the parsed value is unchanged.

    Examples
    --------
    >>> json_script({"a": "</script><!--"})
    Markup('{"a":"\\\\u003c/script\\\\u003e\\\\u003c!--"}')
    """
    text = msgspec.json.encode(content).decode()
    return Markup(_UNSAFE.sub(lambda m: f"\\u{ord(m[0]):04x}", text))


_UNSAFE = re.compile(f"[<>&{CONTROLS}]")


def safe_link(url: str | None) -> tuple[str, str]:
    """(address, host to show) of a web link; ("", "") for anything else.

    Examples
    --------
    >>> safe_link("https://example.org/a?b=1")
    ('https://example.org/a?b=1', 'example.org')
    >>> safe_link("javascript:alert(1)"), safe_link("https://bank.example@evil.example/")
    (('', ''), ('', ''))
    """
    url = (url or "").strip(" ")
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode()
        if parts.port is not None:
            host = f"{host}:{parts.port}"
    except (ValueError, UnicodeError):
        return "", ""
    # Browsers read "\\" as "/" and drop tabs and line ends, so that another host would be shown
    # than the one that is opened.
    odd = _CONTROL.search(url) or any(c.isspace() or c in '\\"<>`{}|^' for c in url)
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc or odd:
        return "", ""
    return url, host


def marked_spans(
    terms_by_tag: Sequence[Sequence[WeighedTerm]], text: str, start: int
) -> list[Span]:
    """Where the telling words stand in a quote: a stretch a tag, joined, as characters of `text`.

    Parameters
    ----------
    terms_by_tag : sequence of sequence of WeighedTerm
        Terms of each tag the quote earned, by the article's characters.
    text : str
        The quote.
    start : int
        Its first character in the article.
    """
    found = (telling_span(terms, text, start) for terms in terms_by_tag)
    joined: list[Span] = []
    for a, b in sorted((a - start, b - start) for a, b in filter(None, found)):
        if joined and (a <= joined[-1][1] or text[joined[-1][1] : a].isspace()):
            joined[-1] = (joined[-1][0], max(b, joined[-1][1]))
        else:
            joined.append((a, b))
    return joined


def pieces(text: str, marks: Sequence[Span], limit: int = MAX_QUOTE_CHARS) -> list[str]:
    """A quote cut at its marks: plain, marked, plain, ..., of odd length; long ones shortened.

    Examples
    --------
    >>> pieces("He was paid well.", [(7, 11)])
    ['He was ', 'paid', ' well.']
    """
    first = 0
    if len(text) > limit and marks and marks[0][0] > limit - MARK_LEAD:
        first = marks[0][0] - MARK_LEAD
    last = min(len(text), first + limit)
    parts, at = [], first
    for a, b in marks:
        if at <= a < last:
            parts += [text[at:a], text[a : min(b, last)]]
            at = min(b, last)
    parts.append(text[at:last])
    if first:
        parts[0] = "… " + parts[0]
    if last < len(text):
        parts[-1] += f" … [{len(text) - last:,} more characters]"
    return parts
