"""Calibration and thresholds: on data small enough, or simple enough, to know the answer."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vectorclf.calibration import (
    expected_calibration_error,
    fit_platt,
    probabilities,
    rate_intervals,
    rates,
    sigmoid,
)
from vectorclf.thresholds import (
    FLAT,
    STEP,
    STEPS_DOWN,
    STEPS_UP,
    best_f1_threshold,
    decided,
    opening_and_rest,
    operating_points,
    precision_threshold,
    recall_threshold,
)


def simulated(n=4000, n_labels=3, seed=0):
    """Scores whose true curve is sigmoid(2 s - 1)."""
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=(n, n_labels))
    return scores, rng.random((n, n_labels)) < sigmoid(2 * scores - 1)


def test_platt_finds_the_true_curve():
    scores, Y = simulated()
    slope, offset = fit_platt(scores, Y)
    np.testing.assert_allclose(slope, 2, atol=0.2)
    np.testing.assert_allclose(offset, -1, atol=0.2)
    assert expected_calibration_error(probabilities(scores, slope, offset), Y) < 0.02


def test_a_rare_label_borrows_the_common_curve():
    scores, Y = simulated()
    Y[:, 2] = False
    Y[np.argmax(scores[:, 2]), 2] = True
    slope, _ = fit_platt(scores, Y)
    assert 0.5 < slope[2] < 4


def test_separable_and_empty_labels_stay_finite():
    scores = np.linspace(-1, 1, 40)[:, None].repeat(2, axis=1)
    Y = np.stack([scores[:, 0] > 0, np.zeros(40, bool)], axis=1)
    slope, offset = fit_platt(scores, Y)
    assert np.isfinite(slope).all() and np.isfinite(offset).all() and slope[0] > 0


def test_best_threshold_by_eye():
    p, y = np.array([0.9, 0.8, 0.4, 0.2]), np.array([True, True, False, True])
    assert best_f1_threshold(p, y) == pytest.approx(0.2)  # all four: F1 6/7
    assert best_f1_threshold(p, np.array([True, True, False, False])) == pytest.approx(0.6)


@given(arrays(float, st.integers(1, 30), elements=st.floats(0, 1, width=16)), st.randoms())
def test_no_threshold_beats_the_best(p, random):
    y = np.array([random.random() < 0.4 for _ in p])
    best = rates(p >= best_f1_threshold(p, y), y)[2]
    for t in p:
        assert rates(p >= t, y)[2] <= best + 1e-12


def test_recall_bound_holds_on_new_data():
    """Over many draws the missed share of new texts stays under the bound, on average."""
    missed = []
    for seed in range(60):
        scores, Y = simulated(400, 2, seed)
        P = sigmoid(2 * scores - 1)
        threshold = recall_threshold(P[:200], Y[:200], 0.9)
        new = Y[200:].any(axis=1)
        found = (P[200:][new] < threshold) & Y[200:][new]
        missed.append((found.sum(axis=1) / Y[200:][new].sum(axis=1)).mean())
    assert 0.05 < np.mean(missed) <= 0.1 + 2 * np.std(missed) / np.sqrt(60)


def test_precision_threshold_reaches_its_target_or_gives_nothing():
    scores, Y = simulated()
    P = sigmoid(2 * scores - 1)
    t = precision_threshold(P, Y, 0.9)
    assert rates(P >= t, Y)[0] >= 0.9 and (P >= t).any()
    assert precision_threshold(np.array([[0.5]]), np.array([[False]]), 0.9) == 1.0


def test_operating_points_say_what_they_reach():
    scores, Y = simulated()
    Y[:, 2] = False
    Y[:5, 2] = True
    groups = [str(i // 4) for i in range(len(Y))]
    balanced, recall, precision = operating_points(
        scores, Y, groups, ["a", "b", "c"], slope=np.full(3, 2.0), offset=np.full(3, -1.0)
    )
    assert balanced.shared == ("c",)
    assert recall.recall >= 0.88 and precision.precision >= 0.9
    for point in (balanced, recall, precision):
        assert point.interval[0] <= point.interval[1]
    assert balanced.interval[0] <= balanced.f1 <= balanced.interval[1]


def test_few_positives_do_not_move_a_threshold_far():
    """A label's own best threshold counts from 1,000 positives; with 2,000, by half."""
    rng = np.random.default_rng(1)
    scores = rng.normal(size=(40000, 2))
    Y = scores + rng.normal(0, 0.3, scores.shape) > 1
    scores[:, 1] += 2  # the second label's own threshold lies 2 higher ...
    Y[rng.permutation(np.flatnonzero(Y[:, 1]))[2000:], 1] = False  # ... and has 2,000 positives
    balanced = operating_points(scores, Y, [str(i) for i in range(40000)], ["a", "b"],
                                slope=np.ones(2), offset=np.zeros(2))[0]
    cuts = np.log(balanced.thresholds) - np.log1p(-np.array(balanced.thresholds))
    common = best_f1_threshold(scores.ravel(), Y.ravel())
    assert Y[:, 1].sum() == 2000
    apart = [(best_f1_threshold(scores[:, j], Y[:, j]) - common) * (1 - 1000 / Y[:, j].sum())
             for j in range(2)]
    assert cuts[1] - cuts[0] == pytest.approx(apart[1] - apart[0])


