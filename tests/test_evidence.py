"""Evidence: candidates, characters, what it costs, and how it is measured."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import bench_evidence, evidence_quality
from vectorclf.dataset import CodedPassage, Coding
from vectorclf.evidence import MAX_QUOTES, ScoredArticle, character_positions
from vectorclf.records import ArticleTags, Evidence, Passage, Tag, Term
from vectorclf.tagger import load


def scored(sentences, scores):
    """An article of one passage, with a score a sentence for one label."""
    starts = [sum(len(s) + 1 for s in sentences[:k]) for k in range(len(sentences))]
    n = len(sentences)
    return ScoredArticle(
        " ".join(sentences), starts, [a + len(s) for a, s in zip(starts, sentences, strict=True)],
        [0] * n, [n - 1] * n, np.array(scores, dtype=np.float32)[:, None], np.zeros(n),
    )


@given(st.text())
def test_bytes_and_characters(text):
    data = np.frombuffer(text.encode("utf-8", "ignore"), dtype=np.uint8)
    text = data.tobytes().decode()
    characters = character_positions(text, data)
    starts = np.cumsum([0, *(len(c.encode()) for c in text)])
    assert characters(starts).tolist() == list(range(len(text) + 1))


def test_candidates_come_best_first_and_a_possible_denial_does_not_count():
    sentences = ["He was paid.", "He denied that he was paid.", "She sold it.", "They paid.", "No."]
    article = scored(sentences, [0.2, 0.9, 0.5, 0.3, -1.0])
    assert article.candidates(np.array([0.0])) == {0: [1, 2, 3, 0]}
    assert len(article.candidates(np.array([0.4]))[0]) == 2
    assert article.candidates(np.array([1.0])) == {} and MAX_QUOTES == 3
    assert article.sentence(2) == "She sold it." and article.passage(2) == (0, len(article.text))


def test_evidence_is_judged_word_by_word():
    text = "It rained. He was paid in cash, they say. He left."
    passage = CodedPassage(id="a", text=text, case="c", kind="composite", register="wire",
                           labels={"money": Coding(evidence=("was paid in cash",))})
    start = text.index("He was")
    span = (start, text.index(" He left"))
    terms = (Term("paid", (start + 7, start + 11), 0.5), Term("in cash", (start + 12, start + 19),
                                                              0.4))
    evidence = Evidence(span, text[slice(*span)], terms, 0.9, 0.0)
    tag = Tag("money", "motive", 0.9, 0.5, "alleged", (evidence,))
    sentences = ((0, 10), span, (span[1] + 1, len(text)))
    tags = ArticleTags("a", (tag,), (Passage((0, len(text)), sentences),))
    found = evidence_quality.judge(passage, tags, tag)
    assert found.holds and found.any_holds and found.by_chance == pytest.approx(1 / 3)
    assert (found.n_marked, found.n_coded, found.n_both) == (3, 4, 3)
    assert evidence_quality.overlap([found]) == pytest.approx((1, 3 / 4, 6 / 7))
    row = evidence_quality.row_of("all", [found])
    assert row["n"] == 1 and row["holds"] == 1
    [asserted, alleged, disputed] = evidence_quality.status_rows([found])
    assert (asserted["true"], alleged["given"], disputed["F1"]) == (1, 1, 0)


def test_evidence_costs_at_most_half_as_much_again(tmp_path):
    """At one article in ten tagged; the best of some rounds, since others use the machine."""
    from vectorclf.records import Article

    tagger = load()
    plain = "The council met on Monday to talk about the bridge. Nobody spoke of its cost.\n\n" * 60
    case = plain + (
        "He was paid $20,000 in cash for manuals he copied at work, prosecutors said. He denies "
        "it. Messages were left in a dead drop by the canal, and his handler gave him lists."
    )
    articles = [Article(id=str(k), text=case if k % 10 == 0 else plain) for k in range(400)]
    assert sum(bool(t.tags) for t in tagger.tag_chunk(articles)) == 40
    decided = bench_evidence.decide(tagger, articles)
    assert [sorted(x for x, _ in row) for row in decided] == [
        sorted(t.label for t in tags.tags) for tags in tagger.tag_chunk(articles)]
    found = min(bench_evidence.ratios(tagger, articles, rounds=3)["ratio"] for _ in range(3))
    assert found < bench_evidence.MAX_RATIO
