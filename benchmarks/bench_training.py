"""What training costs: seconds and memory against the number of texts and of labels.

Each training runs in a process of its own, on the first texts of datasets/recruitment in a seeded
order and on its first labels; all folds, calibration and the final fit included.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

SIZES = ((1000, 25), (4000, 25), (16000, 25), (32000, 25), (4000, 5), (4000, 10))
OTHER_SIZES = ((4000, 25),)  # the recipe for other people's data: character n-grams, too

_TRAIN = """
import json, resource, sys, time
import numpy as np
import msgspec
from vectorclf.codebook import Codebook
from vectorclf.dataset import load_dataset
from vectorclf.labeled import LabeledTexts, labeled_texts
from vectorclf.recipe import default_recipe
from vectorclf.training import train

n_texts, n_labels, evidence = json.loads(sys.argv[1])
dataset = load_dataset("datasets/recruitment")
labels = dataset.codebook.label_ids[:n_labels]
data = labeled_texts(dataset.passages)
order = np.random.default_rng(0).permutation(len(data))[:n_texts]
data = data.take(order)
data = LabeledTexts(
    data.texts, tuple(tuple(x for x in row if x in labels) for row in data.labels), data.groups,
    tuple({x: e for x, e in row.items() if x in labels} if evidence else {}
          for row in data.evidence),
)
idle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
clock, cpu = time.perf_counter(), time.process_time()
model = train(data, Codebook.stub(labels))
print(json.dumps({
    "texts": len(data), "labels": n_labels,
    "recipe": "coded with evidence" if evidence else "other data",
    "features": model.n_features, "cpu_s": round(time.process_time() - cpu, 1),
    "clock_s": round(time.perf_counter() - clock, 1),
    "MB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    "MB before": round(idle / 1024),
}))
"""


def run() -> list[dict[str, Any]]:
    """One row a training."""
    rows = []
    for evidence, sizes in ((True, SIZES), (False, OTHER_SIZES)):
        for n_texts, n_labels in sizes:
            command = [sys.executable, "-W", "ignore", "-c", _TRAIN,
                       json.dumps([n_texts, n_labels, evidence])]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            rows.append(json.loads(done.stdout))
            print(rows[-1], file=sys.stderr, flush=True)
    return rows