def test_the_rest_of_a_sure_text_needs_less_than_a_first_label():
    """Half the texts earn nothing: an opening over the rest spares them, at no lower F1."""
    rng = np.random.default_rng(2)
    earns = rng.random(8000) < 0.5
    Y = earns[:, None] & (rng.random((8000, 6)) < 0.5)
    scores = rng.normal(size=Y.shape) + 2 * Y
    weight = np.ones(len(Y))
    common = best_f1_threshold(scores.ravel(), Y.ravel())
    opening, rest = opening_and_rest(scores, Y, weight, common)
    assert opening > common > rest
    single = scores >= common
    pair = decided(scores, np.full(6, rest), np.full(6, opening))
    assert rates(pair, Y)[2] > rates(single, Y)[2]
    assert pair[~earns].any(axis=1).mean() < 0.9 * single[~earns].any(axis=1).mean()


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.3, 1.0]))
def test_opening_and_rest_are_what_trying_all_pairs_finds(seed, share):
    rng = np.random.default_rng(seed)
    Y = rng.random((200, 3)) < 0.3
    scores = rng.normal(size=Y.shape) + 1.5 * Y
    weight = np.where(Y.any(axis=1), 1.0, share)
    opening, rest = opening_and_rest(scores, Y, weight, 0.5)

    def f1(first, each):
        given = decided(scores, np.full(3, each), np.full(3, first)) * weight[:, None]
        return 2 * given[Y].sum() / (given.sum() + (weight[:, None] * Y).sum())

    steps = 0.5 + STEP * np.arange(-STEPS_DOWN, STEPS_UP + 1)
    tried = [(f1(a, b), a) for a in steps for b in steps[steps <= a]]
    best = max(tried)[0]
    assert f1(opening, rest) >= best - FLAT - 1e-9 and opening >= rest
    silent = ~Y.any(axis=1)
    fewest = min((scores[silent] >= a).any(axis=1).sum() for f, a in tried if f >= best - FLAT)
    assert (scores[silent] >= opening).any(axis=1).sum() == fewest


def test_labels_that_nothing_earns_have_one_threshold():
    scores, Y = np.zeros((4, 2)), np.zeros((4, 2), dtype=bool)
    assert opening_and_rest(scores, Y, np.ones(4), 0.7) == (0.7, 0.7)


def test_rates_of_nothing():
    empty = np.zeros((3, 2), bool)
    assert rates(empty, empty) == (1.0, 1.0, 1.0)
    assert rate_intervals(empty, empty, ["a", "b", "c"])[2] == (0.0, 1.0)
