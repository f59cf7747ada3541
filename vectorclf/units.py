"""Labeled texts to what is learned from: sentences, passages, evidence phrases, and variants.

Variants of these units are windows over them, and copies with some words blanked.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vectorclf.labeled import LabeledTexts
from vectorclf.passages import segment
from vectorclf.recipe import Recipe
from vectorclf.texts import utf8
from vectorclf.windows import slide

MIN_RATIONALE_WORDS = 2
MIN_BLANKED_WORDS = 3
BLANK = "zqxv"  # no text has this word, so it is no feature and keeps its neighbours apart


@dataclass(frozen=True)
class Units:
    """Texts as they are learned from.

    Attributes
    ----------
    texts : list of str
    labels : list of tuple of str
    scored : list of int
        Numbers of those that are what is scored in use: sentences, or whole texts.
    evidence : dict of int to dict of str to list of str
        Label -> phrases of it in such a unit, where there are any.
    """

    texts: list[str]
    labels: list[tuple[str, ...]]
    scored: list[int]
    evidence: dict[int, dict[str, list[str]]]


@dataclass(frozen=True)
class TrainingWindows:
    """Windows over the long ones of the units that are scored in use.

    Attributes
    ----------
    texts : list of str, n_windows long
    units : ndarray of shape (n_windows,), int64
        The unit of each, ascending.
    may_earn : list of tuple of str, n_windows long
        Labels of the unit that this window may have earned: it holds their evidence, or nobody
        said where that stands.
    """

    texts: list[str]
    units: np.ndarray
    may_earn: list[tuple[str, ...]]


@dataclass(frozen=True)
class BlankedCopies:
    """Copies of units with some words blanked.

    Attributes
    ----------
    texts : list of str, n_copies long
    units : ndarray of shape (n_copies,), int64
        The unit of each, ascending.
    """

    texts: list[str]
    units: np.ndarray


def training_units(data: LabeledTexts, recipe: Recipe) -> Units:
    """Sentences with the labels whose evidence they hold, passages, and the evidence phrases.

    A label without evidence in any one sentence stays with every sentence of its text.
    """
    texts: list[str] = []
    labels: list[tuple[str, ...]] = []
    scored: list[int] = []
    evidence_by_unit: dict[int, dict[str, list[str]]] = {}
    for text, text_labels, evidence in zip(data.texts, data.labels, data.evidence, strict=True):
        if recipe.unit == "text" or not text.strip():
            spans = [(0, len(text))]
        else:
            spans = [span for passage in segment(text) for span in passage.sentences]
        held = [
            {x: phrases for x in text_labels
             if (phrases := [p for p in evidence.get(x, ()) if p in text[a:b]])}
            for a, b in spans
        ]
        located = {x for found in held for x in found}
        for (a, b), found in zip(spans, held, strict=True):
            scored.append(len(texts))
            if found:
                evidence_by_unit[len(texts)] = found
            texts.append(text[a:b])
            labels.append(tuple(x for x in text_labels if x in found or x not in located))
        if recipe.passages and len(spans) > 1:
            texts.append(text)
            labels.append(tuple(text_labels))
        if recipe.rationales:
            for phrase in dict.fromkeys(p for ps in evidence.values() for p in ps):
                if len(phrase.split()) >= MIN_RATIONALE_WORDS and phrase != text:
                    texts.append(phrase)
                    labels.append(tuple(
                        x for x, ps in evidence.items() if any(p in phrase for p in ps)
                    ))
    return Units(texts, labels, scored, evidence_by_unit)


def training_windows(units: Units, recipe: Recipe) -> TrainingWindows:
    """Windows over the units that are scored in use, as there."""
    data, starts, ends = utf8([units.texts[k] for k in units.scored])
    windows = slide(data, starts, ends, recipe.rule)
    of = np.array(units.scored, dtype=np.int64)[windows.units]
    texts = windows.texts(data)
    may_earn = []
    for unit, text in zip(of.tolist(), texts, strict=True):
        phrases = units.evidence.get(unit, {})
        may_earn.append(tuple(
            x for x in units.labels[unit]
            if x not in phrases or any(phrase in text for phrase in phrases[x])
        ))
    return TrainingWindows(texts, of, may_earn)


def blanked_copies(units: Units, recipe: Recipe) -> BlankedCopies:
    """Copies of all units of some words; every word is blanked with the chance of the recipe."""
    rng = np.random.default_rng(recipe.seed)
    texts: list[str] = []
    of: list[int] = []
    for unit, text in enumerate(units.texts):
        words = text.split()
        if len(words) < MIN_BLANKED_WORDS:
            continue
        for is_blank in rng.random((recipe.blank_copies, len(words))) < recipe.blanked:
            texts.append(" ".join(
                BLANK if blank else word for word, blank in zip(words, is_blank, strict=True)
            ))
            of.append(unit)
    return BlankedCopies(texts, np.array(of, dtype=np.int64))
