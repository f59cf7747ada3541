"""Assembly: committed parts become the output, in order, each id once."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from functools import partial
from typing import IO, Any, NamedTuple

import msgspec
import numpy as np

from vectorclf.errors import OutputError
from vectorclf.jobs.plan import Partition
from vectorclf.jobs.records import JobSettings
from vectorclf.jobs.store import Store
from vectorclf.jobs.worker import reject_line, row_type
from vectorclf.output import atomic_file, open_writer

_BUCKET_ROWS = 2_000_000
_BLOCK = 1 << 20


class Duplicates(NamedTuple):
    """Articles whose id was used before, by part, as row -> (first part, first row)."""

    by_part: dict[int, dict[int, tuple[int, int]]]

    @property
    def n(self) -> int:
        return sum(map(len, self.by_part.values()))


class Rows:
    """The ``part-N.rows`` tables of a job."""

    def __init__(self, store: Store, n_labels: int) -> None:
        self._store = store
        self._type = row_type(n_labels)

    def __call__(self, index: int) -> np.ndarray:
        return np.fromfile(self._store.part(index, "rows"), dtype=self._type)


def find_duplicates(rows: Rows, n_parts: int, n_articles: int) -> Duplicates:
    """Articles after the first with the same id, in input order.

    Ids are compared by 128 bits of their hash. Memory is bounded: the ids are looked at in
    buckets of about two million.
    """
    by_part: dict[int, dict[int, tuple[int, int]]] = {}
    n_buckets = max(1, -(-n_articles // _BUCKET_ROWS))
    for bucket in range(n_buckets):
        keys, places = [], []
        for index in range(n_parts):
            part = rows(index)
            chosen = np.flatnonzero(part["id_high"] % n_buckets == bucket)
            keys.append(np.stack([part["id_high"][chosen], part["id_low"][chosen]], axis=1))
            places.append(np.stack([np.full(len(chosen), index), chosen], axis=1))
        key, place = np.concatenate(keys), np.concatenate(places)
        order = np.lexsort((key[:, 1], key[:, 0]))  # stable: input order among equals
        same = (key[order[1:]] == key[order[:-1]]).all(axis=1)
        first = (0, 0)
        for k in np.flatnonzero(same):
            if k == 0 or not same[k - 1]:
                first = (int(place[order[k], 0]), int(place[order[k], 1]))
            index, row = (int(x) for x in place[order[k + 1]])
            by_part.setdefault(index, {})[row] = first
    return Duplicates(by_part)


def write_output(
    store: Store, settings: JobSettings, rows: Rows, n_parts: int, duplicates: Duplicates
) -> tuple[int, str]:
    """Join the parts into the output; its size and sha256.

    Raises
    ------
    OutputError
        A part has another size than was committed, or the disk is full.
    """
    with atomic_file(store.output, within=store.directory) as file:
        out = _Hashed(file)
        if settings.format == "parquet":
            _join_parquet(store, settings, rows, n_parts, duplicates, out)
        else:
            open_writer(out, format=settings.format, rows=settings.rows,  # type: ignore[arg-type]
                        columns=settings.columns).close()
            for index in range(n_parts):
                for block in _kept_blocks(store, rows, index, duplicates.by_part.get(index)):
                    out.write(block)
    return out.n_bytes, out.digest.hexdigest()


def _kept_blocks(
    store: Store, rows: Rows, index: int, dropped: dict[int, Any] | None
) -> Iterator[bytes]:
    path = store.part(index, "out")
    expected = store.record(index).output_bytes
    if os.path.getsize(path) != expected:
        raise OutputError(f"expected {expected:,} bytes, got {os.path.getsize(path):,}", place=path,
                          remedy="start anew with --overwrite")  # fmt: skip
    with open(path, "rb") as file:
        if not dropped:
            while block := file.read(_BLOCK):
                yield block
            return
        sizes = rows(index)["n_bytes"].tolist()
        for row, size in enumerate(sizes):
            block = file.read(size)
            if row not in dropped:
                yield block


def _join_parquet(
    store: Store, settings: JobSettings, rows: Rows, n_parts: int, duplicates: Duplicates,
    out: _Hashed,
) -> None:  # fmt: skip
    import pyarrow as pa
    from pyarrow import parquet

    from vectorclf.output.schema import arrow_schema

    schema = arrow_schema(settings.rows, settings.columns)
    with parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        for index in range(n_parts):
            dropped = duplicates.by_part.get(index)
            keep = None
            if dropped:
                counts = rows(index)["n_rows"]
                kept = np.ones(len(counts), dtype=bool)
                kept[list(dropped)] = False
                keep = np.repeat(kept, counts)
            done = 0
            with parquet.ParquetFile(store.part(index, "out")) as file:
                for group in range(file.num_row_groups):
                    table = file.read_row_group(group)
                    if keep is not None:
                        mask = keep[done : done + table.num_rows]
                        done += table.num_rows
                        table = table.filter(pa.array(mask))
                    writer.write_table(table)


def write_rejects(
    store: Store, rows: Rows, n_parts: int, duplicates: Duplicates, places: Places
) -> int:
    """Join the rejects of the parts, and add the duplicates; their number."""
    n = 0
    with atomic_file(store.rejects, within=store.directory) as file:
        for index in range(n_parts):
            with open(store.part(index, "rejects"), "rb") as part:
                lines: Iterable[bytes] = part
                if index in duplicates.by_part:
                    more = _duplicate_lines(index, rows, duplicates, places)
                    lines = sorted([*part, *more], key=partial(places.order, index))
                for line in lines:
                    file.write(line)
                    n += 1
    return n


def _duplicate_lines(
    index: int, rows: Rows, duplicates: Duplicates, places: Places
) -> Iterator[bytes]:
    own = rows(index)
    for row, (first_part, first_row) in duplicates.by_part[index].items():
        used_at = places.place(first_part, rows(first_part)[first_row])
        reason = f"expected a new id, got one that was used at {used_at}"
        yield reject_line(places.place(index, own[row]), reason, "")


class Places:
    """Where articles came from, for the few parts that are asked about."""

    def __init__(self, partitions: Iterator[Partition], wanted: set[int]) -> None:
        self._paths = {
            p.index: [piece.source.path for piece in p.pieces]
            for p in partitions
            if p.index in wanted
        }

    def place(self, index: int, entry: np.void) -> str:
        path = self._paths[index][int(entry["piece"])]
        return f"{path}:{int(entry['line'])}" if entry["line"] else path

    def order(self, index: int, line: bytes) -> tuple[int, int]:
        """What sorts a part's rejects as they stand in the input."""
        row = msgspec.json.decode(line)
        return self._paths[index].index(row["file"]), row["line"]


def places_of(partitions: Iterator[Partition], duplicates: Duplicates) -> Places:
    """Places of the parts that hold duplicates or their firsts."""
    wanted = set(duplicates.by_part)
    for dropped in duplicates.by_part.values():
        wanted.update(first for first, _ in dropped.values())
    return Places(partitions if wanted else iter(()), wanted)


class _Hashed:
    """A binary file that counts and hashes what is written to it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()
        self.n_bytes = 0
        self.closed = False

    def write(self, block: Any) -> int:
        self.digest.update(block)
        self._file.write(block)
        self.n_bytes += len(block)
        return len(block)

    def tell(self) -> int:
        return self.n_bytes

    def flush(self) -> None:
        self._file.flush()

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    def close(self) -> None:  # the file belongs to `atomic_file`
        self.closed = True
