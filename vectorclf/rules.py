"""The keyword-rules baseline: a label for every plain expression of the terms list.

The model has to beat it, and the dataset is held up to it: rules that score far lower on the
dataset than on real news say that its wording is too literary; far higher, that it is moulded.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from vectorclf.codebook import Codebook
from vectorclf.errors import CodebookError, MissingInputError


class LabelTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Expressions of one label: telling ones, and ones with other senses too (not rules)."""

    terms: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()


def load_terms(path: str | Path, codebook: Codebook) -> dict[str, LabelTerms]:
    """Read ``terms.toml``: label -> its plain expressions, in codebook order.

    Raises
    ------
    MissingInputError, CodebookError
        No file; not TOML; a label the codebook does not hold; an expression twice.
    """
    path = Path(path)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        by_label = msgspec.convert(content, dict[str, LabelTerms])
    except FileNotFoundError as error:
        raise MissingInputError("expected a terms list, found no file", place=str(path)) from error
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise CodebookError(str(error), place=str(path)) from error
    for label, entry in by_label.items():
        if label not in codebook:
            raise CodebookError(f"expected labels of the codebook, got {label!r}", place=str(path))
        both = entry.terms + entry.ambiguous
        twice = {term for term in both if both.count(term) > 1}
        if twice:
            raise CodebookError(
                f"expected every expression once, got {sorted(twice)[0]!r} twice",
                place=f"{path}: {label}",
            )
    return {label: by_label[label] for label in codebook.label_ids if label in by_label}


def term_pattern(terms: Iterable[str]) -> re.Pattern[str] | None:
    """One pattern for many expressions; ``*`` stands for any ending of a word.

    Examples
    --------
    >>> pattern = term_pattern(["blackmail*", "was paid"])
    >>> [m[0] for m in pattern.finditer("He was paid, then blackmailed.")]
    ['was paid', 'blackmailed']
    """
    parts = [
        r"\s+".join(re.escape(w).replace(r"\*", r"\w*") for w in term.split())
        for term in sorted(terms, key=len, reverse=True)
    ]
    if not parts:
        return None
    return re.compile(r"(?<!\w)(?:" + "|".join(parts) + r")(?!\w)", re.IGNORECASE)


@dataclass(frozen=True)
class KeywordRules:
    """Tags a text with every label one of whose telling expressions it holds."""

    label_ids: tuple[str, ...]
    patterns: tuple[re.Pattern[str] | None, ...]

    @classmethod
    def from_terms(cls, terms: Mapping[str, LabelTerms], label_ids: Sequence[str]) -> KeywordRules:
        """Rules of a terms list, with columns in the order of `label_ids`."""
        entries = [terms.get(label, LabelTerms()) for label in label_ids]
        return cls(tuple(label_ids), tuple(term_pattern(entry.terms) for entry in entries))

    def predict(self, texts: Sequence[str]) -> np.ndarray:
        """Labels of texts.

        Returns
        -------
        Y : ndarray of shape (n_texts, n_labels), bool
        """
        Y = np.zeros((len(texts), len(self.label_ids)), dtype=bool)
        for i, text in enumerate(texts):
            text = text.replace("\u2019", "'")
            for j, pattern in enumerate(self.patterns):
                Y[i, j] = pattern is not None and pattern.search(text) is not None
        return Y
