"""How long the first call takes: with an empty Numba cache, with a filled one, in a new process.

python -m benchmarks start
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

_PROGRAM = """
import sys, time
start = time.perf_counter()
from vectorclf.benchmarking.corpus import articles
from vectorclf.compiled import CompiledModel
from vectorclf.predictor import BatchPredictor
import json, numpy as np
spec, path = json.load(open(sys.argv[1] + ".json")), sys.argv[1] + ".npz"
arrays = dict(np.load(path))
imported = time.perf_counter()
predictor = BatchPredictor(CompiledModel.from_parts(spec, arrays))
predictor.decision_function(["He was paid in cash for the files."])
predictor.features("He was paid in cash for the files.")
print(imported - start, time.perf_counter() - start, time.process_time())
"""


def run() -> list[dict]:
    import json

    import numpy as np

    from vectorclf.benchmarking import pipelines
    from vectorclf.compile import compile

    model = compile(pipelines.union_pipeline()).compiled
    rows = []
    with tempfile.TemporaryDirectory() as directory:
        with open(f"{directory}/model.json", "w", encoding="utf-8") as file:
            json.dump(model.spec, file)
        np.savez(f"{directory}/model.npz", **model.arrays)
        environment = {**os.environ, "NUMBA_CACHE_DIR": f"{directory}/cache"}
        for name in ("first ever", "second process", "third process", "fourth process"):
            command = [sys.executable, "-c", _PROGRAM, f"{directory}/model"]
            done = subprocess.run(
                command, capture_output=True, text=True, check=True, env=environment
            )
            imported, ready, cpu = map(float, done.stdout.split())
            rows.append(
                {
                    "process": name,
                    "imported after s": imported,
                    "ready after s": ready,
                    "of CPU s": cpu,
                }
            )
            print(rows[-1])
    return rows
