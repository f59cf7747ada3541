"""Byte streams and their lines, bounded: no line or file is held beyond the limit."""

from __future__ import annotations

import gzip
import hashlib
import io
import sys
import zlib
from collections.abc import Iterator
from typing import IO, NamedTuple

from vectorclf.articles.sources import Source

BUFFER_BYTES = 1 << 20
_BINARY_MAGIC = {
    b"%PDF": "a PDF; convert it with pdftotext",
    b"PK\x03\x04": "a ZIP archive or office document; save it as text",
    b"\xd0\xcf\x11\xe0": "an old office document; save it as text",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"PAR1": "Parquet; name it .parquet",
    b"\xff\xfe": "UTF-16; convert it: iconv -f utf-16 -t utf-8",
    b"\xfe\xff": "UTF-16; convert it: iconv -f utf-16 -t utf-8",
}  # fmt: skip


class Line(NamedTuple):
    """A line with its number; one over the limit has only its size and hash.

    Attributes
    ----------
    number : int
        From 1.
    raw : bytes
        With its line break; empty if the line was over the limit.
    n_bytes : int
    sha256 : str
        Only of a line over the limit.
    """

    number: int
    raw: bytes
    n_bytes: int
    sha256: str


class BrokenStreamError(Exception):
    """The stream ended in an error behind some line."""

    def __init__(self, line: int, cause: BaseException) -> None:
        self.line = line
        self.cause = cause
        super().__init__(line, cause)


def open_stream(source: Source) -> IO[bytes]:
    """A buffered binary stream of the source, decompressed."""
    if source.path == "-":
        raw: IO[bytes] = sys.stdin.buffer
        if raw.peek(2)[:2] == b"\x1f\x8b":  # type: ignore[attr-defined]
            return gzip.GzipFile(fileobj=raw)  # type: ignore[return-value]
        return raw
    if source.compression == "gz":
        # Not behind a buffer of ours, which would lose what came before a broken place.
        return gzip.open(source.file, "rb")  # type: ignore[return-value]
    if source.compression == "zst":
        return io.BufferedReader(_ZstdFile(source.file), BUFFER_BYTES)
    return open(source.file, "rb", buffering=BUFFER_BYTES)


class _ZstdFile(io.RawIOBase):
    """All frames of a .zst file; unlike zstandard's own reader, told when one is cut short."""

    def __init__(self, path: str) -> None:
        import zstandard

        self._file = open(path, "rb")  # noqa: SIM115
        self._new = zstandard.ZstdDecompressor(max_window_size=1 << 31).decompressobj
        self._frame = self._new()
        self._is_fresh = True
        self._pending = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        while not self._pending:
            rest = self._frame.unused_data if self._frame.eof else b""
            if self._frame.eof:
                self._frame, self._is_fresh = self._new(), True
            raw = rest or self._file.read(1 << 17)
            if not raw:
                if self._is_fresh:
                    return 0
                raise EOFError("compressed file ended before the end of its last frame")
            self._is_fresh = False
            self._pending = memoryview(self._frame.decompress(raw))
        n = min(len(buffer), len(self._pending))
        buffer[:n] = self._pending[:n]
        self._pending = self._pending[n:]
        return n

    def close(self) -> None:
        self._file.close()
        super().close()


def stream_errors() -> tuple[type[BaseException], ...]:
    """What a damaged or unreadable stream raises."""
    errors: tuple[type[BaseException], ...] = (OSError, EOFError, zlib.error)
    if "zstandard" in sys.modules:
        errors = (*errors, sys.modules["zstandard"].ZstdError)
    return errors


def read_lines(
    stream: IO[bytes], limit: int, *, first_line: int = 1, n_bytes: int | None = None
) -> Iterator[Line]:
    """Lines of a stream, up to `n_bytes` of it, none held beyond `limit` bytes."""
    number = first_line - 1
    left = n_bytes if n_bytes is not None else sys.maxsize
    readline = stream.readline
    try:
        while left > 0:
            raw = readline(min(limit + 2, left))
            if not raw:
                return
            number += 1
            size = len(raw)
            left -= size
            if size <= limit or raw.endswith(b"\n"):
                yield Line(number, raw, size, "")
                continue
            digest = hashlib.sha256(raw)
            while not raw.endswith(b"\n") and left > 0:
                raw = readline(min(BUFFER_BYTES, left))
                if not raw:
                    break
                digest.update(raw)
                size += len(raw)
                left -= len(raw)
            yield Line(number, b"", size, digest.hexdigest())
    except stream_errors() as error:
        raise BrokenStreamError(number, error) from error


def binary_reason(head: bytes, kind: str) -> str:
    """Why a file that begins so is no text, or ""; in a file of rows, only its first bytes tell."""
    for magic, what in _BINARY_MAGIC.items():
        if head.startswith(magic):
            return f"expected text, got {what}"
    at = head.find(b"\0", 0, 16 if kind in ("jsonl", "csv", "tsv") else None)
    return f"expected text, got a binary file (NUL byte at offset {at})" if at >= 0 else ""


def peek(stream: IO[bytes], n: int = 4096) -> bytes:
    """The next bytes of a buffered stream, not consumed."""
    return stream.peek(n)[:n]  # type: ignore[attr-defined]


def sha256_of(stream: IO[bytes]) -> str:
    """Hash of all that is left of a stream."""
    digest = hashlib.sha256()
    while raw := stream.read(BUFFER_BYTES):
        digest.update(raw)
    return digest.hexdigest()
