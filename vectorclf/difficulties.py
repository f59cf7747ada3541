"""What makes labeled texts hard, or impossible, to learn from: a line each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from vectorclf.calibration import MIN_POSITIVES
from vectorclf.errors import DatasetError
from vectorclf.labeled import LabeledTexts


def difficulties(data: LabeledTexts, label_ids: Sequence[str]) -> list[str]:
    """What makes the data hard to learn from, one line each.

    Raises
    ------
    DatasetError
        What makes it impossible.
    """
    if not len(data):
        raise DatasetError("expected texts to learn from, got none")
    if len(set(data.groups)) < 2:
        raise DatasetError(
            f"expected at least two groups, got one: {data.groups[0]!r}",
            remedy="name the column of the case or document with --group-key",
        )
    counts = Counter(x for row in data.labels for x in row)
    if not counts:
        raise DatasetError("expected at least one label, got none")
    hard = []
    empty = sum(not text.strip() for text in data.texts)
    if empty:
        hard.append("one text is empty; it teaches nothing" if empty == 1 else
                    f"{empty} texts are empty; they teach nothing")
    if n := contradictory(data):
        hard.append("one text stands several times with different labels; all are used" if n == 1
                    else f"{n} texts stand several times with different labels; all are used")
    for label in label_ids:
        n = counts.get(label, 0)
        if n == 0:
            hard.append(f"{label}: no positive text; it will never be tagged")
        elif n == len(data):
            hard.append(f"{label}: every text has it; it will always be tagged")
        elif n < MIN_POSITIVES:
            texts = "text" if n == 1 else "texts"
            hard.append(f"{label}: {n} positive {texts}, under {MIN_POSITIVES}; "
                        "too few to tell how well it is found")
    return hard


def contradictory(data: LabeledTexts) -> int:
    """How many distinct texts stand several times, with different labels."""
    by_text: dict[str, set[frozenset[str]]] = {}
    for text, row in zip(data.texts, data.labels, strict=True):
        by_text.setdefault(text, set()).add(frozenset(row))
    return sum(len(sets) > 1 for sets in by_text.values())
