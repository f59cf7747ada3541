"""Synthetic tagged rows: composite passages of the dataset, tagged as their coders did.

    python benchmarks/make_report_rows.py -n 2000 -o rows.jsonl

Same seed, same dataset and model: same bytes. No model runs; probabilities and contributions
are invented around the coded evidence phrases.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from vectorclf.dataset import CodedPassage, load_dataset
from vectorclf.errors import VectorclfError
from vectorclf.model import load_model
from vectorclf.tagger import default_model

DATASET = Path(__file__).parent.parent / "datasets" / "recruitment"
UNTAGGED_SHARE = 0.3
_WORD = re.compile(r"\w{2,}")


def thresholds() -> dict[str, float]:
    """Balanced thresholds of the built-in model; none where it is not there."""
    try:
        model = load_model(default_model())
    except VectorclfError:
        return {}
    return dict(zip(model.label_ids, model.operating_point("balanced").thresholds, strict=True))


def rows(n: int, seed: int = 0) -> Iterator[dict[str, Any]]:
    """`n` tagged articles of one to four passages each, in the form of ``vectorclf tag``."""
    rng = random.Random(seed)
    dataset = load_dataset(DATASET)
    invented = [p for p in dataset.passages if p.kind == "composite"]
    telling = [p for p in invented if p.labels]
    silent = [p for p in invented if not p.labels]
    threshold_by_label = thresholds()
    family = {label.id: label.family for label in dataset.codebook.labels}
    for number in range(n):
        if rng.random() < UNTAGGED_SHARE:
            chosen = rng.sample(silent, 1)
        else:
            chosen = rng.sample(telling, rng.choice((1, 1, 2, 2, 3, 4)))
        year = min(2024, int(rng.triangular(1978, 2025, 2019)))
        tags: dict[str, dict[str, Any]] = {}
        start = 0
        for passage in chosen:
            for tag in passage_tags(passage, start, rng, family, threshold_by_label):
                kept = tags.setdefault(tag["label"], tag)
                if kept is not tag:
                    kept["evidence"] += tag["evidence"]
            start += len(passage.text) + 2
        words = re.split(r"\s+", chosen[0].text.strip(' "“'))
        yield {
            "id": f"syn-{number:05}", "title": " ".join(words[:9]).rstrip(",.;:") + " …",
            "date": f"{year}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
            "url": f"https://news.example/{year}/{number}",
            "tags": sorted(tags.values(), key=lambda t: (t["family"] != "motive",
                                                         -t["probability"])),
        }


def passage_tags(
    passage: CodedPassage, start: int, rng: random.Random, family: dict[str, str],
    threshold_by_label: dict[str, float],
) -> Iterator[dict[str, Any]]:
    """A tag a coded label, with the sentence around its first evidence phrase."""
    text = passage.text
    for label, coding in passage.labels.items():
        at = max(0, text.find(coding.evidence[0])) if coding.evidence else 0
        stop = at + len(coding.evidence[0]) if coding.evidence else len(text)
        first = max(text.rfind(mark, 0, at) + 2 for mark in (". ", "? ", "! "))
        first = first if first > 1 else 0
        last = text.find(". ", stop) + 1 or len(text)
        terms = [
            {"term": found[0].lower(), "span": [start + found.start(), start + found.end()],
             "contribution": round(rng.uniform(0.1, 0.7) if at <= found.start() < stop
                                   else rng.gauss(0, 0.03), 4)}
            for found in _WORD.finditer(text, first, last)
        ][:40]  # fmt: skip
        threshold = threshold_by_label.get(label, 0.5)
        score = round(sum(t["contribution"] for t in terms) - 0.9, 4)
        yield {
            "label": label, "family": family[label], "threshold": threshold,
            "probability": round(threshold + (1 - threshold) * rng.betavariate(2, 2), 4),
            "status": coding.status,
            "evidence": [{
                "span": [start + first, start + last], "quote": text[first:last],
                "terms": sorted(terms, key=lambda t: -abs(t["contribution"]))[:12],
                "score": score, "intercept": -0.9,
            }],
        }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("-n", type=int, default=2000, help="articles")
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with open(options.output, "wb") as file:
        for row in rows(options.n, options.seed):
            file.write(msgspec.json.encode(row) + b"\n")


if __name__ == "__main__":
    main()
