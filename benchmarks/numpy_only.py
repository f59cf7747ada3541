"""Word (1,2) TF-IDF and linear scores with NumPy alone: what vectorising without a compiler gives.

Exact on ASCII; takes every other byte for a letter as it stands. For comparison only.
"""

from __future__ import annotations

import numpy as np

_PRIME = np.uint64(1099511628211)


class NumpyScorer:
    """Hashes of tokens from prefix sums, looked up in sorted arrays, summed per text."""

    def __init__(self, pipeline) -> None:
        vectorizer, ovr = pipeline[0], pipeline[-1]
        self.coef_t = np.vstack([e.coef_ for e in ovr.estimators_]).T.astype(np.float32)
        self.intercept = np.array([e.intercept_[0] for e in ovr.estimators_], dtype=np.float32)
        self.idf = vectorizer.idf_.astype(np.float32)
        codes = np.arange(256, dtype=np.uint8)
        is_letter = np.array([chr(c).isalnum() or chr(c) == "_" or c > 127 for c in codes])
        self.lower = np.where((codes >= 65) & (codes <= 90), codes + 32, codes).astype(np.uint8)
        self.is_letter = is_letter
        n = 1 << 21
        self.powers = np.multiply.accumulate(np.full(n, _PRIME, dtype=np.uint64))
        # inverse powers turn differences of prefix sums into hashes free of their position
        inverse = np.uint64(pow(int(_PRIME), -1, 2**64))
        self.inverses = np.multiply.accumulate(np.full(n, inverse, dtype=np.uint64))
        terms = vectorizer.get_feature_names_out()
        hashes = np.array([self._hash_of(term) for term in terms], dtype=np.uint64)
        self.order = np.argsort(hashes)
        self.hashes = hashes[self.order]

    def _hash_of(self, term: str) -> np.uint64:
        _, tokens = self._tokens(np.frombuffer(term.encode(), dtype=np.uint8))
        return tokens[0] if len(tokens) == 1 else self._pair(tokens[:-1], tokens[1:])[0]

    @staticmethod
    def _pair(first, second):
        return (first * np.uint64(0x9E3779B97F4A7C15)) ^ (second + np.uint64(0x632BE59BD9B4E019))

    def _tokens(self, data):
        lowered = self.lower[data]
        letters = np.concatenate([[False], self.is_letter[data], [False]])
        edges = np.flatnonzero(letters[1:] != letters[:-1])
        starts, ends = edges[::2], edges[1::2]
        keep = ends - starts > 1
        starts, ends = starts[keep], ends[keep]
        sums = np.zeros(len(data) + 1, dtype=np.uint64)
        np.cumsum(lowered.astype(np.uint64) * self.powers[: len(data)], out=sums[1:])
        return starts, (sums[ends] - sums[starts]) * self.inverses[starts]

    def decision_function(self, texts):
        return np.concatenate([self._chunk(texts[i : i + 64]) for i in range(0, len(texts), 64)])

    def _chunk(self, texts):
        parts = [text.encode() for text in texts]
        data = np.frombuffer(b"\n".join(parts), dtype=np.uint8)
        ends = np.cumsum([len(part) + 1 for part in parts])
        starts, tokens = self._tokens(data)
        rows = np.searchsorted(ends, starts, side="right")
        same = rows[1:] == rows[:-1]
        keys = np.concatenate([tokens, self._pair(tokens[:-1], tokens[1:])[same]])
        rows = np.concatenate([rows, rows[1:][same]])
        places = np.minimum(np.searchsorted(self.hashes, keys), len(self.hashes) - 1)
        known = self.hashes[places] == keys
        cells, counts = np.unique(
            rows[known].astype(np.int64) * len(self.idf) + self.order[places[known]],
            return_counts=True,
        )
        rows, features = cells // len(self.idf), cells % len(self.idf)
        values = counts * self.idf[features]
        norms = np.sqrt(np.bincount(rows, values**2, len(texts)))
        values = (values / norms[rows]).astype(np.float32)
        bounds = np.searchsorted(rows, np.arange(len(texts)))
        out = np.add.reduceat(values[:, np.newaxis] * self.coef_t[features], bounds % len(rows))
        out[norms == 0] = 0
        return out + self.intercept
