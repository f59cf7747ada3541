"""Sources: which files hold articles, and in what format."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import msgspec

from vectorclf.errors import MissingExtraError, MissingInputError

FORMAT_BY_ENDING = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl",
    ".csv": "csv", ".tsv": "tsv", ".tab": "tsv",
    ".parquet": "parquet", ".pq": "parquet",
    ".txt": "text", ".text": "text",
    ".html": "html", ".htm": "html", ".xhtml": "html",
}  # fmt: skip
COMPRESSIONS = {".gz": "gz", ".zst": "zst"}
ENDINGS = ".jsonl, .csv, .tsv, .parquet, .txt, .html, or .gz or .zst of these"


class Source(msgspec.Struct, frozen=True):
    """A file with articles.

    Attributes
    ----------
    path : str
        As given, or below the directory that was given; "-" is stdin.
    name : str
        Relative to the directory that was given; ids of text files are names.
    format : str
        "jsonl", "csv", "tsv", "parquet", "text", "html"; "" is told from the first bytes.
    compression : str
        "", "gz" or "zst".
    root : str
        Directory that a relative path starts from; "" is the current one.
    """

    path: str
    name: str
    format: str
    compression: str = ""
    root: str = ""

    @property
    def file(self) -> str:
        """The path to open."""
        return os.path.join(self.root, self.path)


def source_of(path: str, name: str | None = None) -> Source:
    """Source of one path, by its ending."""
    root, ending = os.path.splitext(path)
    compression = COMPRESSIONS.get(ending.lower(), "")
    if compression:
        root, ending = os.path.splitext(root)
    kind = FORMAT_BY_ENDING.get(ending.lower(), "")
    return Source(path, path if name is None else name, kind, compression)


def find_sources(paths: Iterable[str | Path], *, exclude: Iterable[str] = ()) -> Iterator[Source]:
    """Sources of files, directories, globs and "-", in a fixed order, found as they are read.

    Parameters
    ----------
    paths : iterable of paths
    exclude : iterable of str
        Paths that are not read, such as a job's own output.

    Raises
    ------
    MissingInputError
        On the call, not on iteration: a path that is not there, or nothing to read.
    """
    excluded = {os.path.realpath(path) for path in exclude}
    streams = [_sources_under(_text_of(path), excluded) for path in paths]
    if not streams:
        raise MissingInputError("expected at least one path, got none")
    return chain.from_iterable(streams)


def _text_of(path: str | Path) -> str:
    text = os.fspath(path)
    return text.decode() if isinstance(text, bytes) else text


def _sources_under(path: str, excluded: set[str]) -> Iterator[Source]:
    if path == "-":
        return iter([Source("-", "stdin", "")])
    if os.path.isdir(path):
        return _first_seen(_walk(path, "", set(), excluded), path)
    if os.path.lexists(path):
        return iter([source_of(path, os.path.normpath(path).replace(os.sep, "/"))])
    found = sorted(glob.glob(path, recursive=True)) if glob.has_magic(path) else []
    if not found:
        what = "files that match" if glob.has_magic(path) else "a file or directory"
        raise MissingInputError(f"expected {what}, found none", place=path)
    return chain.from_iterable(
        _sources_under(each, excluded) for each in found if os.path.realpath(each) not in excluded
    )


def _first_seen(sources: Iterator[Source], path: str) -> Iterator[Source]:
    """The same sources, after making sure that there is one."""
    first = next(sources, None)
    if first is None:
        raise MissingInputError(
            "expected articles in the directory, found none", place=path,
            remedy=f"articles are files that end in {ENDINGS}",
        )  # fmt: skip
    return chain([first], sources)


def _walk(path: str, name: str, visited: set, excluded: set[str]) -> Iterator[Source]:
    """Files below a directory; every real directory once, so that links cannot loop."""
    try:
        status = os.stat(path)
        if (status.st_dev, status.st_ino) in visited:
            return
        visited.add((status.st_dev, status.st_ino))
        entries = sorted(os.listdir(path))
    except OSError:
        yield Source(path, name, "unreadable")
        return
    for entry in entries:
        below = os.path.join(path, entry)
        if entry.startswith(".") or os.path.realpath(below) in excluded:
            continue
        below_name = f"{name}/{entry}" if name else entry
        if os.path.isdir(below):
            yield from _walk(below, below_name, visited, excluded)
            continue
        source = source_of(below, below_name)
        if source.format:
            yield source


def require_extra(source: Source) -> None:
    """Raise MissingExtraError if the library that reads the source is not installed."""
    for needed, module, feature, extra in (
        (source.format == "parquet", "pyarrow", "reading Parquet", "arrow"),
        (source.format == "html", "trafilatura", "reading HTML", "html"),
        (source.compression == "zst", "zstandard", "reading .zst", "zstd"),
    ):
        if needed:
            try:
                __import__(module)
            except ImportError:
                raise MissingExtraError(f"{feature} ({source.path})", extra) from None
