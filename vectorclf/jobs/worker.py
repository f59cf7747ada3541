"""Worker: one partition read, tagged, written and committed."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import IO, Any, NamedTuple

import msgspec
import numpy as np

from vectorclf.articles import read_source
from vectorclf.errors import InputError, OutputError, VectorclfError
from vectorclf.jobs.drift import TextStatistics, is_sampled, measure
from vectorclf.jobs.records import InputFile, JobSettings, Partition, PartRecord, Piece
from vectorclf.jobs.store import KINDS, Store
from vectorclf.output import atomic_file, cannot_write, open_writer, sync_directory
from vectorclf.records import Article, ArticleTags, Reject

_CHUNK_ARTICLES, _CHUNK_CHARS = 512, 1 << 22
"""Articles tagged together: memory is bounded by both. With half as many a job takes a twentieth
longer: reading and writing push the model out of the caches."""
_SAMPLE_CHARS = 1 << 18
"""Text of the sample measured together."""


class WorkerJob(NamedTuple):
    """What every worker of a job is told.

    Attributes
    ----------
    output : str
    settings : JobSettings
    load_tagger : callable
        Gives the tagger; called once a process.
    job_id : str
    """

    output: str
    settings: JobSettings
    load_tagger: Callable[[], Any]
    job_id: str


_taggers: dict[str, Any] = {}


def tagger_of(job: WorkerJob) -> Any:
    """The job's tagger in this process, loaded on the first call."""
    if job.job_id not in _taggers:
        _taggers.clear()  # a process serves one job at a time
        _taggers[job.job_id] = job.load_tagger()
    return _taggers[job.job_id]


