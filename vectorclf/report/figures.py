"""Figures as plain numbers a template can draw: heat map cells, time line, sparklines."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import msgspec

from vectorclf.report.counts import Counts, LabelCount
from vectorclf.report.dates import TimeLine

N_SHADES = 6


class Cell(msgspec.Struct, frozen=True):
    """Articles with two labels: count, shade 0 to N_SHADES, times as many as by chance.

    By chance: if labels fell on the tagged articles independently of each other.
    """

    row: LabelCount
    column: LabelCount
    n: int
    shade: int
    lift: float | None


def pair_table(
    counts: Counts, rows: Sequence[LabelCount], columns: Sequence[LabelCount]
) -> list[list[Cell]]:
    """Cells of a heat map. Shades go by the square root of the count, as areas would.

    `lift` is None where fewer than five articles would be expected by chance.
    """
    n_of = counts.n_by_pair
    most = max((n_of.get((r.label, c.label), 0) for r in rows for c in columns), default=0)
    table = []
    for row in rows:
        cells = []
        for column in columns:
            n = n_of.get((row.label, column.label), 0)
            expected = row.n * column.n / counts.n_tagged if counts.n_tagged else 0.0
            shade = max(1, round(N_SHADES * sqrt(n / most))) if n else 0
            cells.append(Cell(row, column, n, shade, n / expected if expected >= 5 else None))
        table.append(cells)
    return table


class Spark(msgspec.Struct, frozen=True):
    """A label's share of the articles over time, as a path in a box of `width` x 20."""

    width: int
    path: str
    last: tuple[float, float]
    peak: float


def sparkline(n_by_bin: Sequence[int], totals: Sequence[int], width: int = 84) -> Spark | None:
    """Share of each bin's articles; bins without an article are passed over.

    None with fewer than three bins to show, or a label that never occurs.
    """
    points = [(k, n / total) for k, (n, total) in enumerate(zip(n_by_bin, totals, strict=True))
              if total]
    peak = max((share for _, share in points), default=0.0)
    if len(points) < 3 or not peak:
        return None
    step = (width - 4) / (len(totals) - 1)
    placed = [(round(2 + k * step, 1), round(18 - 16 * share / peak, 1)) for k, share in points]
    path = "M" + "L".join(f"{x} {y}" for x, y in placed)
    return Spark(width, path, placed[-1], peak)


class TimeBar(msgspec.Struct, frozen=True):
    """A bin of the time line: its place and heights in per cent of the chart."""

    name: str
    n: int
    n_tagged: int
    height: float
    tagged_height: float


class TimeChart(msgspec.Struct, frozen=True):
    """The time line drawn: bars, the top of its scale, and the names to print below."""

    bars: tuple[TimeBar, ...]
    top: int
    grain: str
    n_undated: int
    ticks: tuple[tuple[float, str], ...]


def time_chart(line: TimeLine) -> TimeChart | None:
    """None with fewer than two bins: a time line of one point says nothing."""
    if len(line.bins) < 2:
        return None
    top = max(x.n for x in line.bins)
    bars = tuple(
        TimeBar(x.name, x.n, x.n_tagged, round(100 * x.n / top, 2),
                round(100 * x.n_tagged / top, 2))
        for x in line.bins
    )
    every = -(-len(bars) // 7)
    ticks = tuple(
        (round(100 * (k + 0.5) / len(bars), 2), bars[k].name) for k in range(0, len(bars), every)
    )
    return TimeChart(bars, top, line.grain, line.n_undated, ticks)
