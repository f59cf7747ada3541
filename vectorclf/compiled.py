"""CompiledModel: everything a linear text classifier is, as plain arrays and JSON."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from vectorclf.errors import ModelFormatError

MAX_NGRAM = 16
"""Longest word n-gram; the kernels keep one node a length."""

MAX_SKIP = 1
"""Words skipped at most in a pair; the kernels note as many pairs a word, and one."""


class _Struct(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    pass


class Token(_Struct):
    """Word tokens: maximal runs of a class of characters, of at least `min_chars`.

    Of a longer run only the first `max_chars` are the token, where they are given.
    """

    char_class: str = msgspec.field(name="class")
    min_chars: int
    max_chars: int | None = None


class Block(_Struct):
    """One vectorizer: how text becomes terms, and terms weights.

    `max_skip`: how many words may stand between the two of a pair.
    """

    name: str
    analyzer: str
    ngram_range: tuple[int, int]
    lowercase: bool
    strip_accents: str | None
    token: Token | None
    tf: str
    n_features: int
    max_skip: int = 0


class Constant(_Struct):
    """A label that was always, or never, given in training: no classifier was fitted."""

    label: int
    value: int


class Classifier(_Struct):
    """How scores become classes and probabilities, as scikit-learn's classifier has it.

    `scores`: "vector" (binary) or "matrix". `decision`: "sign", "argmax" or "indicator".
    `link`: what makes a probability of a score; `normalize`: what makes rows sum to 1.
    """

    classes: list[Any]
    classes_dtype: str
    scores: str
    decision: str
    threshold: float
    link: str | None
    normalize: str | None
    constants: list[Constant]


class Spec(_Struct):
    """JSON part of a compiled model. `ops`: (name, first block, end block, parameter)."""

    blocks: list[Block]
    ops: list[tuple[str, int, int, float]]
    classifier: Classifier


_ALLOWED = {
    "analyzer": ("word", "char", "char_wb"),
    "strip_accents": (None, "ascii", "unicode"),
    "tf": ("raw", "sublinear", "binary"),
    "token.class": ("word", "nonspace"),
    "op": ("norm_l2", "norm_l1", "pivot", "weight"),
    "scores": ("vector", "matrix"),
    "decision": ("sign", "argmax", "indicator"),
    "link": (None, "logistic", "softmax", "modified_huber"),
    "normalize": (None, "sum", "sum_or_uniform"),
}


def _expect(condition: bool, place: str, expected: str, got: object) -> None:
    if not condition:
        raise ModelFormatError(f"expected {expected}, got {got!r}", place=place)


def _expect_one_of(name: str, value: object, place: str) -> None:
    _expect(value in _ALLOWED[name], place, f"one of {_ALLOWED[name]}", value)


def _array(arrays, name, dtypes, shape):
    """The array called `name`, checked against dtypes and shape (None: any length)."""
    _expect(name in arrays, name, "an array of this name", sorted(arrays))
    array = arrays[name]
    _expect(isinstance(array, np.ndarray), name, "a NumPy array", type(array).__name__)
    _expect(array.dtype in dtypes, name, f"dtype {' or '.join(map(str, dtypes))}", array.dtype)
    fits = array.ndim == len(shape) and all(
        want is None or want == got for want, got in zip(shape, array.shape, strict=True)
    )
    _expect(fits, name, f"shape {shape}", array.shape)
    if array.dtype.kind == "f":
        # one pass, no mask: the sum is finite unless an element is not, or it overflows
        with np.errstate(over="ignore", invalid="ignore"):
            total = array.sum(dtype=np.float64)
        _expect(
            bool(np.isfinite(total)) or bool(np.isfinite(array).all()),
            name, "finite numbers", "NaN or infinity",
        )  # fmt: skip
    return np.ascontiguousarray(array)


def _text(arrays, place, terms, offsets, n):
    """UTF-8 terms and their offsets: monotone, within the terms, on character boundaries."""
    data = _array(arrays, f"{place}.{terms}", (np.dtype(np.uint8),), (None,))
    ends = _array(arrays, f"{place}.{offsets}", (np.dtype(np.int64),), (n,))
    where = f"{place}.{offsets}"
    _expect(len(ends) > 0 and ends[0] == 0, where, "a first offset of 0", ends[:1].tolist())
    _expect(bool((ends[1:] >= ends[:-1]).all()), where, "rising offsets", "falling ones")
    _expect(ends[-1] == len(data), where, f"a last offset of {len(data)}", int(ends[-1]))
    _expect(len(data) < 2**32 - 64, where, "under 4 GB of terms", len(data))
    inside = ends[ends < len(data)]
    _expect(bool(((data[inside] & 0xC0) != 0x80).all()), where, "character boundaries", "others")
    try:
        data.tobytes().decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise ModelFormatError(
            f"expected UTF-8, got {error.reason} at byte {error.start}",
            place=f"{place}.{terms}",
        ) from error
    return data, ends


@dataclass(frozen=True)
class CompiledModel:
    """A fitted TF-IDF + linear pipeline as arrays; made by `compile` or read from a file.

    Attributes
    ----------
    spec : dict
        JSON-able, see `Spec`.
    arrays : dict of str to ndarray
        ``coef_t`` (n_features, n_labels) float32 or float64; ``intercept`` (n_labels,)
        float64; of block i ``block{i}.terms`` uint8 (UTF-8, end to end),
        ``block{i}.offsets`` int64 (n_features of the block + 1), ``block{i}.idf`` float64
        (absent without idf), ``block{i}.stop_words`` and ``block{i}.stop_offsets`` (word
        blocks). Features are numbered as in scikit-learn.
    """

    spec: dict[str, Any]
    arrays: dict[str, np.ndarray]

    @classmethod
    def from_parts(cls, spec: Mapping[str, Any], arrays: Mapping[str, Any]) -> CompiledModel:
        """A model of parts from anywhere, checked so that no kernel can be led astray.

        Raises
        ------
        ModelFormatError
            Where a part is missing, of the wrong type, shape or range; says which.
        """
        try:
            typed = msgspec.convert(msgspec.to_builtins(spec), Spec)
        except (msgspec.ValidationError, TypeError) as error:
            raise ModelFormatError(str(error), place="spec") from error
        parts: dict[str, np.ndarray] = {}
        real = (np.dtype(np.float32), np.dtype(np.float64))
        n_features = sum(block.n_features for block in typed.blocks)
        coef_t = _array(arrays, "coef_t", real, (n_features, None))
        n_labels = coef_t.shape[1]
        parts["coef_t"] = coef_t
        parts["intercept"] = _array(arrays, "intercept", real[1:], (n_labels,))
        _expect(len(typed.blocks) > 0, "spec.blocks", "at least one block", [])
        for b, block in enumerate(typed.blocks):
            cls._check_block(b, block, arrays, parts)
        unknown = sorted(set(arrays) - set(parts))
        _expect(not unknown, "arrays", f"no others than {sorted(parts)}", unknown)
        for i, (name, first, end, parameter) in enumerate(typed.ops):
            place = f"spec.ops[{i}]"
            _expect_one_of("op", name, place)
            _expect(0 <= first < end <= len(typed.blocks), place, "a range of blocks", (first, end))
            _expect(bool(np.isfinite(parameter)), place, "a finite number", parameter)
        cls._check_classifier(typed.classifier, n_labels)
        return cls(spec=msgspec.to_builtins(typed), arrays=parts)

    @staticmethod
    def _check_block(b: int, block: Block, arrays, parts) -> None:
        place = f"spec.blocks[{b}]"
        _expect_one_of("analyzer", block.analyzer, f"{place}.analyzer")
        _expect_one_of("strip_accents", block.strip_accents, f"{place}.strip_accents")
        _expect_one_of("tf", block.tf, f"{place}.tf")
        is_word = block.analyzer == "word"
        low, high = block.ngram_range
        most = MAX_NGRAM if is_word else 1000
        _expect(
            1 <= low <= high <= most, f"{place}.ngram_range", f"1 <= low <= high <= {most}",
            block.ngram_range,
        )  # fmt: skip
        _expect(
            block.max_skip == 0
            or (0 < block.max_skip <= MAX_SKIP and is_word and block.ngram_range[1] == 2),
            f"{place}.max_skip", f"0, or for word pairs at most {MAX_SKIP}", block.max_skip,
        )  # fmt: skip
        _expect(block.n_features >= 0, f"{place}.n_features", ">= 0", block.n_features)
        _expect(block.n_features < 2**31, f"{place}.n_features", "< 2**31", block.n_features)
        n, name = block.n_features + 1, f"block{b}"
        terms, offsets = _text(arrays, name, "terms", "offsets", n)
        parts[f"{name}.terms"], parts[f"{name}.offsets"] = terms, offsets
        if f"{name}.idf" in arrays:
            parts[f"{name}.idf"] = _array(arrays, f"{name}.idf", (np.dtype(np.float64),), (n - 1,))
        _expect((block.token is not None) == is_word, f"{place}.token", "one if a word", None)
        if block.token is not None:
            _expect_one_of("token.class", block.token.char_class, f"{place}.token.class")
            _expect(
                1 <= block.token.min_chars <= 1000, f"{place}.token.min_chars", "1 to 1000",
                block.token.min_chars,
            )  # fmt: skip
            most = block.token.max_chars
            _expect(
                most is None or block.token.min_chars <= most <= 1000,
                f"{place}.token.max_chars", "none, or min_chars to 1000", most,
            )  # fmt: skip
            stops, stop_offsets = _text(arrays, name, "stop_words", "stop_offsets", None)
            parts[f"{name}.stop_words"], parts[f"{name}.stop_offsets"] = stops, stop_offsets

    @staticmethod
    def _check_classifier(c: Classifier, n_labels: int) -> None:
        place = "spec.classifier"
        for name in ("scores", "decision", "link", "normalize"):
            _expect_one_of(name, getattr(c, name), f"{place}.{name}")
        is_vector = c.scores == "vector"
        _expect(not is_vector or n_labels == 1, f"{place}.scores", "one label", n_labels)
        n_classes = 2 if c.decision == "sign" else n_labels
        _expect(
            len(c.classes) == n_classes, f"{place}.classes", f"{n_classes} classes",
            len(c.classes),
        )  # fmt: skip
        try:
            np.array(c.classes, dtype=c.classes_dtype)
        except (TypeError, ValueError, OverflowError) as error:
            raise ModelFormatError(str(error), place=f"{place}.classes_dtype") from error
        for constant in c.constants:
            _expect(
                0 <= constant.label < n_labels and constant.value in (0, 1),
                f"{place}.constants", "a label and 0 or 1", constant,
            )  # fmt: skip

    def terms(self) -> list[str]:
        """Every feature's term, in the order of the features."""
        found: list[str] = []
        for b in range(len(self.spec["blocks"])):
            data = self.arrays[f"block{b}.terms"].tobytes()
            ends = self.arrays[f"block{b}.offsets"].tolist()
            found += (
                data[start:end].decode("utf-8", "surrogatepass")
                for start, end in itertools.pairwise(ends)
            )
        return found
