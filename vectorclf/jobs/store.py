"""Store: the directory beside the output in which a job keeps its committed parts.

``OUT.parts/`` holds ``job.json`` (the settings, written first), ``lock``, and for every
committed part N ``part-N.out``, ``part-N.rejects``, ``part-N.rows`` and, written last,
``part-N.json``: a part counts when that one is there. Every file is written beside its
place, fsynced and renamed.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from collections.abc import Iterator
from typing import IO

import msgspec

from vectorclf.errors import InputError, OutputError
from vectorclf.jobs.records import JobSettings, PartRecord
from vectorclf.output import atomic_file, cannot_write

KINDS = ("out", "rejects", "rows")


class _JobFile(msgspec.Struct):
    job_id: str
    settings: JobSettings


class Store:
    """A job's directory; `lock` it first.

    Parameters
    ----------
    output : str
        Path of the job's output.
    """

    def __init__(self, output: str) -> None:
        self.output = output
        self.directory = f"{output}.parts"
        self.manifest = f"{output}.manifest.json"
        self.rejects = f"{output}.rejects.jsonl"
        self.job_id = ""
        self._lock: IO[bytes] | None = None

    def part(self, index: int, kind: str) -> str:
        return os.path.join(self.directory, f"part-{index:08d}.{kind}")

    def own_paths(self) -> list[str]:
        """Paths the job writes, which it must not read."""
        return [self.output, self.directory, self.manifest, self.rejects]

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the directory; a second job on the same output is refused.

        Raises
        ------
        OutputError
            Another job holds it, or the place cannot be written.
        """
        path = os.path.join(self.directory, "lock")
        try:
            while True:
                if os.path.isdir(self.output):
                    raise IsADirectoryError(21, "it is a directory")
                with contextlib.suppress(FileExistsError):
                    os.mkdir(self.directory)
                with contextlib.suppress(FileNotFoundError):
                    self._lock = open(path, "a+b")  # noqa: SIM115
                    if not _lock_file(self._lock):
                        self._lock.seek(0)
                        owner = self._lock.read().decode("ascii", "replace") or "unknown"
                        self._lock.close()
                        raise OutputError(
                            f"another job is writing it (process {owner})", place=self.output,
                            remedy="wait for it, or choose another output",
                        )  # fmt: skip
                    if _is_still(path, self._lock):
                        break  # else the last owner removed it between our two calls
                    self._lock.close()
            self._lock.truncate(0)
            self._lock.write(str(os.getpid()).encode())
            self._lock.flush()
        except OSError as error:
            if isinstance(error, OutputError):
                raise
            raise cannot_write(self.output, error) from error
        try:
            yield
        finally:
            self._lock.close()

    def find(self, *, resume: bool, overwrite: bool) -> tuple[str, JobSettings | None]:
        """("new", None), or ("unfinished" or "finished", settings of the earlier run).

        Raises
        ------
        OutputError
            There is an unfinished job or a finished output that was not asked for.
        """
        job = self._read_job()
        finished = self._read_finished()
        if job and finished and finished[0] == job.job_id:
            self.clear()  # it was only not yet cleaned up
            job = None
        if overwrite:
            return "new", None
        if job is None and finished is not None and resume:
            return "finished", finished[1]
        if job is not None:
            if not resume:
                raise OutputError(
                    "there is an unfinished job for it", place=self.output,
                    remedy="continue it with --resume, or start anew with --overwrite",
                )  # fmt: skip
            self.job_id = job.job_id
            return "unfinished", job.settings
        if os.path.exists(self.output):
            raise OutputError(
                "it is there already", place=self.output,
                remedy="choose another output, or replace it with --overwrite",
            )  # fmt: skip
        return "new", None

    def create(self, settings: JobSettings) -> None:
        """Begin a job in the cleared directory."""
        self.job_id = uuid.uuid4().hex
        with atomic_file(os.path.join(self.directory, "job.json")) as file:
            file.write(msgspec.json.encode(_JobFile(self.job_id, settings)))

    def _read_job(self) -> _JobFile | None:
        try:
            with open(os.path.join(self.directory, "job.json"), "rb") as file:
                return msgspec.json.decode(file.read(), type=_JobFile)
        except FileNotFoundError:
            return None
        except msgspec.DecodeError as error:
            raise InputError(f"damaged job file: {error}", place=self.directory,
                             remedy="start anew with --overwrite") from error  # fmt: skip

    def _read_finished(self) -> tuple[str, JobSettings] | None:
        """Id and settings of the job that wrote the output, if its manifest is there."""
        try:
            with open(self.manifest, "rb") as file:
                manifest = msgspec.json.decode(file.read(), type=_JobFile)
            return manifest.job_id, manifest.settings
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def clear(self) -> None:
        """Remove all but the lock; the job's own file first, so that no half of it is resumed."""
        names = set(os.listdir(self.directory)) - {"lock"}
        for name in sorted(names, key=lambda name: name != "job.json"):
            os.unlink(os.path.join(self.directory, name))

    def remove(self) -> None:
        """Remove the directory."""
        shutil.rmtree(self.directory, ignore_errors=True)

    def done(self) -> set[int]:
        """Indices of the committed parts."""
        return {
            int(name[5:-5])
            for name in os.listdir(self.directory)
            if name.startswith("part-") and name.endswith(".json")
        }

    def record(self, index: int) -> PartRecord:
        with open(self.part(index, "json"), "rb") as file:
            return msgspec.json.decode(file.read(), type=PartRecord)


def _lock_file(file: IO[bytes]) -> bool:
    """Take the lock that the system frees when the process ends, however it ends."""
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except OSError:
            return False
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_still(path: str, file: IO[bytes]) -> bool:
    return os.path.exists(path) and os.stat(path).st_ino == os.fstat(file.fileno()).st_ino


def require_same(old: JobSettings, new: JobSettings, output: str) -> None:
    """Raise OutputError if a job is to be resumed with other settings."""
    differ = [
        name for name in old.__struct_fields__ if getattr(old, name) != getattr(new, name)
    ]  # fmt: skip
    if differ:
        raise OutputError(
            f"the job was started with other settings ({', '.join(differ)})", place=output,
            remedy="resume with the same ones, or start anew with --overwrite",
        )  # fmt: skip
