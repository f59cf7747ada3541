"""Evaluation: subsets, coders, and the refusal of figures that flatter."""

import numpy as np
import pytest

from vectorclf.dataset import CodedPassage, Coding, Source
from vectorclf.decisions import Decisions, decide_by_fold
from vectorclf.errors import DatasetError
from vectorclf.evaluation import evaluate, evaluate_by, evaluate_coders
from vectorclf.labeled import LabeledTexts, labeled_texts
from vectorclf.ranking import Ranking, average_precision
from vectorclf.straddling import (
    fingerprints,
    learned_from,
    of_learned_groups,
    refuse_overlap,
    refuse_straddling,
    without_repeats,
)


def decisions():
    Y = np.array([[1, 0], [1, 1], [0, 0], [0, 1]], dtype=bool)
    given = np.array([[1, 0], [0, 1], [1, 0], [0, 0]], dtype=bool)
    return Decisions(given * 0.8 + 0.1, given, Y, ("a", "a", "b", "c"), ("x", "y"))


def labeled(texts, groups, **columns):
    return LabeledTexts(tuple(texts), tuple(() for _ in texts), tuple(groups),
                        tuple({} for _ in texts), **columns)


def test_rates_by_eye():
    result = evaluate(decisions())
    assert (result.micro_precision, result.micro_recall) == (2 / 3, 2 / 4)
    assert result.unlabeled_tagged == 1.0
    assert result.group_f1 == pytest.approx((1 + 0 + 0) / 3)  # a: both labels; b, c: wrong


def test_subsets_are_measured_apart_largest_first():
    by = evaluate_by(decisions(), ["wire", "wire", "", "court"])
    assert list(by) == ["wire", "court"]
    assert by["wire"].n_texts == 2 and by["wire"].micro_f1 == pytest.approx(0.8)
    assert by["court"].micro_f1 == 0


def test_model_and_coders_are_compared_where_all_coded():
    coders = {"first": [("x",), ("x", "y"), (), ("y",)], "second": [("x",), ("y",), (), None]}
    rows = {(r.first, r.second): r for r in evaluate_coders(decisions(), coders)}
    assert list(rows) == [("first", "second"), ("first", "model"), ("second", "model")]
    assert rows["first", "second"].n_texts == 3
    assert rows["second", "model"].f1 == pytest.approx(4 / 5)


def test_no_texts_and_no_labels_are_measured_as_nothing():
    empty = decisions().take(np.zeros(4, dtype=bool))
    assert empty.Y.shape == (0, 2)
    nothing = evaluate(decisions().take(np.array([2])))
    assert np.isnan(nothing.macro_f1) and np.isnan(nothing.micro_recall)
    assert nothing.micro_precision == 0 and nothing.unlabeled_tagged == 1
    assert evaluate(empty).n_texts == 0 and np.isnan(evaluate(empty).micro_f1)


def test_a_fold_is_decided_by_the_others():
    """Its own labels, turned round, change nothing in it."""
    rng = np.random.default_rng(0)
    Y = rng.random((90, 2)) < 0.4
    scores = Y + rng.normal(0, 0.7, Y.shape)
    fold = np.repeat([0, 1, 2], 30)
    groups = tuple(str(k) for k in range(90))
    first = decide_by_fold(scores, Y, fold, groups, ("x", "y"), labeled_share=None)
    turned = np.where((fold == 1)[:, None], ~Y, Y)
    second = decide_by_fold(scores, turned, fold, groups, ("x", "y"), labeled_share=None)
    own = fold == 1
    assert (first.P[own] == second.P[own]).all() and (first.given[own] == second.given[own]).all()


LONG = "the clerk sold the plans of the new harbour to the consul in spring"


