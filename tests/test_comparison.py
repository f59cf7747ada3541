"""Comparison: the difference of two models, and how sure it is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vectorclf.comparison import compare
from vectorclf.decisions import Decisions
from vectorclf.errors import CodebookError
from vectorclf.evaluation import evaluate
from vectorclf.figures import OVERALL

TRUTH = np.array([[1, 0], [1, 1], [0, 0], [0, 1]], dtype=bool)


def decided(given, Y=TRUTH, groups=("a", "a", "b", "c"), label_ids=("x", "y")):
    given = np.array(given, dtype=bool)
    return Decisions(given * 0.8 + 0.1, given, np.array(Y, dtype=bool), tuple(groups), label_ids)


def test_differences_by_eye():
    first = decided([[1, 0], [0, 1], [1, 0], [0, 0]])
    second = decided([[1, 0], [1, 1], [1, 0], [0, 0]])
    result = compare(first, second)
    assert (result.n_texts, result.n_groups, result.n_gained, result.n_lost) == (4, 3, 1, 0)
    micro, idle = (row for row in result.overall if row.figure in ("micro-F1", "no label, tagged"))
    assert micro.difference == pytest.approx(6 / 8 - 4 / 7)  # hits 3 of 4 given and 4 true
    assert idle.first == idle.second == 1.0 and idle.higher == "open"
    assert [row.figure for row in result.labels] == ["x", "y"]
    assert result.labels[0].second == pytest.approx(4 / 5) and result.labels[1].difference == 0


def matrices(n_texts, n_labels=2):
    bits = st.lists(st.booleans(), min_size=n_labels, max_size=n_labels)
    return st.lists(bits, min_size=n_texts, max_size=n_texts)


@given(matrices(6), matrices(6), matrices(6))
def test_its_figures_are_those_of_evaluate_and_turn_round_with_the_models(a, b, Y):
    groups = ("p", "p", "q", "r", "r", "r")
    first, second = decided(a, Y, groups), decided(b, Y, groups)
    result, turned = compare(first, second), compare(second, first)
    measured = [evaluate(one) for one in (first, second)]
    for figure, row in zip(OVERALL, result.overall, strict=True):
        name = "macro_average_precision" if figure == "average_precision" else figure
        assert [row.first, row.second] == pytest.approx([getattr(m, name) for m in measured],
                                                        nan_ok=True)
    for row, back in zip((*result.overall, *result.labels), (*turned.overall, *turned.labels),
                         strict=True):
        turned_round = (-row.interval[1], -row.interval[0])
        assert back.interval == pytest.approx(turned_round, nan_ok=True, abs=1e-12)
        assert not row.interval[0] > row.interval[1]


def test_a_model_beside_itself_differs_in_nothing():
    one = decided([[1, 0], [0, 1], [1, 0], [0, 0]])
    result = compare(one, one)
    assert all(row.interval == (0, 0) and row.higher == "open"
               for row in (*result.overall, *result.labels))


def test_a_model_that_is_better_in_every_case_is_surely_higher():
    Y = np.ones((30, 1))
    groups = tuple(str(k) for k in range(30))
    result = compare(decided(Y * 0, Y, groups, ("x",)), decided(Y, Y, groups, ("x",)))
    assert result.overall[0].higher == "second" and result.n_gained == 30


def test_labels_may_stand_in_another_order_but_not_be_others():
    first = decided([[1, 0], [0, 1], [1, 0], [0, 0]])
    turned = decided(first.given[:, ::-1], TRUTH[:, ::-1], label_ids=("y", "x"))
    assert compare(first, turned).n_gained == compare(first, turned).n_lost == 0
    with pytest.raises(CodebookError, match="'y'"):
        compare(first, decided(first.given, label_ids=("x", "z")))


def test_no_texts_are_compared_as_nothing():
    empty = decided(np.zeros((0, 2)), np.zeros((0, 2)), ())
    assert compare(empty, empty).n_texts == 0
