"""How often ordinary news is tagged: the shipped model on paragraphs it has not counted.

    python -m benchmarks.false_positives DIR [--card]

DIR as for ``benchmarks.make_background``. Nearly all paragraphs deserve no label, so nearly every
tag is a false one. Writes ``benchmarks/results/false_positives.json``; with --card also a section
of the model's card.
"""

from __future__ import annotations

import argparse
import datetime
from collections import Counter
from pathlib import Path

import msgspec
import numpy as np

from vectorclf.background import OFF_LIMITS
from vectorclf.cards import markdown_table, write_section
from vectorclf.intervals import share_interval, shown_with
from vectorclf.realism import read_news
from vectorclf.tagger import default_model, load

ROOT = Path(__file__).parents[1]
TITLE = "Ordinary news"
POINTS = ("balanced", "recall", "precision")


def main() -> None:
    """Tag the unseen paragraphs and write the shares."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("news", type=Path)
    parser.add_argument("--card", action="store_true", help="update the model's card")
    options = parser.parse_args()
    news = options.news
    paragraphs = [row["text"] for row in read_news(news / "news_background.jsonl.gz")][1::2]
    ordinary = [not OFF_LIMITS.search(p) for p in paragraphs]
    results = {"date": datetime.date.today().isoformat(), "n_paragraphs": len(paragraphs),
               "n_without_espionage_words": sum(ordinary)}
    for point in POINTS:
        tags = [t.tags for t in load(operating_point=point).tag_many(paragraphs)]
        tagged = np.array([bool(t) for t in tags])
        results[point] = {
            "tagged": round(float(tagged.mean()), 5),
            "interval": [round(x, 5) for x in share_interval(tagged, np.ones(len(tags)))],
            "tagged_without_espionage_words": round(float(tagged[ordinary].mean()), 5),
            "interval_without_espionage_words": [
                round(x, 5) for x in share_interval(tagged[ordinary], np.ones(sum(ordinary)))],
            "labels": dict(Counter(tag.label for t in tags for tag in t).most_common()),
        }
        print(point, results[point]["tagged"], results[point]["tagged_without_espionage_words"])
    path = ROOT / "benchmarks" / "results" / "false_positives.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=1) + b"\n")
    if options.card:
        write_section(Path(default_model()) / "README.md", TITLE, section(results))


def section(results: dict) -> str:
    """The shares as Markdown."""
    table = markdown_table(
        ["operating point", "tagged", "of those without words of espionage"],
        [[point, shown_with(row["tagged"], row["interval"], ".2%"),
          shown_with(row["tagged_without_espionage_words"],
                     row["interval_without_espionage_words"], ".2%")]
         for point, row in ((point, results[point]) for point in POINTS)],
    )
    return (f"{results['n_paragraphs']:,} paragraphs of real news, one an article, that the model "
            "has not counted; nearly all deserve no tag. In brackets 95 % intervals (Wilson). Made "
            f"by `python -m benchmarks.false_positives DIR --card`.\n\n{table}")


if __name__ == "__main__":
    main()
