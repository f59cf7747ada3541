"""The linear status model: a table of weights beside this file, made by a command.

    python -m benchmarks.status_model

No scikit-learn here: a status is the largest of three sums.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import msgspec

from vectorclf.status.features import key_of, pairs_of, rows_of
from vectorclf.status.tables import read_table

WEIGHTS = Path(__file__).with_name("weights.json")


class StatusWeights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file's content.

    Attributes
    ----------
    dataset_sha256 : str
        Of the coded dataset it was learned from (splits train and dev).
    statuses : tuple of str
    intercept : tuple of float
    weights : dict of str to tuple of float
        By feature name, in the order of `statuses`.
    """

    dataset_sha256: str
    statuses: tuple[str, ...]
    intercept: tuple[float, ...]
    weights: dict[str, tuple[float, ...]]


class StatusModel:
    """Weights by row, pair and label, ready to be summed."""

    def __init__(self, table: StatusWeights) -> None:
        n = len(table.statuses)
        if not n or any(len(row) != n for row in (table.intercept, *table.weights.values())):
            raise ValueError(f"expected {n} weights a feature")
        self.statuses = table.statuses
        self._intercept = table.intercept
        keyed = {key_of(name): values for name, values in table.weights.items()}
        self._of_row = {k: v for k, v in keyed.items() if isinstance(k, int)}
        self._of_pair = {k: v for k, v in keyed.items() if isinstance(k, tuple)}
        self._of_label = {k: v for k, v in keyed.items() if isinstance(k, str)}

    def status(self, cues: Sequence[int], k: int, label: str = "") -> str:
        """Status of a tag with `label` whose evidence is sentence `k` of a passage.

        Parameters
        ----------
        cues : sequence of int
            Of every sentence of the passage (see `cues_of`).
        """
        return self.status_of(self.sums(cues, k), label)

    def sums(self, cues: Sequence[int], k: int) -> list[float]:
        """What the sentences say for each status, whatever the label."""
        rows = rows_of(cues, k)
        sums = list(self._intercept)
        _add(sums, self._of_row, rows)
        _add(sums, self._of_pair, pairs_of(rows))
        return sums

    def status_of(self, sums: Sequence[float], label: str = "") -> str:
        """Status of a tag with `label` by the `sums` of its sentences."""
        sums = list(sums)
        _add(sums, self._of_label, (label,))
        return self.statuses[sums.index(max(sums))]


def _add(sums: list[float], weights: Mapping, keys) -> None:
    for key in keys:
        if (own := weights.get(key)) is not None:
            for j, weight in enumerate(own):
                sums[j] += weight


@cache
def status_model() -> StatusModel:
    """The model that comes with the package, read once.

    Raises
    ------
    ModelFormatError
    """
    return read_table(WEIGHTS, StatusWeights, StatusModel, "status")
