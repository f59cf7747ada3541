"""Where a text's features stand in it, and what each occurrence is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from vectorclf import _kernels
from vectorclf import _layout as at
from vectorclf._index import Index
from vectorclf._scratch import new_scratch
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
        As people read them: a star stands for the rest of a word cut short.
    starts, ends : ndarray of shape (n,), int32, characters of the text
    shares : ndarray of shape (n,), float32
        The feature's final value divided equally among its occurrences (dimensionless).
    """

    features: np.ndarray
    terms: list[str]
    starts: np.ndarray
    ends: np.ndarray
    shares: np.ndarray


class Occurrences(NamedTuple):
    """`FeatureOccurrences` of many texts end to end, without the terms.

    Attributes
    ----------
    bounds : ndarray of shape (n_texts + 1,), int64
        Those of text k are ``[bounds[k]:bounds[k + 1]]`` of the others.
    features, starts, ends : ndarray of shape (n,), int32
    shares : ndarray of shape (n,), float32
    """

    bounds: np.ndarray
    features: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    shares: np.ndarray


class Places:
    """Finds the features of texts of up to `longest` bytes."""

    def __init__(self, index: Index, longest: int) -> None:
        self.index = index
        self._strips = any(accents for _, accents in index.variants)
        self._make_room(longest)

    def _make_room(self, longest: int) -> None:
        meta = self.index.meta
        capacity = 64
        for b in range(int(meta[at.N_BLOCKS])):
            block = meta[at.BLOCKS + at.BLOCK_STRIDE * b :]
            capacity += (longest + 2) * int(
                block[at.MAX_N] - block[at.MIN_N] + block[at.MAX_SKIP] + 1
            )
        self.longest = longest
        self.scratch = new_scratch(self.index, longest + 64, capacity)
        self.ids = np.empty(capacity, dtype=np.int32)
        self.places = np.empty((capacity, 3), dtype=np.int32)
        self.shares = np.empty(capacity)

    def _run(self, data, starts, ends, prepared: bool) -> int:
        index, scratch = self.index, self.scratch
        return int(_kernels.place_row(
            data, starts, ends, prepared, index.meta, index.blob,
            scratch.meta, scratch.blob, self.ids, self.places, self.shares,
        ))  # fmt: skip

    def find(self, texts: Sequence[str], data, starts, ends) -> Occurrences:
        """The features of texts, which are ``data[starts[k]:ends[k]]`` in UTF-8."""
        ids, places, shares = [], [], []
        prepared: dict[int, np.ndarray] = {}
        for k, text in enumerate(texts):
            n = -1
            if not self._strips:
                n = self._run(data, starts[k : k + 1], ends[k : k + 1], False)
            if n < 0:
                prepared[k] = self._find_prepared(text)
                n = len(prepared[k])
            ids.append(self.ids[:n].copy())
            places.append(self.places[:n, 1:].copy())
            shares.append(self.shares[:n].copy())
        sizes = [len(each) for each in ids]
        bounds = np.zeros(len(ids) + 1, dtype=np.int64)
        np.cumsum(sizes, out=bounds[1:])
        if not bounds[-1]:
            none = np.empty(0, dtype=np.int32)
            return Occurrences(bounds, none, none, none, none.astype(np.float32))
        begin = np.repeat(starts, sizes)[:, np.newaxis]
        for k in prepared:  # their places are no bytes of `data`
            places[k][:] = 0
        at_byte = _char_by_byte(data)
        spans = at_byte[begin + np.concatenate(places)] - at_byte[begin]
        for k, own in prepared.items():
            spans[bounds[k] : bounds[k + 1]] = own
        return Occurrences(
            bounds, self.index.feature_by_id[np.concatenate(ids)].astype(np.int32), spans[:, 0],
            spans[:, 1], np.concatenate(shares).astype(np.float32),
        )

    def _find_prepared(self, text: str) -> np.ndarray:
        """First and end characters of the features of a text that Python has to prepare."""
        made = [_prepare_with_origins(text, *variant) for variant in self.index.variants]
        data, starts, ends = utf8([prepared for prepared, _ in made])
        if int((ends - starts).max()) > self.longest:
            self._make_room(int((ends - starts).max()))
        n = self._run(data, starts, ends, True)
        spans = np.empty((n, 2), dtype=np.int32)
        n_blocks = int(self.index.meta[at.N_BLOCKS])
        for b in range(n_blocks):
            v = int(self.index.meta[at.BLOCKS + at.BLOCK_STRIDE * b + at.VARIANT])
            rows = np.flatnonzero(self.places[:n, 0] == b)
            at_byte = _char_by_byte(data[starts[v] : ends[v]])
            origins = np.array([*made[v][1], len(text)], dtype=np.int32)
            spans[rows, 0] = origins[at_byte[self.places[rows, 1]]]
            # the end is after the origin of the last character, not before the next one's
            spans[rows, 1] = origins[at_byte[self.places[rows, 2]] - 1] + 1
        return spans


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
