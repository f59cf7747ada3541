"""Counts of ordinary news for training, without its text.

    python -m benchmarks.make_background DIR

DIR holds ``news_background.jsonl.gz`` (paragraphs of real news, one a row, under ``text``), which
is no part of the project. Every second paragraph is counted; the others stay unseen, for
``python -m benchmarks.false_positives DIR``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from vectorclf.background import count_background, save_background
from vectorclf.dataset import load_dataset
from vectorclf.features import feature_parts, make_features
from vectorclf.labeled import labeled_texts
from vectorclf.realism import read_news
from vectorclf.recipe import Recipe
from vectorclf.units import training_units

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Count every second paragraph and write the counts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("news", type=Path)
    news = parser.parse_args().news
    dataset = load_dataset(ROOT / "datasets" / "recruitment")
    recipe = Recipe()
    units = training_units(labeled_texts(dataset.split("train", "dev")), recipe)
    parts = feature_parts(make_features(recipe).fit(units.texts))
    paragraphs = [row["text"] for row in read_news(news / "news_background.jsonl.gz")][::2]
    background = count_background(paragraphs, {name: part[0] for name, (part, _) in parts.items()})
    path = ROOT / "datasets" / "background" / "news.npz"
    save_background(background, path)
    n_terms = sum(len(bags.terms) for bags in background.bags.values())
    print(f"{path}: {len(background)} paragraphs, {n_terms} terms, "
          f"{path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
