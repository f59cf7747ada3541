"""Evidence: candidates, characters, what it costs, and how it is measured."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import bench_evidence, evidence_quality
from vectorclf.dataset import CodedPassage, Coding
from vectorclf.evidence import MAX_QUOTES, scored_articles
from vectorclf.passages import character_spans, segment_buffer
from vectorclf.records import ArticleTags, Evidence, Passage, Tag, Term
from vectorclf.scoring import Reached
from vectorclf.tagger import load
from vectorclf.texts import utf8


def scored(sentences, scores):
    """An article of one passage, with a score a sentence for one label."""
    data, starts, ends = utf8([" ".join(sentences)])
    segments = segment_buffer(data, np.append(starts, ends))
    assert segments.passage_starts.tolist() == [0] and len(segments.sentence_ends) == len(scores)
    over = np.flatnonzero(np.array(scores) > 0)
    reached = Reached(over, over * 0, np.array(scores, dtype=np.float32)[over],
                      np.zeros(len(over)), segments.sentence_starts[over],
                      segments.sentence_ends[over])
    return scored_articles([" ".join(sentences)], data, np.append(starts, ends), segments, reached)


@given(st.lists(st.text(max_size=5)))
def test_spans_of_bytes_become_spans_of_characters(parts):
    parts = [part.encode("utf-8", "ignore").decode() for part in parts]
    data = np.frombuffer("".join(["é”", *parts]).encode(), dtype=np.uint8)
    at_byte = np.cumsum([5, *(len(part.encode()) for part in parts)])
    at_character = np.cumsum([0, *map(len, parts)]).tolist()
    found = character_spans(data, at_byte[:-1], at_byte[1:], begin=5)
    assert found == (at_character[:-1], at_character[1:])


def test_candidates_come_best_first_and_a_possible_denial_does_not_count():
    sentences = ["He was paid.", "He denied that he was paid.", "She sold it.", "They paid.", "No."]
    [article] = scored(sentences, [0.2, 0.9, 0.5, 0.3, -1.0]).values()
    assert [c.sentence for c in article.candidates()[0]] == [1, 2, 3, 0]
    assert {(c.first, c.last) for c in article.over[0]} == {(0, 4)} and MAX_QUOTES == 3
    assert article.sentence(2) == "She sold it."
    sentences[1] = "He was paid again."
    [article] = scored(sentences, [0.2, 0.9, 0.5, 0.3, -1.0]).values()
    assert [c.sentence for c in article.candidates()[0]] == [1, 2, 3]
    assert scored(sentences, [-1.0] * 5) == {}


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
    row = evidence_quality.row_of("all", [found])
    words = [row[f"word {name}"].value for name in ("precision", "recall", "F1")]
    assert words == pytest.approx([1, 3 / 4, 6 / 7])
    assert row["n"] == 1 and row["holds"].value == 1
    [asserted, alleged, disputed], macro, right = evidence_quality.status_rows([found])
    assert (asserted["true"], alleged["given"], disputed["F1"].value) == (1, 1, 0)
    assert macro.value == right.value == 0  # coded as asserted, told as alleged


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
