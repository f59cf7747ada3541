"""Plan: sources into partitions, lazily, in a fixed order.

A big plain file falls into byte ranges on row boundaries, a Parquet file into row groups;
small files are grouped; a compressed file is one piece, since it can only be read from its
start. Ranges are scanned once on the way, to number their lines and hash the file.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator

from vectorclf.articles import Source
from vectorclf.articles.sources import require_extra
from vectorclf.articles.tables import header_of
from vectorclf.jobs.records import InputFile, Partition, Piece

_MAX_PIECES = 512
_CHUNK = 1 << 20
_RATIO = 3  # news shrinks to about a third


def plan(
    sources: Iterable[Source], *, partition_bytes: int, encoding: str, inputs: list[InputFile]
) -> Iterator[Partition]:
    """Partitions of the sources.

    Parameters
    ----------
    sources : iterable of Source
    partition_bytes : int
        About the size of a partition; a row or a compressed file is never split.
    encoding : str
        Of table headers.
    inputs : list of InputFile
        Grows by every file that falls into several pieces; whole files are hashed by the
        workers.
    """
    index = 0
    held: list[Piece] = []
    for source in sources:
        require_extra(source)
        for piece in _pieces(source, partition_bytes, encoding, inputs):
            if held and (not piece.is_whole or len(held) == _MAX_PIECES):
                yield Partition(index, tuple(held))
                index, held = index + 1, []
            held.append(piece)
            if not piece.is_whole or sum(p.n_bytes for p in held) >= partition_bytes:
                yield Partition(index, tuple(held))
                index, held = index + 1, []
    if held:
        yield Partition(index, tuple(held))


def size_of(source: Source) -> int:
    """Bytes of a source, about as they will be once decompressed; 0 if it cannot be told."""
    try:
        size = os.stat(source.file).st_size
    except OSError:
        return 0
    return size * _RATIO if source.compression or source.format == "parquet" else size


def _pieces(
    source: Source, partition_bytes: int, encoding: str, inputs: list[InputFile]
) -> Iterator[Piece]:
    size = size_of(source)
    whole = Piece(source, size)
    if size <= 1.5 * partition_bytes or source.compression:
        return iter((whole,))
    if source.format in ("jsonl", "csv", "tsv"):
        return _ranges(source, partition_bytes, encoding, inputs)
    if source.format == "parquet":
        return _row_groups(source, partition_bytes, inputs, whole)
    return iter((whole,))


def _ranges(
    source: Source, partition_bytes: int, encoding: str, inputs: list[InputFile]
) -> Iterator[Piece]:
    """Byte ranges of a plain file that end where rows end."""
    is_table = source.format != "jsonl"
    digest = hashlib.sha256()
    start = position = 0
    start_line = line = 1
    in_quotes = False
    try:
        with open(source.file, "rb", buffering=_CHUNK) as file:
            delimiter = b","
            if is_table:
                delimiter = header_of(file.readline(_CHUNK), source, encoding)[1].encode()
                file.seek(0)
            while raw := file.readline(_CHUNK):
                while is_table and raw.endswith(b'"') and (more := file.read(1)):
                    raw += more  # never part two quotes that belong together
                digest.update(raw)
                position += len(raw)
                if is_table and (in_quotes or b'"' in raw):
                    in_quotes = _ends_in_quotes(raw, in_quotes, delimiter)
                if raw.endswith(b"\n"):
                    line += 1
                    if position - start >= partition_bytes and not in_quotes:
                        yield Piece(source, position - start, start, position, start_line)
                        start, start_line = position, line
    except OSError:
        yield Piece(source, 0)  # its reader will say what is wrong
        return
    if position > start:
        yield Piece(source, position - start, start, position, start_line)
    inputs.append(InputFile(source.path, position, digest.hexdigest()))


def _ends_in_quotes(raw: bytes, in_quotes: bool, delimiter: bytes) -> bool:
    """Whether a quoted cell is open at the end of a line, as Python's csv reads it."""
    i = raw.find(b'"')
    while i >= 0:
        if in_quotes:
            if raw[i + 1 : i + 2] == b'"':
                i += 1
            else:
                in_quotes = False
        elif i == 0 or raw[i - 1 : i] == delimiter:
            in_quotes = True
        i = raw.find(b'"', i + 1)
    return in_quotes


def _row_groups(
    source: Source, partition_bytes: int, inputs: list[InputFile], whole: Piece
) -> Iterator[Piece]:
    import pyarrow
    from pyarrow import parquet

    try:
        metadata = parquet.read_metadata(source.file)
        with open(source.file, "rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, pyarrow.ArrowException):
        yield whole
        return
    first_row, n_rows, n_bytes = 1, 0, 0
    groups: list[int] = []
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        groups.append(number)
        n_rows += group.num_rows
        n_bytes += group.total_byte_size
        if n_bytes >= partition_bytes or number == metadata.num_row_groups - 1:
            yield Piece(source, n_bytes, first_line=first_row, row_groups=tuple(groups))
            first_row, n_rows, n_bytes = first_row + n_rows, 0, 0
            groups = []
    inputs.append(InputFile(source.path, os.stat(source.file).st_size, sha256))
