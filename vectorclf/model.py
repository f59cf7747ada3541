"""Model: compiled arrays, calibration, thresholds and codebook, and their form on disk.

Two files: ``model.safetensors`` (arrays) and ``model.json`` (everything else, with the sha256
of the first and a self-test). Nothing in them is ever executed.

When the layout changes in a way old code would misread, raise FORMAT_VERSION, teach `load_model`
to read the old one, and freeze a model of it under ``tests/formats/``.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from vectorclf.codebook import Codebook, codebook_from_dict
from vectorclf.compiled import CompiledModel
from vectorclf.errors import CodebookError, MissingInputError, ModelFormatError
from vectorclf.scoring_rule import ScoringRule
from vectorclf.thresholds import OperatingPoint

FORMAT_VERSION = 6
ARRAYS, FACTS = "model.safetensors", "model.json"
_CALIBRATION = "calibration."
_LEARNED = "training.fingerprints"
SELF_TEST_TOLERANCE = 1e-4


class SelfTest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text and the scores it must get, in label order."""

    text: str
    scores: tuple[float, ...]


@dataclass(frozen=True)
class Model:
    """Everything a tagger needs, frozen.

    Attributes
    ----------
    compiled : CompiledModel
        Features and coefficients.
    codebook : Codebook
        Its labels are the columns of the scores.
    slope, offset : ndarrays of shape (n_labels,), float64
        Calibration: ``probability = sigmoid(slope * score + offset)``.
    operating_points : tuple of OperatingPoint
    rule : ScoringRule
        What of a text is scored, and how.
    self_test : tuple of SelfTest
    training : dict
        Where the model comes from: data hash and counts, recipe, seed, versions, metrics,
        warnings.
    place : str
        Directory it was loaded from.
    learned : ndarray of shape (n_learned,), uint64
        Fingerprints of the texts it was trained on; none in models made before they were kept.
    """

    compiled: CompiledModel
    codebook: Codebook
    slope: np.ndarray
    offset: np.ndarray
    operating_points: tuple[OperatingPoint, ...]
    rule: ScoringRule
    self_test: tuple[SelfTest, ...]
    training: dict[str, Any]
    place: str = ""
    learned: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.uint64))

    @property
    def n_features(self) -> int:
        """Number of features of the TF-IDF part."""
        return self.compiled.arrays["coef_t"].shape[0]

    @property
    def label_ids(self) -> tuple[str, ...]:
        """Ids of the labels, in column order."""
        return self.codebook.label_ids

    def operating_point(self, name: str) -> OperatingPoint:
        """The thresholds stored under a name.

        Raises
        ------
        ModelFormatError
            The model has no such point; the message lists those it has.
        """
        for point in self.operating_points:
            if point.name == name:
                return point
        known = ", ".join(point.name for point in self.operating_points)
        raise ModelFormatError(f"expected an operating point of {known}, got {name!r}")


class _Facts(msgspec.Struct, kw_only=True, frozen=True):
    format_version: int
    arrays_sha256: str
    codebook: dict[str, Any]
    codebook_sha256: str
    features: dict[str, Any]
    unit: str
    gate: float
    passage: float = 0.0
    window: int = 0
    window_floor: float = 0.0
    operating_points: tuple[OperatingPoint, ...]
    self_test: tuple[SelfTest, ...]
    training: dict[str, Any]


def save_model(model: Model, directory: str | Path) -> Path:
    """Write a model; both files are written, then put in their places, one after the other.

    Parameters
    ----------
    model : Model
    directory : str or Path
        Made where missing.

    Returns
    -------
    directory : Path

    Raises
    ------
    OutputError
        The directory is a file, or cannot be written.
    """
    from safetensors.numpy import save

    from vectorclf.output import atomic_file, make_directory

    directory = make_directory(directory)
    arrays = {name: np.ascontiguousarray(a) for name, a in model.compiled.arrays.items()}
    arrays[_CALIBRATION + "slope"] = np.ascontiguousarray(model.slope, dtype=np.float64)
    arrays[_CALIBRATION + "offset"] = np.ascontiguousarray(model.offset, dtype=np.float64)
    arrays["coef_t"] = _narrow(arrays["coef_t"])
    if len(model.learned):
        arrays[_LEARNED] = model.learned
    blob = save(arrays)
    facts = _Facts(
        format_version=FORMAT_VERSION,
        arrays_sha256=hashlib.sha256(blob).hexdigest(),
        codebook=msgspec.to_builtins(model.codebook),
        codebook_sha256=model.codebook.sha256,
        features=model.compiled.spec,
        **model.rule._asdict(),
        operating_points=model.operating_points,
        self_test=model.self_test,
        training=model.training,
    )
    text = msgspec.json.format(msgspec.json.encode(facts, order="deterministic"), indent=1)
    with atomic_file(directory / FACTS) as facts_file, atomic_file(directory / ARRAYS) as file:
        file.write(blob)  # both are written before either takes its place
        facts_file.write(text + b"\n")
    return directory


def _narrow(coef_t: np.ndarray) -> np.ndarray:
    """Coefficients in 16 bits where nothing is lost by it, as after training; else as they are."""
    with np.errstate(over="ignore"):
        narrow = coef_t.astype(np.float16)
    return narrow if np.array_equal(narrow.astype(coef_t.dtype), coef_t) else coef_t


