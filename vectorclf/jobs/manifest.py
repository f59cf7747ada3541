"""Manifest: what a finished job read, wrote and found, and the check of it afterwards."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Any, NamedTuple

import msgspec

from vectorclf.codebook import Codebook
from vectorclf.errors import MissingInputError, OutputError
from vectorclf.jobs.drift import TextStatistics
from vectorclf.jobs.records import InputFile, JobSettings
from vectorclf.model import Model, load_model
from vectorclf.output import atomic_file

FORMAT_VERSION = 1
_BLOCK = 1 << 20


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """``OUT.manifest.json``.

    Attributes
    ----------
    n_in : int
        Rows read; always n_articles + n_rejects.
    n_articles, n_rejects, n_duplicates : int
        Articles in the output; rejects, and those of them for a used id.
    n_rows : int
        Rows of the output.
    n_tagged : int
        Articles with a tag.
    tags_by_label : dict
    statistics : TextStatistics
        Of a sample.
    unknown_share : float
        Of the words of the sample.
    warnings : tuple of str
        How the input is unlike the training data.
    output_bytes, output_sha256, rejects_sha256
    n_parts, n_resumed : int
        Parts, and those of them that an earlier run had committed.
    elapsed_s, cpu_s : float
        Of this run; of all workers over all parts.
    inputs : tuple of InputFile
        Size and hash of every file read; last, since there may be many.
    """

    format_version: int = FORMAT_VERSION
    job_id: str
    output: str
    output_bytes: int
    output_sha256: str
    rejects: str
    rejects_sha256: str
    n_in: int
    n_articles: int
    n_rejects: int
    n_duplicates: int
    n_rows: int
    n_tagged: int
    tags_by_label: dict[str, int]
    unknown_share: float
    warnings: tuple[str, ...]
    statistics: TextStatistics
    settings: JobSettings
    versions: dict[str, str]
    n_parts: int
    n_resumed: int
    n_workers: int
    n_bytes: int
    started: str
    elapsed_s: float
    cpu_s: float
    inputs: tuple[InputFile, ...] = ()


def versions() -> dict[str, str]:
    """Versions of what the scores depend on."""
    found = {"python": platform.python_version()}
    for name in ("vectorclf", "numpy", "numba", "msgspec", "joblib"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "unknown"
    return found


def write_manifest(
    path: str, manifest: Manifest, inputs: Iterable[InputFile], *, within: str
) -> None:
    """Write the manifest with the inputs one a line: there may be more than fit in memory."""
    text = msgspec.json.format(msgspec.json.encode(manifest, order=None), indent=1)
    head, _, _ = text.rpartition(b"[]")
    with atomic_file(path, within=within) as file:
        file.write(head + b"[")
        for number, each in enumerate(inputs):
            file.write((b",\n  " if number else b"\n  ") + msgspec.json.encode(each))
        file.write(b"\n ]\n}\n")


def read_manifest(output: str | os.PathLike) -> Manifest:
    """The manifest of an output.

    Raises
    ------
    MissingInputError, OutputError
        There is none, or it is damaged.
    """
    path = f"{os.fspath(output)}.manifest.json"
    try:
        with open(path, "rb") as file:
            return msgspec.json.decode(file.read(), type=Manifest)
    except OSError as error:
        raise MissingInputError(
            "expected the manifest of a finished job, found none", place=path,
            remedy="if the job was interrupted, continue it with --resume",
        ) from error  # fmt: skip
    except msgspec.DecodeError as error:
        raise OutputError(f"damaged manifest: {error}", place=path) from error


def verify_job(output: str | os.PathLike) -> Manifest:
    """The manifest of a finished job, after output, rejects and inputs were checked against it.

    Parameters
    ----------
    output : path

    Raises
    ------
    MissingInputError
        There is no manifest, or no output.
    OutputError
        Something differs; the message lists all of it.
    """
    manifest = read_manifest(output)
    output = os.fspath(output)
    faults = list(_faults(output, manifest))
    if faults:
        raise OutputError("; ".join(faults), place=output, remedy="run the job again")
    return manifest


def _faults(output: str, manifest: Manifest) -> Iterator[str]:
    n_bytes, sha256, _ = file_facts(output)
    if (n_bytes, sha256) != (manifest.output_bytes, manifest.output_sha256):
        yield (
            f"expected {manifest.output_bytes:,} bytes with sha256 {manifest.output_sha256[:12]}, "
            f"got {n_bytes:,} with {sha256[:12]}"
        )
    rejects = f"{output}.rejects.jsonl"
    _, sha256, n_lines = file_facts(rejects)
    if (sha256, n_lines) != (manifest.rejects_sha256, manifest.n_rejects):
        yield f"{rejects}: expected {manifest.n_rejects} rejects, got {n_lines} or others"
    if manifest.n_in != manifest.n_articles + manifest.n_rejects:
        yield (
            f"expected {manifest.n_in} rows in = rows out + rejects, got {manifest.n_articles} + "
            f"{manifest.n_rejects}"
        )
    for each in manifest.inputs:
        if each.sha256 and os.path.exists(each.path):  # a stream, or moved since: not ours to judge
            n_bytes, sha256, _ = file_facts(each.path)
            if (n_bytes, sha256) != (each.n_bytes, each.sha256):
                yield f"{each.path}: the input has changed since"


def file_facts(path: str) -> tuple[int, str, int]:
    """(bytes, sha256, lines) of a file."""
    digest = hashlib.sha256()
    n_bytes = n_lines = 0
    try:
        with open(path, "rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
                n_bytes += len(block)
                n_lines += block.count(b"\n")
    except OSError as error:
        raise MissingInputError(
            f"cannot be read: {error.strerror or error}", place=path
        ) from error
    return n_bytes, digest.hexdigest(), n_lines


class ModelFacts(NamedTuple):
    """A tagger as far as a run knows it whose workers build it: without the engine.

    That takes half a second, and as long again in every worker.
    """

    model: Model
    operating_point: str

    @classmethod
    def of(cls, place: str, operating_point: str) -> ModelFacts:
        return cls(load_model(place), operating_point)

    @property
    def labels(self) -> tuple[str, ...]:
        return self.model.label_ids

    @property
    def codebook(self) -> Codebook:
        return self.model.codebook

    @property
    def thresholds(self) -> tuple[float, ...]:
        return self.model.operating_point(self.operating_point).thresholds

    @property
    def opening(self) -> tuple[float, ...]:
        return self.model.operating_point(self.operating_point).first


def model_identity(tagger: Any) -> dict[str, Any]:
    """What tells a tagger from another: hashes, thresholds, labels."""
    identity: dict[str, Any] = {"labels": list(tagger.labels)}
    for name in ("operating_point", "unit"):
        identity[name] = getattr(tagger, name, "")
    for name in ("thresholds", "opening"):
        values = getattr(tagger, name, None)
        identity[name] = [] if values is None else [float(t) for t in values]
    codebook = getattr(tagger, "codebook", None)
    identity["codebook_version"] = getattr(codebook, "version", "")
    identity["codebook_sha256"] = getattr(codebook, "sha256", "")
    identity["language"] = getattr(codebook, "language", "en")
    identity["arrays_sha256"] = ""
    place = getattr(getattr(tagger, "model", None), "place", "")
    if place:
        with open(os.path.join(place, "model.json"), "rb") as file:
            identity["arrays_sha256"] = msgspec.json.decode(file.read())["arrays_sha256"]
    return identity
