"""A batch job from JSONL to JSONL, end to end: speed, where the time goes, memory.

    python -m benchmarks jobs

The scikit-learn script (`sklearn_job.py`) and the job take turns on parts of one file; speeds
are of CPU time, since other work on the machine stretches the clock but hardly the CPU. Shares
are of one run in one process. One worker and two take turns by the clock: on an idle machine.
Memory is that of a process of its own, for every size of input, and is drawn, too.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import msgspec

from benchmarks import sklearn_job
from benchmarks.job_input import write_input
from benchmarks.record import RESULTS
from vectorclf import scoring, tagger
from vectorclf.jobs import run_job, worker
from vectorclf.output import writers
from vectorclf.predictor import BatchPredictor

ROOT = Path(__file__).resolve().parent.parent
INPUT_MB, LARGE_MB = 100, 400
"""For the stages; for workers, which take a second to start."""
ROUNDS = 5
MEMORY_MB = (10, 30, 100, 300, 1000, 3000)


class Stopwatch:
    """CPU seconds by stage; a stage inside another counts for itself only."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._stack: list[str] = []
        self._last = time.process_time()

    def _mark(self) -> None:
        now = time.process_time()
        self.seconds[self._stack[-1] if self._stack else "books"] += now - self._last
        self._last = now

    def timed(self, name: str, function):
        def call(*args, **kwargs):
            self._mark()
            self._stack.append(name)
            try:
                return function(*args, **kwargs)
            finally:
                self._mark()
                self._stack.pop()

        return call

    def timed_items(self, name: str, function):
        """For a generator: the time until each item."""

        def call(*args, **kwargs):
            items = iter(function(*args, **kwargs))
            following = self.timed(name, lambda: next(items, None))
            while (item := following()) is not None:
                yield item

        return call


def shares(source: Path, target: Path) -> dict[str, float]:
    """Share of the CPU time by stage, of a job in this process, largest first."""
    watch = Stopwatch()
    places = [
        (worker._Part, "_chunks", watch.timed_items("reading", worker._Part._chunks)),
        (tagger, "segment_units", watch.timed("segmenting", tagger.segment_units)),
        (BatchPredictor, "score_spans", watch.timed("scoring", BatchPredictor.score_spans)),
        (tagger.Tagger, "tag_chunk", watch.timed("deciding", tagger.Tagger.tag_chunk)),
        (tagger, "scored_articles", watch.timed("evidence", tagger.scored_articles)),
        (tagger, "quotes_by_article", watch.timed("evidence", tagger.quotes_by_article)),
        (tagger.Tagger, "_decide", watch.timed("evidence", tagger.Tagger._decide)),
        (writers.JsonlWriter, "write", watch.timed("writing", writers.JsonlWriter.write)),
        (worker, "measure", watch.timed("drift", worker.measure)),
        (scoring, "segment_units", watch.timed("drift", scoring.segment_units)),
    ]
    originals = [(owner, name, getattr(owner, name)) for owner, name, _ in places]
    for owner, name, function in places:
        setattr(owner, name, function)
    try:
        run_job(source, target, workers=1, overwrite=True)
    finally:
        for owner, name, function in originals:
            setattr(owner, name, function)
    total = sum(watch.seconds.values())
    return dict(sorted(((n, s / total) for n, s in watch.seconds.items()), key=lambda x: -x[1]))


def agreement(source: Path, directory: Path) -> float:
    """Share of articles to which the job and the scikit-learn script give the same tags."""
    mine, theirs = directory / "mine.jsonl", directory / "theirs.jsonl"
    run_job(source, mine, workers=1, overwrite=True)
    sklearn_job.run(source, theirs)

    def tags(path: Path) -> list:
        rows = map(msgspec.json.decode, path.read_bytes().splitlines())
        return [
            {(t["label"], *(tuple(e["span"]) for e in t["evidence"])) for t in row["tags"]}
            for row in rows
        ]

    pairs = list(zip(tags(mine), tags(theirs), strict=True))
    return sum(a == b for a, b in pairs) / len(pairs)


def split(source: Path, directory: Path, n: int) -> list[Path]:
    """The file's lines dealt into `n` files."""
    paths = [directory / f"part{k}.jsonl" for k in range(n)]
    files = [open(path, "wb") for path in paths]  # noqa: SIM115
    with open(source, "rb") as lines:
        for k, line in enumerate(lines):
            files[k % n].write(line)
    for file in files:
        file.close()
    return paths


