"""A sentence's score is its best window's, held down by its passage, with and without cuts."""

import dataclasses

import msgspec
import numpy as np
import pytest
from small import small_codebook, small_data

from vectorclf.evidence import GATE_TERM
from vectorclf.recipe import Recipe
from vectorclf.scoring import Cuts, scores_over, segment_units, sentence_scores, text_scores
from vectorclf.scoring_rule import ScoringRule
from vectorclf.tagger import Tagger
from vectorclf.training import train

MODEL = train(small_data(), small_codebook(),
              recipe=Recipe(min_df=1, folds=2, gate=0.5, passage=0.5))
TEXT = ("He took cash from the attaché. The teacher walked to the harbour in the rain, and met "
        "the mayor at the concert.\n\nHe hid the plans in a hollow coin.")
LONG = ("At the harbour in Cairo, where the teacher read the newspaper on the train, and met the "
        "mayor at the concert, he was paid 900 marks by the consul, who walked on in the rain, "
        "past the printer, and the sailor, and the clerk, to a concert. He hid the film.")

RULE = ScoringRule("sentence", gate=0.5, passage=0.5, window=8, window_floor=-2.0)
RULES = [RULE, RULE._replace(window=0), RULE._replace(window_floor=0.0),
         ScoringRule("sentence", passage=0.5), ScoringRule("sentence", window=8, window_floor=-9)]


def buffer_of(*articles):
    raw = [article.encode() for article in articles]
    data = np.frombuffer(b"".join(raw), dtype=np.uint8)
    return data, segment_units(data, np.cumsum([0, *map(len, raw)]), "sentence")


def tagger_for(rule):
    """The small model, or its like without the relevance."""
    if rule.gate:
        return Tagger(MODEL)
    recipe = Recipe(min_df=1, folds=2, gate=0.0, passage=rule.passage)
    return Tagger(train(small_data(), small_codebook(), recipe=recipe))


def test_penalties_are_the_negative_parts_of_the_passages_scores():
    tagger = Tagger(MODEL)
    data, segments = buffer_of(TEXT)
    scores, penalties = sentence_scores(tagger.predictor, data, segments,
                                        RULE._replace(window=0))
    text = TEXT.encode()
    for k, at in enumerate(segments.sentence_passages):
        own, whole = (
            tagger.predictor.decision_function([text[a:b].decode()])[0]
            for a, b in ((segments.sentence_starts[k], segments.sentence_ends[k]),
                         (segments.passage_starts[at], segments.passage_ends[at]))
        )
        whole = np.minimum(whole, 0)
        np.testing.assert_allclose(penalties[k], 0.5 * whole[-1] + 0.5 * whole[:-1], atol=1e-5)
        np.testing.assert_allclose(scores[k], own[:-1] + penalties[k], atol=1e-5)
    assert (penalties <= 0).all() and (penalties < 0).any()


def windows_of(sentence, n_words, step):
    """As the rule says, the slow way."""
    words = sentence.split(" ")
    if len(words) < n_words + step:
        return []
    firsts = [*range(0, len(words) - n_words, step), len(words) - n_words]
    return [" ".join(words[k : k + n_words]) for k in firsts]


@pytest.mark.parametrize("floor", [-2.0, -0.8, 5.0])
def test_a_long_sentence_over_the_floor_scores_as_its_best_window(floor):
    predictor = Tagger(MODEL).predictor
    rule = RULE._replace(gate=0.5, passage=0.0, window_floor=floor)
    data, segments = buffer_of(LONG)
    scores, penalties = sentence_scores(predictor, data, segments, rule)
    n_raised = 0
    for k, (a, b) in enumerate(zip(segments.sentence_starts, segments.sentence_ends, strict=True)):
        sentence = data[a:b].tobytes().decode()
        parts = [sentence]
        if predictor.decision_function([sentence])[0, :-1].max() >= floor:
            parts += windows_of(sentence, 8, 2)
        expected = predictor.decision_function(parts)[:, :-1].max(axis=0)
        np.testing.assert_allclose(scores[k] - penalties[k], expected, atol=1e-5)
        n_raised += len(parts) > 1 and (
            expected > predictor.decision_function([sentence])[0, :-1] + 1e-3).any()
    assert n_raised == (floor < 5)


