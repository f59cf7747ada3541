"""Batch jobs: partitions, workers, resume, commit, manifest.

`run` is the whole on one screen. A job plans partitions (`plan`), tags each in a worker
(`worker`, `pools`), commits it into a directory beside the output (`store`), and joins the
parts in the end (`assembly`, `manifest`).
"""

from __future__ import annotations

from vectorclf.jobs.manifest import Manifest, verify_job
from vectorclf.jobs.progress import Progress, show_progress
from vectorclf.jobs.run import JobInterrupted, run_job

__all__ = ["JobInterrupted", "Manifest", "Progress", "run_job", "show_progress", "verify_job"]
