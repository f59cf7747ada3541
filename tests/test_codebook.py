"""The codebook: what it holds, and what it refuses."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vectorclf.codebook import Codebook, codebook_from_dict, load_codebook
from vectorclf.errors import CodebookError, MissingInputError

RECRUITMENT = Path(__file__).parents[1] / "datasets" / "recruitment"


@pytest.fixture(scope="module")
def book():
    return load_codebook(RECRUITMENT)


def test_recruitment_codebook_is_complete(book):
    families = [label.family for label in book.labels]
    assert (families.count("motive"), families.count("method")) == (9, 16)
    assert [rule.id for rule in book.rules] == [f"G{k}" for k in range(1, 19)]
    for label in book.labels:
        assert label.definition and label.include and label.exclude, label.id
        assert len(label.examples) == 2 and label.near_misses[0].why, label.id
    assert set(book.statuses) == {"asserted", "alleged", "disputed"}
    assert {s for label in book.labels for s in label.crosswalk} == {
        "MICE", "RASCLS", "PERSEREC", "IIDES"
    }


def test_unknown_label_offers_the_nearest(book):
    with pytest.raises(CodebookError, match="did you mean honey_trap"):
        book["honeytrap"]


def test_round_trip_is_identity(book):
    again = codebook_from_dict(msgspec.json.decode(msgspec.json.encode(book)))
    assert again == book and again.sha256 == book.sha256


@given(st.sets(st.text(min_size=1).filter(lambda s: s == s.strip()), min_size=1))
def test_stub_holds_every_label_once_in_order(labels):
    book = Codebook.stub(labels)
    assert list(book.label_ids) == sorted(labels)
    assert codebook_from_dict(msgspec.to_builtins(book)) == book


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"name": "x", "labels": []}, "at least one label"),
        ({"name": "x", "labels": [{"id": "a"}, {"id": "a"}]}, "twice"),
        ({"name": "x", "labels": [{"id": " a"}]}, "outer blanks"),
        ({"name": "x", "labels": [{"id": "a", "family": "why"}]}, "expected a family"),
        ({"name": "x", "labels": [{"id": "a"}], "colour": 1}, "unknown field"),
        ({"name": "x", "labels": [{"id": 7}]}, "Expected `str`, got `int`"),
        (
            {"name": "x", "labels": [{"id": "a"}],
             "pairs": [{"name": "p", "labels": ["b"], "question": "?"}]},
            "expected known labels, got 'b'",
        ),
        ({"name": "x", "labels": [{"id": "a"}], "remaps": {"a": "a"}}, "remap"),
    ],
)
def test_malformed_content_is_named(content, message):
    with pytest.raises(CodebookError, match=message):
        codebook_from_dict(content)


def test_file_errors_name_the_file(tmp_path):
    with pytest.raises(MissingInputError, match="no file"):
        load_codebook(tmp_path / "none.toml")
    bad = tmp_path / "codebook.toml"
    bad.write_text("name = ", encoding="utf-8")
    with pytest.raises(CodebookError, match="expected TOML"):
        load_codebook(tmp_path)
    bad.write_bytes(b"name = '\xff'")
    with pytest.raises(CodebookError, match="expected TOML"):
        load_codebook(bad)


def test_remap_leads_to_the_new_label():
    book = codebook_from_dict(
        {"name": "x", "labels": [{"id": "honey_trap"}], "remaps": {"romance": "honey_trap"}}
    )
    assert book["romance"].id == "honey_trap"