def test_copies_with_a_word_changed_straddle_too():
    words = (LONG + " and again in the autumn of that same year for twice the old price").split()
    changed = " ".join([*words[:-1], "sum"])
    data = labeled([" ".join(words), changed, "short"], ["a", "b", "b"])
    with pytest.raises(DatasetError, match="every text in one group"):
        refuse_straddling(data)
    assert without_repeats(data).texts == (" ".join(words), "short")


def test_cases_and_copies_on_both_sides_of_a_split_are_refused():
    with pytest.raises(DatasetError, match="every case on one side"):
        refuse_overlap(labeled(["one"], ["a"]), labeled(["two"], ["a"]))
    with pytest.raises(DatasetError, match="copies across the split"):
        refuse_overlap(labeled([LONG], ["a"]), labeled([LONG], ["b"]))
    refuse_overlap(labeled([LONG], ["a"]), labeled(["one", "two"], ["b", "c"]))


def test_the_decade_is_that_of_the_newest_source():
    passage = CodedPassage(
        id="p", text="He sold it.", labels={"x": Coding(("sold it",))}, case="c",
        kind="documented", register="wire", sources=(Source("T", date="May 1987"),
                                                     Source("U", date="1994-02-01")),
    )
    assert labeled_texts([passage]).facts["decade"] == ("1990s",)


def test_average_precision_is_scikit_learns_with_ties_and_weights():
    from sklearn.metrics import average_precision_score

    rng = np.random.default_rng(0)
    for _ in range(30):
        p, y = rng.integers(0, 6, 40) / 5, rng.random(40) < 0.3
        y[0] = True
        group = rng.integers(0, 9, 40)
        weight = rng.multinomial(9, np.full(9, 1 / 9))
        expected = average_precision_score(y, p)
        assert average_precision(p, y) == pytest.approx(expected)
        drawn = weight[group]
        if drawn[y].any():
            assert Ranking(p, y, group).average_precision(weight) == pytest.approx(
                average_precision_score(y, p, sample_weight=drawn))


def test_every_figure_has_an_interval_around_it():
    rng = np.random.default_rng(0)
    Y = rng.random((200, 3)) < 0.3
    P = np.clip(Y * 0.4 + rng.random(Y.shape) * 0.6, 0, 1)
    groups = tuple(str(k // 2) for k in range(200))
    result = evaluate(Decisions(P, P > 0.5, Y, groups, ("x", "y", "z")))
    pairs = [(result.micro_precision, result.micro_precision_interval),
             (result.micro_recall, result.micro_recall_interval),
             (result.micro_f1, result.micro_interval), (result.macro_f1, result.macro_interval),
             (result.macro_average_precision, result.macro_average_precision_interval),
             (result.group_f1, result.group_f1_interval),
             (result.text_recall, result.text_recall_interval),
             (result.unlabeled_tagged, result.unlabeled_interval)]
    for row in result.labels:
        pairs += [(row.precision, row.precision_interval), (row.recall, row.recall_interval),
                  (row.f1, row.interval),
                  (row.average_precision, row.average_precision_interval)]
    for value, (low, high) in pairs:
        assert low < value < high and high - low < 0.4
    assert result.calibration_interval[0] < result.calibration_interval[1]


def test_of_a_single_group_no_bootstrap_says_anything():
    one = decisions().take(np.array([0, 1]))
    result = evaluate(one)
    assert result.micro_f1 > 0 and np.isnan(result.micro_interval[0])
    assert result.micro_precision_interval[1] - result.micro_precision_interval[0] > 0.5


def test_a_model_knows_near_copies_and_groups_it_has_learned_from():
    words = (LONG + " and again in the autumn of that same year for twice the old price").split()
    learned = fingerprints(labeled([" ".join(words), "short text"], ["a", "row 2"]))
    changed = " ".join(["Then", *words[1:]])
    other = " ".join(reversed(words))
    found = learned_from([changed, other, "short text", ""], learned)
    assert found.tolist() == [True, False, False, False]
    assert of_learned_groups(["a", "b", "row 2"], learned).tolist() == [True, False, False]
