"""Codebook: the ordered labels of a tagger, what they mean, and the rules for coding them."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from vectorclf.errors import CodebookError, MissingInputError

__all__ = ["Codebook", "Label", "NearMiss", "Pair", "Rule", "Ruling", "load_codebook"]


class NearMiss(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence that must not get the label, and why."""

    text: str
    why: str = ""


class Label(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One codebook entry."""

    id: str
    family: str = "label"
    name: str = ""
    definition: str = ""
    include: str = ""
    exclude: str = ""
    examples: tuple[str, ...] = ()
    near_misses: tuple[NearMiss, ...] = ()
    maps_to: str = ""
    crosswalk: dict[str, tuple[str, ...]] = {}


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A coding rule that holds for every label."""

    id: str
    title: str
    text: str


class Pair(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Labels that get mixed up, with the question that decides between them."""

    name: str
    labels: tuple[str, ...]
    question: str


class Ruling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A decision on a kind of border case that coders met; without labels it holds for all."""

    labels: tuple[str, ...]
    text: str


class Codebook(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True, kw_only=True):
    """Ordered labels, definitions, rules, version, remaps. Made by `load_codebook` or `stub`.

    Attributes
    ----------
    name, title, version, language : str
    families : tuple of str
        The groups labels fall in, in the order they are shown.
    labels : tuple of Label
        In the order of the columns of every score and label matrix.
    rules : tuple of Rule
    pairs : tuple of Pair
    rulings : tuple of Ruling
    statuses : dict of str to str
        Values a coded label's ``status`` may take, with their meaning.
    remaps : dict of str to str
        Label ids of earlier versions, and what they are called now.
    """

    name: str
    labels: tuple[Label, ...]
    title: str = ""
    version: str = "0"
    language: str = "en"
    families: tuple[str, ...] = ("label",)
    sources: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    statuses: dict[str, str] = msgspec.field(
        default_factory=lambda: {"asserted": "", "alleged": "", "disputed": ""}
    )
    rules: tuple[Rule, ...] = ()
    pairs: tuple[Pair, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    remaps: dict[str, str] = {}

    @cached_property
    def label_ids(self) -> tuple[str, ...]:
        """Ids of the labels, in column order."""
        return tuple(label.id for label in self.labels)

    @cached_property
    def sha256(self) -> str:
        """Hash of the content, independent of file layout and comments."""
        return hashlib.sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()

    @cached_property
    def _by_id(self) -> dict[str, Label]:
        return {label.id: label for label in self.labels}

    def __getitem__(self, label_id: str) -> Label:
        """Entry of a label.

        Raises
        ------
        CodebookError
            For an unknown label; the message offers the nearest known ones.
        """
        label_id = self.remaps.get(label_id, label_id)
        try:
            return self._by_id[label_id]
        except KeyError:
            raise CodebookError(
                f"expected a label of codebook {self.name} {self.version}, got {label_id!r}",
                remedy=self._suggest(label_id),
            ) from None

    def __contains__(self, label_id: object) -> bool:
        return label_id in self._by_id

    def _suggest(self, label_id: str) -> str:
        import difflib

        near = difflib.get_close_matches(label_id, self.label_ids, n=3, cutoff=0.5)
        return f"did you mean {', '.join(near)}?" if near else f"known: {', '.join(self.label_ids)}"

    def pairs_of(self, label_id: str) -> tuple[Pair, ...]:
        """Deciding questions in which a label takes part."""
        return tuple(pair for pair in self.pairs if label_id in pair.labels)

    def rulings_on(self, label_id: str) -> tuple[Ruling, ...]:
        """Decided border cases of a label."""
        return tuple(ruling for ruling in self.rulings if label_id in ruling.labels)

    @classmethod
    def stub(cls, label_ids: Iterable[str], *, name: str = "labels") -> Codebook:
        """A codebook that knows no more than the ids, sorted, of somebody's own labels."""
        labels = tuple(Label(id=label_id) for label_id in sorted(set(label_ids)))
        return _checked(cls(name=name, labels=labels), place=name)


def load_codebook(path: str | Path) -> Codebook:
    """Read and validate a codebook in TOML.

    Parameters
    ----------
    path : str or Path
        A ``.toml`` file, or a directory that holds ``codebook.toml``.

    Raises
    ------
    MissingInputError
        The file is not there.
    CodebookError
        It is not TOML, lacks a field, names a label twice or an unknown one.
    """
    path = Path(path)
    if path.is_dir():
        path = path / "codebook.toml"
    try:
        with open(path, "rb") as file:
            content = tomllib.load(file)
    except FileNotFoundError as error:
        raise MissingInputError("expected a codebook, found no file", place=str(path)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CodebookError(f"expected TOML, got: {error}", place=str(path)) from error
    return codebook_from_dict(content, place=str(path))


def codebook_from_dict(content: Mapping[str, Any], *, place: str = "codebook") -> Codebook:
    """Validate a codebook given as plain mappings (from TOML, or inside ``model.json``)."""
    try:
        codebook = msgspec.convert(content, Codebook)
    except msgspec.ValidationError as error:
        raise CodebookError(str(error), place=place) from error
    return _checked(codebook, place=place)


def _checked(codebook: Codebook, *, place: str) -> Codebook:
    if not codebook.labels:
        raise CodebookError("expected at least one label, got none", place=place)
    seen: set[str] = set()
    for label in codebook.labels:
        where = f"{place}: label {label.id!r}"
        if not label.id or label.id != label.id.strip():
            raise CodebookError("expected an id without outer blanks", place=where)
        if label.id in seen:
            raise CodebookError("expected every label once, got it twice", place=where)
        if label.family not in codebook.families:
            raise CodebookError(
                f"expected a family of {', '.join(codebook.families)}, got {label.family!r}",
                place=where,
            )
        seen.add(label.id)
    named = [(f"pair {pair.name!r}", pair.labels) for pair in codebook.pairs]
    named += [(f"ruling {k + 1}", ruling.labels) for k, ruling in enumerate(codebook.rulings)]
    for where, label_ids in named:
        for label_id in label_ids:
            if label_id not in seen:
                raise CodebookError(
                    f"expected known labels, got {label_id!r}",
                    place=f"{place}: {where}",
                    remedy=codebook._suggest(label_id),
                )
    for old, new in codebook.remaps.items():
        if new not in seen or old in seen:
            raise CodebookError(
                f"expected a remap from a retired to a known label, got {old!r} -> {new!r}",
                place=f"{place}: remaps",
            )
    ids = [rule.id for rule in codebook.rules]
    if len(set(ids)) != len(ids):
        raise CodebookError("expected every rule id once", place=f"{place}: rules")
    return codebook
