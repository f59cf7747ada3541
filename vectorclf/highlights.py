"""The words of a quoted sentence that earned its tag: one stretch, as a coder would mark it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import Protocol

WORD_COST = 0.017
"""Share of the positive contributions a word must bring to lengthen the stretch. Chosen on the dev
split with a model of the train split alone: there the marked words meet the coders' phrases at word
F1 .68 (0.012 to 0.022: .66 to .68); single terms above a tenth of the positive sum met them at .40.
The test split is in the model card (``benchmarks/evidence_quality.py``)."""
_WORD = re.compile(r"\w+")


class WeighedTerm(Protocol):
    """A term with its place in the article and its signed share of the score."""

    @property
    def term(self) -> str: ...
    @property
    def span(self) -> tuple[int, int]: ...
    @property
    def contribution(self) -> float: ...


def telling_span(
    terms: Iterable[WeighedTerm], quote: str, start: int = 0
) -> tuple[int, int] | None:
    """The stretch of a quote that carries most of its score for the fewest words.

    Parameters
    ----------
    terms : iterable of WeighedTerm
        Of the evidence; sums without a name ("", "(passage)") are left out.
    quote : str
    start : int
        Its first character in the article.

    Returns
    -------
    span : (int, int) or None
        Characters of the article; None where no term speaks for the tag.

    Notes
    -----
    The maximum-sum segment (Bentley 1984) over the words: a term's contribution is shared equally
    among its words, and every word costs WORD_COST of the positive sum.

    Examples
    --------
    >>> from vectorclf.records import Term
    >>> quote = "On Monday he was paid in cash, he said."
    >>> terms = [Term("was paid", (13, 21), 0.6), Term("in cash", (22, 29), 0.5)]
    >>> a, b = telling_span([*terms, Term("said", (34, 38), 0.01)], quote)
    >>> quote[a:b]
    'was paid in cash'
    """
    words = [found.span() for found in _WORD.finditer(quote)]
    starts, ends = [a for a, _ in words], [b for _, b in words]
    value = [0.0] * len(words)
    total = 0.0
    for each in terms:
        a, b = each.span
        first, last = bisect_right(ends, a - start), bisect_left(starts, b - start)
        if not each.term or each.term.startswith("(") or first >= last:
            continue
        contribution = each.contribution
        for k in range(first, last):
            value[k] += contribution / (last - first)
        total += max(0.0, contribution)
    cost = WORD_COST * total
    best = current = 0.0
    begin, found = 0, None
    for k, own in enumerate(value):
        if current <= 0.0:
            current, begin = 0.0, k
        current += own - cost
        if current > best:
            best, found = current, (begin, k)
    if found is None:
        return None
    return start + words[found[0]][0], start + words[found[1]][1]
