"""Assembly: committed parts become the output, in order, each id once."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable, Iterator
from functools import partial
from typing import IO, Any

import msgspec
import numpy as np

from vectorclf.errors import OutputError
from vectorclf.jobs.plan import Partition
from vectorclf.jobs.records import JobSettings
from vectorclf.jobs.store import Store
from vectorclf.jobs.worker import reject_line, row_type
from vectorclf.output import atomic_file, open_writer

_BUCKET_ROWS, _MAX_BUCKETS = 250_000, 256
_BLOCK = 1 << 20


_DUPLICATE = np.dtype([("row", "<u4"), ("first_part", "<u4"), ("first_row", "<u4")])


_KEY = np.dtype([("high", "<u8"), ("low", "<u8"), ("part", "<u4"), ("row", "<u4")])


class Duplicates:
    """Articles whose id was used before, in ``part-N.duplicates``: there may be many.

    Attributes
    ----------
    n : int
    parts : set of int
        That hold any.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.n = 0
        self.parts: set[int] = set()

    def add(self, index: int, entries: np.ndarray) -> None:
        mode = "ab" if index in self.parts else "wb"
        with open(self._store.part(index, "duplicates"), mode) as file:
            file.write(entries.tobytes())
        self.parts.add(index)
        self.n += len(entries)

    def of(self, index: int) -> np.ndarray:
        """Entries of a part, by row."""
        if index not in self.parts:
            return np.empty(0, dtype=_DUPLICATE)
        entries = np.fromfile(self._store.part(index, "duplicates"), dtype=_DUPLICATE)
        return entries[np.argsort(entries["row"])]


class Rows:
    """The ``part-N.rows`` tables of a job."""

    def __init__(self, store: Store, n_labels: int) -> None:
        self._store = store
        self._type = row_type(n_labels)

    def __call__(self, index: int) -> np.ndarray:
        return np.fromfile(self._store.part(index, "rows"), dtype=self._type)

    def one(self, index: int, row: int) -> np.void:
        path = self._store.part(index, "rows")
        return np.fromfile(path, self._type, count=1, offset=row * self._type.itemsize)[0]


def find_duplicates(store: Store, rows: Rows, n_parts: int, n_articles: int) -> Duplicates:
    """Articles after the first with the same id, in input order.

    Ids are compared by 128 bits of their hash. Many are dealt into bucket files first, so that
    memory stays flat: up to 64 million articles a bucket holds a quarter of a million.
    """
    duplicates = Duplicates(store)
    n_buckets = min(_MAX_BUCKETS, -(-n_articles // _BUCKET_ROWS))
    if n_buckets == 1:
        _mark_duplicates(np.concatenate([_keys(rows(k), k) for k in range(n_parts)]), duplicates)
    elif n_buckets > 1:
        paths = [store.part(bucket, "bucket") for bucket in range(n_buckets)]
        with contextlib.ExitStack() as stack:
            files = [stack.enter_context(open(path, "wb")) for path in paths]
            for index in range(n_parts):
                keys = _keys(rows(index), index)
                buckets = keys["high"] % n_buckets
                for bucket in np.unique(buckets).tolist():
                    files[bucket].write(keys[buckets == bucket].tobytes())
        for path in paths:
            _mark_duplicates(np.fromfile(path, dtype=_KEY), duplicates)
            os.unlink(path)
    return duplicates


def _keys(rows: np.ndarray, index: int) -> np.ndarray:
    keys = np.empty(len(rows), dtype=_KEY)
    keys["high"], keys["low"] = rows["id_high"], rows["id_low"]
    keys["part"], keys["row"] = index, np.arange(len(rows))
    return keys


def _mark_duplicates(keys: np.ndarray, duplicates: Duplicates) -> None:
    order = np.lexsort((keys["low"], keys["high"]))  # stable: input order among equals
    keys = keys[order]
    is_same = (keys["high"][1:] == keys["high"][:-1]) & (keys["low"][1:] == keys["low"][:-1])
    is_same = np.append(np.zeros(min(len(keys), 1), dtype=bool), is_same)
    first = np.maximum.accumulate(np.where(is_same, 0, np.arange(len(keys))))
    found, firsts = keys[is_same], keys[first[is_same]]
    entries = np.empty(len(found), dtype=_DUPLICATE)
    entries["row"] = found["row"]
    entries["first_part"], entries["first_row"] = firsts["part"], firsts["row"]
    for index in np.unique(found["part"]).tolist():
        duplicates.add(index, entries[found["part"] == index])


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
                for block in _kept_blocks(store, rows, index, duplicates.of(index)["row"]):
                    out.write(block)
    return out.n_bytes, out.digest.hexdigest()


def _kept_blocks(
    store: Store, rows: Rows, index: int, dropped: np.ndarray
) -> Iterator[bytes]:
    path = store.part(index, "out")
    expected = store.record(index).output_bytes
    if os.path.getsize(path) != expected:
        raise OutputError(f"expected {expected:,} bytes, got {os.path.getsize(path):,}", place=path,
                          remedy="start anew with --overwrite")  # fmt: skip
    with open(path, "rb") as file:
        if not len(dropped):
            while block := file.read(_BLOCK):
                yield block
            return
        is_kept = np.ones(len(rows(index)), dtype=bool)
        is_kept[dropped] = False
        for size, kept in zip(rows(index)["n_bytes"].tolist(), is_kept.tolist(), strict=True):
            block = file.read(size)
            if kept:
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
            dropped = duplicates.of(index)["row"]
            keep = None
            if len(dropped):
                counts = rows(index)["n_rows"]
                kept = np.ones(len(counts), dtype=bool)
                kept[dropped] = False
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
                if index in duplicates.parts:
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
    for row, first_part, first_row in duplicates.of(index).tolist():
        used_at = places.place(first_part, rows.one(first_part, first_row))
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
    wanted = set(duplicates.parts)
    for index in duplicates.parts:
        wanted.update(duplicates.of(index)["first_part"].tolist())
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
