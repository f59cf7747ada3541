"""Texts that stand on both sides of a split: a figure measured across them flatters."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import numpy as np

from vectorclf.duplicates import near_duplicates
from vectorclf.errors import DatasetError
from vectorclf.labeled import LabeledTexts

MIN_REPEATED_WORDS = 8  # shorter texts ("See the appendix.") may stand in two groups
MAX_JACCARD = 0.8  # of runs of five words; more is a copy with a word changed


def refuse_straddling(data: LabeledTexts) -> None:
    """Raise where the same text stands in two groups: its copies would sit on both sides.

    Raises
    ------
    DatasetError
    """
    for i, j in _repeats(data):
        raise DatasetError(
            f"expected every text in one group, got {data.texts[j][:60]!r} in "
            f"{data.groups[i]!r} and {data.groups[j]!r}",
            remedy="group by document with --group-key, or leave copies out with --drop-repeated",
        )


def refuse_overlap(held_out: LabeledTexts, learned: LabeledTexts) -> None:
    """Raise where a held-out text, or its group, is among those learned from.

    Raises
    ------
    DatasetError
    """
    both = set(held_out.groups) & set(learned.groups)
    if both:
        raise DatasetError(
            f"expected every case on one side of the split, got {min(both)!r} on both",
            remedy="move its texts to one split",
        )
    n = len(held_out)
    texts = held_out.texts + learned.texts
    for i, j in _copies(texts):
        if i < n <= j:
            raise DatasetError(
                f"expected no copies across the split, got {texts[i][:60]!r} and "
                f"{texts[j][:60]!r}",
                remedy="delete one, or put both into one split",
            )


def fingerprints(texts: Sequence[str]) -> np.ndarray:
    """A number a text, the same for texts that differ in case and white space alone.

    Returns
    -------
    fingerprints : ndarray of shape (n_texts,), uint64
        The first 8 bytes of a BLAKE2 hash; 0 for texts of under MIN_REPEATED_WORDS words, which
        may recur.
    """
    found = np.zeros(len(texts), dtype=np.uint64)
    for i, text in enumerate(texts):
        words = text.casefold().split()
        if len(words) >= MIN_REPEATED_WORDS:
            digest = hashlib.blake2b(" ".join(words).encode(), digest_size=8).digest()
            found[i] = int.from_bytes(digest, "little")
    return found


def learned_from(texts: Sequence[str], learned: np.ndarray) -> np.ndarray:
    """Which of the texts are among those that a model keeps the fingerprints of.

    Returns
    -------
    mask : ndarray of shape (n_texts,), bool
    """
    found = fingerprints(texts)
    return np.isin(found, learned) & (found != 0)


def without_repeats(data: LabeledTexts) -> LabeledTexts:
    """The texts without those that stand, but for a word or so, in an earlier group too."""
    repeated = {j for _, j in _repeats(data)}
    return data.take([i for i in range(len(data)) if i not in repeated])


def _repeats(data: LabeledTexts) -> Iterator[tuple[int, int]]:
    """(first, later) rows that are copies in two groups."""
    return ((i, j) for i, j in _copies(data.texts) if data.groups[i] != data.groups[j])


def _copies(texts: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """(first, later) near-duplicates; short texts may recur."""
    long = [i for i, text in enumerate(texts) if len(text.split()) >= MIN_REPEATED_WORDS]
    for i, j, _ in near_duplicates([texts[i] for i in long], threshold=MAX_JACCARD):
        yield long[i], long[j]
