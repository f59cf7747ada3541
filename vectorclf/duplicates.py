"""Near-duplicate texts, by exact Jaccard similarity of their word shingles."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

_WORD = re.compile(r"\w+")


def shingles(text: str, n: int = 5) -> frozenset[tuple[str, ...]]:
    """All runs of `n` words, lower case; a shorter text is one shingle."""
    words = _WORD.findall(text.lower())
    if len(words) <= n:
        return frozenset([tuple(words)])
    return frozenset(tuple(words[i : i + n]) for i in range(len(words) - n + 1))


def near_duplicates(
    texts: Sequence[str], *, threshold: float = 0.3, n: int = 5
) -> list[tuple[int, int, float]]:
    """Pairs of texts whose shingle sets have a Jaccard similarity above `threshold`.

    Parameters
    ----------
    texts : sequence of str
    threshold : float
        In [0, 1).
    n : int
        Words in a shingle.

    Returns
    -------
    pairs : list of (i, j, similarity)
        With i < j, in order. Exact (Broder 1997 without the sketch): only pairs that share a
        shingle are compared, so the cost grows with the overlap there is.
    """
    sets = [shingles(text, n) for text in texts]
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    shared: Counter[tuple[int, int]] = Counter()
    for j, shingle_set in enumerate(sets):
        for shingle in shingle_set:
            for i in holders[shingle]:
                shared[i, j] += 1
            holders[shingle].append(j)
    pairs = []
    for (i, j), both in shared.items():
        similarity = both / (len(sets[i]) + len(sets[j]) - both)
        if similarity > threshold:
            pairs.append((i, j, similarity))
    return sorted(pairs)
