"""Texts that stand on both sides of a split: a figure measured across them flatters."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from vectorclf.duplicates import near_duplicates, shingles
from vectorclf.errors import DatasetError
from vectorclf.labeled import LabeledTexts

MIN_REPEATED_WORDS = 8  # shorter texts ("See the appendix.") may stand in two groups
MAX_JACCARD = 0.8  # of runs of five words; more is a copy with a word changed
MIN_SKETCHED_WORDS = 20
_ROW = re.compile(r"row \d+")  # the group of a text in a file without groups


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


def fingerprints(data: LabeledTexts) -> np.ndarray:
    """What a model keeps of the texts it learns from, to know them again.

    Returns
    -------
    fingerprints : ndarray of uint64, ascending, distinct
        Of the texts, of some runs of words in them, and of the names of their groups.
    """
    found = np.concatenate([
        text_fingerprints(data.texts), sketches(data.texts).ravel(),
        group_fingerprints(data.groups),
    ])
    return np.unique(found[found != 0])


def text_fingerprints(texts: Sequence[str]) -> np.ndarray:
    """A number a text, the same for texts that differ in case and white space alone.

    Returns
    -------
    fingerprints : ndarray of shape (n_texts,), uint64
        The first 8 bytes of a BLAKE2 hash; 0 for texts of under MIN_REPEATED_WORDS words, which
        may recur.
    """
    return np.array([
        _hash(" ".join(words)) if len(words) >= MIN_REPEATED_WORDS else 0
        for words in (text.casefold().split() for text in texts)
    ], dtype=np.uint64)


def sketches(texts: Sequence[str]) -> np.ndarray:
    """Runs of five words of each text, three together, chosen so that near-copies share some.

    Returns
    -------
    sketches : ndarray of shape (n_texts, 4), uint64
        Of the four runs with the smallest hashes (bottom-k sketch: Broder 1997) each three
        together, since single runs recur in texts that are no copies; 0 for texts of under
        MIN_SKETCHED_WORDS words, where a set phrase is much of the text.
    """
    found = np.zeros((len(texts), 4), dtype=np.uint64)
    for i, text in enumerate(texts):
        if len(text.split()) >= MIN_SKETCHED_WORDS:
            runs = sorted((" ".join(run) for run in shingles(text)), key=_hash)[:4]
            if len(runs) == 4:  # else words without a letter, or one run over and over
                found[i] = [_hash("\n".join(three)) for three in combinations(runs, 3)]
    return found


def group_fingerprints(groups: Sequence[str]) -> np.ndarray:
    """A number a group, shape (n_texts,), uint64; 0 for a row that stands for itself."""
    return np.array([0 if _ROW.fullmatch(group) else _hash(group, b"group") for group in groups],
                    dtype=np.uint64)


def _hash(text: str, kind: bytes = b"") -> int:
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8, person=kind)
    return int.from_bytes(digest.digest(), "little")


def learned_from(texts: Sequence[str], learned: np.ndarray) -> np.ndarray:
    """Which of the texts, or near-copies of them, a model that keeps `fingerprints` has seen.

    Returns
    -------
    mask : ndarray of shape (n_texts,), bool
    """
    found = np.column_stack([text_fingerprints(texts), sketches(texts)])
    return (np.isin(found, learned) & (found != 0)).any(axis=1)


def of_learned_groups(groups: Sequence[str], learned: np.ndarray) -> np.ndarray:
    """Which texts are of a group that a model that keeps `fingerprints` has learned from.

    Returns
    -------
    mask : ndarray of shape (n_texts,), bool
    """
    found = group_fingerprints(groups)
    return np.isin(found, learned) & (found != 0)


def repeated(data: LabeledTexts) -> np.ndarray:
    """Texts that stand, but for a word or so, in an earlier group too: row numbers, ascending."""
    return np.array(sorted({j for _, j in _repeats(data)}), dtype=np.int64)


def without_repeats(data: LabeledTexts) -> LabeledTexts:
    """The texts without those that stand, but for a word or so, in an earlier group too."""
    return data.take(np.setdiff1d(np.arange(len(data)), repeated(data)))


def _repeats(data: LabeledTexts) -> Iterator[tuple[int, int]]:
    """(first, later) rows that are copies in two groups."""
    return ((i, j) for i, j in _copies(data.texts) if data.groups[i] != data.groups[j])


def _copies(texts: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """(first, later) near-duplicates; short texts may recur."""
    long = [i for i, text in enumerate(texts) if len(text.split()) >= MIN_REPEATED_WORDS]
    for i, j, _ in near_duplicates([texts[i] for i in long], threshold=MAX_JACCARD):
        yield long[i], long[j]
