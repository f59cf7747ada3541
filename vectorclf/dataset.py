"""Coded passages: records, loading with full validation, splits by case, label matrix."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from vectorclf.codebook import Codebook, load_codebook
from vectorclf.errors import DatasetError, MissingInputError

KINDS = ("documented", "composite", "background")
SPLITS = ("train", "dev", "test", "challenge")  # the last: not learned from, to choose by
SHORT_WORDS = 40  # texts up to this length count as short, longer ones as passages


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Public report a documented passage's facts come from."""

    title: str
    publisher: str = ""
    date: str = ""


class Coding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What earns one label: exact phrases of the text, and how it is told."""

    evidence: tuple[str, ...]
    status: str = "asserted"


class CodedPassage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One text of the dataset with its adjudicated labels and both coders' own.

    Attributes
    ----------
    id, text : str
    labels : dict of str to Coding
        Adjudicated; empty where the text earns none.
    case : str
        Groups the splits: all texts on one real or invented case share it.
    kind : str
        "documented" (a public case), "composite" (invented) or "background" (other news).
    register, language : str
    sources : tuple of Source
        Required for documented texts.
    first, second : tuple of str
        Labels the first coder, and the second coder working blind, gave.
    hard : bool
        The labels are earned by indirect wording.
    note : str
    """

    id: str
    text: str
    labels: dict[str, Coding]
    case: str
    kind: str
    register: str
    language: str = "en"
    sources: tuple[Source, ...] = ()
    first: tuple[str, ...] = ()
    second: tuple[str, ...] | None = None
    hard: bool = False
    note: str = ""


class Fault(msgspec.Struct, frozen=True):
    """One thing wrong with a dataset: file, line, field, what, and the remedy."""

    file: str
    line: int
    field: str
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        text = f"{place}: {self.field}: {self.message}"
        return f"{text}; {self.remedy}" if self.remedy else text


@dataclass(frozen=True)
class Placed:
    """A passage and where it stands."""

    passage: CodedPassage
    file: str
    line: int


@dataclass(frozen=True)
class Dataset:
    """A coded dataset: codebook, passages, split of every case.

    Attributes
    ----------
    codebook : Codebook
    passages : tuple of CodedPassage
    split_by_case : mapping of str to str
        Empty where the dataset has no ``splits.json``.
    sha256 : str
        Over the passages and the splits, in their order.
    """

    codebook: Codebook
    passages: tuple[CodedPassage, ...]
    split_by_case: Mapping[str, str] = field(default_factory=dict)
    sha256: str = ""

    def split(self, *names: str) -> tuple[CodedPassage, ...]:
        """Passages whose case is in one of the named splits."""
        return tuple(p for p in self.passages if self.split_by_case.get(p.case) in names)


def read_rows(directory: Path) -> Iterator[tuple[str, int, bytes]]:
    """(file name, line number, raw line) of every non-blank line of ``passages/*.jsonl``."""
    files = sorted((directory / "passages").glob("*.jsonl"))
    if not files:
        raise MissingInputError(
            "expected passages/*.jsonl, found none", place=str(directory),
            remedy="name a dataset directory such as datasets/recruitment",
        )
    for file in files:
        with open(file, "rb") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield str(file), number, line


def decode_row(line: bytes) -> CodedPassage:
    """One line as a record.

    Raises
    ------
    msgspec.DecodeError, msgspec.ValidationError
        Its message names the field, as in ``Expected `str`, got `int` - at `$.text```.
    """
    return _decoder.decode(line)


_decoder = msgspec.json.Decoder(CodedPassage)


def encode_row(passage: CodedPassage) -> bytes:
    """One record as a line of JSON, without the line end."""
    return msgspec.json.encode(passage)


def load_dataset(directory: str | Path) -> Dataset:
    """Read a dataset directory: ``codebook.toml``, ``passages/*.jsonl``, ``splits.json``.

    Raises
    ------
    MissingInputError
        No such directory, or no passages in it.
    DatasetError
        The first fault found; ``vectorclf check`` lists them all.
    """
    directory = Path(directory)
    if not directory.is_dir():
        raise MissingInputError("expected a dataset directory, found none", place=str(directory))
    codebook = load_codebook(directory)
    digest = hashlib.sha256()
    passages = []
    for file, number, line in read_rows(directory):
        try:
            passage = decode_row(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise DatasetError(
                str(error), place=f"{file}:{number}", remedy=f"run: vectorclf check {directory}"
            ) from error
        for label, coding in passage.labels.items():
            if label not in codebook:
                raise DatasetError(
                    f"expected labels of the codebook, got {label!r}", place=f"{file}:{number}",
                    remedy=codebook._suggest(label),
                )
            for phrase in coding.evidence:
                if phrase not in passage.text:
                    raise DatasetError(
                        f"expected evidence that stands in the text, got {phrase!r}",
                        place=f"{file}:{number}",
                    )
        digest.update(line.strip() + b"\n")
        passages.append(passage)
    splits = read_splits(directory)
    digest.update(json.dumps(splits, sort_keys=True).encode())
    return Dataset(codebook, tuple(passages), splits, digest.hexdigest())


def read_splits(directory: Path) -> dict[str, str]:
    """Split of every case from ``splits.json``; empty where there is no such file."""
    path = directory / "splits.json"
    if not path.exists():
        return {}
    try:
        content = msgspec.json.decode(path.read_bytes(), type=dict[str, list[str]])
    except msgspec.DecodeError as error:
        raise DatasetError(str(error), place=str(path)) from error
    split_by_case: dict[str, str] = {}
    for name, cases in content.items():
        if name not in SPLITS:
            raise DatasetError(
                f"expected splits {', '.join(SPLITS)}, got {name!r}", place=str(path)
            )
        for case in cases:
            if split_by_case.setdefault(case, name) != name:
                raise DatasetError(
                    f"expected every case in one split, got {case!r} in "
                    f"{split_by_case[case]} and {name}",
                    place=str(path), remedy="delete it from one of the two",
                )
    return split_by_case
