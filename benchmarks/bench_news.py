"""The engine beside scikit-learn on real news, where it lies beside the project.

    python -m benchmarks news

20,358 paragraphs of one article each (../shared/external/news_background.jsonl.gz): fitted on
a half, timed on the other. New text: every paragraph once, the memory full of the other half's
words. Cold: nothing remembered. The same for invented articles cut to paragraphs as long.
"""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import numpy as np

from vectorclf.benchmarking import corpus, measure, pipelines

NEWS = Path(__file__).parents[2] / "shared" / "external" / "news_background.jsonl.gz"
ROUNDS, PART = 5, 1500


def _pipelines(texts: list[str]):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_union

    n = pipelines.N_FEATURES
    word = TfidfVectorizer(ngram_range=(1, 2), max_features=n)
    char = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), max_features=n)
    yield "word", pipelines._pipeline(word, texts, pipelines.N_LABELS)
    union = make_union(TfidfVectorizer(ngram_range=(1, 2), max_features=n), char)
    yield "word + char_wb", pipelines._pipeline(union, texts, pipelines.N_LABELS)


def _ratio(pipeline, make, texts: list[str]) -> tuple[float, float]:
    """Times scikit-learn's speed, and MB/s: medians over rounds of other texts each."""
    ratios, rates = [], []
    for r in range(ROUNDS):
        part = texts[r * PART : (r + 1) * PART]
        predictor = make()
        fast = measure.seconds(lambda: predictor.decision_function(part))  # noqa: B023
        slow = measure.seconds(lambda: pipeline.decision_function(part))  # noqa: B023
        ratios.append(slow / fast)
        rates.append(measure.megabytes(part) / fast)
    return float(np.median(ratios)), float(np.median(rates))


def _new_words(texts: list[str], others: list[str]) -> float:
    """Share of the white-space separated words that `others` do not have, each once."""
    known = {word for text in others for word in text.lower().split()}
    words = [word for text in texts for word in text.lower().split()]
    return len(set(words) - known) / len(words)


def _rows(name: str, texts: list[str]) -> list[dict]:
    from vectorclf.compile import compile
    from vectorclf.predictor import BatchPredictor

    half = len(texts) // 2
    others, new = texts[:half], texts[half:]
    rows = []
    for kind, pipeline in _pipelines(others):
        warm = compile(pipeline)
        warm.decision_function(others)

        def cold(model=warm.compiled):
            predictor = BatchPredictor(model)
            predictor.decision_function([""])
            return predictor

        some = new[-200:]
        difference = np.abs(warm.decision_function(some) - pipeline.decision_function(some))
        for memory, make in (("warm", lambda: warm), ("cold", cold)):  # noqa: B023
            times, rate = _ratio(pipeline, make, new)
            rows.append(
                {
                    "texts": name, "features": kind, "memory": memory,
                    "times scikit-learn": times, "MB/s": rate,
                    "new words": _new_words(new[:3000], others),
                    "largest difference": float(difference.max()),
                }
            )  # fmt: skip
            print(rows[-1])
    return rows


def run() -> list[dict]:
    rows = []
    length = 358
    if NEWS.exists():
        with gzip.open(NEWS, "rt", encoding="utf-8") as lines:
            texts = [json.loads(line)["text"] for line in lines]
        random.Random(0).shuffle(texts)
        length = round(1e6 * measure.megabytes(texts) / len(texts))
        rows += _rows(f"real news, {length} bytes", texts)
    else:
        rows.append({"texts": f"not measured: no {NEWS.name}"})
    n = 2 * (ROUNDS * PART + 500)
    rows += _rows(f"invented news, {length} bytes", corpus.articles(n, length, seed=11))
    return rows
