"""Real news of cases that the dataset tells of, too, beside the rest of the real news.

    python -m benchmarks.known_cases --news DIR [-m MODEL]

DIR holds ``news_dev.jsonl.gz``. Texts of the dataset and of the news are never the same, but many
public affairs stand in both; this shows what that is worth. Writes ``results/known_cases.json``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks import record
from vectorclf.decisions import held_out_decisions
from vectorclf.evaluation import evaluate_by
from vectorclf.labeled import read_labeled_file
from vectorclf.model import load_model
from vectorclf.tagger import default_model

# Passages that name somebody of a case in the splits train and dev, read one by one.
KNOWN = {f"h{n:03}" for n in (
    1, 2, 3, 4, 5, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 20, 21, 22, 23, 24, 25, 27, 29, 32,
    41, 42, 43, 44, 56, 57, 58, 62, 64, 65, 66, 70, 71, 74, 81, 97, 98, 99, 100, 101, 102, 105,
    106, 107, 108, 109, 110, 112, 113, 127, 128, 129, 130, 131,
)} | {f"s3-{n:03}" for n in range(5, 15)}


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--news", type=Path, required=True)
    parser.add_argument("-m", "--model", type=Path, default=None)
    arguments = parser.parse_args()
    news = read_labeled_file(arguments.news / "news_dev.jsonl.gz", labels_key="first",
                             fact_keys=("id",))
    decisions = held_out_decisions(load_model(arguments.model or default_model()), news)
    facts = ["in the dataset, too" if x in KNOWN else "not in it" for x in news.facts["id"]]
    rows = []
    for value, result in evaluate_by(decisions, facts).items():
        low, high = result.micro_interval
        rows.append({
            "cases": value, "passages": result.n_texts,
            "labels": sum(row.n_true for row in result.labels),
            "micro-F1": f"{result.micro_f1:.3f} ({low:.3f} to {high:.3f})",
            "precision": f"{result.micro_precision:.3f}", "recall": f"{result.micro_recall:.3f}",
            "no label, tagged": f"{result.unlabeled_tagged:.1%}",
        })
    print(record.table(rows))
    print(f"written to {record.write('known_cases', rows)}")


if __name__ == "__main__":
    main()
