"""A tagger simple enough to check by eye, ways to kill what runs it, and jobs to run."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from functools import partial
from pathlib import Path

from vectorclf.errors import InputError
from vectorclf.jobs import run_job
from vectorclf.records import ArticleTags, Evidence, Tag, Term


class FakeTagger:
    """Tags "paid" and "sold"; may kill its process at a word, once or always, or take its time."""

    labels = ("paid", "sold", *(f"label{k}" for k in range(9)))

    def __init__(self, kill_once: str = "", on_word: str = "", slow_s: float = 0.0) -> None:
        self.kill_once, self.on_word, self.slow_s = kill_once, on_word, slow_s

    def tag_chunk(self, articles):
        time.sleep(self.slow_s)
        return [self._tag(article) for article in articles]

    def _tag(self, article):
        if "unspeakable" in article.text:
            raise InputError("expected something else", place=article.place)
        if self.on_word and self.on_word in article.text and _first_time(self.kill_once):
            os.kill(os.getpid(), signal.SIGKILL)
        tags = []
        for label in self.labels[:2]:
            at = article.text.find(label)
            if at >= 0:
                span = (at, at + 4)
                evidence = Evidence(span, label, (Term(label, span, 1.5),), 1.0, -0.5)
                tags.append(Tag(label, "motive", 0.75, 0.5, "asserted", (evidence,)))
        return ArticleTags(article.id, tuple(tags), ())


def _first_time(marker: str) -> bool:
    if not marker:
        return True
    try:
        os.close(os.open(marker, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True


def rows(n, seed=0):
    """JSON lines: some tagged, some rejected, some with an id that was used before."""
    draw = random.Random(seed)
    lines = []
    for k in range(n):
        text = " ".join(draw.choices(["He", "was", "paid.", "sold", "it", "the café"], k=40))
        row = {"id": f"a{k if k % 17 else k // 2}", "text": text, "source": "=AP", "n": k}
        lines.append(json.dumps(row, ensure_ascii=False) if k % 13 else '{"text": tru')
    return "\n".join(lines) + "\n"


def job(directory: Path, name: str = "out.jsonl", **options):
    """Run a job on ``in.jsonl`` of the directory with the fake tagger."""
    options = {"partition_bytes": 2500, "workers": 1, "load_tagger": FakeTagger, **options}
    return run_job(options.pop("paths", directory / "in.jsonl"), directory / name, **options)


def outcome(directory: Path, name: str = "out.jsonl"):
    return (directory / name).read_bytes(), (directory / f"{name}.rejects.jsonl").read_bytes()


def job_killed_at(directory: str, operation: int, options: dict) -> None:
    """A job that is killed before its n-th fsync, rename or removal; for a process of its own."""
    count = [0]

    def dying(function, *args, **kwargs):
        count[0] += 1
        if count[0] == operation:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*args, **kwargs)

    for name in ("fsync", "replace", "unlink", "rmdir"):
        setattr(os, name, partial(dying, getattr(os, name)))
    job(Path(directory), resume=True, **options)


def job_slowly(directory: str, options: dict) -> None:
    job(Path(directory), load_tagger=partial(FakeTagger, slow_s=0.05), **options)
