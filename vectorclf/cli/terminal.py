"""Tagged articles on a terminal: each tag with its quote, the words that earned it marked."""

from __future__ import annotations

import re
from itertools import groupby

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from vectorclf.codebook import Codebook
from vectorclf.highlights import telling_span
from vectorclf.records import Article, ArticleTags, Evidence, Tag

MAX_QUOTE_CHARS = 600
_HOSTILE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)
_STATUS_STYLE = {"asserted": "", "alleged": "italic", "disputed": "italic yellow"}


def safe(text: str) -> str:
    """Text that cannot steer a terminal: each control or bidi character becomes one mark.

    The length stays, so that spans still hold.

    Examples
    --------
    >>> safe("a\\x1b[31mb")
    'a␛[31mb'
    """
    return _HOSTILE.sub(lambda m: chr(0x2400 + ord(m[0])) if m[0] < " " else "�", text)


def print_article(
    console: Console, article: Article, tags: ArticleTags, codebook: Codebook, *,
    quotes: int = 1, shown: str | None = None,
) -> None:
    """Print one article's motives and methods, each with probability and quoted sentence."""
    name = safe(article.title or article.id or "article").replace("\n", " ")
    heading = Text(name, style="bold")
    if article.date:
        heading.append(f"  {safe(article.date)}", style="dim")
    console.print(heading)
    tags_shown = [t for t in tags.tags if shown in (None, t.label)]
    if not tags_shown:
        console.print(Padding(Text("no tag", style="dim"), (0, 0, 0, 2)))
    for family, group in groupby(tags_shown, key=lambda tag: tag.family):
        console.print(Padding(Text(_plural(family), style="dim"), (0, 0, 0, 2)))
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True)
        table.add_column(justify="right", no_wrap=True)
        table.add_column(overflow="fold")
        for tag in group:
            for k, evidence in enumerate(tag.evidence[:quotes]):
                table.add_row(
                    Text(tag.label, style="bold") if not k else "",
                    f"{tag.probability:.0%}" if not k else "",
                    _told(tag, quote_text(evidence)),
                )
        console.print(Padding(table, (0, 0, 0, 4)))
    console.print()


def _plural(family: str) -> str:
    return family if family.endswith("s") else family + "s"


def _told(tag: Tag, quote: Text) -> Text:
    if tag.status != "asserted":
        quote = Text.assemble((f"[{tag.status}] ", _STATUS_STYLE[tag.status]), quote)
    return quote


def quote_text(evidence: Evidence) -> Text:
    """The quoted sentence on one line, its telling words marked."""
    text = Text(safe(evidence.quote).replace("\n", " "))
    start = evidence.span[0]
    if marked := telling_span(evidence.terms, evidence.quote, start):
        text.stylize("bold green", marked[0] - start, marked[1] - start)
    if len(text) > MAX_QUOTE_CHARS:
        text.truncate(MAX_QUOTE_CHARS, overflow="ellipsis")
    return text
