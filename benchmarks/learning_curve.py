"""What more data would bring: the shipped recipe on growing shares of the training split.

    python -m benchmarks.learning_curve [--news DIR]

Writes ``datasets/recruitment/learning_curve.json``; ``vectorclf check --card`` puts it into the
data card. Subsets are nested, whole cases in a seeded order. With --news, each model is also
measured on ``news_dev.jsonl.gz`` of that directory, real news that is never trained on.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec
import numpy as np

from vectorclf.background import load_background
from vectorclf.dataset import load_dataset
from vectorclf.evaluation import evaluate_model
from vectorclf.labeled import labeled_texts, read_labeled_file
from vectorclf.recipe import Recipe
from vectorclf.training import train

ROOT = Path(__file__).parents[1]
SIZES = (1000, 2000, 4000, 8000)
SEED = 0


def main() -> None:
    """Train and measure at every size, and write the curve."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--news", type=Path)
    news = parser.parse_args().news
    directory = ROOT / "datasets" / "recruitment"
    dataset = load_dataset(directory)
    background = load_background(ROOT / "datasets" / "background" / "news.npz")
    data = labeled_texts(dataset.split("train", "dev"))
    test = labeled_texts(dataset.split("test"))
    real = read_labeled_file(news / "news_dev.jsonl.gz", labels_key="first") if news else None
    cases = sorted(set(data.groups))
    np.random.default_rng(SEED).shuffle(cases)
    rank = {case: k for k, case in enumerate(cases)}
    order = sorted(range(len(data)), key=lambda i: (rank[data.groups[i]], i))
    curve = []
    for size in (*SIZES, len(data)):
        if size > len(data):
            continue
        model = train(data.take(order[:size]), dataset.codebook, recipe=Recipe(seed=SEED),
                      background=background)
        held_out = evaluate_model(model, test)
        row = {"n_texts": size, "test_micro_f1": round(held_out.micro_f1, 4),
               "test_macro_f1": round(held_out.macro_f1, 4)}
        if real is not None:
            row["news_micro_f1"] = round(evaluate_model(model, real).micro_f1, 4)
        print(row, flush=True)
        curve.append(row)
    path = directory / "learning_curve.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(curve), indent=1) + b"\n")


if __name__ == "__main__":
    main()
