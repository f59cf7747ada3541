"""A sentence's score is held down by its passage, the same way with and without cuts."""

import msgspec
import numpy as np
import pytest
from small import small_codebook, small_data

from vectorclf.evidence import GATE_TERM
from vectorclf.recipe import Recipe
from vectorclf.scoring import Cuts, scores_over, segment_units, sentence_scores, text_scores
from vectorclf.tagger import Tagger
from vectorclf.training import train

MODEL = train(small_data(), small_codebook(),
              recipe=Recipe(min_df=1, folds=2, gate=0.5, passage=0.5))
TEXT = ("He took cash from the attaché. The teacher walked to the harbour in the rain, and met "
        "the mayor at the concert.\n\nHe hid the plans in a hollow coin.")


OPTIONS = {"gate": MODEL.gate, "passage": MODEL.passage}
DATA = np.frombuffer(TEXT.encode(), dtype=np.uint8)
SEGMENTS = segment_units(DATA, np.array([0, len(DATA)]), "sentence")


def test_penalties_are_the_negative_parts_of_the_passages_scores():
    tagger = Tagger(MODEL)
    scores, penalties = sentence_scores(tagger.predictor, DATA, SEGMENTS, **OPTIONS)
    text = TEXT.encode()
    for k, at in enumerate(SEGMENTS.sentence_passages):
        own, whole = (
            tagger.predictor.decision_function([text[a:b].decode()])[0]
            for a, b in ((SEGMENTS.sentence_starts[k], SEGMENTS.sentence_ends[k]),
                         (SEGMENTS.passage_starts[at], SEGMENTS.passage_ends[at]))
        )
        whole = np.minimum(whole, 0)
        np.testing.assert_allclose(penalties[k], 0.5 * whole[-1] + 0.5 * whole[:-1], atol=1e-5)
        np.testing.assert_allclose(scores[k], own[:-1] + penalties[k], atol=1e-5)
    assert (penalties <= 0).all() and (penalties < 0).any()


@pytest.mark.parametrize("weights", [OPTIONS, {"gate": 0.0, "passage": 0.5},
                                     {"gate": 0.0, "passage": 0.0}])
def test_scores_over_their_cuts_are_those_of_all_scores(weights):
    predictor = Tagger(MODEL).predictor
    scores, penalties = sentence_scores(predictor, DATA, SEGMENTS, **weights)
    some, none = np.quantile(scores, 0.6, axis=0), np.full(scores.shape[1], np.inf)
    for cuts in (some, none):
        found = scores_over(predictor, DATA, SEGMENTS, cuts=Cuts.alike(cuts), **weights)
        sentences, columns = np.nonzero(scores >= cuts)
        np.testing.assert_array_equal(found.sentences, sentences)
        np.testing.assert_array_equal(found.columns, columns)
        np.testing.assert_array_equal(found.scores, scores[sentences, columns])
        np.testing.assert_array_equal(found.penalties, penalties[sentences, columns])


@pytest.mark.parametrize("weights", [OPTIONS, {"gate": 0.0, "passage": 0.0}])
def test_an_article_is_opened_by_its_surest_label(weights):
    """The rest of its labels, in any passage, need only their own cuts."""
    predictor = Tagger(MODEL).predictor
    articles = [TEXT, "He took the train.", TEXT.replace("cash", "the minutes"),
                "She walked to the harbour.\n\nHe was paid 900 marks, and wrote in code."]
    raw = [article.encode() for article in articles]
    data = np.frombuffer(b"".join(raw), dtype=np.uint8)
    offsets = np.cumsum([0, *map(len, raw)])
    segments = segment_units(data, offsets, "sentence")
    owners = segments.passage_articles[segments.sentence_passages]
    scores, _ = sentence_scores(predictor, data, segments, **weights)
    low = np.quantile(scores, 0.4, axis=0)
    for share in (0.8, 0.9, 0.95):
        cuts = Cuts(low, np.maximum(low, np.quantile(scores, share)))
        found = scores_over(predictor, data, segments, cuts=cuts, **weights)
        opened = np.unique(owners[(scores >= cuts.opening).any(axis=1)])
        expected = (scores >= low) & np.isin(owners, opened)[:, None]
        assert 0 < len(opened) < len(articles)
        np.testing.assert_array_equal((found.sentences, found.columns), np.nonzero(expected))


def test_terms_and_passage_sum_to_the_score():
    evidence = [e for tag in Tagger(MODEL).tag(TEXT).tags for e in tag.evidence]
    assert any(term.term == GATE_TERM for e in evidence for term in e.terms)
    for e in evidence:
        total = e.intercept + sum(term.contribution for term in e.terms)
        np.testing.assert_allclose(total, e.score, atol=1e-5)


def test_no_text_and_an_empty_text_score_as_nothing():
    predictor = Tagger(MODEL).predictor
    options = {"unit": "sentence", **OPTIONS}
    assert text_scores(predictor, [], **options).shape == (0, 2)
    np.testing.assert_allclose(text_scores(predictor, [""], **options)[0],
                               predictor.decision_function([""])[0, :2])


def test_a_passage_weight_without_a_gate_is_a_model_too(tmp_path):
    recipe = msgspec.structs.replace(Recipe(min_df=1, folds=2), gate=0.0, passage=0.5)
    model = train(small_data(), small_codebook(), recipe=recipe)
    assert "money" in {tag.label for tag in Tagger(model).tag("He took cash for the plans.").tags}
