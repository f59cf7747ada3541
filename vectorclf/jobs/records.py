"""Records of a job: what was asked for, the parts it falls into, what each part made."""

from __future__ import annotations

from typing import Any

import msgspec

from vectorclf.articles import Reading, Source
from vectorclf.jobs.drift import TextStatistics


class JobSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the output depends on; a job is only resumed with the same.

    Attributes
    ----------
    paths : tuple of str
    format, rows : str
        Of the output.
    columns : tuple of str
        Further input columns that get one of their own in CSV and Parquet.
    reading : Reading
    partition_bytes : int
    model : dict
        Hashes, codebook version, operating point, thresholds and labels.
    version : str
        Of vectorclf.
    """

    paths: tuple[str, ...]
    format: str
    rows: str
    columns: tuple[str, ...]
    reading: Reading
    partition_bytes: int
    model: dict[str, Any]
    version: str


class Piece(msgspec.Struct, frozen=True):
    """A source, or a range of it: bytes of a plain file, row groups of a Parquet file."""

    source: Source
    n_bytes: int
    start: int = 0
    end: int | None = None
    first_line: int = 1
    row_groups: tuple[int, ...] | None = None

    @property
    def is_whole(self) -> bool:
        return self.start == 0 and self.end is None and self.row_groups is None


class Partition(msgspec.Struct, frozen=True):
    """The unit of work, of commit and of resume."""

    index: int
    pieces: tuple[Piece, ...]

    @property
    def n_bytes(self) -> int:
        return sum(piece.n_bytes for piece in self.pieces)


class InputFile(msgspec.Struct, frozen=True):
    """A file that was read; `sha256` is "" where it could not be."""

    path: str
    n_bytes: int
    sha256: str


class PartRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What a committed part holds. n_in = n_articles + n_rejects, always."""

    index: int
    n_bytes: int
    n_in: int
    n_articles: int
    n_rejects: int
    n_rows: int
    n_tagged: int
    output_bytes: int
    tags_by_label: dict[str, int]
    inputs: tuple[InputFile, ...]
    statistics: TextStatistics
    elapsed_s: float
    cpu_s: float
