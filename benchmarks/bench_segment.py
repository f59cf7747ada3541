"""How fast text falls into passages and sentences, against its readable twin.

    python -m benchmarks segment
"""

from __future__ import annotations

import statistics
import time

import numpy as np

from benchmarks.job_input import ARTICLE_BYTES, paragraphs
from vectorclf import _segment_py
from vectorclf.passages import segment_buffer

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


def run() -> list[dict]:
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
    return [
        {"figure": f"kernel, {origin}", "median": statistics.median(kernel),
         "best": max(kernel), "unit": "MB a CPU second"},
        {"figure": "its readable twin", "median": statistics.median(twin), "best": max(twin),
         "unit": "MB a CPU second"},
        {"figure": "kernel to twin", "unit": "times",
         "median": statistics.median(k / t for k, t in zip(kernel, twin, strict=True))},
    ]  # fmt: skip
