"""Laws of the tagger: spans, sums, order, thresholds; on any text."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small import HIDDEN, MONEY, PLAIN, small_model

from vectorclf.errors import InputError
from vectorclf.records import Article
from vectorclf.scoring import single_cuts
from vectorclf.tagger import Tagger, load

sentences = st.one_of(
    st.sampled_from([f"The clerk {x}." for x in MONEY + HIDDEN + PLAIN]),
    st.text(st.characters(codec="utf-8"), max_size=40),
    st.sampled_from(["“He took cash from the attaché,” she said…", "İstanbul’da 金 sold plans"]),
)
texts = st.lists(sentences, max_size=6).map(lambda parts: " ".join(parts)) | st.lists(
    sentences, max_size=6
).map("\n\n".join)


@pytest.fixture(scope="module")
def tagger():
    return Tagger(small_model())


def test_it_tags_what_it_has_learned(tagger):
    text = "It rained in Bonn. The clerk took cash from the attaché. She read the newspaper."
    [tag] = tagger.tag(text).tags
    assert (tag.label, tag.family, tag.status) == ("money", "motive", "asserted")
    assert tag.probability >= tag.threshold
    assert tag.evidence[0].quote == "The clerk took cash from the attaché."
    named = [term for term in tag.evidence[0].terms if term.term]  # not the sum of the rest
    assert max(named, key=lambda t: t.contribution).term in (
        "took", "took cash", "cash", "cash from", "from", "attaché", "the attaché",
    )


@given(texts)
def test_evidence_stands_in_the_text_and_sums_to_the_score(text):
    tagger = Tagger(small_model(), operating_point="recall")
    result = tagger.tag(Article(id="x", text=text))
    for tag in result.tags:
        assert tag.probability >= tag.threshold
        for evidence in tag.evidence:
            start, end = evidence.span
            assert text[start:end] == evidence.quote
            total = sum(t.contribution for t in evidence.terms) + evidence.intercept
            np.testing.assert_allclose(total, evidence.score, atol=1e-5)
            for term in evidence.terms:
                if term.term != "(passage)":
                    assert start <= term.span[0] < term.span[1] <= end
    for passage in result.passages:
        for start, end in passage.sentences:
            assert passage.span[0] <= start < end <= passage.span[1]


@given(st.lists(texts, max_size=8))
def test_an_article_does_not_depend_on_its_neighbours(batch):
    tagger = Tagger(small_model())
    articles = [Article(id=str(k), text=text) for k, text in enumerate(batch)]
    together = tagger.tag_chunk(articles)
    assert together == [tagger.tag_chunk([article])[0] for article in articles]
    assert list(tagger.tag_many(articles)) == together


@given(texts)
def test_raising_a_threshold_never_adds_a_tag(text):
    low = {t.label for t in Tagger(small_model(), operating_point="recall").tag(text).tags}
    tagger = Tagger(small_model(), operating_point="recall")
    tagger.set_thresholds(np.minimum(tagger.thresholds + 0.2, 1))
    assert {t.label for t in tagger.tag(text).tags} <= low


def test_tags_come_in_codebook_families_by_probability(tagger):
    result = tagger.tag("The clerk took cash from the attaché, and left the film in a dead drop.")
    assert [t.family for t in result.tags] == ["motive", "method"]


@pytest.mark.parametrize("text", ["", " \n\t ", "…", "\u200b", "x" * 100_000])
def test_nothing_to_say_gets_no_tag(tagger, text):
    assert tagger.tag(text).tags == ()
    assert "".join(text[a:b] for p in tagger.tag(text).passages for a, b in [p.span]).split() == (
        text.split()
    )


def test_a_lone_surrogate_is_named(tagger):
    with pytest.raises(InputError, match="lone surrogate at character 3"):
        tagger.tag("abc\ud800")


def test_label_probabilities_match_the_tags(tagger):
    text = "The clerk took cash from the attaché."
    probability = tagger.label_probabilities(text)
    [tag] = tagger.tag(text).tags
    assert probability[tagger.labels.index("money")] == pytest.approx(tag.probability)


def test_a_denial_alone_earns_no_tag(tagger):
    told = "The clerk took cash from the attaché."
    denied = "The clerk denied that she took cash from the attaché."
    assert tagger.tag(denied).tags == ()
    [tag] = tagger.tag(f"{denied} {told}").tags
    assert [e.quote for e in tag.evidence] == [told]


def test_near_misses_are_under_their_threshold_and_the_tags_stay():
    text = "The clerk took cash from the attaché, and left the film in a dead drop."
    model = small_model()
    strict = Tagger(replace(model, slope=model.slope / 50, offset=model.offset / 50))
    money, hidden = strict.label_probabilities(text)
    strict.set_thresholds(np.array([money / 2, 1.2 * hidden]))
    article = Article(id="x", text=text)
    both = strict.tag_with_near_misses(article)
    assert [t for t in both.tags if t.probability >= t.threshold] == list(strict.tag(text).tags)
    [near] = [t for t in both.tags if t.probability < t.threshold]
    assert near.label == "hidden" and near.evidence and both.passages


def test_a_first_label_needs_its_opening_and_a_near_miss_says_so():
    text = "The clerk took cash from the attaché, and left the film in a dead drop."
    model = small_model()
    tagger = Tagger(replace(model, slope=model.slope / 50, offset=model.offset / 50))
    p = tagger.label_probabilities(text)
    surest, other = int(p.argmax()), int(p.argmin())
    for opening, n_tags in ((1.01 * p[surest], 0), (0.99 * p[surest], 2)):
        tagger.set_thresholds(0.9 * p, np.full(2, opening))
        assert len(tagger.tag(text).tags) == n_tags
        near = tagger.tag_with_near_misses(Article(id="x", text=text)).tags
        assert {t.label for t in near} == set(tagger.labels)
        assert [t.probability < t.threshold for t in near] == [not n_tags] * 2
        assert {t.threshold for t in near} == (
            {0.9 * p[surest], 0.9 * p[other]} if n_tags else {opening})


def test_the_shipped_model_tags():
    result = load().tag(
        "A technician was paid $20,000 for manuals he copied at work, prosecutors said."
    )
    by_label = {tag.label: tag for tag in result.tags}
    assert {"financial_gain", "insider_access_abuse"} <= set(by_label)
    assert by_label["financial_gain"].status == "alleged"


@given(st.integers(0, 2**32 - 1))
def test_single_cuts_are_reached_where_the_cuts_are(seed):
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=(20, 3)).astype(np.float32)
    cuts = np.array([scores[4, 0], np.nextafter(float(scores[7, 1]), 9), np.inf])  # a hair over
    np.testing.assert_array_equal(scores >= single_cuts(cuts), scores >= cuts)
