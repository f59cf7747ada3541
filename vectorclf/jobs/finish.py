"""Finish: the parts joined, the books balanced, the manifest written."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import numpy as np

from vectorclf.errors import OutputError
from vectorclf.jobs.assembly import (
    Rows,
    find_duplicates,
    places_of,
    write_output,
    write_rejects,
)
from vectorclf.jobs.drift import TextStatistics, drift_warnings
from vectorclf.jobs.manifest import Manifest, file_facts, versions, write_manifest
from vectorclf.jobs.records import InputFile, JobSettings, Partition
from vectorclf.jobs.store import Store


def finish(
    store: Store, settings: JobSettings, n_parts: int, inputs: list[InputFile],
    partitions: Callable[[], Iterator[Partition]], *, training: dict[str, Any],
    facts: dict[str, Any],
) -> Manifest:  # fmt: skip
    """Join the parts, balance the books, write the manifest."""
    labels = settings.model["labels"]
    rows = Rows(store, len(labels))
    statistics = TextStatistics()
    tags_by_label = dict.fromkeys(labels, 0)
    n_in = n_articles = n_rejects = n_rows = n_tagged = n_bytes = 0
    cpu_s = 0.0
    for index in range(n_parts):
        record = store.record(index)
        statistics.add(record.statistics)
        for label, n in record.tags_by_label.items():
            tags_by_label[label] += n
        n_in += record.n_in
        n_articles += record.n_articles
        n_rejects += record.n_rejects
        n_rows += record.n_rows
        n_tagged += record.n_tagged
        n_bytes += record.n_bytes
        cpu_s += record.cpu_s
    duplicates = find_duplicates(store, rows, n_parts, n_articles)
    for index in duplicates.parts:
        entries = rows(index)[duplicates.of(index)["row"]]
        n_rows -= int(entries["n_rows"].sum())
        n_tagged -= int(entries["labels"].any(axis=1).sum())
        counts = np.unpackbits(entries["labels"], axis=1, bitorder="little").sum(axis=0)
        for label, n in zip(labels, counts.tolist(), strict=False):
            tags_by_label[label] -= n
    n_articles -= duplicates.n
    n_rejects += duplicates.n
    n_written = write_rejects(store, rows, n_parts, duplicates, places_of(partitions(), duplicates))
    output_bytes, output_sha256 = write_output(store, settings, rows, n_parts, duplicates)
    if n_in != n_articles + n_rejects or n_written != n_rejects:
        raise OutputError(
            f"expected {n_in} rows in = rows out + rejects, got {n_articles} + {n_written}; this "
            "is a bug", place=store.output,
        )  # fmt: skip
    warnings = drift_warnings(
        statistics, language=settings.model["language"], training=training.get("profile")
    )
    manifest = Manifest(
        job_id=store.job_id, output=os.path.basename(store.output), output_bytes=output_bytes,
        output_sha256=output_sha256, rejects=os.path.basename(store.rejects),
        rejects_sha256=file_facts(store.rejects)[1], n_in=n_in, n_articles=n_articles,
        n_rejects=n_rejects, n_duplicates=duplicates.n, n_rows=n_rows, n_tagged=n_tagged,
        tags_by_label=tags_by_label, unknown_share=statistics.unknown_share,
        warnings=tuple(warnings), statistics=statistics, settings=settings, versions=versions(),
        n_parts=n_parts, n_bytes=n_bytes, cpu_s=cpu_s, **facts,
    )  # fmt: skip
    whole = (each for index in range(n_parts) for each in store.record(index).inputs)
    write_manifest(store.manifest, manifest, chain(inputs, whole), within=store.directory)
    return manifest