def megabytes(path: Path) -> float:
    return path.stat().st_size / 1e6


def peak_mb(n_mb: float, directory: Path) -> tuple[float, float]:
    """(MB of input, MB of memory at most) of a job in a process of its own."""
    source, target = directory / "memory.jsonl", directory / "memory-out.jsonl"
    write_input(source, int(n_mb * 1e6), seed=3)
    code = (
        "import sys; from vectorclf.jobs import run_job\n"
        "run_job(sys.argv[1], sys.argv[2], workers=1, overwrite=True)\n"
        # Not getrusage: a child's maximum begins with its parent's.
        "[print(line.split()[1]) for line in open('/proc/self/status') if 'VmHWM' in line]"
    )
    done = subprocess.run([sys.executable, "-c", code, str(source), str(target)],
                          capture_output=True, text=True, check=True, cwd=ROOT)  # fmt: skip
    found = (megabytes(source), float(done.stdout) * 1024 / 1e6)
    source.unlink()
    target.unlink()
    return found


def against_scikit_learn(source: Path, directory: Path) -> tuple[float, float, float]:
    """(MB a CPU second, those of scikit-learn's script, share of articles with the same tags)."""
    parts, target = split(source, directory, 2 * ROUNDS), directory / "out.jsonl"
    small = directory / "small.jsonl"
    run_job(parts[0], target, workers=1, overwrite=True)  # pays for compiling
    mine, theirs = [], []
    for k in range(ROUNDS):
        manifest = run_job(parts[2 * k], target, workers=1, overwrite=True)
        mine.append(megabytes(parts[2 * k]) / manifest.cpu_s)
        with open(parts[2 * k + 1], "rb") as lines:
            small.write_bytes(b"".join(lines.readlines(2_000_000)))
        started = time.process_time()
        loaded = sklearn_job.run(small, target)
        theirs.append(megabytes(small) / min(loaded, time.process_time() - started))
    return statistics.median(mine), statistics.median(theirs), agreement(small, directory)


def by_workers(source: Path, target: Path) -> dict[int, float]:
    """MB a second by the clock, with one worker and with two: best of three turns each."""
    best: dict[int, float] = defaultdict(float)
    for _ in range(3):
        for workers in (1, 2):
            started = time.perf_counter()
            run_job(source, target, workers=workers, overwrite=True, partition_bytes=4 << 20)
            elapsed = time.perf_counter() - started
            best[workers] = max(best[workers], megabytes(source) / elapsed)
    return best


def plot(points: list[tuple[float, float]], path: Path) -> None:
    """Memory against input; nothing is drawn where matplotlib is missing."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return
    figure = Figure(figsize=(5, 3), layout="constrained")
    axes = figure.subplots()
    axes.semilogx(*zip(*points, strict=True), "o-", color="#0a5a8a")
    axes.set(xlabel="input, MB", ylabel="memory at most, MB", ylim=(0, None))
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=110)


def run() -> list[dict]:
    rows: list[dict] = []

    def add(figure: str, measured: float, unit: str, **more) -> None:
        rows.append({"figure": figure, "measured": round(measured, 3), "unit": unit, **more})
        print(rows[-1])

    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        source, target = directory / "in.jsonl", directory / "out.jsonl"
        origin = write_input(source, INPUT_MB * 1_000_000)
        mine, theirs, same = against_scikit_learn(source, directory)
        manifest = run_job(source, target, workers=1, overwrite=True)
        add(f"input: {origin}", megabytes(source), "MB")
        add("articles with tags", manifest.n_tagged / manifest.n_articles, "share")
        add("one process", mine, "MB a CPU second")
        add("scikit-learn's script", theirs, "MB a CPU second")
        add("job to script", mine / theirs, "times")
        add("articles with the same tags in both", same, "share")
        large = directory / "large.jsonl"
        write_input(large, LARGE_MB * 1_000_000, seed=4)
        clock = by_workers(large, target)
        add("one worker", clock[1], "MB/s")
        add("two workers", clock[2], "MB/s")
        add("two workers to one", clock[2] / clock[1], "times")
        add("load of the machine beside", os.getloadavg()[0], "processes")
        for stage, share in shares(source, target).items():
            add(f"time: {stage}", share, "share")
        points = [peak_mb(size, directory) for size in MEMORY_MB]
        for size, peak in points:
            add(f"memory at most, {size:.0f} MB of input", peak, "MB")
    plot(points, RESULTS / "jobs.png")
    return rows
