"""Everything that can be wrong with a coded dataset, each fault with its place and remedy."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from vectorclf.codebook import Codebook, load_codebook
from vectorclf.dataset import (
    KINDS,
    SPLITS,
    Dataset,
    Fault,
    Placed,
    decode_row,
    read_rows,
    read_splits,
)
from vectorclf.duplicates import near_duplicates
from vectorclf.errors import DatasetError, MissingInputError

MAX_JACCARD = 0.3  # of 5-word shingles, between any two texts
MAX_OPENING_SHARE = 0.01  # of texts that open with the same three words
MIN_WORDS_IN_SENTENCE = 6  # shorter sentences may recur ("He was acquitted.")
MAX_WORDS = 200
REQUIRED = ("id", "text", "case", "kind", "register", "language")


@dataclass(frozen=True)
class CheckedDataset:
    """A dataset and its faults; `dataset` holds the rows that could be read."""

    dataset: Dataset
    placed: tuple[Placed, ...]
    faults: tuple[Fault, ...]


def check_dataset(directory: str | Path) -> CheckedDataset:
    """Read a dataset directory and list all its faults.

    Parameters
    ----------
    directory : str or Path
        Holds ``codebook.toml``, ``passages/*.jsonl`` and, once frozen, ``splits.json``.

    Raises
    ------
    MissingInputError, CodebookError
        Nothing to check: no directory, no passages, no valid codebook.
    """
    directory = Path(directory)
    if not directory.is_dir():
        raise MissingInputError("expected a dataset directory, found none", place=str(directory))
    codebook = load_codebook(directory)
    faults: list[Fault] = []
    placed: list[Placed] = []
    for file, line, raw in read_rows(directory):
        try:
            placed.append(Placed(decode_row(raw), file, line))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            message, _, path = str(error).partition(" - at `$.")
            field = path.rstrip("`") or "row"
            faults.append(Fault(file, line, field, message, "see the data card for the schema"))
    for row in placed:
        faults += _row_faults(row, codebook)
    faults += _id_faults(placed)
    faults += _text_faults(placed)
    try:
        splits = read_splits(directory)
        faults += _split_faults(placed, splits, directory)
    except DatasetError as error:
        splits = {}
        faults.append(Fault(error.place, 0, "splits", error.message, error.remedy))
    dataset = Dataset(codebook, tuple(row.passage for row in placed), splits)
    faults.sort(key=lambda f: (f.file, f.line))
    return CheckedDataset(dataset, tuple(placed), tuple(faults))


def _row_faults(row: Placed, codebook: Codebook) -> list[Fault]:
    p = row.passage
    faults = []

    def fault(field: str, message: str, remedy: str = "") -> None:
        faults.append(Fault(row.file, row.line, field, message, remedy))

    for name in REQUIRED:
        value = getattr(p, name)
        if not value.strip():
            fault(name, "expected a text, got an empty one")
        elif value != value.strip():
            fault(name, "expected no outer blanks", "strip it")
    if "\ufffd" in p.text or any(ord(c) < 32 and c != "\n" for c in p.text):
        fault("text", "expected printable text, got control or replacement characters")
    if len(p.text.split()) > MAX_WORDS:
        fault("text", f"expected at most {MAX_WORDS} words, got {len(p.text.split())}", "split it")
    if p.kind not in KINDS:
        fault("kind", f"expected one of {', '.join(KINDS)}, got {p.kind!r}")
    if p.kind == "documented" and not p.sources:
        fault("sources", "expected a source, got none", "name one, or make the text composite")
    if p.kind == "background" and p.labels:
        fault("labels", "expected none in a background text", "make it composite")
    for label, coding in p.labels.items():
        if label not in codebook:
            fault(f"labels.{label}", "expected a label of the codebook", codebook._suggest(label))
        if coding.status not in codebook.statuses:
            known = ", ".join(codebook.statuses)
            fault(f"labels.{label}.status", f"expected one of {known}, got {coding.status!r}")
        if not coding.evidence:
            fault(f"labels.{label}.evidence", "expected a phrase of the text, got none",
                  "no phrase, no label (rule G2)")
        for phrase in coding.evidence:
            if not phrase.strip() or phrase not in p.text:
                fault(f"labels.{label}.evidence",
                      f"expected a phrase that stands in the text, got {phrase!r}",
                      "copy it from the text, letter by letter")
    for field in ("first", "second"):
        for label in getattr(p, field) or ():
            if label not in codebook:
                fault(field, f"expected labels of the codebook, got {label!r}",
                      codebook._suggest(label))
    return faults


def _id_faults(placed: Sequence[Placed]) -> list[Fault]:
    first: dict[str, Placed] = {}
    faults = []
    for row in placed:
        earlier = first.setdefault(row.passage.id, row)
        if earlier is not row:
            faults.append(Fault(row.file, row.line, "id",
                                f"expected unique ids, got {row.passage.id!r} of "
                                f"{Path(earlier.file).name}:{earlier.line} again", "renumber it"))
    return faults


_SENTENCE = re.compile(r"(?<=[.!?])[\"'”’)]*\s+")


def _text_faults(placed: Sequence[Placed]) -> list[Fault]:
    """Near-duplicate texts, sentences that recur, openings that recur."""
    faults = []

    def where(row: Placed) -> str:
        return f"{Path(row.file).name}:{row.line}"

    for i, j, similarity in near_duplicates(
        [row.passage.text for row in placed], threshold=MAX_JACCARD
    ):
        faults.append(Fault(placed[j].file, placed[j].line, "text",
                            f"expected no near-duplicates, got similarity {similarity:.2f} to "
                            f"{where(placed[i])}", "rewrite or delete one"))
    seen: dict[str, Placed] = {}
    for row in placed:
        for sentence in _SENTENCE.split(row.passage.text):
            key = " ".join(sentence.lower().split())
            if len(key.split()) < MIN_WORDS_IN_SENTENCE:
                continue
            earlier = seen.setdefault(key, row)
            if earlier is not row:
                faults.append(Fault(row.file, row.line, "text",
                                    f"expected no sentence twice, got {sentence[:60]!r} of "
                                    f"{where(earlier)}", "rewrite it"))
    openings: dict[str, list[Placed]] = defaultdict(list)
    for row in placed:
        openings[" ".join(row.passage.text.lower().split()[:3])].append(row)
    for opening, rows in openings.items():
        if len(rows) > max(10, MAX_OPENING_SHARE * len(placed)):
            faults.append(Fault(rows[0].file, rows[0].line, "text",
                                f"expected under {MAX_OPENING_SHARE:.0%} of texts to open alike, "
                                f"got {len(rows)} with {opening!r}", "vary the openings"))
    return faults


def _split_faults(
    placed: Sequence[Placed], split_by_case: dict[str, str], directory: Path
) -> list[Fault]:
    """Cases without a split, and near-duplicates that straddle one are told by the text check."""
    if not split_by_case:
        return []
    path = str(directory / "splits.json")
    missing = Counter(r.passage.case for r in placed if r.passage.case not in split_by_case)
    faults = [
        Fault(path, 0, "splits", f"expected a split for every case, got none for {case!r} "
              f"({n} texts)", f"add it to one of {', '.join(SPLITS)}")
        for case, n in missing.items()
    ]
    cases = {row.passage.case for row in placed}
    faults += [
        Fault(path, 0, "splits", f"expected cases of the passages, got {case!r}", "delete it")
        for case in split_by_case
        if case not in cases
    ]
    return faults
