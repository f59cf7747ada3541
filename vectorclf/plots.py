"""Plots of how good a model is (extra "plots"), each drawn on one matplotlib axes.

Plain arrays or `Evaluation` records in, a Figure out; nothing is shown or kept open:
``figure.savefig("curve.svg")``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from vectorclf.decisions import Decisions
from vectorclf.errors import InputError, MissingExtraError
from vectorclf.evaluation import Evaluation
from vectorclf.intervals import wilson

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, SOFT, RULE = "#211f1b", "#5d584f", "#d8d3c6"
SERIES = (  # colours and lines: told apart without colour, too
    ("#0a5a8a", "-"), ("#9c3f06", "--"), ("#4a5a1c", "-."), ("#6b4a8a", ":"), ("#211f1b", "-"),
)  # fmt: skip


def plot_precision_recall(
    P: np.ndarray, Y: np.ndarray, *, names: Sequence[str] | None = None,
) -> Figure:
    """Precision against recall over all thresholds.

    Parameters
    ----------
    P : ndarray of shape (n_texts, n_labels), float
        Probabilities or scores; ties share a point.
    Y : ndarray of shape (n_texts, n_labels), bool
    names : sequence of str, optional
        One a column: a faint line each, named where there are at most five. The strong line is
        all decisions together (micro).

    Raises
    ------
    InputError
        Shapes differ, or there is no positive.
    """
    P, Y = _matrices(P, Y)
    figure, axes = _figure(5.2, 4.4)
    for j in range(P.shape[1]):
        if Y[:, j].any() and P.shape[1] > 1:
            precision, recall = precision_recall(P[:, j], Y[:, j])
            few = names is not None and len(names) <= len(SERIES)
            colour, line = SERIES[j % len(SERIES)] if few else (RULE, "-")
            axes.plot(recall, precision, color=colour, linestyle=line, linewidth=1, zorder=1,
                      drawstyle="steps-post", label=names[j] if few and names else None)
    precision, recall = precision_recall(P.ravel(), Y.ravel())
    axes.plot(recall, precision, color=INK, linewidth=2, drawstyle="steps-post",
              label="all decisions")
    axes.set(xlabel="recall", ylabel="precision", xlim=(0, 1), ylim=(0, 1.02))
    _legend(axes)
    return figure


def precision_recall(p: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Precision and recall at every distinct threshold, recall rising; ndarrays of float64."""
    order = np.argsort(-p, kind="stable")
    ranked, hits = p[order], np.cumsum(y[order])
    last = np.flatnonzero(np.append(ranked[:-1] != ranked[1:], True))
    return hits[last] / (last + 1), hits[last] / max(1, int(y.sum()))


def plot_reliability(P: np.ndarray, Y: np.ndarray, *, n_bins: int = 10) -> Figure:
    """How often a label is true where the model gives a probability, with 95 % intervals.

    Parameters
    ----------
    P : ndarray of shape (n_texts, n_labels) or (n_texts,), float
        Calibrated probabilities.
    Y : ndarray of the shape of `P`, bool
    n_bins : int
        Of equal width; the lower strip shows how many decisions each holds.

    Notes
    -----
    Intervals: Wilson 1927.
    """
    P, Y = _matrices(P, Y)
    p, y = P.ravel(), Y.ravel()
    bins = np.minimum((p * n_bins).astype(int), n_bins - 1)
    n = np.bincount(bins, minlength=n_bins)
    held = np.flatnonzero(n)
    mean = np.bincount(bins, weights=p, minlength=n_bins)[held] / n[held]
    rate = np.bincount(bins, weights=y, minlength=n_bins)[held] / n[held]
    low, high = wilson(rate, n[held])
    figure, (axes, strip) = _figures(5.2, 5.2, (4, 1))
    axes.plot([0, 1], [0, 1], color=RULE, linewidth=1, zorder=0)
    axes.errorbar(mean, rate, yerr=[rate - low, high - rate], fmt="o", color=SERIES[0][0],
                  markersize=4, elinewidth=1)
    axes.set(ylabel="share that is true", xlim=(0, 1), ylim=(0, 1))
    strip.bar((np.arange(n_bins) + 0.5) / n_bins, n, width=0.9 / n_bins, color=RULE)
    strip.set(xlabel="probability given", ylabel="decisions", yscale="log", xlim=(0, 1))
    return figure


