"""Plots draw the numbers they are given."""

import io

import numpy as np
import pytest

pytest.importorskip("matplotlib")
from vectorclf.decisions import Decisions
from vectorclf.errors import InputError
from vectorclf.evaluation import evaluate
from vectorclf.intervals import wilson
from vectorclf.plots import (
    label_confusion,
    plot_f1_by_label,
    plot_label_confusion,
    plot_learning_curve,
    plot_precision_recall,
    plot_reliability,
    precision_recall,
)


def decided(P, Y):
    return Decisions(P, P > 0.5, Y, tuple(str(k // 4) for k in range(len(P))), ("a", "b", "c"))


@pytest.fixture(scope="module")
def measured():
    rng = np.random.default_rng(0)
    P = rng.random((200, 3))
    Y = rng.random((200, 3)) < P
    Y[:, 2] = False
    return P, Y, evaluate(decided(P, Y))


def test_precision_and_recall_are_scikit_learns(measured):
    from sklearn.metrics import precision_recall_curve

    P, Y, _ = measured
    p = P[:, 0].round(1)
    precision, recall = precision_recall(p, Y[:, 0])
    theirs = precision_recall_curve(Y[:, 0], p)
    np.testing.assert_allclose(precision[::-1], theirs[0][:-1])
    np.testing.assert_allclose(recall[::-1], theirs[1][:-1])


def test_a_share_lies_in_its_wilson_interval():
    rate, n = np.array([0.0, 0.5, 1.0]), np.array([1, 10, 1000])
    low, high = wilson(rate, n)
    assert (low <= rate).all() and (rate <= high).all() and high[0] < 1
    assert low[1] == pytest.approx(0.2366, abs=1e-4)


def test_every_plot_draws_what_it_was_given(measured):
    P, Y, evaluation = measured
    by_label = plot_f1_by_label(evaluation, names={"a": "Money"})
    ticks = [t.get_text() for t in by_label.axes[0].get_yticklabels()]
    assert len(ticks) == 2 and any(t.startswith("Money") for t in ticks)  # c never occurs
    curve = plot_learning_curve([100, 200], {"news": [evaluation] * 2, "dev": [evaluation] * 2})
    assert [t.get_text() for t in curve.axes[0].get_legend().get_texts()] == ["news", "dev"]
    for figure in (by_label, curve, plot_precision_recall(P, Y, names="abc"),
                   plot_precision_recall(P[:, :1], Y[:, :1]), plot_reliability(P, Y)):
        file = io.BytesIO()
        figure.savefig(file, format="svg")
        assert b"<svg" in file.getvalue()


def test_what_cannot_be_drawn_is_refused(measured):
    P, Y, evaluation = measured
    for draw in (lambda: plot_reliability(P, Y[:, :2]),
                 lambda: plot_precision_recall(P, np.zeros_like(Y)),
                 lambda: plot_learning_curve([1, 2], {"x": [evaluation]})):
        with pytest.raises(InputError, match="expected"):
            draw()


def test_confusion_counts_missed_labels_against_false_ones():
    Y = np.array([[1, 0, 0], [1, 1, 0], [0, 0, 1]], dtype=bool)
    P = np.array([[0, 1, 0], [0, 1, 1], [0, 0, 1]], dtype=float)
    counts = label_confusion(decided(P, Y))
    assert counts.tolist() == [[0, 1, 1], [0, 0, 0], [0, 0, 0]]
    figure = plot_label_confusion(decided(P, Y))
    assert [t.get_text() for t in figure.axes[0].get_yticklabels()] == ["a", "b", "c"]
