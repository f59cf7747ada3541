"""What a recipe can't say, tried nevertheless: one part of learning replaced while a trial runs.

Each trial is a context. Within it `vectorclf.fitting.fit` learns in another way; scoring, folds and
thresholds stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from unittest.mock import patch

import msgspec
import numpy as np
import scipy.sparse as sp
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.svm import LinearSVC

from vectorclf import fitting
from vectorclf.background import Background
from vectorclf.features import feature_parts
from vectorclf.labeled import LabeledTexts
from vectorclf.recipe import Recipe
from vectorclf.rules import LabelTerms
from vectorclf.units import Units


@contextmanager
def plain_counts() -> Iterator[None]:
    """Term frequencies as they are, not their logarithms."""
    make_features = fitting.make_features

    def with_plain_counts(recipe: Recipe) -> Pipeline | FeatureUnion:
        features = make_features(recipe)
        for part, _ in feature_parts(features).values():
            part[0].set_params(sublinear_tf=False)
        return features

    with patch.object(fitting, "make_features", with_plain_counts):
        yield


@contextmanager
def news_document_frequencies() -> Iterator[None]:
    """Document frequencies of the background news alone, not of the units beside it."""
    background_rows = fitting.background_rows

    def of_news(
        features: Pipeline | FeatureUnion, X: sp.csr_array, background: Background
    ) -> sp.csr_array:
        return background_rows(features, X[:0], background)

    with patch.object(fitting, "background_rows", of_news):
        yield


@contextmanager
def own_regularisation(power: float) -> Iterator[None]:
    """C of a label grows (or, with a power under 0, falls) with its number of positives."""
    plain_svm = fitting._svm

    def own_svm(y: np.ndarray, recipe: Recipe) -> LinearSVC:
        times = (max(1, int(y.sum())) / TYPICAL_POSITIVES) ** power
        return plain_svm(y, msgspec.structs.replace(recipe, C=recipe.C * times))

    with patch.object(fitting, "_svm", own_svm):
        yield


TYPICAL_POSITIVES = 2_000


@contextmanager
def contrast_texts() -> Iterator[None]:
    """Sentences with the evidence of a label cut out, as negatives of it (Zaidan, Eisner 2007)."""
    with _further_units(_cut_out):
        yield


def _cut_out(units: Units) -> tuple[list[str], list[tuple[str, ...]]]:
    texts, labels = [], []
    for unit, evidence in units.evidence.items():
        for label, phrases in evidence.items():
            text = units.texts[unit]
            for phrase in phrases:
                text = text.replace(phrase, " ")
            if len(text.split()) >= MIN_CONTRAST_WORDS:
                texts.append(text)
                labels.append(tuple(x for x in units.labels[unit] if x != label and not any(
                    p in phrase for p in evidence.get(x, ()) for phrase in phrases)))
    return texts, labels


MIN_CONTRAST_WORDS = 4


@contextmanager
def terms_as_texts(terms: Mapping[str, LabelTerms]) -> Iterator[None]:
    """The codebook's plain terms as texts of one phrase with their label (Settles 2011)."""
    pairs = [(term.replace("*", ""), (label,)) for label, own in terms.items()
             for term in own.terms]
    with _further_units(lambda units: ([text for text, _ in pairs], [x for _, x in pairs])):
        yield


def _further_units(
    make: Callable[[Units], tuple[list[str], list[tuple[str, ...]]]]
) -> AbstractContextManager:
    """Units beside the training units; they are not scored in use, and have no windows."""
    training_units = fitting.training_units

    def with_further(data: LabeledTexts, recipe: Recipe) -> Units:
        units = training_units(data, recipe)
        texts, labels = make(units)
        return Units(units.texts + texts, units.labels + labels, units.scored, units.evidence)

    return patch.object(fitting, "training_units", with_further)
