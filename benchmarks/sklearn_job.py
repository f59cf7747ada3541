"""The same batch job as a careful scikit-learn script, for the end-to-end ratio.

    python -m benchmarks.sklearn_job IN.jsonl OUT.jsonl

It holds the shipped model as scikit-learn objects (vocabulary, idf, coefficients), reads and
writes with msgspec, takes sentences and windows from `vectorclf` (a favour to it), transforms a
whole chunk of sentences at once, multiplies sparse by dense, and looks for evidence only where
there is a tag. Its tags are those of ``vectorclf tag`` but for those that a denial takes away.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import msgspec
import numpy as np
from scipy.sparse import hstack, vstack

from vectorclf.calibration import scores_at
from vectorclf.features import feature_parts, make_features
from vectorclf.model import load_model
from vectorclf.passages import segment
from vectorclf.recipe import Recipe
from vectorclf.tagger import default_model
from vectorclf.texts import utf8
from vectorclf.windows import slide

CHUNK = 256
"""Articles at once; more is slower: the matrices leave the cache."""


class SklearnTagger:
    """The shipped model on scikit-learn's own vectorizers."""

    def __init__(self) -> None:
        model = load_model(default_model())
        arrays = model.compiled.arrays
        self.terms = model.compiled.terms()
        recipe = Recipe(**model.training["recipe"])
        self.parts, first = [], 0
        for b, (part, weight) in enumerate(feature_parts(make_features(recipe)).values()):
            size = model.compiled.spec["blocks"][b]["n_features"]
            vectorizer = part[0].set_params(vocabulary=self.terms[first : first + size])
            vectorizer.idf_ = arrays[f"block{b}.idf"]
            self.parts.append((vectorizer, weight))
            first += size
        self.power = recipe.pivot
        self.coef_t = np.asarray(arrays["coef_t"], dtype=np.float64)
        self.intercept = arrays["intercept"]
        self.rule = model.rule
        self.slope, self.offset = model.slope, model.offset
        point = model.operating_point("balanced")
        self.cuts = scores_at(np.array(point.thresholds), self.slope, self.offset)
        self.opening = scores_at(np.array(point.first), self.slope, self.offset)
        self.labels = model.codebook.labels

    def features(self, texts: list[str]):
        made = []
        for vectorizer, weight in self.parts:
            X = vectorizer.transform(texts)
            norms = np.sqrt(np.asarray(X.multiply(X).sum(axis=1)).ravel())
            norms[norms == 0] = 1
            X.data *= np.repeat(weight * norms**-self.power, np.diff(X.indptr))
            made.append(X)
        return hstack(made, format="csr")

    def tag(self, texts: list[str]) -> Iterator[list[dict]]:
        """Tags of each text, with evidence."""
        sentences, spans, owners, passages, passage_spans = [], [], [], [], []
        for number, text in enumerate(texts):
            for passage in segment(text):
                for a, b in passage.sentences:
                    sentences.append(text[a:b])
                    spans.append((a, b))
                    owners.append(number)
                    passages.append(len(passage_spans))
                passage_spans.append((number, *passage.span))
        owner, passage_of = np.array(owners), np.array(passages)
        X = self.features(sentences)
        scores = X @ self.coef_t + self.intercept
        if self.rule.gate:
            scores = scores[:, :-1]
        X, parts = self._raise(sentences, spans, X, scores)
        if self.rule.gate:
            opened = np.zeros(len(texts), dtype=bool)
            opened[owner[(scores >= self.opening).any(axis=1)]] = True
            wanted = np.unique(passage_of[opened[owner] & (scores >= self.cuts).any(axis=1)])
            if len(wanted):
                bodies = [texts[n][a:b] for n, a, b in (passage_spans[k] for k in wanted)]
                whole = np.minimum(self.features(bodies) @ self.coef_t + self.intercept, 0)
                penalties = np.zeros((len(passage_spans), scores.shape[1]))
                penalties[wanted] = (
                    self.rule.gate * whole[:, -1:] + self.rule.passage * whole[:, :-1])
                scores = scores + penalties[passage_of]
        bounds = np.searchsorted(owner, np.arange(len(texts) + 1))
        for number in range(len(texts)):
            own = scores[bounds[number] : bounds[number + 1]]
            tags = []
            if not (own >= self.opening).any():
                yield tags
                continue
            for column in np.flatnonzero((own >= self.cuts).any(axis=0)):
                ranked = np.argsort(-own[:, column], kind="stable")[:3]
                ranked = ranked[own[ranked, column] >= self.cuts[column]]
                best = own[ranked[0], column]
                p = 1 / (1 + np.exp(-(best * self.slope[column] + self.offset[column])))
                tags.append({
                    "label": self.labels[column].id, "probability": float(p),
                    "evidence": [
                        self._evidence(texts[number], X, spans[k], *parts[k, column], column)
                        for k in bounds[number] + ranked
                    ],
                })  # fmt: skip
            yield tags

    def _raise(self, sentences: list[str], spans: list, X, scores: np.ndarray):
        """Raise scores to those of windows; their features below the sentences', and what counts.

        That is, by sentence and label: a row of the features, and where its text begins.
        """
        parts = np.zeros((*scores.shape, 2), dtype=np.int64)
        parts[:, :, 0] = np.arange(len(sentences))[:, None]
        parts[:, :, 1] = np.array([a for a, _ in spans]).reshape(-1, 1)
        close = np.flatnonzero((scores >= self.rule.window_floor).any(axis=1))
        if not self.rule.window or not len(close):
            return X, parts
        data, starts, ends = utf8([sentences[k] for k in close])
        windows = slide(data, starts, ends, self.rule)
        if not len(windows.units):
            return X, parts

        before = windows._replace(starts=starts[windows.units], ends=windows.starts).texts(data)
        found = self.features(windows.texts(data))
        raised = (found @ self.coef_t + self.intercept)[:, : scores.shape[1]]
        places = zip(close[windows.units], map(len, before), strict=True)
        for w, (k, offset) in enumerate(places):
            higher = raised[w] > scores[k]
            scores[k, higher] = raised[w, higher]
            parts[k, higher] = len(sentences) + w, spans[k][0] + offset
        return vstack([X, found], format="csr"), parts

    def _evidence(
        self, text: str, X, span: tuple[int, int], row: int, begin: int, column: int
    ) -> dict:
        a, b = span
        part = slice(X.indptr[row], X.indptr[row + 1])
        shares = X.data[part] * self.coef_t[X.indices[part], column]
        begin = int(begin)
        lowered = text[begin:b].lower()
        terms = []
        for k in np.argsort(-np.abs(shares))[:12]:
            term = self.terms[X.indices[part][k]]
            at = begin + lowered.find(term)
            terms.append({"term": term, "span": (at, at + len(term)),
                          "contribution": float(shares[k])})  # fmt: skip
        return {"span": (a, b), "quote": text[a:b], "terms": terms}


def run(source: Path, target: Path) -> float:
    """Tag a file; seconds it took, without loading the model."""
    tagger = SklearnTagger()
    list(tagger.tag(["He was paid in cash for the files."]))
    decode, encode = msgspec.json.Decoder().decode, msgspec.json.Encoder().encode
    started = time.perf_counter()
    with open(source, "rb") as lines, open(target, "wb") as out:
        while chunk := [decode(line) for line in islice(lines, CHUNK)]:
            tagged = tagger.tag([row["text"] for row in chunk])
            for row, tags in zip(chunk, tagged, strict=True):
                del row["text"]
                row["tags"] = tags
                out.write(encode(row) + b"\n")
    return time.perf_counter() - started


if __name__ == "__main__":
    paths = Path(sys.argv[1]), Path(sys.argv[2])
    seconds = run(*paths)
    print(f"{paths[0].stat().st_size / seconds / 1e6:.2f} MB/s")
