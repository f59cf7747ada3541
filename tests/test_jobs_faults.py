"""Jobs that are killed, starved and crossed: what comes out is what would have come out."""

import contextlib
import multiprocessing
import multiprocessing.forkserver
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import pytest
from job_fakes import FakeTagger, job, job_killed_at, job_slowly, outcome, rows

from vectorclf.errors import InputError, OutputError
from vectorclf.jobs import JobInterrupted, verify_job
from vectorclf.jobs.manifest import read_manifest

N_KILLS = 50
FORK = multiprocessing.get_context("forkserver")



@pytest.fixture(scope="module", autouse=True)
def preloaded_forks():
    """Processes that start in milliseconds: forked from one that has everything imported."""
    with pytest.MonkeyPatch.context() as patch:
        # Preloading looks for modules on the path a fresh interpreter has.
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
        FORK.set_forkserver_preload(["job_fakes"])
        multiprocessing.forkserver.ensure_running()


@pytest.fixture
def where(tmp_path):
    """A directory with an input, in memory where there is one."""
    with contextlib.ExitStack() as stack:
        if os.access("/dev/shm", os.W_OK):
            tmp_path = Path(stack.enter_context(tempfile.TemporaryDirectory(dir="/dev/shm")))
        (tmp_path / "in.jsonl").write_text(rows(60), encoding="utf-8")
        yield tmp_path


def run(function, *arguments):
    """Exit code of a function in a process of its own."""
    process = FORK.Process(target=function, args=arguments)
    process.start()
    process.join(60)
    return process.exitcode


def test_fifty_kills_change_no_byte(where):
    """SIGKILL before any fsync, rename or removal; then --resume, killed again, and again."""
    job(where, "undisturbed.jsonl")
    expected = outcome(where, "undisturbed.jsonl")
    draw = random.Random(6)
    n_kills = n_runs = 0
    while n_kills < N_KILLS:
        n_runs += 1
        # Late operations too: those that join the parts and clean up.
        operation = draw.randrange(1, 30) if n_runs % 3 else draw.randrange(30, 110)
        code = run(job_killed_at, str(where), operation, {})
        assert code in (0, -signal.SIGKILL)
        n_kills += code == -signal.SIGKILL
        if code == 0:
            _same_and_gone(where, expected)
    job(where, resume=True)
    _same_and_gone(where, expected)


def _same_and_gone(where, expected):
    assert outcome(where) == expected
    assert verify_job(where / "out.jsonl").n_in == 60
    for name in ("out.jsonl", "out.jsonl.manifest.json", "out.jsonl.rejects.jsonl"):
        (where / name).unlink()
    assert sorted(os.listdir(where))[0] == "in.jsonl" and len(os.listdir(where)) == 4


def test_kills_at_any_moment_change_no_byte(where):
    job(where, "undisturbed.parquet", rows="tags", overwrite=True)
    options = {"name": "out.parquet", "rows": "tags", "resume": True, "partition_bytes": 900}
    draw = random.Random(1)
    for _ in range(6):
        process = FORK.Process(target=job_slowly, args=(str(where), options))
        process.start()
        time.sleep(draw.uniform(0.02, 0.3))
        process.kill()
        process.join()
    manifest = job(where, **options)
    job(where, "again.parquet", rows="tags", partition_bytes=900)
    assert outcome(where, "out.parquet") == outcome(where, "again.parquet")
    assert manifest.n_parts == read_manifest(where / "again.parquet").n_parts


def test_an_unfinished_job_is_resumed_only_as_it_was(where):
    assert run(job_killed_at, str(where), 20, {}) == -signal.SIGKILL
    with pytest.raises(OutputError, match=r"unfinished job .*--resume, or start anew"):
        job(where)
    with pytest.raises(OutputError, match=r"other settings \(rows\)"):
        job(where, rows="tags", resume=True)
    with open(where / "in.jsonl", "a") as file:
        file.write("x" * 5000)
    n_before = len(os.listdir(where / "out.jsonl.parts"))
    job(where, overwrite=True)
    assert n_before > 2 and not (where / "out.jsonl.parts").exists()
    with pytest.raises(OutputError, match="it is there already"):
        job(where)
    assert job(where, resume=True).job_id == read_manifest(where / "out.jsonl").job_id


