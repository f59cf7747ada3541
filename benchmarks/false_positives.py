"""How often ordinary news is tagged: the shipped model on paragraphs it has not counted.

    python -m benchmarks.false_positives DIR

DIR as for ``benchmarks.make_background``. Nearly all paragraphs deserve no label, so nearly every
tag is a false one. Writes ``benchmarks/results/false_positives.json``.
"""

from __future__ import annotations

import argparse
import datetime
from collections import Counter
from pathlib import Path

import msgspec

from vectorclf.background import OFF_LIMITS
from vectorclf.realism import read_news
from vectorclf.tagger import load

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Tag the unseen paragraphs and write the shares."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("news", type=Path)
    news = parser.parse_args().news
    paragraphs = [row["text"] for row in read_news(news / "news_background.jsonl.gz")][1::2]
    ordinary = [not OFF_LIMITS.search(p) for p in paragraphs]
    results = {"date": datetime.date.today().isoformat(), "n_paragraphs": len(paragraphs),
               "n_without_espionage_words": sum(ordinary)}
    for point in ("balanced", "recall", "precision"):
        tags = [t.tags for t in load(operating_point=point).tag_many(paragraphs)]
        results[point] = {
            "tagged": round(sum(map(bool, tags)) / len(tags), 5),
            "tagged_without_espionage_words": round(
                sum(bool(t) and o for t, o in zip(tags, ordinary, strict=True)) / sum(ordinary), 5
            ),
            "labels": dict(Counter(tag.label for t in tags for tag in t).most_common()),
        }
        print(point, results[point]["tagged"], results[point]["tagged_without_espionage_words"])
    path = ROOT / "benchmarks" / "results" / "false_positives.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=1) + b"\n")


if __name__ == "__main__":
    main()
