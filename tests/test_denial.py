"""What of a sentence is denied, refused or supposed, and which sentences earn no tag for it."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import denial_model
from benchmarks.denial_model import Candidate, table_passages
from vectorclf.dataset import CodedPassage, Coding
from vectorclf.errors import ModelFormatError
from vectorclf.records import Evidence, Term
from vectorclf.status import denial, only_denies, scopes_of
from vectorclf.status.denial import FEATURES, denial_features
from vectorclf.status.scopes import KINDS, MAX_CHARS
from vectorclf.tagger import load


@pytest.mark.parametrize(("sentence", "kind", "scope"), [
    ("He denied that he was paid.", "deny", "denied that he was paid."),
    ("He denied spying, but police say he was paid.", "deny~", "denied spying, "),
    ("He denied it; the court found receipts.", "deny~", "denied it"),
    ("He denied it; he knew nobody there.", "deny", "denied it"),
    ("Beijing dismissed reports that he was paid.", "deny", "dismissed reports that he was paid."),
    ("There is no evidence that he was paid.", "unproven", "no evidence that he was paid."),
    ("Reports that he was paid are untrue.", "unproven", "Reports that he was paid are untrue"),
    ("It is not true that he was paid.", "unproven", "not true that he was paid."),
    ("He was acquitted of selling secrets.", "unproven", "acquitted of selling secrets."),
    ("He had not taken money and sold no plans.", "not", "had not taken money"),
    ("She could not accept the war.", "not_m", "could not accept the war."),
    ("Vanity, not money, made him talk.", "not_c", "not money"),
    ("Nobody had threatened him.", "no", "Nobody had threatened him."),
    ("He took no fee for the plans.", "no_c", "took no fee for the plans"),
    ("He turned down the money.", "refuse", "turned down the money."),
    ("She refused to hand over the files.", "refuse_to", "refused to hand over the files."),
    ("Offered $500 for the list, he refused.", "refuse_post", "Offered $500 for the list"),
    ("If an officer were paid, he should report it.", "if", None),
    ("Had he agreed, he would have been paid.", "inverted", None),
    ("A clerk could be blackmailed.", "generic_passive", None),
    ("A recruiter might offer money.", "generic_active", None),
    ("Do not accept gifts from strangers.", "advice", None),
    ("Nor, the judge added, had he shown any tie to China.", "not",
     "Nor, the judge added, had he shown any tie to China."),
    ("Money, he said, had played no part.", "unproven", "Money, he said, had played no part"),
    ("They sent $300, yet he said money had played no part.", "unproven",
     " he said money had played no part"),
    ("A duty officer must report gifts.", "advice", None),
])  # fmt: skip
def test_a_sign_opens_a_scope_and_the_clause_closes_it(sentence, kind, scope):
    found = {s.kind: sentence[s.start : s.end] for s in scopes_of(sentence)}
    assert found[kind] == (sentence if scope is None else scope)


@pytest.mark.parametrize("sentence", [
    "", "He was paid in cash.", "She did not tell her husband that she was paid.",
    "Denied promotion, he copied the plans.", "The major, who was denied a pension, sold plans.",
    "They not only paid him but gave him a car.", "He no longer believed in the cause.",
    "Nobody knew that he was paid.", "He never forgave the service.",
    "There is no doubt that he was paid.", "He could not resist the money.",
    "When he refused to work for them, the film was sent.", "He refused to return home.",
    "He was told he would not see Sweden again unless he agreed.",
    "Two men who had not been introduced handed him a list.",
    "She was not the first to be seduced by an agent.", "He had no scruples about selling them.",
    "If you help us, the officer told him, your son will get a visa.",
    "Had he not been passed over, he said, he would have stayed.",
    "He could not have paid his debts without the money.",
    "He rejected the money at first, then took it.", "Employees must give up half their pay.",
    "He does not deny that he was paid.", "A Polish engineer arrested in May was recruited.",
])  # fmt: skip
def test_what_only_looks_like_a_sign_opens_none(sentence):
    assert scopes_of(sentence) == ()


def test_the_next_sentence_may_say_that_one_is_untrue():
    told = "He sold the plans, the story goes."
    for following in ("None of this happened.", "It is a legend.", "The claim has no basis."):
        assert [s.kind for s in scopes_of(told, following)] == ["next"]
    for following in ("He denies it.", "It was a cold day.", "None of them was caught.",
                      "He did not.", ""):
        assert scopes_of(told, following) == ()  # G6: told and denied is disputed
    for asked in ("Had he sold the plans?", "He was asked whether he had sold the plans."):
        assert [s.kind for s in scopes_of(asked, "He had not, he replied.")] == ["next"]
        assert scopes_of(asked, "He had not slept.") == ()


@given(st.text(max_size=80), st.sampled_from(["He denied %s.", "İ never ’%s, but", "%s are false"]))
def test_scopes_stand_in_the_sentence(text, frame):
    sentence = frame % text
    for scope in scopes_of(sentence):
        assert 0 <= scope.start <= scope.end <= len(sentence) and scope.kind in KINDS
        assert 0 <= scope.sign[0] <= scope.sign[1] <= len(sentence)
    assert scopes_of(sentence) == scopes_of(sentence)


@pytest.mark.parametrize("unit", ["he was not paid ", "no ", "denied ", "refused it "])
def test_hostile_sentences_open_few_scopes(unit):
    assert len(scopes_of((unit * MAX_CHARS)[:MAX_CHARS])) <= 8 * len(KINDS)
    assert scopes_of((unit * MAX_CHARS)[: MAX_CHARS + 1]) == ()


def quoted(sentence, **terms):
    """Evidence of a sentence whose named terms have these contributions."""
    placed = tuple(Term(x, (sentence.index(x), sentence.index(x) + len(x)), c)
                   for x, c in ((k.replace("_", " "), c) for k, c in terms.items()))
    return Evidence((0, len(sentence)), sentence, placed, 0.0, 0.0)


def test_features_are_shares_of_the_evidence():
    sentence = "He took cash in Bonn, and denied that he had sold the plans."
    evidence = quoted(sentence, took_cash=0.6, sold_the_plans=0.2, Bonn=-0.1)
    scopes = scopes_of(sentence)
    found = denial_features(evidence, scopes, "financial_gain", "motive")
    assert found["deny"] == found["any"] == found["denied&motive"] == pytest.approx(0.25)
    assert "any>half" not in found and found.keys() <= set(FEATURES)
    assert denial_features(evidence, (), "financial_gain", "motive") == {}
    assert denial_features(quoted(""), scopes_of(""), "x", "y") == {}


def test_a_refused_offer_is_no_motive_but_still_an_approach_and_a_proof_of_belief():
    sentence = "He turned down the money."
    told = quoted(sentence, the_money=1.0), scopes_of(sentence)
    assert denial_features(*told, "financial_gain", "motive")["refuse"] == 1
    assert denial_features(*told, "cultivation", "method") == {}
    assert denial_features(*told, "ideology", "motive") == {}


@pytest.mark.parametrize(("sentence", "telling", "denied"), [
    ("He denied that he had ever been paid.", "been paid", True),
    ("Beijing denied that its officers had posed as consultants.", "posed as consultants", True),
    ("The general rejected reports that he had left his briefcase in a bar.", "left his", True),
    ("No evidence was found that she ever received money.", "received money", True),
    ("The major, who was denied a pension, offered his services.", "offered his", False),
    ("He denies spying, but police say he was paid.", "was paid", False),
    ("He was paid $40,000; he denies having received it.", "was paid", False),
    ("He denied it; the prosecution says he was blackmailed.", "blackmailed", False),
    ("Reports that he was paid are not accurate.", "was paid", True),
    ("He was acquitted of treason but sold secrets.", "sold secrets", False),
    ("He rejected a claim by the service that he was recruited.", "was recruited", False),
    ("He had not slept, and took money.", "took money", False),
    ("He was paid in cash.", "paid in cash", False),
])  # fmt: skip
def test_a_sentence_that_only_denies(sentence, telling, denied):
    at = sentence.index(telling)
    evidence = Evidence((0, len(sentence)), sentence,
                        (Term(telling, (at, at + len(telling)), 1.0),), 0.0, 0.0)
    assert only_denies(evidence, scopes_of(sentence), "financial_gain", "motive") is denied


def test_the_shipped_table_is_of_known_features():
    table = denial.denial_model()
    assert set(table.weights) <= set(FEATURES) and table.cutoff < 0


@pytest.mark.parametrize("content", [
    b"", b"{}", b'{"dataset_sha256":"","cutoff":-1,"weights":{"nonsense":1}}'])
def test_a_damaged_table_is_named(content, tmp_path, monkeypatch):
    (tmp_path / "denial.json").write_bytes(content)
    monkeypatch.setattr(denial, "WEIGHTS", tmp_path / "denial.json")
    with pytest.raises(ModelFormatError, match="denial weights"):
        denial.denial_model.__wrapped__()


def candidate(text, margin, is_true, share, is_open=True):
    features = {"any": share, "any>half": 1.0} if share else {}
    return Candidate(text, "money", f"case {text}", margin, is_open, is_true, is_true, features)


def test_a_tag_goes_when_all_its_sentences_do_and_the_cutoff_spares_true_ones():
    found = [candidate(0, 0.1, False, 0.9), candidate(0, 0.2, False, 0.8),  # both denied
             candidate(1, 0.3, False, 0.9), candidate(1, 0.1, False, 0.0),  # one told plainly
             candidate(2, 0.1, True, 0.6), candidate(3, -0.1, False, 0.9),  # true; under its cut
             candidate(3, 0.1, False, 0.9, is_open=False)]  # in a text that gets no tags
    sums = np.array([-3.0, -2.0, -3.0, 0.0, -1.0, -3.0, -3.0])
    best = denial_model.sums_by_tag(found, sums)
    assert best == {(0, "money"): -2.0, (1, "money"): np.inf, (2, "money"): -1.0}
    assert denial_model.cutoff_of(best, {(2, "money")}) == -1.0
    passages = [CodedPassage(id=str(k), text="No.", case=str(k), kind="composite", register="x",
                             labels={"money": Coding(evidence=("No",))} if k == 2 else {})
                for k in range(4)]
    row = denial_model.measured("some", passages, found, sums, -1.0)
    assert (row["true_tags"], row["true_lost"], row["false_tags"], row["false_freed"]) == (
        1, 0, 2, 1)
    assert (row["unlabelled_tagged"], row["unlabelled_left"]) == (2, 1)


tagger = cache(load)


def test_most_hand_written_denials_earn_no_tag_and_most_look_alikes_keep_theirs():
    rows = table_passages("test")
    earned = [{tag.label for tag in tagger().tag(row.text).tags} for row in rows]
    denials = [labels for row, labels in zip(rows, earned, strict=True) if not row.labels]
    kept = [bool(row.labels.keys() & own) for row, own in zip(rows, earned, strict=True)
            if row.labels]
    assert sum(map(bool, denials)) <= 0.2 * len(denials)  # 57 of 61 without the scopes
    assert sum(kept) >= 0.8 * len(kept)


DENIALS = (
    "He denied that he had {}.", "There is no evidence that he had {}.",
    "It is not true that he had {}.", "Reports that he had {} are untrue.",
    "She rejected the claim that he had {}.", "The court found no sign that he had {}.",
    "Nothing suggests that he had {}.", "He was acquitted of having {}.",
)
DEEDS = (
    "been paid $40,000 for the plans", "spied out of belief in communism",
    "been blackmailed by the KGB with photographs", "copied classified files at his office",
    "used a dead drop and an encrypted phone", "been approached on LinkedIn by a recruiter",
    "been recruited during a holiday in Vienna", "offered his services to the Soviet embassy",
    "defected with a case of secret documents", "received instructions from his handler",
    "left secret papers on a train", "recruited his cousin for the service",
    "acted in revenge for being passed over for promotion", "run up gambling debts",
)  # fmt: skip


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(DENIALS), st.sampled_from(DEEDS)),
                min_size=1, max_size=4))
def test_a_passage_whose_every_sentence_denies_earns_no_tag(sentences):
    assert tagger().tag(" ".join(frame.format(deed) for frame, deed in sentences)).tags == ()


def test_the_same_deeds_told_as_done_earn_tags():
    assert sum(bool(tagger().tag(f"He had {deed}.").tags) for deed in DEEDS) >= 12
