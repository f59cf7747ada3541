"""Two threads beside one, on the same predictor: best of many turns, for others work here too.

python -m benchmarks threads
"""

from __future__ import annotations

import os
import time

import numpy as np

from vectorclf.benchmarking import corpus, pipelines

TURNS, REPEATS, MAX_LOAD = 24, 12, 0.9
"""Turns in all; how often the texts are repeated in one; load average waited for, a minute
a turn at most."""


def _wait_for_quiet() -> None:
    end = time.monotonic() + 60
    while os.getloadavg()[0] > MAX_LOAD and time.monotonic() < end:
        time.sleep(2)


def run() -> list[dict]:
    from vectorclf.compile import compile
    from vectorclf.predictor import BatchPredictor

    rows = []
    for name, pipeline in (("word", pipelines.word_pipeline()),
                           ("word + char_wb", pipelines.union_pipeline())):  # fmt: skip
        model = compile(pipeline).compiled
        texts = corpus.articles(800, 4500, seed=6) * (REPEATS if name == "word" else 3)
        one, two = BatchPredictor(model), BatchPredictor(model, n_threads=2)
        times: dict[int, list[float]] = {1: [], 2: []}
        for turn in range(TURNS):
            if turn % 6 == 0:
                _wait_for_quiet()
            for n, predictor in ((1, one), (2, two)):
                start = time.perf_counter()
                predictor.decision_function(texts)
                times[n].append(time.perf_counter() - start)
        ratios = np.array(times[1]) / np.array(times[2])
        rows.append(
            {
                "pipeline": name,
                "best of turns": min(times[1]) / min(times[2]),
                "median of turns": float(np.median(ratios)),
                "load average": os.getloadavg()[0],
            }
        )
        print(rows[-1])
    return rows
