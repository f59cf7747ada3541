"""News-like JSONL of any size for the job benchmarks, some of it about cases.

Paragraphs are drawn, with a seed, from ``../shared/external/news_background.jsonl.gz`` where it
exists, else made by `vectorclf.benchmarking.corpus`; cases come from the coded dataset.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
NEWS = ROOT.parent / "shared" / "external" / "news_background.jsonl.gz"
ARTICLE_BYTES = 5600
"""Mean of real news articles."""
SHARE_OF_CASES = 0.077
"""With the ordinary news that the model tags, about one article in ten has a tag."""


def paragraphs() -> tuple[list[str], str]:
    """(paragraphs, where they are from)."""
    if NEWS.exists():
        with gzip.open(NEWS, "rt", encoding="utf-8") as file:
            return [json.loads(line)["text"] for line in file], "real news paragraphs"
    from vectorclf.benchmarking.corpus import articles

    return [p for a in articles(500, ARTICLE_BYTES) for p in a.split("\n\n")], "seeded corpus"


def cases() -> list[str]:
    """Coded passages with a label."""
    found = []
    for path in sorted((ROOT / "datasets" / "recruitment" / "passages").glob("*.jsonl")):
        with open(path, encoding="utf-8") as file:
            found += [row["text"] for row in map(json.loads, file) if row["labels"]]
    return found


def write_input(path: Path, n_bytes: int, *, seed: int = 0) -> str:
    """Write articles of about `n_bytes` in all; what they were made of."""
    rng = np.random.default_rng(seed)
    pool, origin = paragraphs()
    passages = cases()
    written = number = 0
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        while written < n_bytes:
            size = int(ARTICLE_BYTES * rng.uniform(2 / 3, 4 / 3))
            parts: list[str] = []
            while size > 0:
                parts.append(pool[rng.integers(len(pool))])
                size -= len(parts[-1])
            if passages and rng.random() < SHARE_OF_CASES:
                parts.insert(int(rng.integers(len(parts))), passages[rng.integers(len(passages))])
            row = {"id": f"n{number}", "title": parts[0][:60], "date": "2024-03-19",
                   "text": "\n\n".join(parts), "source": "benchmark"}  # fmt: skip
            written += file.write(json.dumps(row, ensure_ascii=False) + "\n")
            number += 1
    return origin