@pytest.mark.parametrize("rule", RULES)
def test_scores_over_their_cuts_are_those_of_all_scores(rule):
    predictor = tagger_for(rule).predictor
    data, segments = buffer_of(TEXT, LONG)
    scores, penalties = sentence_scores(predictor, data, segments, rule)
    some, none = np.quantile(scores, 0.6, axis=0), np.full(scores.shape[1], np.inf)
    for cuts in (some, none):
        found = scores_over(predictor, data, segments, rule, Cuts.alike(cuts))
        sentences, columns = np.nonzero(scores >= cuts)
        np.testing.assert_array_equal(found.sentences, sentences)
        np.testing.assert_array_equal(found.columns, columns)
        np.testing.assert_array_equal(found.scores, scores[sentences, columns])
        np.testing.assert_array_equal(found.penalties, penalties[sentences, columns])
        own = [predictor.decision_function([data[a:b].tobytes().decode()])[0, j]
               for a, b, j in zip(found.starts, found.ends, columns, strict=True)]
        np.testing.assert_allclose(own, found.scores - found.penalties, atol=1e-5)


@pytest.mark.parametrize("rule", RULES)
def test_an_article_is_opened_by_its_surest_label(rule):
    """The rest of its labels, in any passage, need only their own cuts."""
    predictor = tagger_for(rule).predictor
    articles = [TEXT, "He took the train.", TEXT.replace("cash", "the minutes"), LONG,
                "She walked to the harbour.\n\nHe was paid 900 marks, and wrote in code."]
    data, segments = buffer_of(*articles)
    owners = segments.passage_articles[segments.sentence_passages]
    scores, _ = sentence_scores(predictor, data, segments, rule)
    low = np.quantile(scores, 0.4, axis=0)
    for share in (0.8, 0.9, 0.95):
        cuts = Cuts(low, np.maximum(low, np.quantile(scores, share)))
        found = scores_over(predictor, data, segments, rule, cuts)
        opened = np.unique(owners[(scores >= cuts.opening).any(axis=1)])
        expected = (scores >= low) & np.isin(owners, opened)[:, None]
        assert 0 < len(opened) < len(articles)
        np.testing.assert_array_equal((found.sentences, found.columns), np.nonzero(expected))


def test_terms_and_passage_sum_to_the_score():
    model = under(MODEL, RULE)
    tags = [*Tagger(model).tag(TEXT).tags, *Tagger(model).tag(LONG).tags]
    evidence = [e for tag in tags for e in tag.evidence]
    assert any(term.term == GATE_TERM for e in evidence for term in e.terms)
    for e in evidence:
        total = e.intercept + sum(term.contribution for term in e.terms)
        np.testing.assert_allclose(total, e.score, atol=1e-5)


def under(model, rule):
    """The same model under another rule."""
    return dataclasses.replace(model, rule=rule)


def test_the_quote_is_the_sentence_and_its_terms_stand_in_the_best_window():
    model = under(MODEL, RULE._replace(gate=0.1, passage=0.1))
    text = "Près de Łódź. " + LONG
    [tag] = [t for t in Tagger(model).tag(text).tags if t.label == "money"]
    quoted = tag.evidence[0]
    assert quoted.quote == text[slice(*quoted.span)] and "At the harbour in Cairo" in quoted.quote
    named = [t for t in quoted.terms if t.term and t.term != GATE_TERM]
    first, last = (f(p for t in named for p in t.span) for f in (min, max))
    assert len(text[first:last].split()) <= 8 and "paid 900 marks" in text[first:last]
    assert all(text[slice(*t.span)].lower() == t.term for t in named if " " not in t.term
               and text[slice(*t.span)].isalpha() and len(t.term) < 5)


def test_no_text_and_an_empty_text_score_as_nothing():
    predictor = Tagger(MODEL).predictor
    assert text_scores(predictor, [], RULE).shape == (0, 2)
    np.testing.assert_allclose(text_scores(predictor, [""], RULE)[0],
                               predictor.decision_function([""])[0, :2])


def test_a_passage_weight_without_a_gate_is_a_model_too():
    recipe = msgspec.structs.replace(Recipe(min_df=1, folds=2), gate=0.0, passage=0.5)
    model = train(small_data(), small_codebook(), recipe=recipe)
    assert "money" in {tag.label for tag in Tagger(model).tag("He took cash for the plans.").tags}
