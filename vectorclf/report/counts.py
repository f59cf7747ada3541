"""What a batch says, counted in one pass: labels, statuses, pairs, dates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from vectorclf.codebook import Codebook
from vectorclf.report.dates import Month, TimeLine, month_of
from vectorclf.report.prevalence import Corrected, Rates, corrected_prevalence
from vectorclf.report.reading import TaggedRow

STATUSES = ("asserted", "alleged", "disputed")


class LabelCount(msgspec.Struct, frozen=True, kw_only=True):
    """One label of the batch.

    Attributes
    ----------
    label, family, name, definition : str
    n : int
        Articles with it.
    share : float
        Of all articles.
    n_by_status : tuple of int
        In the order of `Counts.statuses`; sums to `n`.
    corrected : Corrected or None
    n_by_bin : tuple of int
        Articles with it, in the order of the time line's bins.
    """

    label: str
    family: str
    name: str
    definition: str
    n: int
    share: float
    n_by_status: tuple[int, ...]
    corrected: Corrected | None
    n_by_bin: tuple[int, ...]


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the report's figures are drawn from.

    Attributes
    ----------
    n_articles, n_tagged, n_tags : int
    statuses : tuple of str
    labels : tuple of LabelCount
        Codebook order; labels the codebook does not know come last.
    n_by_pair : mapping of (str, str) to int
        Articles that have both labels.
    time_line : TimeLine
    """

    n_articles: int
    n_tagged: int
    n_tags: int
    statuses: tuple[str, ...]
    labels: tuple[LabelCount, ...]
    n_by_pair: Mapping[tuple[str, str], int]
    time_line: TimeLine

    @property
    def families(self) -> tuple[str, ...]:
        """Families of the labels, in order."""
        return tuple(dict.fromkeys(label.family for label in self.labels))

    def of_family(self, family: str) -> list[LabelCount]:
        """Labels of a family, most frequent first."""
        return sorted((x for x in self.labels if x.family == family), key=lambda x: -x.n)


class Tally:
    """Running counts of rows; memory grows with the labels and months, not with the rows."""

    def __init__(self) -> None:
        self.n_articles = self.n_tagged = self.n_tags = 0
        self.family_by_label: dict[str, str] = {}
        self.thresholds_by_label: dict[str, set[float]] = {}
        self._n_by_status: Counter[tuple[str, str]] = Counter()
        self._n_by_pair: Counter[tuple[str, str]] = Counter()
        self._n_by_month: Counter[Month] = Counter()
        self._tagged_by_month: Counter[Month] = Counter()
        self._label_by_month: Counter[tuple[str, Month]] = Counter()

    def add(self, row: TaggedRow) -> None:
        """Count one article; a label given twice counts once, by its most probable tag."""
        best = {tag.label: tag for tag in sorted(row.tags, key=lambda tag: tag.probability)}
        self.n_articles += 1
        self.n_tagged += bool(best)
        self.n_tags += len(best)
        month = month_of(row.date)
        if month:
            self._n_by_month[month] += 1
            self._tagged_by_month[month] += bool(best)
        for label, tag in best.items():
            self.family_by_label.setdefault(label, tag.family)
            thresholds = self.thresholds_by_label.setdefault(label, set())
            if len(thresholds) < 3:
                thresholds.add(round(tag.threshold, 6))
            self._n_by_status[label, tag.status] += 1
            if month:
                self._label_by_month[label, month] += 1
            for other in best:
                if other != label:
                    self._n_by_pair[label, other] += 1

    def counts(
        self, codebook: Codebook, rates: Mapping[str, Rates] | None = None
    ) -> Counts:
        """The counts under a codebook, corrected where `rates` has a label's."""
        rates = rates or {}
        found = {status for _, status in self._n_by_status} | set(codebook.statuses)
        statuses = (*STATUSES, *sorted(found - set(STATUSES)))
        line = TimeLine.of(self._n_by_month, self._tagged_by_month, self.n_articles)
        labels = []
        known_by_id = {label.id: label for label in codebook.labels}
        for label in (*known_by_id, *sorted(self.family_by_label.keys() - known_by_id.keys())):
            known = known_by_id.get(label)
            by_status = tuple(self._n_by_status[label, status] for status in statuses)
            n = sum(by_status)
            labels.append(LabelCount(
                label=label,
                family=known.family if known else self.family_by_label[label],
                name=(known.name if known else "") or label,
                definition=known.definition if known else "",
                n=n, share=n / self.n_articles if self.n_articles else 0.0,
                n_by_status=by_status,
                corrected=corrected_prevalence(n, self.n_articles, rates[label])
                if label in rates else None,
                n_by_bin=line.binned(
                    {m: k for (x, m), k in self._label_by_month.items() if x == label}
                ),
            ))
        return Counts(
            n_articles=self.n_articles, n_tagged=self.n_tagged, n_tags=self.n_tags,
            statuses=statuses, labels=_family_order(labels, codebook.families),
            n_by_pair=dict(self._n_by_pair), time_line=line,
        )


def _family_order(labels: Sequence[LabelCount], families: Sequence[str]) -> tuple[LabelCount, ...]:
    order = {family: k for k, family in enumerate(families)}
    return tuple(sorted(labels, key=lambda x: order.get(x.family, len(order))))
