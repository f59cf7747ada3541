"""Labeled texts to the units that are learned from: sentences, passages, evidence phrases."""

from __future__ import annotations

from dataclasses import dataclass

from vectorclf.labeled import LabeledTexts
from vectorclf.passages import segment
from vectorclf.recipe import Recipe

MIN_RATIONALE_WORDS = 2


@dataclass(frozen=True)
class Units:
    """Texts as they are learned from."""

    texts: list[str]
    labels: list[tuple[str, ...]]


def training_units(data: LabeledTexts, recipe: Recipe) -> Units:
    """Sentences with the labels whose evidence they hold, passages, and the evidence phrases.

    A label without evidence in any one sentence stays with every sentence of its text.
    """
    texts: list[str] = []
    labels: list[tuple[str, ...]] = []
    for text, text_labels, evidence in zip(data.texts, data.labels, data.evidence, strict=True):
        if recipe.unit == "text" or not text.strip():
            spans = [(0, len(text))]
        else:
            spans = [span for passage in segment(text) for span in passage.sentences]
        located = {
            label: [k for k, (a, b) in enumerate(spans)
                    if any(phrase in text[a:b] for phrase in evidence.get(label, ()))]
            for label in text_labels
        }
        for k, (a, b) in enumerate(spans):
            texts.append(text[a:b])
            labels.append(tuple(x for x in text_labels if k in located[x] or not located[x]))
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
    return Units(texts, labels)
