"""Vectorizers, unions and normalizers -> blocks of terms and operations on them."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import Normalizer

from vectorclf.compile.checks import fitted, is_exactly
from vectorclf.compiled import MAX_NGRAM, MAX_SKIP
from vectorclf.errors import CompileError
from vectorclf.normalization import PivotedNormalizer
from vectorclf.skipgrams import SkipBigramVectorizer

_STEPS = (
    "TfidfVectorizer, CountVectorizer, TfidfTransformer after it, SkipBigramVectorizer, "
    "FeatureUnion, PivotedNormalizer, Normalizer(norm='l1' or 'l2') or 'passthrough'"
)
_VECTORIZERS = TfidfVectorizer, CountVectorizer, SkipBigramVectorizer
_TOKEN_PATTERN = re.compile(r"(?:\(\?u\))?(\\b)?((?:\\w)+|(?:\\S)+)(?:\+|\{(\d+),\})(\\b)?")
_PREFIX_PATTERN = re.compile(r"(?:\(\?u\))?(\\b)?\((\\w|\\S)\{(\d+),(\d+)\}\)\2\*(\\b)?")
_TOKEN_PATTERNS = (
    r"(?u)\b\w\w+\b, \b\w+\b, \w{3,}, \S+ or another run of \w or \S, or the first characters "
    r"of one: \b(\w{2,5})\w*"
)


class Features:
    """The features of a pipeline as blocks and operations on ranges of them."""

    def __init__(self) -> None:
        self.blocks: list[dict[str, Any]] = []
        self.ops: list[tuple[str, int, int, float]] = []
        self.arrays: dict[str, np.ndarray] = {}
        self.is_normed: list[bool] = []

    def add(self, step: str, estimator: Any) -> None:
        """Append what `estimator` makes of the text."""
        if is_exactly(estimator, *_VECTORIZERS):
            self._add_vectorizer(step, estimator)
        elif is_exactly(estimator, FeatureUnion):
            self._add_union(step, estimator)
        elif is_exactly(estimator, Pipeline):
            self.add_steps(step, estimator.steps)
        else:
            raise CompileError(step, "the step", estimator, _STEPS)

    def add_steps(self, path: str, steps: list[tuple[str, Any]]) -> None:
        first = len(self.blocks)
        for name, estimator in steps:
            step = f"{path}.{name}" if path else name
            if estimator is None or (isinstance(estimator, str) and estimator == "passthrough"):
                continue
            if len(self.blocks) == first:
                self.add(step, estimator)
            elif is_exactly(estimator, PivotedNormalizer):
                power = estimator.power
                if isinstance(power, bool) or not np.isfinite(power):
                    raise CompileError(step, "power", power, "a finite number")
                self.ops.append(("pivot", first, len(self.blocks), float(power)))
            elif is_exactly(estimator, Normalizer):
                self._add_norm(step, estimator.norm, first)
            elif is_exactly(estimator, TfidfTransformer):
                self._add_tfidf(step, estimator, first)
            else:
                raise CompileError(step, "the step", estimator, _STEPS)
        if len(self.blocks) == first:
            raise CompileError(path or "pipeline", "steps", steps, "a vectorizer and more")

    def _add_union(self, step: str, union: FeatureUnion) -> None:
        weights = union.transformer_weights or {}
        for name, transformer in union.transformer_list:
            if isinstance(transformer, str) and transformer == "drop":
                continue
            first = len(self.blocks)
            self.add(f"{step}.{name}", transformer)
            weight = weights.get(name)
            if weight is not None:
                if not np.isfinite(weight):
                    raise CompileError(
                        step, f"transformer_weights[{name!r}]", weight, "a finite number"
                    )
                self.ops.append(("weight", first, len(self.blocks), float(weight)))

    def _add_norm(self, step: str, norm: str | None, first: int) -> None:
        if norm is None:
            return
        if norm not in ("l1", "l2"):
            raise CompileError(step, "norm", norm, "'l1' or 'l2'")
        self.ops.append((f"norm_{norm}", first, len(self.blocks), 0.0))

    def _add_tfidf(self, step: str, tfidf: TfidfTransformer, first: int) -> None:
        """Fold a TfidfTransformer into the single, raw block of counts before it."""
        is_raw = len(self.blocks) == first + 1 and not any(op[1] == first for op in self.ops)
        block = self.blocks[first]
        if not is_raw or f"block{first}.idf" in self.arrays or block["tf"] == "sublinear":
            raise CompileError(step, "the step before it", "others", "one CountVectorizer")
        if tfidf.sublinear_tf and block["tf"] == "raw":
            block["tf"] = "sublinear"
        if tfidf.use_idf:
            idf = np.asarray(fitted(step, tfidf, "idf_"), dtype=np.float64)
            self._set_idf(step, first, idf)
        self._add_norm(step, tfidf.norm, first)

    def _set_idf(self, step: str, b: int, idf: np.ndarray) -> None:
        n_features = self.blocks[b]["n_features"]
        if idf.shape != (n_features,):
            raise CompileError(step, "idf_", idf.shape, f"of shape ({n_features},)")
        if not np.isfinite(idf).all():
            raise CompileError(step, "idf_", "NaN or infinity", "finite")
        self.arrays[f"block{b}.idf"] = idf

    def _add_vectorizer(self, step: str, v: CountVectorizer) -> None:
        for parameter in ("preprocessor", "tokenizer"):
            if getattr(v, parameter) is not None:
                raise CompileError(
                    step, parameter, getattr(v, parameter), "None (a callable has no parity)"
                )
        if v.analyzer not in ("word", "char", "char_wb"):
            raise CompileError(step, "analyzer", v.analyzer, "'word', 'char' or 'char_wb'")
        if v.strip_accents not in (None, False, "ascii", "unicode"):
            raise CompileError(step, "strip_accents", v.strip_accents, "None, 'ascii', 'unicode'")
        if v.input != "content":
            raise CompileError(step, "input", v.input, "'content'")
        low, high = (int(n) for n in v.ngram_range)
        max_skip = 0
        if is_exactly(v, SkipBigramVectorizer):
            low, high, max_skip = 1, 2, self._max_skip(step, v)
        is_word = v.analyzer == "word"
        if (is_word and high > MAX_NGRAM) or high > 1000:
            raise CompileError(step, "ngram_range", v.ngram_range, f"at most {MAX_NGRAM} words")
        vocabulary = fitted(step, v, "vocabulary_")
        if odd := [term for term in vocabulary if not isinstance(term, str)][:1]:
            raise CompileError(step, "vocabulary_", odd[0], "texts")
        b = len(self.blocks)
        place = f"block{b}"
        terms = sorted(vocabulary, key=vocabulary.__getitem__)
        if sorted(vocabulary.values()) != list(range(len(terms))):
            raise CompileError(step, "vocabulary_", "other indices", "numbered from 0 on")
        self._set_text(place, "terms", "offsets", terms)
        token = self._token(step, v) if is_word else None
        if is_word:
            self._set_text(place, "stop_words", "stop_offsets", sorted(v.get_stop_words() or ()))
        is_tfidf = is_exactly(v, TfidfVectorizer, SkipBigramVectorizer)
        is_sublinear = is_tfidf and v.sublinear_tf
        self.blocks.append(
            {
                "name": step,
                "analyzer": v.analyzer,
                "ngram_range": (low, high),
                "lowercase": bool(v.lowercase),
                "strip_accents": v.strip_accents or None,
                "token": token,
                "tf": "binary" if v.binary else "sublinear" if is_sublinear else "raw",
                "n_features": len(terms),
                "max_skip": max_skip,
            }
        )
        if is_tfidf:
            tfidf = fitted(step, v, "_tfidf")
            if tfidf.use_idf:
                self._set_idf(step, b, np.asarray(fitted(step, tfidf, "idf_"), np.float64))
            self._add_norm(step, v.norm, b)

    @staticmethod
    def _max_skip(step: str, v: SkipBigramVectorizer) -> int:
        if isinstance(v.max_skip, bool) or v.max_skip not in range(MAX_SKIP + 1):
            raise CompileError(step, "max_skip", v.max_skip, f"0 to {MAX_SKIP}")
        return int(v.max_skip)

    @staticmethod
    def _token(step: str, v: CountVectorizer) -> dict[str, Any]:
        pattern = v.token_pattern or ""
        if match := _TOKEN_PATTERN.fullmatch(pattern):
            n_before = len(match[2]) // 2
            low, high = n_before if match[3] is None else n_before - 1 + int(match[3]), None
            has_edge = match[1] or match[4]
        elif match := _PREFIX_PATTERN.fullmatch(pattern):
            low, high = int(match[3]), int(match[4])
            has_edge = match[1] or match[5]
        else:
            raise CompileError(step, "token_pattern", v.token_pattern, _TOKEN_PATTERNS)
        is_word = match[2].startswith(r"\w")
        if (not is_word and has_edge) or not 1 <= low <= (high or 1000) <= 1000:
            raise CompileError(step, "token_pattern", v.token_pattern, _TOKEN_PATTERNS)
        return {"class": "word" if is_word else "nonspace", "min_chars": low, "max_chars": high}

    def _set_text(self, place: str, name: str, offsets: str, terms: list[str]) -> None:
        data = [term.encode("utf-8", "surrogatepass") for term in terms]
        self.arrays[f"{place}.{name}"] = np.frombuffer(b"".join(data), dtype=np.uint8)
        ends = np.zeros(len(data) + 1, dtype=np.int64)
        np.cumsum([len(term) for term in data], out=ends[1:])
        self.arrays[f"{place}.{offsets}"] = ends
