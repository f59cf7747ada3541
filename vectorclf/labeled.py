"""Labeled texts to learn from, whatever file they came from, and their label matrix."""

from __future__ import annotations

import ast
import csv
import gzip
import hashlib
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np

from vectorclf.dataset import CodedPassage
from vectorclf.delimited import delimiter_of
from vectorclf.errors import DatasetError, MissingInputError

SHOWN = 60  # characters of a faulty value in a message
_ROWS = 'write a row a line: {"text": "...", "labels": ["a", "b"]}'
_SEPARATOR = re.compile(r"(?i)sep=([,;|\t])")
_NOT_ROWS = (".xlsx", ".xls", ".ods", ".parquet", ".pq", ".npz", ".pkl", ".zip", ".docx", ".pdf")
_YEAR = re.compile(r"\b(?:1[6-9]|20)\d\d\b")


@dataclass(frozen=True)
class LabeledTexts:
    """Texts to learn from, whatever file they came from.

    Attributes
    ----------
    texts : tuple of str
    labels : tuple of tuple of str
    groups : tuple of str
        Texts of one group never stand on both sides of a split.
    evidence : tuple of dict of str to tuple of str
        Phrases that earn each label; empty dicts where the data has none.
    facts : mapping of str to tuple of str
        What else is known of every text (register, kind, decade), to measure subsets by.
    coders : mapping of str to tuple of (tuple of str or None)
        Labels that each coder gave, None where one coded nothing.
    """

    texts: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]
    groups: tuple[str, ...]
    evidence: tuple[Mapping[str, tuple[str, ...]], ...]
    facts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    coders: Mapping[str, tuple[tuple[str, ...] | None, ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def sha256(self) -> str:
        """Hash of texts, labels and groups, in order."""
        digest = hashlib.sha256()
        for row in zip(self.texts, self.labels, self.groups, strict=True):
            digest.update(msgspec.json.encode(row))
        return digest.hexdigest()

    @property
    def texts_sha256(self) -> str:
        """Hash of the texts alone, whatever their order, labels and groups."""
        digest = hashlib.sha256()
        for text in sorted(self.texts):
            digest.update(msgspec.json.encode(text))
        return digest.hexdigest()

    def take(self, rows: Sequence[int] | np.ndarray) -> LabeledTexts:
        """The named rows, in their order."""
        chosen = [int(i) for i in rows]

        def pick(column: Sequence) -> tuple:
            return tuple(column[i] for i in chosen)

        return LabeledTexts(
            pick(self.texts), pick(self.labels), pick(self.groups), pick(self.evidence),
            {name: pick(column) for name, column in self.facts.items()},
            {name: pick(column) for name, column in self.coders.items()},
        )


def labeled_texts(passages: Iterable[CodedPassage]) -> LabeledTexts:
    """Coded passages as texts to learn from, grouped by case."""
    passages = tuple(passages)
    return LabeledTexts(
        texts=tuple(p.text for p in passages),
        labels=tuple(tuple(p.labels) for p in passages),
        groups=tuple(p.case for p in passages),
        evidence=tuple({k: c.evidence for k, c in p.labels.items()} for p in passages),
        facts={
            "register": tuple(p.register for p in passages),
            "kind": tuple(p.kind for p in passages),
            "decade": tuple(_decade(p) for p in passages),
        },
        coders={"first": tuple(p.first for p in passages),
                "second": tuple(p.second for p in passages)},
    )


def _decade(passage: CodedPassage) -> str:
    """Decade of the newest source: "1990s"; "" where no source is dated."""
    years = [int(year) for source in passage.sources for year in _YEAR.findall(source.date)]
    return f"{max(years) // 10 * 10}s" if years else ""


def label_matrix(labels: Sequence[Iterable[str]], label_ids: Sequence[str]) -> np.ndarray:
    """Which text has which label.

    Parameters
    ----------
    labels : sequence of iterables of str, n_texts long
    label_ids : sequence of str, n_labels long

    Returns
    -------
    Y : ndarray of shape (n_texts, n_labels), bool, C order
    """
    column = {label: j for j, label in enumerate(label_ids)}
    Y = np.zeros((len(labels), len(label_ids)), dtype=bool)
    for i, row in enumerate(labels):
        for label in row:
            Y[i, column[label]] = True
    return Y


def read_labeled_file(
    path: str | Path,
    *,
    text_key: str = "text",
    labels_key: str = "labels",
    group_key: str | None = None,
    fact_keys: Sequence[str] = (),
    coder_keys: Sequence[str] = (),
) -> LabeledTexts:
    """Anybody's labeled texts: JSONL or CSV, plain or ``.gz``.

    Parameters
    ----------
    path : str or Path
    text_key, labels_key : str
        Names of the two columns. Labels are a JSON list, a JSON object (its keys, but for those
        that are false, 0 or null), or, in CSV, such a list or a text with ``;``, ``|`` or ``,``
        between labels.
    group_key : str, optional
        Column that says which texts belong together; without it every text stands for itself, as
        does one whose cell is empty.
    fact_keys, coder_keys : sequence of str
        Columns to keep as facts, and columns with the labels that each coder gave.

    Raises
    ------
    MissingInputError, DatasetError
        With file and line, the keys found, and the option to try.
    """
    path = Path(path)
    fact_keys, coder_keys = tuple(dict.fromkeys(fact_keys)), tuple(dict.fromkeys(coder_keys))
    if not path.is_file():
        raise MissingInputError("expected a dataset directory, or a JSONL or CSV file, found none",
                                place=str(path))
    if path.suffix.lower() in _NOT_ROWS:
        raise DatasetError(f"expected JSONL or CSV, got {path.suffix}", place=str(path),
                           remedy="export it as CSV (UTF-8)")
    if text_key == labels_key:
        raise DatasetError(f"expected two columns, got {text_key!r} for texts and labels",
                           place=str(path), remedy="name the labels' column with --labels-key")
    texts: list[str] = []
    labels: list[tuple[str, ...]] = []
    groups: list[str] = []
    facts: dict[str, list[str]] = {key: [] for key in fact_keys}
    coders: dict[str, list[tuple[str, ...] | None]] = {key: [] for key in coder_keys}
    for number, row in _rows_of(path):
        place = f"{path}:{number}"
        for key, option in ((text_key, "--text-key"), (labels_key, "--labels-key"),
                            (group_key, "--group-key"), *((key, "--by") for key in fact_keys),
                            *((key, "--coder") for key in coder_keys)):
            if key is not None and key not in row:
                found = ", ".join(repr(k) for k in list(row)[:8])
                raise DatasetError(
                    f"expected key {key!r}, got {found}", place=place, remedy=f"try {option} NAME"
                )
        if not isinstance(row[text_key], str):
            raise DatasetError(
                f"expected {text_key!r} to be text, got {type(row[text_key]).__name__}", place=place
            )
        texts.append(row[text_key])
        labels.append(_labels_of(row[labels_key], place))
        group = row[group_key] if group_key else None
        groups.append(str(group) if group is not None and str(group).strip() else f"row {number}")
        for key in fact_keys:
            facts[key].append(str(row[key]))
        for key in coder_keys:
            coders[key].append(None if row[key] is None else _labels_of(row[key], place))
    if not texts:
        raise DatasetError("expected at least one row, got none", place=str(path))
    return LabeledTexts(
        tuple(texts), tuple(labels), tuple(groups), tuple({} for _ in texts),
        {key: tuple(column) for key, column in facts.items()},
        {key: tuple(column) for key, column in coders.items()},
    )


def _rows_of(path: Path) -> Iterator[tuple[int, dict]]:
    """Line number (where a row starts) and row, of JSONL or CSV."""
    name = path.name.lower().removesuffix(".gz")
    if name.endswith((".csv", ".tsv")):
        yield from _csv_rows(path, is_tsv=name.endswith(".tsv"))
        return
    for number, line in _lines_of(path):
        if not line.strip():
            continue
        place = f"{path}:{number}"
        try:
            row = msgspec.json.decode(line)
        except (msgspec.DecodeError, RecursionError) as error:
            raise DatasetError(f"expected a JSON object a line, got: {error}", place=place,
                               remedy=_ROWS) from error
        if not isinstance(row, dict):
            raise DatasetError(f"expected a JSON object a line, got a {type(row).__name__}",
                               place=place, remedy=_ROWS)
        yield number, row


def _csv_rows(path: Path, *, is_tsv: bool) -> Iterator[tuple[int, dict]]:
    lines = _lines_of(path)
    header = next(lines, (1, ""))[1]
    delimiter, n_before = delimiter_of(header, is_tsv=is_tsv), 1
    if stated := _SEPARATOR.fullmatch(header.rstrip("\r\n")):  # as Excel writes and reads it
        delimiter, header, n_before = stated[1], next(lines, (2, ""))[1], 2
    csv.field_size_limit(1 << 30)
    reader = csv.reader((line for _, line in lines), delimiter=delimiter)
    first = n_before
    try:
        columns = [cell.strip() for cell in next(csv.reader([header], delimiter=delimiter), [])]
        first = n_before + 1
        for cells in reader:
            if cells and len(cells) != len(columns):
                raise DatasetError(
                    f"expected {len(columns)} cells, as in the header, got {len(cells)}",
                    place=f"{path}:{first}",
                    remedy=f"put cells that hold {delimiter!r} or line breaks in quotes",
                )
            if cells:
                yield first, dict(zip(columns, cells, strict=True))
            first = reader.line_num + n_before + 1
    except csv.Error as error:
        raise DatasetError(f"expected CSV, got: {error}", place=f"{path}:{first}",
                           remedy="save it as CSV with line feeds") from error


def _lines_of(path: Path) -> Iterator[tuple[int, str]]:
    """Lines with their numbers, ends included."""
    is_gzip = path.suffix.lower() == ".gz"
    number = 0
    try:
        with gzip.open(path, "rb") if is_gzip else open(path, "rb") as lines:
            for number, line in enumerate(lines, 1):
                yield number, line.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        raise DatasetError(
            f"expected UTF-8, got byte 0x{error.object[error.start]:02X} at offset {error.start}",
            place=f"{path}:{number}", remedy="save the file as UTF-8",
        ) from error
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DatasetError(f"expected a whole gzip file, got: {error}", place=str(path),
                           remedy="compress it again, or name it without .gz") from error


def _labels_of(value: object, place: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str) and value.strip().startswith("["):
        value = _list_of(value, place)
    if isinstance(value, dict):  # of evidence, or 1 and 0
        value = [label for label, held in value.items() if held not in (None, False)]
    if isinstance(value, str):
        separator = next((s for s in (";", "|") if s in value), ",")
        value = [part for part in value.split(separator) if part.strip()]
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise DatasetError(f"expected a list of labels, got {_short(value)}", place=place,
                           remedy='write each as a text: ["a", "b"]')
    labels = tuple(dict.fromkeys(v.strip() for v in value))
    if odd := next((label for label in labels if not label.isprintable()), None):
        raise DatasetError(f"expected labels of printable characters, got {_short(odd)}",
                           place=place, remedy="name it in letters")
    if "" in labels:
        raise DatasetError(f"expected labels with a name, got {_short(value)}", place=place,
                           remedy="a text without labels has an empty list")
    return labels


def _list_of(cell: str, place: str) -> object:
    """A list in a cell, as JSON or as Python writes it."""
    try:
        return ast.literal_eval(cell.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError) as error:
        raise DatasetError(f"expected a list of labels, got {_short(cell)}", place=place,
                           remedy="write labels with ; between them") from error


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}..."
