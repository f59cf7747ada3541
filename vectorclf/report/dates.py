"""Dates of articles as months, and a time line of a fitting grain."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from datetime import datetime

import msgspec

Month = tuple[int, int]
"""(year, month); month 0 where only the year is known."""

MAX_BINS = 60
_ISO = re.compile(r"\s*(\d{4})(?:[-/.]?(\d{2})(?!\d{3}))?", re.ASCII)
_WRITTEN = ("%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y", "%B %Y", "%a, %d %b %Y")


def month_of(date: str | int | None) -> Month | None:
    """Month of a date as articles give it, or None.

    Examples
    --------
    >>> month_of("2024-01-11T13:20:00Z"), month_of("March 5, 2019"), month_of(1986)
    ((2024, 1), (2019, 3), (1986, 0))
    >>> month_of("yesterday") is None
    True
    """
    text = str(date or "").strip()[:40]
    if found := _ISO.match(text):
        year, month = int(found[1]), int(found[2] or 0)
        return (year, month if month <= 12 else 0) if 1000 <= year <= 2999 else None
    for form in _WRITTEN:
        # Slavic, Chinese ... month names are left: a date that is not read is counted as such.
        for part in (text, " ".join(text.split()[:4])):
            try:
                parsed = datetime.strptime(part, form)
            except ValueError:
                continue
            return parsed.year, parsed.month
    return None


class Bin(msgspec.Struct, frozen=True):
    """A stretch of time: name, first and last month, articles, articles with a tag."""

    name: str
    first: Month
    last: Month
    n: int
    n_tagged: int


class TimeLine(msgspec.Struct, frozen=True):
    """Bins without a gap from the first to the last dated article.

    Attributes
    ----------
    grain : str
        "month", "quarter", "year", "5 years" ...
    bins : tuple of Bin
    n_undated : int
    """

    grain: str
    bins: tuple[Bin, ...]
    n_undated: int

    @classmethod
    def of(
        cls, n_by_month: Mapping[Month, int], tagged_by_month: Mapping[Month, int], n_articles: int
    ) -> TimeLine:
        """The finest time line of at most MAX_BINS bins; a date without a month makes it years."""
        undated = n_articles - sum(n_by_month.values())
        if not n_by_month:
            return cls("", (), undated)
        first, last = min(n_by_month), max(n_by_month)
        whole_years = any(month == 0 for _, month in n_by_month)
        span = (last[0] - first[0]) * 12 + last[1] - first[1] + 1
        sizes = (1, 3, 12, 60, 120, 300, 600, 1200, 6000, 24000)
        size = next(
            s for s in sizes if (s >= 12 or not whole_years) and span / s + 1 <= MAX_BINS
        )
        start = (first[0] * 12 + max(first[1], 1) - 1) // size
        stop = (last[0] * 12 + max(last[1], 1) - 1) // size
        n, n_tagged = [0] * (stop - start + 1), [0] * (stop - start + 1)
        for month, count in n_by_month.items():
            k = _index(month, size) - start
            n[k] += count
            n_tagged[k] += tagged_by_month.get(month, 0)
        bins = tuple(
            Bin(_name((start + k) * size, size), _month((start + k) * size),
                _month((start + k + 1) * size - 1), n[k], n_tagged[k])
            for k in range(len(n))
        )
        grain = {1: "month", 3: "quarter", 12: "year"}.get(size, f"{size // 12} years")
        return cls(grain, bins, undated)

    def bin_of(self, month: Month) -> int:
        """Index of the bin a month falls in; -1 for none."""
        at = (month[0], max(month[1], 1))
        found = bisect_left(self.bins, at, key=lambda each: each.last)
        return found if found < len(self.bins) and self.bins[found].first <= at else -1

    def binned(self, n_by_month: Mapping[Month, int]) -> tuple[int, ...]:
        """Counts by month as counts by bin."""
        counts = [0] * len(self.bins)
        for month, n in n_by_month.items():
            counts[self.bin_of(month)] += n
        return tuple(counts)


def _index(month: Month, size: int) -> int:
    return (month[0] * 12 + max(month[1], 1) - 1) // size


def _month(number: int) -> Month:
    return number // 12, number % 12 + 1


def _name(number: int, size: int) -> str:
    year, month = _month(number)
    if size == 1:
        return f"{year}-{month:02}"
    if size == 3:
        return f"{year} Q{(month + 2) // 3}"
    return str(year) if size == 12 else f"{year}–{year + size // 12 - 1}"
