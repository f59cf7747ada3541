"""What stands at a report's foot: the model, how it errs, and the run that made the tags."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec

from vectorclf.errors import InputError, MissingInputError
from vectorclf.model import Model

MAX_FACTS, MAX_ENTRIES = 60, 12
_NAMES = {
    "n_in": "rows read", "n_articles": "articles written", "n_rejects": "rows rejected",
    "n_duplicates": "of them, for a used id", "n_rows": "rows written", "n_tagged": "tagged",
    "n_bytes": "bytes read", "n_parts": "parts", "n_resumed": "of them, from an earlier run",
    "n_workers": "workers", "elapsed_s": "seconds",
}  # fmt: skip


def read_manifest(path: str | Path) -> dict[str, Any]:
    """A run's manifest.

    Raises
    ------
    MissingInputError, InputError
        Not there, or no JSON object.
    """
    try:
        return msgspec.json.decode(Path(path).read_bytes(), type=dict[str, Any])
    except (FileNotFoundError, IsADirectoryError) as error:
        raise MissingInputError("expected a manifest, found none", place=str(path)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"expected a JSON object, got: {error}", place=str(path)) from error


def made_on(manifest: Mapping[str, Any] | None) -> str:
    """Date of a report: its run's, else SOURCE_DATE_EPOCH's, else none; never the clock's.

    So the same rows make the same bytes.

    Examples
    --------
    >>> made_on({"started": "2026-11-22T04:30:00+00:00"})
    '2026-11-22'
    """
    started = str((manifest or {}).get("started", ""))[:10]
    for text in (started, _day(os.environ.get("SOURCE_DATE_EPOCH", ""))):
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            continue
    return ""


def _day(epoch_s: str) -> str:
    if not epoch_s.isdecimal() or not epoch_s.isascii():
        return ""
    try:
        return datetime.fromtimestamp(int(epoch_s), tz=UTC).date().isoformat()
    except (OverflowError, OSError, ValueError):
        return ""


def flat_facts(content: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """(name, value) of a nested mapping; a long or nested list becomes its length."""
    for key, value in content.items():
        name = prefix + _NAMES.get(key, key.replace("_", " "))
        if isinstance(value, Mapping) and len(value) > MAX_ENTRIES:
            yield name, f"{len(value):,} entries"
        elif isinstance(value, Mapping):
            yield from flat_facts(value, f"{name}: ")
        elif isinstance(value, (list, tuple)):
            plain = len(value) <= MAX_ENTRIES and all(
                isinstance(x, (str, int, float)) for x in value
            )
            listed = ", ".join(map(str, value)) if plain else f"{len(value):,} entries"
            if listed:
                yield name, listed
        elif value is not None and value != "":
            yield name, _number(value) if isinstance(value, (int, float)) else str(value)


def _number(value: float) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"


def matching_point(
    model: Model, thresholds_by_label: Mapping[str, set[float]], tolerance: float = 1e-4
) -> str | None:
    """Name of the operating point whose thresholds the rows carry; None if there is none."""
    column = {label: j for j, label in enumerate(model.label_ids)}
    if not thresholds_by_label or not thresholds_by_label.keys() <= column.keys():
        return None
    for point in model.operating_points:
        if all(
            abs(value - point.thresholds[column[label]]) <= tolerance
            for label, values in thresholds_by_label.items() for value in values
        ):
            return point.name
    return None


def model_facts(model: Model) -> list[tuple[str, str]]:
    """(name, value) of where a model comes from and how well it does."""
    facts, measured = model.training, model.training.get("out_of_fold") or {}
    book = model.codebook
    listed = [
        ("model", os.path.basename(os.path.normpath(model.place)) if model.place else ""),
        ("codebook", f"{book.name} {book.version}, {len(book.labels)} labels, "
                     f"sha256 {book.sha256[:16]}"),
        ("trained on", _trained_on(facts)),
        ("training data sha256", str(facts.get("data_sha256", ""))[:16]),
        ("features", f"{model.n_features:,}, scored by {model.rule.in_words}"),
        ("out of fold", ", ".join(
            f"{name} {measured[key]:.3f}" for name, key in (
                ("micro-F1", "micro_f1"), ("macro-F1", "macro_f1"),
                ("calibration error", "calibration_error"),
                ("texts without a label that got a tag", "unlabeled_tagged"),
            ) if isinstance(measured.get(key), (int, float))
        )),
    ]
    return [(name, value) for name, value in listed if value]


def _trained_on(facts: Mapping[str, Any]) -> str:
    n_texts, n_groups = facts.get("n_texts"), facts.get("n_groups")
    return f"{n_texts:,} texts of {n_groups:,} cases" if n_texts and n_groups else ""