def load_model(directory: str | Path) -> Model:
    """Read a model and check every hash in it.

    Raises
    ------
    MissingInputError
        The directory or one of its two files is not there.
    ModelFormatError
        Damaged, truncated, inconsistent, or of a newer format version.
    """
    directory = Path(directory)
    place = str(directory)
    try:
        blob = (directory / ARRAYS).read_bytes()
        raw = (directory / FACTS).read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise MissingInputError(
            f"expected a model ({FACTS} and {ARRAYS}), found none", place=place,
            remedy="name a model directory, or make one with: vectorclf train",
        ) from error
    facts = _decode_facts(raw, f"{place}/{FACTS}")
    found = hashlib.sha256(blob).hexdigest()
    if found != facts.arrays_sha256:
        raise ModelFormatError(
            f"expected arrays with sha256 {facts.arrays_sha256[:16]}..., got {found[:16]}...",
            place=f"{place}/{ARRAYS}", remedy="the file is damaged: install or train it again",
        )
    arrays = _decode_arrays(blob, f"{place}/{ARRAYS}")
    try:
        codebook = codebook_from_dict(facts.codebook, place=f"{place}/{FACTS}: codebook")
    except CodebookError as error:
        raise ModelFormatError(error.message, place=error.place) from error
    if codebook.sha256 != facts.codebook_sha256:
        raise ModelFormatError("expected the codebook's own hash, got another",
                               place=f"{place}/{FACTS}: codebook")
    n_labels = len(codebook.labels)
    slope = arrays.pop(_CALIBRATION + "slope", None)
    offset = arrays.pop(_CALIBRATION + "offset", None)
    for name, array in (("slope", slope), ("offset", offset)):
        if array is None or array.shape != (n_labels,) or not np.isfinite(array).all():
            raise ModelFormatError(f"expected {n_labels} finite calibration values",
                                   place=f"{place}/{ARRAYS}: {_CALIBRATION}{name}")
    learned = arrays.pop(_LEARNED, np.zeros(0, dtype=np.uint64))
    if learned.dtype != np.uint64 or learned.ndim != 1:
        raise ModelFormatError("expected a list of 64-bit fingerprints, got "
                               f"{learned.dtype} of {learned.ndim} dimensions",
                               place=f"{place}/{ARRAYS}: {_LEARNED}")
    if "coef_t" in arrays and arrays["coef_t"].dtype == np.float16:
        arrays["coef_t"] = arrays["coef_t"].astype(np.float32)
    try:
        compiled = CompiledModel.from_parts(facts.features, arrays)
    except ModelFormatError as error:
        raise ModelFormatError(
            error.message, place=f"{place}: {error.place}", remedy=error.remedy
        ) from error
    n_columns = compiled.arrays["coef_t"].shape[1]
    n_expected = n_labels + bool(facts.gate)
    if n_columns != n_expected:
        raise ModelFormatError(f"expected {n_expected} columns, got {n_columns}", place=place)
    for name, weight in (("gate", facts.gate), ("passage", facts.passage)):
        if not 0 <= weight < float("inf"):
            raise ModelFormatError(f"expected a weight of 0 or more, got {weight}",
                                   place=f"{place}/{FACTS}: {name}")
    if facts.window < 0 or facts.window_floor != facts.window_floor:
        raise ModelFormatError(
            f"expected words of 0 or more and a score, got {facts.window} and "
            f"{facts.window_floor}", place=f"{place}/{FACTS}: window, window_floor")
    for point in facts.operating_points:
        for thresholds in (point.thresholds, point.first):
            if len(thresholds) != n_labels:
                raise ModelFormatError(f"expected {n_labels} thresholds, got {len(thresholds)}",
                                       place=f"{place}/{FACTS}: operating point {point.name}")
    if facts.unit not in ("sentence", "text"):
        raise ModelFormatError(f"expected unit sentence or text, got {facts.unit!r}",
                               place=f"{place}/{FACTS}: unit")
    return Model(
        compiled=compiled, codebook=codebook, slope=slope, offset=offset,
        operating_points=facts.operating_points,
        rule=ScoringRule(facts.unit, facts.gate, facts.passage, facts.window, facts.window_floor),
        self_test=facts.self_test, training=facts.training, place=place, learned=learned,
    )


def _decode_facts(raw: bytes, place: str) -> _Facts:
    try:
        version = msgspec.json.decode(raw, type=dict[str, Any]).get("format_version")
        if not isinstance(version, int):
            raise ModelFormatError(f"expected a format version, got {version!r}", place=place)
        if version > FORMAT_VERSION:
            raise ModelFormatError(
                f"expected format version {FORMAT_VERSION} or older, got {version}", place=place,
                remedy="upgrade vectorclf, or train the model again",
            )
        return msgspec.json.decode(raw, type=_Facts)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ModelFormatError(str(error), place=place) from error


def _decode_arrays(blob: bytes, place: str) -> dict[str, np.ndarray]:
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        return load(blob)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise ModelFormatError(f"expected safetensors, got: {error}", place=place) from error
