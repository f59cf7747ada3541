"""Files that are there whole or not at all."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from vectorclf.errors import InputError, OutputError, VectorclfError
from vectorclf.output.rows import FORMATS

_FORMAT_BY_ENDING = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl", ".csv": "csv",
    ".parquet": "parquet", ".pq": "parquet",
}  # fmt: skip


def format_of(path: str | Path, wanted: str | None = None) -> str:
    """Output format by `wanted`, or by the ending of the path; JSONL for stdout.

    Raises
    ------
    InputError
        No such format, or an ending that tells none.
    """
    if wanted:
        if wanted not in FORMATS:
            raise InputError(f"expected one of {', '.join(FORMATS)}, got {wanted!r}",
                             place="format")  # fmt: skip
        return wanted
    ending = os.path.splitext(os.fspath(path))[1].lower()
    if ending not in _FORMAT_BY_ENDING and os.fspath(path) != "-":
        raise InputError(
            f"expected a path that ends in .jsonl, .csv or .parquet, got {os.fspath(path)!r}",
            remedy="name the format with --format",
        )
    return _FORMAT_BY_ENDING.get(ending, "jsonl")


def cannot_write(path: str | Path, error: OSError) -> OutputError:
    """The error for a path that cannot be written, with what to do about it."""
    directory = os.path.dirname(os.fspath(path)) or "."
    remedy = ""
    if not os.path.isdir(directory):
        remedy = f"make the directory {directory} first"
    elif isinstance(error, PermissionError):
        remedy = "choose another place, or get permission to write there"
    return OutputError(
        f"cannot be written: {error.strerror or error}", place=os.fspath(path), remedy=remedy
    )


def check_writable(path: str | Path) -> None:
    """Raise OutputError if a file could not be put at `path`; leaves nothing behind."""
    probe = f"{os.fspath(path)}.{os.getpid()}.tmp"
    try:
        if os.path.isdir(path):
            raise IsADirectoryError(21, "it is a directory")
        with open(probe, "wb"):
            pass
        os.unlink(probe)
    except OSError as error:
        raise cannot_write(path, error) from error


def check_directory(path: str | Path) -> None:
    """Raise OutputError if no file could be put into a directory `path`; leaves nothing behind.

    The directory need not be there, nor those over it.
    """
    if not os.fspath(path) or "\0" in os.fspath(path):
        raise OutputError(f"expected the name of a directory, got {os.fspath(path)!r}",
                          remedy="name one with -o DIR")
    place = Path(path)
    while not place.exists() and place != place.parent:
        place = place.parent
    if not place.is_dir():
        raise OutputError("expected a directory, got a file", place=str(place),
                          remedy="name another place")
    check_writable(place / ".writable")


def make_directory(path: str | Path) -> Path:
    """The directory `path`, made where missing, with those over it.

    Raises
    ------
    OutputError
        It cannot be made, or is a file.
    """
    check_directory(path)
    try:
        os.makedirs(path, exist_ok=True)
    except OSError as error:
        raise cannot_write(path, error) from error
    return Path(path)


@contextlib.contextmanager
def atomic_file(path: str | Path, *, within: str | Path | None = None) -> Iterator[IO[bytes]]:
    """A binary file that appears at `path` whole when the block ends, or not at all.

    Written beside it, or in the directory `within` of the same disk, fsynced, renamed. "-" is
    stdout, a stream.

    Raises
    ------
    OutputError
        The place cannot be written, or the disk is full; nothing is left behind.
    """
    path = os.fspath(path)
    if path == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    place = path if within is None else os.path.join(within, os.path.basename(path))
    temporary = f"{place}.{os.getpid()}.tmp"
    try:
        with open(temporary, "wb", buffering=1 << 18) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        sync_directory(os.path.dirname(path) or ".")
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        if isinstance(error, OSError) and not isinstance(error, VectorclfError):
            raise cannot_write(path, error) from error
        raise


def sync_directory(path: str | Path) -> None:
    """Make renames inside a directory survive a power cut, where the system can."""
    if os.name != "posix":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
