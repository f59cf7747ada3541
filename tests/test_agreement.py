"""Agreement of two codings, against figures worked out by hand or in the literature."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vectorclf.agreement import agreement, krippendorff_alpha, masi_distance


def test_krippendorffs_own_example_without_missing_values():
    # Krippendorff 2011, part A: binary data, two observers, 10 units: alpha = 0.095
    first = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
    second = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    assert krippendorff_alpha(first, second) == pytest.approx(0.095, abs=5e-4)


def test_agreement_by_eye():
    result = agreement([["a"], ["a", "b"], [], ["b"]], [["a"], ["a"], [], ["a"]], ["a", "b", "c"])
    assert result.f1 == pytest.approx(2 * 2 / (4 + 3))
    assert result.exact == 0.5
    by_label = {row.label: row for row in result.labels}
    assert (by_label["a"].n_first, by_label["a"].n_second, by_label["a"].n_both) == (2, 3, 2)
    assert math.isnan(by_label["c"].alpha) and math.isnan(by_label["c"].f1)


label_sets = st.lists(st.frozensets(st.sampled_from("abc")), min_size=2, max_size=12)


@given(label_sets)
def test_a_coding_agrees_with_itself(sets):
    alpha = agreement(sets, sets, "abc").alpha_masi
    assert alpha == 1 or math.isnan(alpha)  # NaN: one value throughout, nothing to agree on


@given(label_sets, st.randoms())
def test_alpha_is_symmetric_and_at_most_one(sets, random):
    other = sets.copy()
    random.shuffle(other)
    forth = krippendorff_alpha(sets, other, distance=masi_distance)
    back = krippendorff_alpha(other, sets, distance=masi_distance)
    np.testing.assert_allclose(forth, back)
    assert math.isnan(forth) or forth <= 1


def test_codings_of_different_texts_are_refused():
    with pytest.raises(ValueError, match="same texts"):
        agreement([["a"]], [], ["a"])


def test_no_texts():
    assert math.isnan(agreement([], [], ["a"]).alpha_masi)
