"""Progress of a job: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import IO, NamedTuple

from vectorclf.jobs.pools import Feed
from vectorclf.jobs.records import PartRecord

_EVERY_S = 30.0


class Progress(NamedTuple):
    """How far a job is.

    Attributes
    ----------
    n_bytes, total_bytes : int
        Input done, and in all; 0 in all if it cannot be told.
    n_articles, n_tagged, n_rejects : int
        In this run.
    elapsed_s : float
    bytes_before : int
        Of `n_bytes`, done by earlier runs.
    """

    n_bytes: int
    total_bytes: int
    n_articles: int
    n_tagged: int
    n_rejects: int
    elapsed_s: float
    bytes_before: int = 0

    @property
    def bytes_per_s(self) -> float:
        return (self.n_bytes - self.bytes_before) / max(self.elapsed_s, 1e-9)

    @property
    def remaining_s(self) -> float | None:
        """None while it cannot be told."""
        if self.n_bytes <= self.bytes_before or not self.total_bytes:
            return None
        return max(0.0, (self.total_bytes - self.n_bytes) / self.bytes_per_s)

    def __str__(self) -> str:
        share = f"{min(1.0, self.n_bytes / self.total_bytes):.0%}, " if self.total_bytes else ""
        rest = "" if self.remaining_s is None else f", {_clock(self.remaining_s)} left"
        rate = self.n_articles / max(self.elapsed_s, 1e-9)
        return (
            f"{share}{self.n_articles:,} articles, {rate:,.0f}/s, {self.bytes_per_s / 1e6:.1f} "
            f"MB/s, {self.n_tagged:,} tagged, {self.n_rejects:,} rejected{rest}"
        )


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"


@contextlib.contextmanager
def show_progress(stream: IO[str]) -> Iterator[Callable[[Progress], None]]:
    """What to give `run_job` as `progress`: a bar if the stream is a terminal, else lines."""
    if not stream.isatty():
        yield _Lines(stream)
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    with Bar(
        BarColumn(), TextColumn("{task.description}"), console=Console(file=stream),
        transient=True,
    ) as bar:  # fmt: skip
        task = bar.add_task("starting")

        def show(progress: Progress) -> None:
            bar.update(task, completed=progress.n_bytes, description=str(progress),
                       total=max(progress.total_bytes, progress.n_bytes) or None)  # fmt: skip

        yield show


class _Lines:
    """A line every 30 seconds."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._last = time.monotonic()

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if now - self._last >= _EVERY_S:
            self._last = now
            print(progress, file=self._stream, flush=True)


class Reporter:
    """Adds up what chunks and parts report, and passes it on."""

    def __init__(
        self, progress: Callable[[Progress], None] | None, feed: Feed, total_bytes: int
    ) -> None:
        self._progress = progress
        self._feed = feed
        self._total_bytes = total_bytes
        self._started = time.monotonic()
        self._n_bytes = 0
        self._counts = [0, 0, 0]

    def on_chunk(self, n_articles: int, n_tagged: int, n_rejects: int) -> None:
        self._tell((n_articles, n_tagged, n_rejects))

    def on_part(self, record: PartRecord) -> None:
        self._n_bytes += record.n_bytes
        own = (record.n_articles, record.n_tagged, record.n_rejects)
        self._counts = [a + b for a, b in zip(self._counts, own, strict=True)]
        self._tell((0, 0, 0))

    def _tell(self, more: tuple[int, int, int]) -> None:
        if self._progress:
            counts = [a + b for a, b in zip(self._counts, more, strict=True)]
            skipped = self._feed.bytes_skipped
            self._progress(Progress(
                self._n_bytes + skipped, self._total_bytes, counts[0], counts[1], counts[2],
                time.monotonic() - self._started, skipped,
            ))  # fmt: skip
