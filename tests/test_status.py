"""How evidence is told: cues around it, the table of weights."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vectorclf.errors import ModelFormatError
from vectorclf.status import cues_of, model, status_of
from vectorclf.status.cues import CUES, cue_names
from vectorclf.status.features import STATUSES, key_of, names_of, pairs_of, rows_of

CASE = ("Prosecutors said he sold the plans.", "He was paid in cash.",
        "His lawyer said that he was innocent and denied everything.")


@pytest.mark.parametrize(
    ("sentence", "status"),
    [
        ("He sold the plans for $5,000.", "asserted"),
        ("The court found that he was paid in cash.", "asserted"),
        ("He was convicted in 1987 of selling the plans.", "asserted"),
        ("Prosecutors said he was paid in cash.", "alleged"),
        ("She allegedly met her handler in Vienna.", "alleged"),
        ("According to the indictment, he used a dead drop.", "alleged"),
        ("He is accused of having been paid, police say.", "alleged"),
        ("He was blackmailed, prosecutors said; he denies it.", "disputed"),
    ],
)
def test_cues(sentence, status):
    assert status_of(sentence) == status


def test_a_denial_beside_it_disputes():
    says, _, denies = CASE
    assert status_of(says) == "alleged"
    assert status_of(says, after=[denies]) == "disputed"


@given(st.lists(st.text(max_size=40), min_size=1, max_size=5), st.data())
def test_any_sentence_has_a_status(sentences, data):
    k = data.draw(st.integers(0, len(sentences) - 1))
    assert status_of(sentences[k], sentences[:k], sentences[k + 1 :]) in STATUSES


def test_cues_are_bits_that_join():
    said, denied = cues_of("Police say so."), cues_of("He denied it.")
    assert cue_names(said | denied) == [
        n for n in CUES if n in {*cue_names(said), *cue_names(denied)}]
    assert cues_of("") == 0 and cues_of("“") == cues_of("\"")


@pytest.mark.parametrize(("sentence", "cue", "holds"), [
    ("She pledged allegiance.", "alleged", False), ("He pleaded not guilty.", "not_guilty", True),
    ("He pleaded guilty.", "pleaded_guilty", True), ("He was refused leave.", "deny", False),
    ("Their lawyer said it was nothing.", "lawyer_negative", True),
    ("In 1987 he left.", "old_year", True), ("In 2019 he left.", "old_year", False),
])  # fmt: skip
def test_words_and_what_follows_them(sentence, cue, holds):
    assert (cue in cue_names(cues_of(sentence))) is holds


def test_every_feature_has_a_name_that_leads_back_to_it():
    cues = [cues_of(sentence) for sentence in CASE]
    for k in range(len(cues)):
        rows = rows_of(cues, k)
        assert [key_of(n) for n in names_of(cues, k, "x")] == [*rows, *pairs_of(rows), "x"]
    assert "N_deny" in names_of(cues, 1) and "A_deny" in names_of(cues, 0)
    assert "P_says_official" in names_of(cues, 1) or "P_official_says" in names_of(cues, 1)


def test_the_shipped_weights_are_of_known_features():
    table = msgspec.json.decode(model.WEIGHTS.read_bytes(), type=model.StatusWeights)
    assert table.statuses == STATUSES and len(table.intercept) == len(STATUSES)
    assert all(len(row) == len(STATUSES) for row in table.weights.values())
    assert len({key_of(name) for name in table.weights}) == len(table.weights)


@pytest.mark.parametrize("content", [
    b"", b"{}", b'{"dataset_sha256":"","statuses":["asserted"],"intercept":[0],'
    b'"weights":{"S_nonsense":[1]}}',
    b'{"dataset_sha256":"","statuses":["asserted"],"intercept":[],"weights":{}}'])
def test_a_damaged_table_is_named(content, tmp_path, monkeypatch):
    (tmp_path / "weights.json").write_bytes(content)
    monkeypatch.setattr(model, "WEIGHTS", tmp_path / "weights.json")
    with pytest.raises(ModelFormatError, match="status weights"):
        model.status_model.__wrapped__()
