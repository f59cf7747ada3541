"""A batch job from JSONL to JSONL, end to end: speed, where the time goes, memory.

    python benchmarks/bench_jobs.py [--mb 100] [--memory-mb 100,3000] [-o results/jobs.json]

The scikit-learn script (`sklearn_job.py`) and the job take turns on parts of one file; speeds
are of CPU time, since other work on the machine stretches the clock but hardly the CPU. Shares
are of one run in one process. Two workers are timed by the clock too: on an idle machine.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from datetime import date
from pathlib import Path

import msgspec

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import sklearn_job  # noqa: E402
from job_input import write_input  # noqa: E402

from vectorclf import scoring, tagger  # noqa: E402
from vectorclf.benchmarking.measure import machine  # noqa: E402
from vectorclf.jobs import run_job, worker  # noqa: E402
from vectorclf.output import writers  # noqa: E402
from vectorclf.predictor import BatchPredictor  # noqa: E402

ROUNDS = 5


class Stopwatch:
    """CPU seconds by stage; a stage inside another counts for itself only."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._stack: list[str] = []
        self._last = time.process_time()

    def _mark(self) -> None:
        now = time.process_time()
        self.seconds[self._stack[-1] if self._stack else "rest"] += now - self._last
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
    """Share of the CPU time by stage, of a job in this process."""
    watch = Stopwatch()
    places = [
        (worker._Part, "_chunks", watch.timed_items("reading", worker._Part._chunks)),
        (tagger, "segment_units", watch.timed("segmenting", tagger.segment_units)),
        (BatchPredictor, "score_spans", watch.timed("scoring", BatchPredictor.score_spans)),
        (tagger.Tagger, "tag_chunk", watch.timed("deciding", tagger.Tagger.tag_chunk)),
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
    return {name: round(s / total, 3) for name, s in sorted(watch.seconds.items())}


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
                          capture_output=True, text=True, check=True, cwd=HERE.parent)  # fmt: skip
    found = (round(megabytes(source)), round(float(done.stdout) * 1024 / 1e6, 1))
    source.unlink()
    target.unlink()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--mb", type=float, default=100)
    parser.add_argument("--memory-mb", default="", help="sizes to plot memory against, in MB")
    parser.add_argument("-o", "--output")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        source, target = directory / "in.jsonl", directory / "out.jsonl"
        origin = write_input(source, int(options.mb * 1e6))
        parts = split(source, directory, 2 * ROUNDS)
        mine, theirs = [], []
        for k in range(ROUNDS):
            manifest = run_job(parts[2 * k], target, workers=1, overwrite=True)
            mine.append(megabytes(parts[2 * k]) / manifest.cpu_s)
            if k == 0:  # the first also pays for compiling
                mine.clear()
            small = directory / "small.jsonl"
            with open(parts[2 * k + 1], "rb") as lines:
                small.write_bytes(b"".join(lines.readlines(2_000_000)))
            started = time.process_time()
            loaded = sklearn_job.run(small, target)
            theirs.append(megabytes(small) / min(loaded, time.process_time() - started))
        clock = {}
        for workers in (1, 2):
            started = time.perf_counter()
            manifest = run_job(source, target, workers=workers, overwrite=True,
                               partition_bytes=8 << 20)  # fmt: skip
            clock[workers] = {
                "mb_per_s": round(megabytes(source) / (time.perf_counter() - started), 1),
                "mb_per_cpu_s": round(megabytes(source) / manifest.cpu_s, 1),
            }
        result = {
            "date": date.today().isoformat(), "machine": machine(),
            "commit": subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=HERE,
                                     capture_output=True, text=True).stdout.strip(),
            "text": origin, "mb": round(megabytes(source), 1), "n_articles": manifest.n_articles,
            "share_tagged": round(manifest.n_tagged / manifest.n_articles, 3),
            "mb_per_cpu_s": round(statistics.median(mine), 1),
            "scikit_learn_mb_per_cpu_s": round(statistics.median(theirs), 2),
            "times_scikit_learn": round(statistics.median(mine) / statistics.median(theirs), 1),
            "same_tags": agreement(small, directory),
            "shares": shares(source, target), "by_workers": clock,
            "memory_mb_by_input_mb": [
                peak_mb(float(size), directory)
                for size in filter(None, options.memory_mb.split(","))
            ],
            "load_average": [round(x, 1) for x in os.getloadavg()],
        }  # fmt: skip
    print(json.dumps(result, indent=1))
    if options.output:
        Path(options.output).write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
