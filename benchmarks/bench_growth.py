"""What cost grows with: input size from 1 MB to 1 GB, labels, features. Each in its own process.

    python -m benchmarks growth

Processor time is taken of the calls alone; memory is what the process grew by. The slope is that of
log time over log size: 1 is proportional.
"""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np

_SIZES_MB = (1, 3, 10, 30, 100, 300, 1000)
_PROGRAM = """
import json, resource, sys, time
from vectorclf.benchmarking import corpus, pipelines
from vectorclf.compile import compile
megabytes, n_features, n_labels = map(int, sys.argv[1:])
predictor = compile(pipelines.word_pipeline(n_features, n_labels))
base = corpus.articles(230, 4500, seed=10)  # 1 MB
for _ in range(3):
    predictor.decision_function(base)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
size = sum(len(text.encode()) for text in base) / 1e6
elapsed = done = 0.0
texts = (text for _ in range(10 * megabytes) for text in base)
scores = predictor.decision_function_iter(texts, chunk_rows=len(base))
while done < megabytes:
    start = time.process_time()
    next(scores)
    elapsed += time.process_time() - start
    done += size
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([done, elapsed, (after - before) / 1e3]))
"""


def _measure(megabytes: int, n_features: int = 30_000, n_labels: int = 25):
    command = [sys.executable, "-c", _PROGRAM, str(megabytes), str(n_features), str(n_labels)]
    best = None
    for _ in range(2 if megabytes <= 30 else 1):
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found = json.loads(done.stdout)
        best = found if best is None or found[1] < best[1] else best
    return best


def run() -> list[dict]:
    rows = []
    for megabytes in _SIZES_MB:
        size, elapsed, memory = _measure(megabytes)
        rows.append({"grows": "input", "MB": size, "features": 30_000, "labels": 25,
                     "seconds": elapsed, "MB/s": size / elapsed, "memory MB": memory})  # fmt: skip
        print(rows[-1])
    slope = np.polyfit(np.log([r["MB"] for r in rows]), np.log([r["seconds"] for r in rows]), 1)[0]
    for n_labels in (2, 5, 25, 100, 400):
        size, elapsed, memory = _measure(10, n_labels=n_labels)
        rows.append({"grows": "labels", "MB": size, "features": 30_000, "labels": n_labels,
                     "seconds": elapsed, "MB/s": size / elapsed, "memory MB": memory})  # fmt: skip
        print(rows[-1])
    for n_features in (1_000, 10_000, 100_000, 300_000):
        size, elapsed, memory = _measure(10, n_features=n_features)
        rows.append({"grows": "features", "MB": size, "features": n_features, "labels": 25,
                     "seconds": elapsed, "MB/s": size / elapsed, "memory MB": memory})  # fmt: skip
        print(rows[-1])
    rows.append({"grows": "log-log slope of seconds over input MB", "MB": float(slope)})
    return rows
