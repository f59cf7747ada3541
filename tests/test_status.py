"""How evidence is told: cues around it, the table of weights, denials."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vectorclf.errors import ModelFormatError
from vectorclf.records import Evidence, Term
from vectorclf.status import cues_of, is_denied, may_deny, model, only_denies, status_of
from vectorclf.status.cues import CUES, cue_names
from vectorclf.status.features import STATUSES, key_of, names_of, pairs_of, rows_of

CASE = ("Prosecutors said he sold the plans.", "He was paid in cash.", "He denies the charge.")


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


@pytest.mark.parametrize(("sentence", "stretch", "denied"), [
    ("He denied that he had ever been paid.", "been paid", True),
    ("Beijing denied that its officers had posed as consultants.", "posed as consultants", True),
    ("The general rejected reports that he had left his briefcase in a bar.", "left his", True),
    ("No evidence was found that she ever received money.", "received money", True),
    ("He had never been approached by anyone.", "approached", True),
    ("The major, who was denied a pension, offered his services.", "offered his", False),
    ("Denied promotion, he copied the plans.", "copied the plans", False),
    ("He denies spying, but police say he was paid.", "was paid", False),
    ("He was paid $40,000; he denies having received it.", "was paid", False),
    ("He denied it; the prosecution says he was blackmailed.", "blackmailed", False),
    ("He denied that he was paid; the account was empty.", "was paid", True),
    ("He denied that he was paid; police found receipts.", "was paid", False),
    ("He had never received money from anyone but his ministry.", "received money", True),
    ("Reports that he was paid are not accurate.", "was paid", True),
    ("It is not true that he was paid.", "was paid", True),
    ("He was acquitted of selling secrets.", "selling secrets", True),
    ("He was acquitted of treason but sold secrets.", "sold secrets", False),
    ("He rejected a claim by the service that he was recruited.", "was recruited", False),
    ("He was paid in cash.", "paid in cash", False),
])  # fmt: skip
def test_a_sentence_that_only_denies(sentence, stretch, denied):
    at = sentence.index(stretch)
    assert is_denied(sentence, (at, at + len(stretch))) is denied
    assert may_deny(sentence) or not denied


def quoted(sentence, **terms):
    """Evidence of a sentence whose named terms have these contributions."""
    placed = tuple(Term(x, (sentence.index(x), sentence.index(x) + len(x)), c)
                   for x, c in ((k.replace("_", " "), c) for k, c in terms.items()))
    return Evidence((0, len(sentence)), sentence, placed, 0.0, 0.0)


def test_a_plain_negation_counts_where_the_model_takes_it_for_one():
    sentence = "He had not taken money."
    assert only_denies(quoted(sentence, not_taken=-0.3, money=1.0))
    assert not only_denies(quoted(sentence, not_taken=0.3, money=1.0))
    assert not only_denies(quoted("He did not know why he took money.", money=1.0, know=0.0))
    assert not only_denies(quoted("He had not slept, and took money.", took_money=1.0))
    assert not only_denies(quoted("He took money.", money=1.0)) and not only_denies(quoted(""))


def test_a_denial_with_no_telling_words_is_a_denial():
    assert is_denied("He denied everything.", None) and not is_denied("He was paid.", None)
