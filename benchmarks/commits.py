"""Two commits of the engine in one process, call by call in turn: what a change won.

    python -m benchmarks.commits OLD [NEW]

OLD and NEW (default: this checkout) are commits; each is checked out beside the other under
the temporary directory. Calls alternate, the median of their ratios counts: on a shared
machine nothing else holds. Both score the same models, compiled by this checkout.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from vectorclf.benchmarking import corpus, measure, pipelines

ROOT = Path(__file__).parent.parent
ROUNDS = 15


def _predictor_of(path: Path):
    """What makes a predictor of a model with the package at `path`."""
    for name in [name for name in sys.modules if name.split(".")[0] == "vectorclf"]:
        del sys.modules[name]
    sys.path.insert(0, str(path))
    try:
        model = importlib.import_module("vectorclf.compiled").CompiledModel
        predictor = importlib.import_module("vectorclf.predictor").BatchPredictor
    finally:
        sys.path.pop(0)
    return lambda spec, arrays: predictor(model.from_parts(spec, arrays))


def _compare(name: str, calls, parts) -> None:
    ratios, rates = [], []
    for r, part in enumerate(parts):
        order = (0, 1) if r % 2 else (1, 0)
        times = [0.0, 0.0]
        for i in order:
            times[i] = measure.seconds(lambda: calls[i](part))  # noqa: B023
        ratios.append(times[0] / times[1])
        rates.append(measure.megabytes(part) / times[1])
    print(f"{name}: {np.median(ratios):.2f} times faster ({np.median(rates):.0f} MB/s)")


def main(old: str, new: str | None) -> int:
    from vectorclf.compile import compile

    models = {
        name: compile(pipeline).compiled
        for name, pipeline in (("word", pipelines.word_pipeline()),
                               ("word + char_wb", pipelines.union_pipeline()))
    }  # fmt: skip
    models = {name: (model.spec, dict(model.arrays)) for name, model in models.items()}
    training = pipelines.training_texts()
    with tempfile.TemporaryDirectory() as directory:
        makers = []
        for commit in (old, new):
            path = ROOT
            if commit is not None:
                path = Path(directory) / commit
                subprocess.run(["git", "worktree", "add", "--detach", str(path), commit],
                               cwd=ROOT, check=True, capture_output=True)  # fmt: skip
            makers.append(_predictor_of(path))
        try:
            for size, n in ((4500, 240), (500, 1800), (150, 5000)):
                texts = corpus.articles(n, size, seed=2)
                calls = [make(*models["word"]).decision_function for make in makers]
                for call in calls:
                    call(texts)
                _compare(f"word, texts of {size} bytes", calls, [texts] * ROUNDS)
            calls = [make(*models["word + char_wb"]).decision_function for make in makers]
            for call in calls:
                call(training)
                call(corpus.articles(1500, 4500, seed=7))
            new_texts = corpus.articles(60 * ROUNDS, 4500, seed=5)
            parts = [new_texts[r::ROUNDS] for r in range(ROUNDS)]
            _compare("word + char_wb, new articles", calls, parts)
        finally:
            for commit in {old, new} - {None}:
                command = ["git", "worktree", "remove", "--force", str(Path(directory) / commit)]
                subprocess.run(command, cwd=ROOT, check=False)
    return 0


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None))