def plot_f1_by_label(
    evaluation: Evaluation, *, names: Mapping[str, str] | None = None
) -> Figure:
    """F1 of every label with its bootstrap interval, best first; the macro mean as a line.

    Parameters
    ----------
    evaluation : Evaluation
        Labels without a true text are left out.
    names : mapping of str to str, optional
        Label id to the name to print.

    Raises
    ------
    InputError
        No label occurs.
    """
    measures = sorted((m for m in evaluation.labels if m.n_true), key=lambda m: m.f1)
    if not measures:
        raise InputError("expected a label that occurs, got none", place="evaluation")
    figure, axes = _figure(6.4, 1.2 + 0.24 * len(measures))
    f1 = np.array([m.f1 for m in measures])
    low, high = np.array([m.interval for m in measures]).T
    at = np.arange(len(measures))
    spread = [np.maximum(f1 - low, 0), np.maximum(high - f1, 0)]
    axes.errorbar(f1, at, xerr=spread, fmt="o", color=SERIES[0][0], markersize=4, elinewidth=1)
    axes.axvline(evaluation.macro_f1, color=SOFT, linewidth=1, linestyle=":")
    names = names or {}
    axes.set_yticks(at, [f"{names.get(m.label, m.label)}  ({m.n_true})" for m in measures])
    axes.set(xlabel=f"F1 with 95 % interval; dotted: mean, {evaluation.macro_f1:.2f}", xlim=(0, 1))
    axes.tick_params(axis="y", length=0)
    return figure


def label_confusion(decisions: Decisions) -> np.ndarray:
    """Texts where one label was missed and another given in vain.

    Returns
    -------
    counts : ndarray of shape (n_labels, n_labels), int64
        Row: the missed label; column: the false one.
    """
    missed = (decisions.Y & ~decisions.given).astype(np.int64)
    false = (decisions.given & ~decisions.Y).astype(np.int64)
    return missed.T @ false


def plot_label_confusion(decisions: Decisions) -> Figure:
    """Which label is given where another one is missed: darker is more often."""
    counts = label_confusion(decisions)
    n = len(counts)
    figure, axes = _figure(2.2 + 0.22 * n, 1.6 + 0.22 * n)
    axes.imshow(counts, cmap="Greys", vmin=0, vmax=max(1, counts.max()))
    for i, j in zip(*np.nonzero(counts), strict=True):
        axes.text(j, i, str(counts[i, j]), ha="center", va="center", fontsize=6,
                  color="white" if counts[i, j] > counts.max() / 2 else INK)
    axes.set(xlabel="given in vain", ylabel="missed")
    axes.set_xticks(range(n), decisions.label_ids, rotation=90, fontsize=7)
    axes.set_yticks(range(n), decisions.label_ids, fontsize=7)
    return figure


def plot_learning_curve(
    n_texts: Sequence[int], evaluations: Mapping[str, Sequence[Evaluation]], *,
    of: str = "micro",
) -> Figure:
    """F1 against the number of training texts, on a scale where a doubling is a step.

    Parameters
    ----------
    n_texts : sequence of int
        Sizes of the training sets.
    evaluations : mapping of str to sequence of Evaluation
        One line each, by its name; as long as `n_texts`.
    of : {"micro", "macro"}

    Raises
    ------
    InputError
        A line is not as long as `n_texts`.
    """
    figure, axes = _figure(5.6, 4)
    for k, (name, measured) in enumerate(evaluations.items()):
        if len(measured) != len(n_texts):
            raise InputError(f"expected {len(n_texts)} evaluations, got {len(measured)}",
                             place=name)
        colour, line = SERIES[k % len(SERIES)]
        low, high = np.array([getattr(e, f"{of}_interval") for e in measured]).T
        axes.fill_between(n_texts, low, high, color=colour, alpha=0.12, linewidth=0)
        axes.plot(n_texts, [getattr(e, f"{of}_f1") for e in measured], color=colour,
                  linestyle=line, marker="o", markersize=4, label=name)
    axes.set_xscale("log", base=2)
    axes.set_xticks(list(n_texts), [f"{n:,}" for n in n_texts])
    axes.minorticks_off()
    axes.set(xlabel="training texts", ylabel=f"{of}-F1")
    _legend(axes)
    return figure


def _matrices(P: np.ndarray, Y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    P, Y = np.asarray(P, dtype=np.float64), np.asarray(Y, dtype=bool)
    if P.shape != Y.shape or P.ndim not in (1, 2):
        raise InputError(f"expected probabilities and truth of one shape, got {P.shape} and "
                         f"{Y.shape}", place="P, Y")
    if not Y.any():
        raise InputError("expected a positive, got none", place="Y")
    return P.reshape(len(P), -1), Y.reshape(len(Y), -1)


def _figure(width: float, height: float) -> tuple[Figure, Axes]:
    figure, [axes] = _figures(width, height, (1,))
    return figure, axes


def _figures(width: float, height: float, parts: Sequence[int]) -> tuple[Figure, list[Axes]]:
    """A figure outside pyplot: no window, no global state, nothing to close."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtraError("drawing plots", "plots") from None
    figure = Figure(figsize=(width, height), layout="constrained")
    made = figure.subplots(len(parts), 1, sharex=True, squeeze=False, height_ratios=list(parts))
    axes = list(made[:, 0])
    for each in axes:
        each.spines[["top", "right"]].set_visible(False)
        each.spines[["left", "bottom"]].set_color(SOFT)
        each.tick_params(colors=SOFT, labelcolor=INK, labelsize=9)
        each.xaxis.label.set_color(INK)
        each.yaxis.label.set_color(INK)
    return figure, axes


def _legend(axes: Axes) -> None:
    if len(axes.get_legend_handles_labels()[0]) > 1:
        axes.legend(frameon=False, fontsize=9)
