"""Background counts: what is kept of a paragraph, and what is not."""

import numpy as np
import pytest

from vectorclf.background import count_background, load_background, save_background
from vectorclf.errors import DatasetError, MissingInputError

PARAGRAPHS = ["The crane fell. The crane!", "A spy fell.", "Nothing known here."]
TERMS = ["crane", "fell", "the crane", "unused"]


def test_counts_are_of_known_terms_and_leave_espionage_out():
    counts = count_background(PARAGRAPHS, TERMS)
    assert len(counts) == 2 and counts.terms == ("crane", "fell", "the crane")
    matrix = counts.matrix({"the crane": 0, "other": 1, "crane": 2})
    np.testing.assert_array_equal(matrix.toarray(), [[2, 0, 2], [0, 0, 0]])


def test_file_round_trip(tmp_path):
    counts = count_background(PARAGRAPHS, TERMS)
    save_background(counts, tmp_path / "counts.npz")
    again = load_background(tmp_path / "counts.npz")
    assert again.terms == counts.terms
    np.testing.assert_array_equal(again.indices, counts.indices)
    np.testing.assert_array_equal(again.indptr, counts.indptr)
    np.testing.assert_array_equal(again.counts, counts.counts)


def test_bad_files_are_named(tmp_path):
    with pytest.raises(MissingInputError):
        load_background(tmp_path / "none.npz")
    path = tmp_path / "bad.npz"
    path.write_bytes(b"not a zip")
    with pytest.raises(DatasetError, match="background counts"):
        load_background(path)
    np.savez(path, terms=np.zeros(0, np.uint8), indptr=np.array([0, 1]),
             indices=np.array([5], np.int32), counts=np.array([1], np.uint8))
    with pytest.raises(DatasetError, match="consistent"):
        load_background(path)
