"""Decisions on texts a model has not seen: cross-validated, or by a model on held-out texts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from vectorclf.background import Background
from vectorclf.calibration import fit_platt, probabilities
from vectorclf.difficulties import contradictory, difficulties
from vectorclf.errors import DatasetError
from vectorclf.folds import group_folds, out_of_fold_scores
from vectorclf.labeled import LabeledTexts, label_matrix
from vectorclf.model import Model
from vectorclf.recipe import Recipe
from vectorclf.scoring import text_scores
from vectorclf.straddling import learned_from, of_learned_groups, refuse_straddling
from vectorclf.thresholds import OperatingPoint, operating_points
from vectorclf.verification import verified_predictor

MAX_LEARNED = 0.05  # share of texts: set phrases recur from document to document


@dataclass(frozen=True)
class Decisions:
    """What was decided on every text, beside the truth.

    Attributes
    ----------
    P : ndarray of shape (n_texts, n_labels), float64
        Probabilities.
    given, Y : ndarrays of shape (n_texts, n_labels), bool
        Decisions and truth.
    groups : tuple of str, n_texts long
    label_ids : tuple of str, n_labels long
    """

    P: np.ndarray
    given: np.ndarray
    Y: np.ndarray
    groups: tuple[str, ...]
    label_ids: tuple[str, ...]

    def at(self, point: OperatingPoint) -> Decisions:
        """What another operating point makes of the same probabilities."""
        return replace(self, given=point.decide(self.P))

    def take(self, rows: np.ndarray) -> Decisions:
        """The decisions on some texts: row numbers, or a mask."""
        rows = np.arange(len(self.groups))[rows]
        return Decisions(self.P[rows], self.given[rows], self.Y[rows],
                         tuple(self.groups[i] for i in rows), self.label_ids)


def cross_validated_decisions(
    data: LabeledTexts, label_ids: tuple[str, ...], recipe: Recipe, *,
    background: Background | None = None,
    progress: Callable[[str], None] = lambda message: None,
    n_jobs: int = 1,
) -> Decisions:
    """Grouped cross-validation; calibration and thresholds of a fold come from the other folds.

    Progress and processes as in `out_of_fold_scores`.

    Raises
    ------
    DatasetError
        Nothing can be learned; or a text stands in two groups, so that the figure would flatter.
    """
    for difficulty in difficulties(data, label_ids):
        progress(difficulty)
    refuse_straddling(data)
    Y = label_matrix(data.labels, label_ids)
    scores = out_of_fold_scores(data, label_ids, recipe, background, progress, n_jobs)
    fold = group_folds(data.groups, recipe.folds, recipe.seed)
    return decide_by_fold(scores, Y, fold, data.groups, label_ids,
                          labeled_share=recipe.labeled_share, with_opening=recipe.opening)


def decide_by_fold(
    scores: np.ndarray, Y: np.ndarray, fold: np.ndarray, groups: tuple[str, ...],
    label_ids: tuple[str, ...], *, labeled_share: float | None,
    with_opening: bool = True,
) -> Decisions:
    """Out-of-fold scores to decisions; a fold's curves and thresholds come from the others.

    Parameters
    ----------
    scores, Y : ndarrays of shape (n_texts, n_labels)
    fold : ndarray of shape (n_texts,), int
    groups, label_ids : tuples of str
    labeled_share : float or None
    with_opening : bool
        As in `operating_points`.
    """
    P = np.zeros(scores.shape)
    given = np.zeros(Y.shape, dtype=bool)
    for k in np.unique(fold):
        rest, own = np.flatnonzero(fold != k), np.flatnonzero(fold == k)
        slope, offset = fit_platt(scores[rest], Y[rest])
        point = operating_points(
            scores[rest], Y[rest], [groups[i] for i in rest], label_ids,
            slope=slope, offset=offset, labeled_share=labeled_share, with_opening=with_opening,
        )[0]
        P[own] = probabilities(scores[own], slope, offset)
        given[own] = point.decide(P[own])
    return Decisions(P, given, Y, tuple(groups), tuple(label_ids))


def held_out_decisions(
    model: Model, data: LabeledTexts, *, operating_point: str = "balanced"
) -> Decisions:
    """A model's decisions, at its stored thresholds, on texts it was not trained on.

    Raises
    ------
    CodebookError
        A label of the texts that the model does not know.
    DatasetError
        The model was trained on more than MAX_LEARNED of the texts, or on others of their groups.
    ModelFormatError
        The model fails its self-test.
    """
    if not len(data):
        raise DatasetError("expected texts the model has not seen, got none")
    n_learned = int(learned_from(data.texts, model.learned).sum())
    if (data.sha256 == model.training.get("data_sha256")
            or data.texts_sha256 == model.training.get("texts_sha256")):
        n_learned = len(data)
    if n_learned > MAX_LEARNED * len(data):
        raise DatasetError(
            f"expected texts the model has not seen, got {n_learned:,} of {len(data):,} that it "
            "has learned from",
            remedy="name a held-out split with --split test, leave those texts out, or evaluate "
                   "without -m to cross-validate",
        )
    known = np.flatnonzero(of_learned_groups(data.groups, model.learned))
    if len(known) > MAX_LEARNED * len(data):
        raise DatasetError(
            f"expected groups the model has not seen, got {len(known):,} of {len(data):,} texts "
            f"of groups that it has learned from, such as {data.groups[known[0]]!r}",
            remedy="leave those texts out; if they are others of the same name, rename them",
        )
    labels = [tuple(model.codebook[x].id for x in row) for row in data.labels]
    Y = label_matrix(labels, model.label_ids)
    scores = text_scores(verified_predictor(model), data.texts, model.rule)
    P = probabilities(scores, model.slope, model.offset)
    given = model.operating_point(operating_point).decide(P)
    return Decisions(P, given, Y, data.groups, model.label_ids)


def held_out_notes(model: Model, data: LabeledTexts) -> list[str]:
    """What to know about held-out texts beside the figures, a line each."""
    notes = []
    for n, what in ((int(learned_from(data.texts, model.learned).sum()), "were learned from"),
                    (int(of_learned_groups(data.groups, model.learned).sum()),
                     "are of groups that were learned from")):
        if n:
            notes.append(f"{n} of these texts {what}, and flatter; --drop-repeated leaves them out")
    if empty := sum(not text.strip() for text in data.texts):
        notes.append(f"{empty} of these texts {'is' if empty == 1 else 'are'} empty")
    if n := contradictory(data):
        notes.append(f"{n} of these texts stand{'s' * (n == 1)} several times with different "
                     "labels: not all of them can be right")
    if len(set(data.groups)) < 2:
        notes.append(f"all texts are of one group, {data.groups[0]!r}: how sure the figures are "
                     "cannot be told from them")
    return notes