def row_type(n_labels: int) -> np.dtype:
    """One entry an article in ``part-N.rows``: enough to find and drop it again."""
    return np.dtype(
        [("id_high", "<u8"), ("id_low", "<u8"), ("line", "<u8"), ("piece", "<u4"),
         ("n_rows", "<u4"), ("n_bytes", "<u8"), ("labels", "u1", ((n_labels + 7) // 8,))]
    )  # fmt: skip


def place_parts(place: str) -> tuple[str, int]:
    """(file, line) of a place; line 0 is the file as a whole."""
    file, _, line = place.rpartition(":")
    return (file, int(line)) if file and line.isdigit() else (place, 0)


def reject_line(place: str, reason: str, sha256: str) -> bytes:
    file, line = place_parts(place)
    row = {"file": file, "line": line, "reason": reason, "sha256": sha256}
    return msgspec.json.encode(row) + b"\n"


def tag_partition(
    job: WorkerJob, partition: Partition, on_chunk: Callable[[int, int, int], None] | None = None
) -> PartRecord:
    """Tag a partition and commit it.

    Parameters
    ----------
    job : WorkerJob
    partition : Partition
    on_chunk : callable, optional
        Told (articles, tagged, rejects) after every chunk.

    Raises
    ------
    OutputError
        The part cannot be written; nothing of it is left behind.
    """
    tagger = tagger_of(job)
    started, cpu_started = time.monotonic(), time.process_time()
    part = _Part(job, partition, tagger)
    temporary = {kind: f"{part.path(kind)}.{uuid.uuid4().hex}.tmp" for kind in KINDS}
    try:
        with contextlib.ExitStack() as stack:
            files: dict[str, IO[bytes]] = {
                kind: stack.enter_context(open(path, "wb", buffering=1 << 18))
                for kind, path in temporary.items()
            }
            part.write(files, on_chunk)
            for file in files.values():
                file.flush()
                os.fsync(file.fileno())
        for kind, path in temporary.items():
            os.replace(path, part.path(kind))
        sync_directory(os.path.dirname(part.path("out")))
        record = part.record(time.monotonic() - started, time.process_time() - cpu_started)
        with atomic_file(part.path("json")) as commit:
            commit.write(msgspec.json.encode(record))
    except OSError as error:
        if isinstance(error, VectorclfError):
            raise
        raise cannot_write(job.output, error) from error
    finally:
        for path in temporary.values():
            with contextlib.suppress(OSError):
                os.unlink(path)
    return record


class _Part:
    """Counts and files of a partition in the making."""

    def __init__(self, job: WorkerJob, partition: Partition, tagger: Any) -> None:
        self._job = job
        self._partition = partition
        self._tagger = tagger
        self._store = Store(job.output)
        self._column_by_label = {label: k for k, label in enumerate(tagger.labels)}
        self._row_type = row_type(len(tagger.labels))
        self._statistics = TextStatistics()
        self._sample: list[str] = []
        self._tags_by_label = dict.fromkeys(tagger.labels, 0)
        self._inputs: list[InputFile] = []
        self.n_in = self.n_articles = self.n_rejects = self.n_rows = self.n_tagged = 0
        self._output_bytes = 0

    def path(self, kind: str) -> str:
        return self._store.part(self._partition.index, kind)

    def write(self, files: dict[str, Any], on_chunk: Callable | None) -> None:
        settings = self._job.settings
        self._writer = open_writer(
            files["out"], format=settings.format, rows=settings.rows, columns=settings.columns,
            with_header=False,
        )  # fmt: skip
        self._files = files
        for number, piece in enumerate(self._partition.pieces):
            before = _identity(piece)
            for chunk in self._chunks(piece):
                self._tag(chunk, number)
                if on_chunk:
                    on_chunk(self.n_articles, self.n_tagged, self.n_rejects)
            if piece.is_whole:
                self._inputs.append(_hashed(piece))
            if _identity(piece) != before:
                raise InputError("the file changed while it was read", place=piece.source.path,
                                 remedy="run the job again when it is complete")  # fmt: skip
        self._measure_sample()
        self._writer.close()
        self._output_bytes = files["out"].tell()

    def _chunks(self, piece: Piece) -> Iterator[list[Article]]:
        chunk: list[Article] = []
        n_chars = 0
        rows = read_source(
            piece.source, self._job.settings.reading, start=piece.start, end=piece.end,
            first_line=piece.first_line, row_groups=piece.row_groups,
        )  # fmt: skip
        for row in rows:
            self.n_in += 1
            if isinstance(row, Reject):
                self._reject(row.place, row.reason, row.sha256)
                continue
            chunk.append(row)
            n_chars += len(row.text)
            if len(chunk) == _CHUNK_ARTICLES or n_chars >= _CHUNK_CHARS:
                yield chunk
                chunk, n_chars = [], 0
        yield chunk

    def _reject(self, place: str, reason: str, sha256: str) -> None:
        self.n_rejects += 1
        self._files["rejects"].write(reject_line(place, reason, sha256))

    def _tag(self, articles: list[Article], piece: int) -> None:
        if not articles:
            return
        try:
            tagged = self._tagger.tag_chunk(articles)
        except InputError as error:
            if len(articles) > 1:  # one of them cannot be tagged: find it
                for article in articles:
                    self._tag([article], piece)
                return
            sha256 = hashlib.sha256(articles[0].text.encode("utf-8", "surrogatepass")).hexdigest()
            self._reject(articles[0].place, error.message, sha256)
            return
        self._sample += [
            a.text for k, a in enumerate(articles, self.n_articles) if is_sampled(k)
        ]  # fmt: skip
        if sum(map(len, self._sample)) >= _SAMPLE_CHARS:
            self._measure_sample()
        self._files["rows"].write(self._write_rows(articles, tagged, piece).tobytes())

    def _measure_sample(self) -> None:
        if self._sample:
            measure(self._statistics, self._sample, self._tagger)
            self._sample = []

    def _write_rows(
        self, articles: list[Article], tagged: Sequence[ArticleTags], piece: int
    ) -> np.ndarray:
        """Write the articles; what is needed to find each again."""
        out, write = self._files["out"], self._writer.write
        is_table = self._job.settings.format == "parquet"
        label_bytes = self._row_type["labels"].itemsize
        ids, lines, n_rows, labels = [], [], [], []
        ends = [out.tell()]
        for article, tags in zip(articles, tagged, strict=True):
            ids.append(hashlib.blake2b(
                article.id.encode("utf-8", "surrogatepass"), digest_size=16
            ).digest())  # fmt: skip
            lines.append(place_parts(article.place)[1])
            n_rows.append(write(article, tags))
            ends.append(ends[0] if is_table else out.tell())
            bits = 0
            for tag in tags.tags:
                self._tags_by_label[tag.label] += 1
                bits |= 1 << self._column_by_label[tag.label]
            labels.append(bits.to_bytes(label_bytes, "little"))
            self.n_tagged += bool(tags.tags)
        self.n_articles += len(articles)
        self.n_rows += sum(n_rows)
        entries = np.zeros(len(articles), dtype=self._row_type)
        digests = np.frombuffer(b"".join(ids), dtype="<u8").reshape(-1, 2)
        entries["id_high"], entries["id_low"] = digests[:, 0], digests[:, 1]
        entries["line"], entries["piece"], entries["n_rows"] = lines, piece, n_rows
        entries["n_bytes"] = np.diff(ends)
        bits_of = np.frombuffer(b"".join(labels), dtype=np.uint8)
        entries["labels"] = bits_of.reshape(len(articles), -1)
        return entries

    def record(self, elapsed_s: float, cpu_s: float) -> PartRecord:
        """The part's record, after the books were balanced."""
        if self.n_in != self.n_articles + self.n_rejects:
            raise OutputError(
                f"expected {self.n_in} rows in = rows out + rejects, got {self.n_articles} + "
                f"{self.n_rejects}; this is a bug", place=self.path("out"),
            )  # fmt: skip
        return PartRecord(
            index=self._partition.index, n_bytes=self._partition.n_bytes, n_in=self.n_in,
            n_articles=self.n_articles, n_rejects=self.n_rejects, n_rows=self.n_rows,
            n_tagged=self.n_tagged, output_bytes=self._output_bytes,
            tags_by_label=self._tags_by_label, inputs=tuple(self._inputs),
            statistics=self._statistics, elapsed_s=elapsed_s, cpu_s=cpu_s,
        )  # fmt: skip


def _identity(piece: Piece) -> tuple[int, int, int] | None:
    try:
        status = os.stat(piece.source.file)
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def _hashed(piece: Piece) -> InputFile:
    try:
        with open(piece.source.file, "rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            return InputFile(piece.source.path, os.fstat(file.fileno()).st_size, sha256)
    except OSError:
        return InputFile(piece.source.path, 0, "")
