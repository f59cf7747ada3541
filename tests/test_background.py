"""Background counts: what is kept of a paragraph, and what is not."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer

from vectorclf.background import count_background, load_background, save_background
from vectorclf.errors import DatasetError, MissingInputError
from vectorclf.skipgrams import SkipBigramVectorizer

PARAGRAPHS = ["The crane fell. The crane!", "A spy fell.", "Nothing known here."]
PARTS = {
    "words": CountVectorizer(
        ngram_range=(1, 2), vocabulary=["crane", "fell", "the crane", "unused"]),
    "prefixes": SkipBigramVectorizer(
        token_pattern=r"(\w{1,2})\w*", vocabulary=["cr", "cr fe", "xx"]),
}


def test_counts_are_of_known_terms_and_leave_espionage_out():
    counts = count_background(PARAGRAPHS, PARTS)
    words, prefixes = counts.bags["words"], counts.bags["prefixes"]
    assert len(counts) == 2 and words.terms == ("crane", "fell", "the crane")
    matrix = words.matrix({"the crane": 0, "other": 1, "crane": 2})
    np.testing.assert_array_equal(matrix.toarray(), [[2, 0, 2], [0, 0, 0]])
    assert prefixes.terms == ("cr", "cr fe")
    np.testing.assert_array_equal(prefixes.matrix({"cr fe": 0}).toarray(), [[1], [0]])


def test_file_round_trip(tmp_path):
    counts = count_background(PARAGRAPHS, PARTS)
    save_background(counts, tmp_path / "counts.npz")
    again = load_background(tmp_path / "counts.npz")
    assert list(again.bags) == list(counts.bags)
    for name, bags in counts.bags.items():
        assert again.bags[name].terms == bags.terms
        np.testing.assert_array_equal(again.bags[name].indices, bags.indices)
        np.testing.assert_array_equal(again.bags[name].indptr, bags.indptr)
        np.testing.assert_array_equal(again.bags[name].counts, bags.counts)


def test_bad_files_are_named(tmp_path):
    with pytest.raises(MissingInputError):
        load_background(tmp_path / "none.npz")
    path = tmp_path / "bad.npz"
    path.write_bytes(b"not a zip")
    with pytest.raises(DatasetError, match="background counts"):
        load_background(path)
    arrays = {"terms": np.zeros(0, np.uint8), "indptr": np.array([0, 1]),
              "indices": np.array([5], np.int32), "counts": np.array([1], np.uint8)}
    np.savez(path, **{f"words.{name}": array for name, array in arrays.items()})
    with pytest.raises(DatasetError, match="consistent"):
        load_background(path)
    np.savez(path, **arrays)  # as written before there were parts
    with pytest.raises(DatasetError, match="got none"):
        load_background(path)
