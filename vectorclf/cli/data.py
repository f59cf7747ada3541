"""Labeled data named on the command line: a dataset directory, or a file of anybody's own."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from vectorclf.codebook import Codebook, load_codebook
from vectorclf.dataset import SPLITS, load_dataset
from vectorclf.errors import DatasetError
from vectorclf.labeled import LabeledTexts, labeled_texts, read_labeled_file
from vectorclf.straddling import refuse_overlap

_MANY_TEXTS = 3000
"""So many are learned from sooner by several processes, start included."""


def n_processes(workers: int | None, data: LabeledTexts) -> int:
    """Processes to learn with: what was asked for, else what the data are worth."""
    return workers or ((os.cpu_count() or 1) if len(data) >= _MANY_TEXTS else 1)


def end_with_processes() -> None:
    """From now on SIGTERM ends the processes that learn, too, not after their fit."""

    def end(number: int, frame: object) -> None:
        sys.exit(128 + number)  # joblib ends its own where an exception passes through it

    signal.signal(signal.SIGTERM, end)


def labeled_data(
    dataset: str, codebook: str | Codebook | None, text_key: str, labels_key: str,
    group_key: str | None, splits: Sequence[str] = (), *, default_splits: Sequence[str] = (),
    fact_keys: Sequence[str] = (), coder_keys: Sequence[str] = (),
) -> tuple[LabeledTexts, Codebook, dict]:
    """Texts, codebook, and where they come from.

    For a directory, `splits` picks among its frozen splits; without any, `default_splits` do
    where there are splits; else all texts are taken. The codebook is the one given (a path, or
    that of a model), else the dataset's own, else a stub of a file's labels.

    Raises
    ------
    DatasetError
        A split is asked for where there are none; nothing says what labels there are.
    """
    book = load_codebook(codebook) if isinstance(codebook, str) else codebook
    if Path(dataset).is_dir():
        loaded = load_dataset(dataset)
        if splits and not loaded.split_by_case:
            raise DatasetError("expected splits.json to take a split from, found none",
                               place=dataset, remedy="leave out --split")
        splits = splits or (default_splits if loaded.split_by_case else ())
        passages = loaded.split(*splits) if splits else loaded.passages
        facts = {"dataset": Path(dataset).name, "dataset_sha256": loaded.sha256,
                 "splits": list(splits)}
        return labeled_texts(passages), book or loaded.codebook, facts
    if splits:
        raise DatasetError("expected a dataset directory to take a split from, got a file",
                           place=dataset, remedy="leave out --split")
    data = read_labeled_file(dataset, text_key=text_key, labels_key=labels_key,
                             group_key=group_key, fact_keys=fact_keys, coder_keys=coder_keys)
    if book is not None:
        for row in data.labels:
            for label in row:
                book[label]
    elif not any(data.labels):
        raise DatasetError("expected at least one label, got none in any row", place=dataset,
                           remedy="name the column of the labels with --labels-key")
    else:
        book = Codebook.stub((x for row in data.labels for x in row),
                             name=Path(dataset).name.split(".")[0])
    return data, book, {"dataset": Path(dataset).name}


def refuse_split_overlap(data: LabeledTexts, dataset: str, splits: Sequence[str]) -> None:
    """Raise where another split of the dataset has a case, or a copy of a text, of these.

    Raises
    ------
    DatasetError
    """
    if splits and Path(dataset).is_dir():
        others = [x for x in SPLITS if x not in splits]
        loaded = load_dataset(dataset)
        rest = loaded.split(*others) if loaded.split_by_case else loaded.passages
        refuse_overlap(data, labeled_texts(rest))
