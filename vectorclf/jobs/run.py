"""Run: a job from paths to a committed output."""

from __future__ import annotations

import contextlib
import datetime
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

import vectorclf
from vectorclf.articles import Reading, Source, find_sources, read_source
from vectorclf.articles.reading import looks_like_jsonl
from vectorclf.errors import InputError, OutputError, VectorclfError
from vectorclf.jobs.finish import finish
from vectorclf.jobs.manifest import Manifest, ModelFacts, model_identity, read_manifest
from vectorclf.jobs.plan import plan, size_of
from vectorclf.jobs.pools import Feed, run_here, run_in_processes, run_on_cluster
from vectorclf.jobs.progress import Progress, Reporter
from vectorclf.jobs.records import InputFile, JobSettings
from vectorclf.jobs.store import Store, require_same
from vectorclf.jobs.worker import WorkerJob, _taggers
from vectorclf.output import ROWS, atomic_file, format_of
from vectorclf.records import Article

_PEEKED_ROWS = 100


class JobInterrupted(VectorclfError, KeyboardInterrupt):
    """Ctrl-C; what was committed is kept, and the message says how to go on."""


def run_job(
    paths: str | Path | Iterable[str | Path],
    output: str | Path,
    *,
    model: str | Path | None = None,
    operating_point: str = "balanced",
    load_tagger: Callable[[], Any] | None = None,
    format: str | None = None,
    rows: str = "articles",
    reading: Reading | None = None,
    resume: bool = False,
    overwrite: bool = False,
    workers: int | None = None,
    scheduler: str | None = None,
    partition_bytes: int = 32 << 20,
    progress: Callable[[Progress], None] | None = None,
) -> Manifest:
    """Tag files into a file; nothing is lost, doubled or half written, whatever is killed.

    Parameters
    ----------
    paths : path or iterable of paths
        As `vectorclf.articles.read_articles` takes them.
    output : path
        Beside it appear ``OUT.manifest.json``, ``OUT.rejects.jsonl``, and while the job runs
        ``OUT.parts/``.
    model : path, optional
        Model directory; the built-in one without.
    operating_point : str
    load_tagger : callable, optional
        Instead of `model` and `operating_point`: picklable, gives an object with `labels`
        and ``tag_chunk(articles) -> list of ArticleTags``; called once in every worker.
    format : {"jsonl", "csv", "parquet"}, optional
        By the ending of `output` without.
    rows : {"articles", "tags", "passages"}
    reading : Reading, optional
        Keys, encoding, size limit.
    resume : bool
        Continue an unfinished job; with nothing to continue, start.
    overwrite : bool
        Replace a finished output, and throw away an unfinished job.
    workers : int, optional
        Processes; all cores without.
    scheduler : str, optional
        Address of a Dask scheduler, instead of `workers`.
    partition_bytes : int
        About the input of a part, the unit of commit and resume.
    progress : callable, optional
        Told a `Progress` after every chunk or part; see `show_progress`.

    Returns
    -------
    manifest : Manifest
        Without its `inputs`, which stand in the file. `n_rejects` > 0 is exit code 3.

    Raises
    ------
    MissingInputError, InputError, OutputError, MissingExtraError, ModelFormatError
    JobInterrupted
        Ctrl-C.
    """
    started = time.monotonic()
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    paths = [paths] if isinstance(paths, str | Path) else list(paths)
    output = os.fspath(output)
    if output == "-":
        raise InputError("a job writes a file, got -", remedy="name an output file")
    if rows not in ROWS:
        raise InputError(f"expected one of {', '.join(ROWS)}, got {rows!r}", place="rows")
    format = format_of(output, format)
    reading = reading or Reading()
    store = Store(output)
    find_sources(paths)  # what is missing is said before anything is made
    most = workers or os.cpu_count() or 1
    sizes = map(size_of, find_sources(paths))
    is_elsewhere = scheduler or _n_workers(sizes, partition_bytes, most) > 1
    load_here = load_tagger
    if load_tagger is None:
        from vectorclf.tagger import default_model, load

        place = os.path.abspath(model or default_model())
        load_tagger = partial(load, place, operating_point=operating_point)
        load_here = partial(ModelFacts.of, place, operating_point) if is_elsewhere else load_tagger
    tagger = load_here()

    def sources() -> Iterator[Source]:
        for source in find_sources(paths, exclude=store.own_paths()):
            source = _spooled(store) if source.path == "-" else source
            yield msgspec.structs.replace(source, root=os.getcwd()) if scheduler else source

    with store.lock():
        state, earlier = store.find(resume=resume, overwrite=overwrite)
        if state == "new":
            store.clear()  # also what a job left that was killed before it had begun
            if "-" in map(str, paths):
                _spool_stdin(store)
        columns: tuple[str, ...] = ()
        if earlier:
            columns = earlier.columns
        elif format != "jsonl":
            columns = _columns(sources(), reading)
        settings = JobSettings(
            paths=tuple(map(str, paths)), format=format, rows=rows, columns=columns,
            reading=reading, partition_bytes=partition_bytes, model=model_identity(tagger),
            version=vectorclf.__version__,
        )  # fmt: skip
        if earlier:
            require_same(earlier, settings, output)
        else:
            store.create(settings)
        if state == "finished":
            store.remove()
            return read_manifest(output)
        job = WorkerJob(os.path.abspath(output), settings, load_tagger, store.job_id)
        _taggers.clear()
        if not is_elsewhere:
            _taggers[store.job_id] = tagger  # not loaded a second time in this process
        inputs: list[InputFile] = []
        make_plan = partial(
            plan, partition_bytes=partition_bytes, encoding=reading.encoding
        )  # fmt: skip
        done = store.done()
        total_bytes = sum(map(size_of, sources()))
        n_workers = _n_workers([total_bytes], partition_bytes, most)
        feed = Feed(make_plan(sources(), inputs=inputs), done)
        try:
            n_parts = _work(
                feed, job, len(done), n_workers, scheduler, Reporter(progress, feed, total_bytes),
            )  # fmt: skip
        except KeyboardInterrupt as error:
            raise JobInterrupted(
                f"stopped; {len(store.done()):,} parts are committed", place=output,
                remedy="run it again with --resume to go on",
            ) from error  # fmt: skip
        finally:
            _taggers.clear()
        manifest = finish(
            store, settings, n_parts, inputs, lambda: make_plan(sources(), inputs=[]),
            training=getattr(getattr(tagger, "model", None), "training", {}),
            facts={"n_resumed": len(done), "n_workers": 0 if scheduler else n_workers,
                   "started": now, "elapsed_s": time.monotonic() - started},
        )  # fmt: skip
        store.remove()
    return manifest


