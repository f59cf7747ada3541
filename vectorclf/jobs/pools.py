"""Pools: partitions to workers, in this process, on this machine, or on a Dask cluster.

A worker that dies takes nothing with it: what it had not committed is given out again.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Generator, Iterator
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from vectorclf.errors import MissingExtraError, OutputError
from vectorclf.jobs.records import Partition, PartRecord
from vectorclf.jobs.worker import WorkerJob, tag_partition

Records = Generator[PartRecord, None, None]
MAX_ATTEMPTS = 3
"""So often a partition may take its worker with it before the job gives up."""


class Feed:
    """Partitions to be done: each given out once, or again if its worker died.

    Iterated from the threads of a pool; keeps only what is being worked on.
    """

    def __init__(self, partitions: Iterator[Partition], done: set[int]) -> None:
        self._partitions = partitions
        self._done = done
        self._lock = threading.Lock()
        self._again: list[Partition] = []
        self._out: dict[int, Partition] = {}
        self._attempts: dict[int, int] = {}
        self.n_skipped = 0
        self.bytes_skipped = 0

    def __iter__(self) -> Feed:
        return self

    def __next__(self) -> Partition:
        with self._lock:
            if self._again:
                partition = self._again.pop()
            else:
                partition = next(self._partitions)
                while partition.index in self._done:
                    self.n_skipped += 1
                    self.bytes_skipped += partition.n_bytes
                    partition = next(self._partitions)
            self._out[partition.index] = partition
            return partition

    def finished(self, index: int) -> None:
        with self._lock:
            del self._out[index]
            self._attempts.pop(index, None)

    def give_again(self, error: BaseException) -> None:
        """Take back what is out after a worker died.

        Raises
        ------
        OutputError
            A partition has been out too often.
        """
        with self._lock:
            for index, partition in sorted(self._out.items()):
                self._attempts[index] = self._attempts.get(index, 0) + 1
                if self._attempts[index] >= MAX_ATTEMPTS:
                    raise OutputError(
                        f"a worker died {MAX_ATTEMPTS} times with this at hand "
                        f"({type(error).__name__})",
                        place=partition.pieces[0].source.path,
                        remedy="give it more memory or fewer --workers, then continue with "
                        "--resume",
                    ) from error
            self._again = [self._out[index] for index in sorted(self._out, reverse=True)]
            self._out.clear()

    @property
    def is_exhausted(self) -> bool:
        return not self._again and not self._out


def run_here(
    feed: Feed, job: WorkerJob, on_chunk: Callable[[int, int, int], None] | None
) -> Records:
    """Records of the partitions, tagged one after the other in this process."""
    for partition in feed:
        record = tag_partition(job, partition, on_chunk)
        feed.finished(partition.index)
        yield record


def run_in_processes(feed: Feed, job: WorkerJob, n_workers: int) -> Records:
    """Records of the partitions as they are finished by processes of this machine."""
    yield from _run_parallel(feed, job, lambda: contextlib.nullcontext(), n_workers, "loky")


def run_on_cluster(feed: Feed, job: WorkerJob, scheduler: str) -> Records:
    """Records of the partitions as they are finished by a Dask cluster.

    The cluster's workers must see the inputs and the output's directory under the same paths.

    Raises
    ------
    MissingExtraError, OutputError
        Without the library; without a scheduler at that address.
    """
    try:
        from distributed import Client
    except ImportError:
        raise MissingExtraError("running on a Dask cluster", "dask") from None
    try:
        client = Client(scheduler, timeout="10s", set_as_default=False)
    except (OSError, ValueError) as error:
        raise OutputError(f"no Dask scheduler answers ({error})", place=scheduler) from error
    from joblib import parallel_config

    with client:
        yield from _run_parallel(
            feed, job, lambda: parallel_config(backend="dask", client=client), -1, None
        )


def _run_parallel(
    feed: Feed, job: WorkerJob, config: Callable[[], Any], n_jobs: int, backend: str | None
) -> Records:
    from joblib import Parallel, delayed

    while True:
        try:
            with config():
                parallel = Parallel(
                    n_jobs=n_jobs, backend=backend, return_as="generator_unordered",
                    batch_size=1, pre_dispatch="2*n_jobs", max_nbytes=None,
                )  # fmt: skip
                for record in parallel(delayed(tag_partition)(job, p) for p in feed):
                    feed.finished(record.index)
                    yield record
        except BaseException as error:
            if not _is_dead_worker(error):
                raise
            feed.give_again(error)
        else:
            if feed.is_exhausted:
                return


def _is_dead_worker(error: BaseException) -> bool:
    """Whether a worker died, rather than said what is wrong."""
    return isinstance(error, BrokenProcessPool) or type(error).__name__ == "KilledWorker"