def test_of_two_jobs_on_one_output_the_second_refuses(where):
    process = FORK.Process(target=job_slowly, args=(str(where), {}))
    process.start()
    while not (where / "out.jsonl.parts" / "job.json").exists():
        time.sleep(0.005)
    for options in ({}, {"resume": True}, {"overwrite": True}):
        with pytest.raises(OutputError, match=f"another job is writing it .process {process.pid}"):
            job(where, **options)
    process.join()
    job(where, "alone.jsonl")
    assert process.exitcode == 0 and outcome(where) == outcome(where, "alone.jsonl")


def test_a_full_disk_loses_nothing(where, tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(small)]
    if os.name != "posix" or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        (where / "big.jsonl").write_text(rows(400))
        paths = where / "big.jsonl"
        with pytest.raises(OutputError, match="No space left on device"):
            job(small, paths=paths, partition_bytes=9000)
        n_done = len(list(small.glob("out.jsonl.parts/part-*.json")))
        assert n_done > 0 and not (small / "out.jsonl").exists()
        assert not list(small.glob("out.jsonl.parts/*.tmp"))
        subprocess.run(["mount", "-o", "remount,size=4m", str(small)], check=True)
        assert job(small, paths=paths, partition_bytes=9000, resume=True).n_resumed == n_done
        job(where, paths=paths)
        assert outcome(small) == outcome(where)
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_a_killed_worker_is_replaced(where):
    tagger = partial(FakeTagger, kill_once=str(where / "killed"), on_word="café")
    job(where, "undisturbed.jsonl")
    job(where, workers=2, load_tagger=tagger)
    assert (where / "killed").exists()
    assert outcome(where) == outcome(where, "undisturbed.jsonl")


def test_a_partition_that_always_kills_its_worker_ends_the_job(where):
    tagger = partial(FakeTagger, on_word="café")
    with pytest.raises(OutputError, match=r"a worker died 3 times .*fewer --workers") as caught:
        job(where, workers=2, load_tagger=tagger)
    assert caught.value.place == str(where / "in.jsonl")
    job(where, resume=True)
    job(where, "undisturbed.jsonl")
    assert outcome(where) == outcome(where, "undisturbed.jsonl")


def test_ctrl_c_says_how_to_go_on(where):
    def stop(progress):
        if progress.n_bytes > 3000:
            raise KeyboardInterrupt

    with pytest.raises(JobInterrupted, match=r"stopped; [1-9] parts are committed; .*--resume"):
        job(where, progress=stop)
    assert job(where, resume=True).n_resumed > 0
    job(where, "undisturbed.jsonl")
    assert outcome(where) == outcome(where, "undisturbed.jsonl")


def test_an_input_that_changes_under_the_job_is_told(where):
    def grow(progress):
        with open(where / "in.jsonl", "a") as file:
            file.write('{"text": "more"}\n')

    with pytest.raises(InputError, match="the file changed while it was read"):
        job(where, progress=grow)


@pytest.mark.filterwarnings("ignore")
def test_a_dask_cluster_gives_the_same_bytes_though_a_worker_is_killed(where, monkeypatch):
    distributed = pytest.importorskip("distributed")
    monkeypatch.chdir(where)
    job(where, "undisturbed.jsonl", paths="in.jsonl")
    tagger = partial(FakeTagger, kill_once=str(where / "killed"), on_word="café")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50,
        host="127.0.0.1",
    ) as cluster:  # fmt: skip
        address = cluster.scheduler_address
        job(where, paths="in.jsonl", scheduler=address, load_tagger=tagger)
    assert (where / "killed").exists()
    assert outcome(where) == outcome(where, "undisturbed.jsonl")
