"""Intervals: what groups do to them, and what is said where there is nothing to say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vectorclf.intervals import (
    UNKNOWN,
    percentile_interval,
    share_interval,
    shown,
    shown_with,
    wilson,
)


@given(st.lists(st.booleans(), min_size=2, max_size=40))
def test_of_groups_of_one_trial_it_is_wilsons(marks):
    part = np.array(marks, dtype=float)
    low, high = wilson(part.mean(), np.float64(len(part)))
    assert share_interval(part, np.ones(len(part))) == pytest.approx((low, high))


def test_trials_that_come_in_groups_alike_count_as_fewer():
    alone = share_interval(np.repeat([1.0, 0.0], 50), np.ones(100))
    grouped = share_interval(np.repeat([10.0, 0.0], 5), np.full(10, 10.0))  # all or none
    assert grouped.high - grouped.low > 2 * (alone.high - alone.low)
    assert grouped == pytest.approx(share_interval(np.repeat([1.0, 0.0], 5), np.ones(10)))


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=9))
def test_a_share_lies_within_its_interval(pairs):
    whole = np.array([max(a, b) for a, b in pairs], dtype=float)
    part = np.array([min(a, b) for a, b in pairs], dtype=float)
    found = share_interval(part, whole)
    if whole.any():
        share = part.sum() / whole.sum()
        assert 0 <= found.low <= share <= found.high <= 1 and found.high - found.low > 0
    else:
        assert np.isnan(found.low)


def test_nothing_is_shown_as_a_dash():
    assert shown(float("nan"), ".1%") == str(UNKNOWN) == "–"
    assert percentile_interval([float("nan")])[0] != percentile_interval([1.0])[0] == 1.0
    assert shown_with(0.5, (0.4, 0.6), ".0%") == "50% (40% to 60%)"
    assert shown(-0.0001, "+.3f") == "+0.000" and shown(-0.01, "+.2f") == "-0.01"
