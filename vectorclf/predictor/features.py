"""Where a text's features stand in it, and what each occurrence is worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vectorclf import _kernels
from vectorclf import _layout as at
from vectorclf._index import Index, new_scratch
from vectorclf.predictor.preparation import prepare
from vectorclf.texts import utf8


@dataclass(frozen=True)
class FeatureOccurrences:
    """Where a text's features stand in it, and what each occurrence is worth.

    The contribution of an occurrence to label j is ``share * coef_t[feature, j]``; all of
    them and the intercept sum to the score.

    Attributes
    ----------
    features : ndarray of shape (n,), int32
    terms : list of str
    starts, ends : ndarray of shape (n,), int32, characters of the text
    shares : ndarray of shape (n,), float32
        The feature's final value divided equally among its occurrences (dimensionless).
    """

    features: np.ndarray
    terms: list[str]
    starts: np.ndarray
    ends: np.ndarray
    shares: np.ndarray


class Places:
    """Finds the features of texts of up to `longest` bytes."""

    def __init__(self, index: Index, longest: int) -> None:
        self.index = index
        self._make_room(longest)

    def _make_room(self, longest: int) -> None:
        meta = self.index.meta
        capacity = 64
        for b in range(int(meta[at.N_BLOCKS])):
            block = meta[at.BLOCKS + at.BLOCK_STRIDE * b :]
            capacity += (longest + 2) * int(block[at.MAX_N] - block[at.MIN_N] + 1)
        self.longest = longest
        self.scratch = new_scratch(self.index, longest + 64, capacity)
        self.ids = np.empty(capacity, dtype=np.int32)
        self.places = np.empty((capacity, 3), dtype=np.int32)
        self.shares = np.empty(capacity)

    def _run(self, data, lo, hi, prepared: bool) -> int:
        index, scratch = self.index, self.scratch
        return int(_kernels.place_row(
            data, lo, hi, prepared, index.meta, index.blob,
            scratch.meta, scratch.blob, self.ids, self.places, self.shares,
        ))  # fmt: skip

    def find(self, text: str, data, lo: int, hi: int):
        """Internal ids, first and end characters, and shares."""
        n = -1
        if not any(accents for _, accents in self.index.variants):
            n = self._run(data, np.array([lo]), np.array([hi]), False)
        if n >= 0:
            at_byte = _char_by_byte(data[lo:hi])
            first, last = at_byte[self.places[:n, 1]], at_byte[self.places[:n, 2]]
            return self.ids[:n].copy(), first, last, self.shares[:n].astype(np.float32)
        made = [_prepare_with_origins(text, *variant) for variant in self.index.variants]
        data, starts, ends = utf8([prepared for prepared, _ in made])
        if int((ends - starts).max()) > self.longest:
            self._make_room(int((ends - starts).max()))
        n = self._run(data, starts, ends, True)
        first, last = np.empty(n, dtype=np.int32), np.empty(n, dtype=np.int32)
        n_blocks = int(self.index.meta[at.N_BLOCKS])
        for b in range(n_blocks):
            v = int(self.index.meta[at.BLOCKS + at.BLOCK_STRIDE * b + at.VARIANT])
            rows = np.flatnonzero(self.places[:n, 0] == b)
            at_byte = _char_by_byte(data[starts[v] : ends[v]])
            origins = np.array([*made[v][1], len(text)], dtype=np.int32)
            first[rows] = origins[at_byte[self.places[rows, 1]]]
            # the end is after the origin of the last character, not before the next one's
            last[rows] = origins[at_byte[self.places[rows, 2]] - 1] + 1
        return self.ids[:n].copy(), first, last, self.shares[:n].astype(np.float32)


def _char_by_byte(data: np.ndarray) -> np.ndarray:
    """Number of the character at every byte of UTF-8, and after the last, int32."""
    numbers = np.zeros(len(data) + 1, dtype=np.int32)
    np.cumsum((data & 0xC0) != 0x80, out=numbers[1:], dtype=np.int32)
    return numbers


def _prepare_with_origins(
    text: str, lowercase: bool, strip_accents: str | None
) -> tuple[str, list[int]]:
    """The prepared text, and the character of `text` each of its characters comes from."""
    origins = list(range(len(text)))
    if lowercase:
        # only U+0130 becomes two characters; every other one stays one
        origins = [i for i, c in enumerate(text) for _ in range(1 + (c == "\u0130"))]
        text = text.lower()
    if strip_accents is None:
        return text, origins
    pieces = [prepare(c, False, strip_accents) for c in text]
    made = [i for i, piece in zip(origins, pieces, strict=True) for _ in piece]
    return "".join(pieces), made