def _work(
    feed: Feed, job: WorkerJob, n_done: int, n_workers: int, scheduler: str | None,
    report: Reporter,
) -> int:  # fmt: skip
    """Number of parts, after all are committed."""
    if scheduler:
        records = run_on_cluster(feed, job, scheduler)
    elif n_workers == 1:
        records = run_here(feed, job, report.on_chunk)
    else:
        records = run_in_processes(feed, job, n_workers)
    n = 0
    with contextlib.closing(records):
        for record in records:
            n += 1
            report.on_part(record)
    if feed.n_skipped != n_done:
        raise OutputError(
            f"expected {n_done} parts of the earlier run in the plan, got {feed.n_skipped}: the "
            "input has changed", place=job.output, remedy="start anew with --overwrite",
        )  # fmt: skip
    return n + feed.n_skipped


def _n_workers(sizes: Iterable[int], partition_bytes: int, most: int) -> int:
    """No more processes than partitions of sources of these sizes; asks for no more of them."""
    n_bytes = 0
    for size in sizes:
        n_bytes += size
        if n_bytes > (most - 1) * partition_bytes:
            return most
    return -(-n_bytes // partition_bytes) or 1


def _columns(sources: Iterator[Source], reading: Reading) -> tuple[str, ...]:
    """Names of the further columns in the first rows: those that CSV and Parquet carry."""
    names: dict[str, None] = {}
    for source in islice(sources, 1):
        for row in islice(read_source(source, reading), _PEEKED_ROWS):
            if isinstance(row, Article):
                names.update(dict.fromkeys(row.fields))
    return tuple(names)


def _spool(store: Store) -> str:
    return os.path.join(store.directory, "stdin")


def _spool_stdin(store: Store) -> None:
    """Keep what comes from stdin, so that the job can be resumed."""
    with atomic_file(_spool(store)) as file:
        shutil.copyfileobj(sys.stdin.buffer, file, 1 << 20)


def _spooled(store: Store) -> Source:
    path = _spool(store)
    with open(path, "rb") as file:
        kind = "jsonl" if looks_like_jsonl(file.read(4096)) else "text"
    return Source(path, "stdin", kind)
