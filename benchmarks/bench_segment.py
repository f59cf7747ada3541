"""How fast text falls into passages and sentences, against its readable twin.

    python benchmarks/bench_segment.py [-o results/segment.json]
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from job_input import ARTICLE_BYTES, paragraphs  # noqa: E402

from vectorclf import _segment_py  # noqa: E402
from vectorclf.benchmarking.measure import machine  # noqa: E402
from vectorclf.passages import segment_buffer  # noqa: E402

MIN_MB_PER_S = 230.0
"""MB a CPU second of one thread: about 70 % of the recorded figure."""
CHUNK_BYTES = 2_000_000
"""What a job gives the kernel at once."""
ROUNDS = 9


def news() -> tuple[list[str], str]:
    """Articles of news length, and what they are made of."""
    pool, origin = paragraphs()
    articles, part, size = [], [], 0
    for paragraph in pool:
        part.append(paragraph)
        size += len(paragraph)
        if size >= ARTICLE_BYTES:
            articles.append("\n\n".join(part))
            part, size = [], 0
    return articles, origin


def chunks(articles: list[str]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Buffers of about CHUNK_BYTES, with offsets."""
    found, held, size = [], [], 0
    for article in articles:
        held.append(article.encode())
        size += len(held[-1])
        if size >= CHUNK_BYTES:
            offsets = np.cumsum([0, *map(len, held)])
            found.append((np.frombuffer(b"".join(held), dtype=np.uint8), offsets))
            held, size = [], 0
    return found


def seconds(call) -> float:
    """CPU time of a call: the clock of a shared machine is noise."""
    started = time.process_time()
    call()
    return time.process_time() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("-o", "--output")
    options = parser.parse_args()
    articles, origin = news()
    buffers = chunks(articles)
    n_bytes = sum(len(data) for data, _ in buffers)
    sample = articles[:40]
    sample_bytes = sum(len(a.encode()) for a in sample)
    segment_buffer(*buffers[0])
    kernel, twin = [], []
    for _ in range(ROUNDS):
        kernel.append(n_bytes / 1e6 / seconds(lambda: [segment_buffer(*b) for b in buffers]))
        twin.append(sample_bytes / 1e6 / seconds(lambda: list(map(_segment_py.segment, sample))))
    result = {
        "date": date.today().isoformat(), "machine": machine(),
        "commit": subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=HERE,
                                 capture_output=True, text=True).stdout.strip(),
        "text": origin, "mb": round(n_bytes / 1e6, 1),
        "mb_per_cpu_s": round(statistics.median(kernel)), "mb_per_cpu_s_best": round(max(kernel)),
        "readable_twin_mb_per_cpu_s": round(statistics.median(twin), 2),
        "times_readable_twin": round(statistics.median(kernel) / statistics.median(twin)),
    }  # fmt: skip
    print(json.dumps(result, indent=1))
    if options.output:
        Path(options.output).write_text(json.dumps(result, indent=1) + "\n")
    if max(kernel) < MIN_MB_PER_S:
        sys.exit(f"bench_segment: expected {MIN_MB_PER_S:.0f} MB/s, got {max(kernel):.0f}")


if __name__ == "__main__":
    main()
