"""Articles as the page's script renders them: short arrays, in the order of the rows.

    article = [id, title, date, url, host, bin, quotes]
    quote   = [pieces, tags]      pieces: plain, marked, plain, ... (see markup.pieces)
    tag     = [label, probability, threshold, status, more, score, intercept, terms]

Labels, statuses and bins are indices; `more` counts further sentences that earned the tag;
terms are [term, contribution], the rest summed under "". A tag without a quote has its own empty
one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vectorclf.report.counts import Counts
from vectorclf.report.dates import TimeLine, month_of
from vectorclf.report.markup import marked_spans, pieces, safe_link
from vectorclf.report.reading import RowEvidence, RowTag, TaggedRow

MAX_TERMS = 6
MAX_HEAD_CHARS = 300
MAX_TAGS = 200  # of one article


class Cards:
    """The rows that get a card: tagged ones first come first served, then untagged ones."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._tagged: list[tuple[int, TaggedRow]] = []
        self._untagged: list[tuple[int, TaggedRow]] = []
        self._n_rows = 0

    def add(self, row: TaggedRow) -> None:
        kept = self._tagged if row.tags else self._untagged
        if len(kept) < self._limit:
            kept.append((self._n_rows, row))
        self._n_rows += 1

    def chosen(self) -> list[TaggedRow]:
        """At most `limit` rows, in the order they were read."""
        room = self._limit - len(self._tagged)
        chosen = sorted(self._tagged + self._untagged[: max(0, room)], key=lambda pair: pair[0])
        return [row for _, row in chosen]


def card_data(rows: list[TaggedRow], counts: Counts) -> list[list[Any]]:
    """The arrays of the module's docstring, one a row."""
    label_index = {label.label: k for k, label in enumerate(counts.labels)}
    status_index = {status: k for k, status in enumerate(counts.statuses)}
    return [_article(row, label_index, status_index, counts.time_line) for row in rows]


def _article(
    row: TaggedRow, label_index: Mapping[str, int], status_index: Mapping[str, int], line: TimeLine
) -> list[Any]:
    url, host = safe_link(row.url)
    quotes: dict[tuple[Any, ...], list[RowTag]] = {}
    for number, tag in enumerate(row.tags[:MAX_TAGS]):
        key = (*tag.evidence[0].span, tag.evidence[0].quote) if tag.evidence else (1 << 62, number)
        quotes.setdefault(key, []).append(tag)
    shown = []
    for key, tags in sorted(quotes.items(), key=lambda item: item[0][:2]):
        cut: list[str] = [""]
        if tags[0].evidence:
            quote = tags[0].evidence[0].quote
            terms = [tag.evidence[0].terms for tag in tags]
            cut = pieces(quote, marked_spans(terms, quote, key[0]))
        shown.append([cut, [
            [label_index[tag.label], round(tag.probability, 3), round(tag.threshold, 3),
             status_index[tag.status], max(0, len(tag.evidence) - 1), *_sum(tag.evidence)]
            for tag in sorted(tags, key=lambda tag: -tag.probability)
        ]])
    return [_head(row.id), _head(row.title), _head(row.date), url, host, _bin(row, line), shown]


def _sum(evidence: tuple[RowEvidence, ...]) -> list[Any]:
    """Score, intercept and terms: the terms and the intercept sum to the score."""
    if not evidence:
        return [None, None, []]
    best = evidence[0]
    summed: dict[str, float] = {}
    for term in best.terms:
        summed[term.term] = summed.get(term.term, 0.0) + term.contribution
    rest = summed.pop("", 0.0)
    ranked = sorted(summed.items(), key=lambda item: -abs(item[1]))
    rest += sum(c for _, c in ranked[MAX_TERMS:])
    terms = [[_head(term), round(c, 3)] for term, c in ranked[:MAX_TERMS]]
    if abs(rest) >= 0.0005:
        terms.append(["", round(rest, 3)])
    return [_round(best.score), _round(best.intercept), terms]


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _head(value: str | int | None) -> str:
    text = " ".join(str(value or "").split(" "))
    return text if len(text) <= MAX_HEAD_CHARS else text[:MAX_HEAD_CHARS] + "…"


def _bin(row: TaggedRow, line: TimeLine) -> int:
    """Index of the article's bin of the time line; -1 for none."""
    month = month_of(row.date)
    return -1 if month is None else line.bin_of(month)
