"""BatchPredictor: texts in, scores out, as scikit-learn's pipeline has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice, pairwise
from threading import Lock
from typing import Any

import numpy as np

from vectorclf import _kernels
from vectorclf import _layout as at
from vectorclf._index import Index, build_index
from vectorclf._scratch import Scratch, new_scratch
from vectorclf.compiled import CompiledModel
from vectorclf.errors import InputError
from vectorclf.predictor.features import FeatureOccurrences, Occurrences, Places
from vectorclf.predictor.preparation import prepare
from vectorclf.predictor.probabilities import probabilities
from vectorclf.texts import as_texts, read_only, utf8

_STEP_ROWS = 1024
"""Spans scored in one go: their scores in double precision are still in the cache when they are
made single, a tenth of the time."""
_KEPT_BYTES = 4096
"""Working memory for the places of features is kept for texts up to this size."""


class TermByFeature(dict[int, str]):
    """Terms of a model's features as people read them, each made when it is first asked for.

    A star stands for the rest of a word of which the first characters alone count.
    """

    def __init__(self, compiled: CompiledModel) -> None:
        self._blocks = []  # first feature, characters kept or 0, terms, offsets
        first = 0
        for b, block in enumerate(compiled.spec["blocks"]):
            kept = (block["token"] or {}).get("max_chars") or 0
            views = [memoryview(compiled.arrays[f"block{b}.{name}"])
                     for name in ("terms", "offsets")]
            self._blocks.append((first, kept, *views))
            first += block["n_features"]
        self._blocks.reverse()

    def __missing__(self, feature: int) -> str:
        first, kept, terms, offsets = next(each for each in self._blocks if feature >= each[0])
        i = feature - first
        term = str(terms[offsets[i] : offsets[i + 1]], "utf-8", "surrogatepass")
        if kept:
            term = " ".join([word + "*" if len(word) == kept else word
                             for word in term.split(" ")])
        self[feature] = term
        return term


class BatchPredictor:
    """A compiled pipeline: `decision_function`, `predict_proba`, `predict` of texts.

    Thread-safe; releases the GIL while it scores; holds a chunk of the texts at a time.
    A row's scores depend on the row alone, bit for bit.

    Parameters
    ----------
    compiled : CompiledModel
    n_threads : int, default=1
        Threads that share the chunks of one call.

    Attributes
    ----------
    classes_ : ndarray
    n_features : int
    compiled : CompiledModel
    term_by_feature : dict of int to str
        Filled as terms are asked for.
    """

    def __init__(self, compiled: CompiledModel, *, n_threads: int = 1) -> None:
        self.compiled = compiled
        self.n_threads = n_threads
        self._index: Index = build_index(compiled)
        self._scratches: list[Scratch] = []  # append and pop are atomic
        self._places: list[Places] = []
        classifier = compiled.spec["classifier"]
        self._classifier = classifier
        self.classes_ = np.array(classifier["classes"], dtype=classifier["classes_dtype"])
        self.n_features, self._n_labels = compiled.arrays["coef_t"].shape
        self._terms: list[str] | None = None
        self.term_by_feature = TermByFeature(compiled)

    # --- scores ---------------------------------------------------------------------------

    def _run(self, data, starts, ends, out, statuses, prepared=False) -> None:
        """Fill `out` and `statuses`; a longer window is made where one is needed."""
        index = self._index
        try:
            scratch = self._scratches.pop()
        except IndexError:
            scratch = new_scratch(index)
        first = 0
        while True:
            first = int(_kernels.score_rows(
                data, starts, ends, prepared, index.meta, index.blob,
                scratch.meta, scratch.blob, out, statuses, first,
            ))  # fmt: skip
            if first == len(statuses):
                break
            scratch = self._longer(scratch, starts, ends, first, prepared)
        if int(scratch.meta[at.CAP]) == at.WINDOW:
            self._scratches.append(scratch)

    def _longer(self, scratch: Scratch, starts, ends, row: int, prepared: bool) -> Scratch:
        """Scratch with room for the whole of `row`; used once, then dropped."""
        n = len(self._index.variants) if prepared else 1
        longest = int((ends[row * n : (row + 1) * n] - starts[row * n : (row + 1) * n]).max())
        del scratch
        return new_scratch(self._index, longest + 64)

    def _score(self, data, starts, ends, first_row=0, room=None) -> np.ndarray:
        """Scores of byte slices, float64; rows Python must lower-case take a second run.

        They are written to the first rows of `room` where there is one.
        """
        out = np.empty((len(starts), self._n_labels)) if room is None else room[: len(starts)]
        statuses = np.zeros(len(starts), dtype=np.uint8)
        if self._needs_python:
            self._run_python(data, starts, ends, out, range(len(starts)), first_row)
            return out
        self._run(data, starts, ends, out, statuses)
        if statuses.any():
            rows = np.flatnonzero(statuses)
            self._run_python(data, starts, ends, out, rows, first_row)
        return out

    @property
    def _needs_python(self) -> bool:
        return any(accents for _, accents in self._index.variants)

    def _run_python(self, data, starts, ends, out, rows, first_row) -> None:
        """Score rows that the kernel cannot lower-case or strip of accents itself."""
        texts = []
        for row in rows:
            raw = data[starts[row] : ends[row]].tobytes()
            try:
                text = raw.decode()
            except UnicodeDecodeError as error:
                raise InputError(
                    f"expected UTF-8, got {error.reason} at byte {error.start}",
                    place=f"texts[{first_row + row}]",
                ) from None
            texts += [prepare(text, *variant) for variant in self._index.variants]
        found = np.empty((len(rows), self._n_labels))
        self._run(*utf8(texts), found, np.zeros(len(rows), dtype=np.uint8), True)
        out[rows] = found

    def score_spans(self, data, starts, ends, n_threads: int = 1) -> np.ndarray:
        """Scores of byte slices of one UTF-8 buffer.

        Parameters
        ----------
        data : ndarray of uint8, UTF-8
        starts, ends : ndarray of shape (n_units,), int64
            Bytes, on character boundaries.
        n_threads : int, default=1

        Returns
        -------
        scores : ndarray of shape (n_units, n_labels), float32
        """
        data = read_only(np.ascontiguousarray(data, dtype=np.uint8))
        starts = np.ascontiguousarray(starts, dtype=np.int64)
        ends = np.ascontiguousarray(ends, dtype=np.int64)
        if len(starts) and (starts.min() < 0 or ends.max() > len(data) or (starts > ends).any()):
            raise InputError("expected 0 <= start <= end <= len(data)", place="starts, ends")
        n = len(starts)
        out = np.empty((n, self._n_labels), dtype=np.float32)

        def work(first: int) -> None:
            end = min(first + 4 * _STEP_ROWS, n)
            room = np.empty((_STEP_ROWS, self._n_labels))
            for row in range(first, end, _STEP_ROWS):
                part = slice(row, min(row + _STEP_ROWS, end))
                out[part] = self._score(data, starts[part], ends[part], row, room)

        _share(work, range(0, n, 4 * _STEP_ROWS), n_threads)
        return out

    def _matrix(self, texts: Any) -> np.ndarray:
        column = as_texts(texts)
        out = np.empty((column.n_rows, self._n_labels))

        def work(chunk: tuple[int, int]) -> None:
            first, end = chunk
            out[first:end] = self._score(*column.read(first, end), first)

        _share(work, column.chunks(), self.n_threads)
        return out

    def decision_function(self, texts: Any) -> np.ndarray:
        """Signed distance of every text to every class boundary.

        Parameters
        ----------
        texts : list or array of str; pandas, Polars or Arrow string column

        Returns
        -------
        scores : ndarray of shape (n_texts,) or (n_texts, n_labels), float64
            As of the pipeline it was compiled from, to 1e-5.

        Raises
        ------
        InputError
            A text is null, no str, or no Unicode; names the row.
        """
        return self._shape(self._matrix(texts))

    def _shape(self, scores: np.ndarray) -> np.ndarray:
        return scores[:, 0] if self._classifier["scores"] == "vector" else scores

    def decision_function_iter(
        self, texts: Iterable[str], *, chunk_rows: int = 1024
    ) -> Iterator[np.ndarray]:
        """Scores of texts from any iterable, `chunk_rows` texts at a time."""
        iterator = iter(texts)
        first = 0
        while part := list(islice(iterator, chunk_rows)):
            yield self._shape(self._score(*utf8(part, first), first))
            first += len(part)

    def predict(self, texts: Any) -> np.ndarray:
        """Class of every text, or its 0/1 row of labels where it was fitted on such rows."""
        scores = self._matrix(texts)
        classifier = self._classifier
        if classifier["decision"] == "argmax":
            return self.classes_.take(scores.argmax(axis=1))
        above = scores > classifier["threshold"]
        if classifier["decision"] == "sign":
            return self.classes_.take(above[:, 0].astype(np.intp))
        return above.astype(np.int64)

    @property
    def predict_proba(self):
        """Probability of every class, where scikit-learn has it; else no such attribute."""
        link = self._classifier["link"]
        if link is None:
            raise AttributeError(
                "predict_proba: the pipeline's classifier has none; it has decision_function"
            )
        return self._predict_proba

    def _predict_proba(self, texts: Any) -> np.ndarray:
        return probabilities(self._matrix(texts), self._classifier)

    # --- terms ----------------------------------------------------------------------------

    @property
    def terms(self) -> list[str]:
        """Every feature's term."""
        if self._terms is None:
            self._terms = self.compiled.terms()
        return self._terms

    def features(self, text: str) -> FeatureOccurrences:
        """Where the features of `text` stand in it, and the share of each occurrence."""
        return self.features_batch([text])[0]

    def features_batch(self, texts: Iterable[str]) -> list[FeatureOccurrences]:
        """`features` of every text."""
        bounds, *arrays = self.occurrences(list(texts))
        found = []
        for first, end in pairwise(bounds.tolist()):
            features, starts, ends, shares = (each[first:end] for each in arrays)
            terms = [self.term_by_feature[i] for i in features.tolist()]
            found.append(FeatureOccurrences(features, terms, starts, ends, shares))
        return found

    def occurrences(self, texts: list[str]) -> Occurrences:
        """`features` of all texts end to end, without the terms."""
        data, starts, ends = utf8(texts)
        longest = int((ends - starts).max(initial=0))
        try:
            work = self._places.pop()
        except IndexError:
            work = Places(self._index, _KEPT_BYTES)
        if work.longest < longest:
            work = Places(self._index, longest)
        found = work.find(texts, data, starts, ends)
        if work.longest <= _KEPT_BYTES:
            self._places.append(work)
        return found

    def unknown_counts_spans(self, data, starts, ends) -> tuple[np.ndarray, np.ndarray]:
        """Word tokens of byte slices, and those of them not in the vocabulary.

        Parameters are those of `score_spans`. Stop words are known. Without word features
        all counts are 0.

        Returns
        -------
        n_tokens, n_unknown : ndarray of shape (n_units,), int32
        """
        data = read_only(np.ascontiguousarray(data, dtype=np.uint8))
        starts = np.ascontiguousarray(starts, dtype=np.int64)
        ends = np.ascontiguousarray(ends, dtype=np.int64)
        n_tokens = np.zeros(len(starts), dtype=np.int32)
        n_unknown = np.zeros(len(starts), dtype=np.int32)
        blocks = self.compiled.spec["blocks"]
        b = next((i for i, block in enumerate(blocks) if block["analyzer"] == "word"), None)
        if b is None or not len(starts):
            return n_tokens, n_unknown
        index = self._index
        scratch = new_scratch(index)
        first = 0
        while first < len(starts):
            first += int(_kernels.count_unknown_rows(
                data, starts[first:], ends[first:], index.meta, index.blob, scratch.meta,
                scratch.blob, b, n_tokens[first:], n_unknown[first:],
            ))  # fmt: skip
            if first < len(starts):
                scratch = new_scratch(index, int(ends[first] - starts[first]) + 64)
        return n_tokens, n_unknown


def _share(work, parts: Iterable[Any], n_threads: int) -> None:
    """`work` on every part; the first error is raised after all others are done."""
    if n_threads <= 1:
        for part in parts:
            work(part)
        return
    iterator = iter(parts)
    lock = Lock()
    errors: list[BaseException] = []

    def loop() -> None:
        while True:
            try:
                with lock:
                    part = next(iterator, None)
                if part is None:
                    return
                work(part)
            except Exception as error:  # the other threads' rows are not lost with this one
                errors.append(error)
                return

    with ThreadPoolExecutor(n_threads) as pool:
        list(pool.map(lambda _: loop(), range(n_threads)))
    if errors:
        raise errors[0]
