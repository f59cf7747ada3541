"""What evidence costs: tagging with it over deciding alone, in one process.

    python -m benchmarks evidence

News-like articles (see `job_input`), thinned or filled up until the wanted share is tagged. Both
ways take turns on every chunk; the ratio is that of their CPU times, the median over rounds.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from benchmarks.job_input import write_input
from vectorclf.calibration import probabilities
from vectorclf.records import Article
from vectorclf.scoring import scores_over, segment_units, sentences_by_text
from vectorclf.tagger import Tagger, load
from vectorclf.texts import utf8

INPUT_BYTES = 8_000_000
CHUNK = 128
ROUNDS = 9
SHARES = (0.0, 0.1, 0.5)
MAX_RATIO = 1.5
"""At most half as much again, at one article in ten tagged."""


def decide(tagger: Tagger, articles: list[Article]) -> list[list[tuple[str, float]]]:
    """Labels and probabilities of articles, without a word on why."""
    data, starts, ends = utf8([a.text for a in articles])
    segments = segment_units(data, np.append(starts, ends[-1:]), tagger.model.rule.unit)
    reached = scores_over(
        tagger.predictor, data, segments, tagger.model.rule, tagger.cuts)
    rows = np.searchsorted(
        sentences_by_text(segments, len(articles)), reached.sentences, side="right") - 1
    best: dict[tuple[int, int], float] = {}
    for place, score in zip(
        zip(rows.tolist(), reached.columns.tolist(), strict=True), reached.scores.tolist(),
        strict=True,
    ):
        best[place] = max(score, best.get(place, score))
    columns = [column for _, column in best]
    p = probabilities(np.array([*best.values()]), tagger.model.slope[columns],
                      tagger.model.offset[columns])
    found: list[list[tuple[str, float]]] = [[] for _ in articles]
    for (row, column), each in zip(best, p.tolist(), strict=True):
        found[row].append((tagger.labels[column], each))
    return found


def articles_with(share: float, tagged: list[Article], untagged: list[Article]) -> list[Article]:
    """As many articles as there are, `share` of them tagged, mixed by a seed."""
    n = len(untagged)
    n_tagged = round(n * share / (1 - share))
    chosen = [*untagged, *(tagged[k % len(tagged)] for k in range(n_tagged))]
    return [chosen[k] for k in np.random.default_rng(0).permutation(len(chosen))]


def ratios(tagger: Tagger, articles: list[Article], rounds: int = ROUNDS) -> dict[str, float]:
    """CPU seconds of both ways, medians over rounds, and their ratio."""
    chunks = [articles[k : k + CHUNK] for k in range(0, len(articles), CHUNK)]
    pairs = []
    for _ in range(rounds):
        seconds = [0.0, 0.0]
        for chunk in chunks:
            for k, way in enumerate((tagger.tag_chunk, lambda c: decide(tagger, c))):
                start = time.process_time()
                way(chunk)
                seconds[k] += time.process_time() - start
        pairs.append(seconds)
    megabytes = sum(len(a.text.encode()) for a in articles) / 1e6
    return {
        "ratio": statistics.median(a / b for a, b in pairs),
        "with_mb_s": megabytes / min(a for a, _ in pairs),
        "without_mb_s": megabytes / min(b for _, b in pairs),
    }


def run() -> list[dict[str, Any]]:
    """A row a share of tagged articles."""
    tagger = load()
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "articles.jsonl")
        write_input(path, INPUT_BYTES, seed=5)
        read = [msgspec.json.decode(line) for line in path.read_bytes().splitlines()]
    articles = [Article(id=row["id"], text=row["text"]) for row in read]
    has_tag = [bool(t.tags) for t in tagger.tag_many(articles)]
    tagged = [a for a, has in zip(articles, has_tag, strict=True) if has]
    untagged = [a for a, has in zip(articles, has_tag, strict=True) if not has]
    rows = []
    for share in SHARES:
        chosen = articles_with(share, tagged, untagged)
        found = ratios(tagger, chosen)
        rows.append({"tagged": share, "n_articles": len(chosen)}
                    | {k: round(v, 3) for k, v in found.items()})
    return rows
