"""Two threads beside one, on the same predictor: best of many turns, for others work here too.

python -m benchmarks threads
"""

from __future__ import annotations

import os
import time

import numpy as np

from vectorclf.benchmarking import corpus, pipelines

TURNS = 25


def run() -> list[dict]:
    from vectorclf.compile import compile
    from vectorclf.predictor import BatchPredictor

    rows = []
    for name, pipeline in (("word", pipelines.word_pipeline()),
                           ("word + char_wb", pipelines.union_pipeline())):  # fmt: skip
        model = compile(pipeline).compiled
        texts = corpus.articles(1500 if name == "word" else 500, 4500, seed=6) * 2
        one, two = BatchPredictor(model), BatchPredictor(model, n_threads=2)
        times: dict[int, list[float]] = {1: [], 2: []}
        for _ in range(TURNS):
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
