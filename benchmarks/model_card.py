"""The figures of the shipped model's card, all of them, anew.

    python -m benchmarks.model_card DIR

DIR holds the real news: ``news_dev.jsonl.gz``, ``news_background.jsonl.gz``. What is run is
printed; the last step, denials out of fold, takes as long as training.
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
from pathlib import Path

from vectorclf.tagger import default_model

DATASET = "datasets/recruitment"
CODERS = ("--coder", "first", "--coder", "second")


def steps(news: Path, model: str) -> list[list[str]]:
    """Modules and their arguments; each writes its section of the card."""
    evaluate = ["vectorclf", "evaluate"]
    by = ["--by", "kind", "--by", "register", "--by", "decade"]
    return [
        [*evaluate, DATASET, "--split", "test", "-m", model, *by, *CODERS,
         "--plots", f"{model}/plots", "--card", "--title", "Held-out test split of the dataset"],
        [*evaluate, f"{news}/news_dev.jsonl.gz", "--labels-key", "first", "-m", model,
         "--by", "kind", *CODERS, "--plots", f"{model}/plots-news", "--card",
         "--title", "Real news, 231 coded passages (never trained on)"],
        [*evaluate, DATASET, "--split", "challenge", "-m", model, *by, *CODERS,
         "--plots", f"{model}/plots-challenge", "--card",
         "--title", "Challenge split: other writers, who read real reporting first"],
        ["benchmarks.false_positives", str(news), "--card"],
        ["benchmarks.evidence_quality", "--card", "--out-of-fold", "--news", str(news)],
    ]


def main() -> None:
    """Run every step, and stop at the first that fails."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("news", type=Path)
    for step in steps(parser.parse_args().news, os.path.relpath(default_model())):
        print("$ python -m", shlex.join(step), flush=True)
        subprocess.run([sys.executable, "-m", *step], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
