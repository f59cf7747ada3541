"""Laws of segmentation, the kernel against its readable twin, and real saved pages."""

import itertools

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vectorclf import _segment_py
from vectorclf.passages import segment, segment_buffer

PIECES = [
    "He", "said.", "She", "paid!", "Who?", "Mr.", "Dr.", "U.S.", "U.K.", "a.m.", "J.", "Inc.",
    "No.", "5", "3.5", "1.", "etc.", "The", "an", "a", "b;", ";", "…", "...", "said.The",
    "Related", "StoriesThe", "Read", "MoreA", "。", "！", "」", "”", "’", ")", "“", "(", "«", "é",
    "É", "ß", "Ω", "ж", "Ж", "中文", "\u3000", "\xa0", "\x85", "\u2028", "\r\n", "\n", "\n\n", "\r",
    "\t", "\x0b", ".", "?", "!", "x", "y", ";", ",", "Xy", "WORD", "café.Le", "😀",
    "\ud800", "İ", "ς", "\x00",
]  # fmt: skip


def webby_texts():
    """Texts dense in everything the rules look at, lines short and long."""
    piece = st.sampled_from([*PIECES, " ", " ", "\n", "\n    ", "word " * 9, "longword" * 60])
    return st.lists(piece, max_size=60).map("".join) | st.text(max_size=80)


def spans(text):
    return [(*p.span, list(p.sentences)) for p in segment(text)]


def sentences(text):
    return [text[start:end] for p in segment(text) for start, end in p.sentences]


@settings(deadline=None)  # the first call compiles
@given(webby_texts())
@example("")
@example(" \r\n\t")
@example("a;" + " b" * 700 + "; c")
@example("x" * 5000)
@example("A sentence of some length that goes on and on until it is done. " * 40)
def test_kernel_equals_readable_twin(text):
    assert spans(text) == _segment_py.segment(text)


@settings(deadline=None)
@given(webby_texts())
def test_passages_cover_every_character_once_and_in_order(text):
    passages = segment(text)
    flat = [span for p in passages for span in p.sentences]
    assert all(start < end for start, end in flat)
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(flat))
    covered = "".join(text[start:end] for start, end in flat)
    assert "".join(covered.split()) == "".join(text.split())
    for p in passages:
        assert p.span == (p.sentences[0][0], p.sentences[-1][1])
        assert not text[p.span[0]].isspace() and not text[p.span[1] - 1].isspace()
        assert p.span[1] - p.span[0] <= 2 * _segment_py.MAX_CHARS + 200


@settings(deadline=None)
@given(st.lists(webby_texts(), max_size=4))
def test_buffer_of_articles_equals_articles_alone(texts):
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    offsets = np.cumsum([0, *map(len, encoded)])
    data = np.frombuffer(b"".join(encoded), dtype=np.uint8)
    together = segment_buffer(data, offsets)
    n_passages = n_sentences = 0
    for k, text in enumerate(texts):
        alone = segment_buffer(np.frombuffer(encoded[k], dtype=np.uint8), [0, len(encoded[k])])
        p = slice(n_passages, n_passages + len(alone.passage_starts))
        s = slice(n_sentences, n_sentences + len(alone.sentence_starts))
        assert np.array_equal(together.passage_starts[p], alone.passage_starts + offsets[k])
        assert np.array_equal(together.sentence_ends[s], alone.sentence_ends + offsets[k])
        assert np.array_equal(together.sentence_passages[s], alone.sentence_passages + n_passages)
        assert np.all(together.passage_articles[p] == k), text
        n_passages, n_sentences = p.stop, s.stop
    assert n_sentences == len(together.sentence_starts)


@pytest.mark.parametrize(
    "text",
    [
        "He met Mr. J. B. Carter of the U.S. Army at 5 p.m. on Jan. 5.|Both left.",
        "It cost 3.5 million.|She paid 1,200.50 dollars.|No. 5 was late.|He said no.|Then he left.",
        "“Is it you?” he asked.|“It is.”|She left (at once).|[End.]|Done",
        "He worked for Acme Inc. in D.C. and the U.K. He said so.",
        "Wait... what?|No… never!|Well…|Then go.",
        "He was arrested.|The court convicted him.|Related Stories|The Chinese ministry said.",
        "1. First point is here.|2. Second point.|See fig. 3.",
        "他被捕了。|「為什麼？」|他說！|End.",
        "Lt. Col. Smith vs. Gen. Lee, Ph.D. of Yale Co. Ltd. won.|Good.",
        "Maj.\u00a0Gen. Jin spoke.\u00a0|Then\u2003he left.",
    ],
)
def test_sentences_end_where_a_reader_ends_them(text):
    expected = [s.strip() for s in text.split("|")]
    if "U.K. He" in text:
        expected = ["He worked for Acme Inc. in D.C. and the U.K.", "He said so."]
    plain = text.replace("|", " ").replace("Stories The", "StoriesThe")
    assert sentences(plain) == expected


def test_glued_sentences_part():
    assert sentences("He was paid.The court met. See example.com or v1.Beta") == [
        "He was paid.",
        "The court met.",
        "See example.com or v1.Beta",
    ]


def test_hard_wrapped_lines_are_joined_and_page_lines_are_not():
    wrapped = (
        "The officer was recruited in the spring of that year by a man\n"
        "who called himself a journalist, and who paid for each of the\n"
        "reports he brought. He never asked why.\n"
        "    A second paragraph begins with an indented line and goes on\n"
        "for two lines."
    )
    texts = [" ".join(wrapped[a:b].split()) for p in segment(wrapped) for a, b in p.sentences]
    assert texts == [
        "The officer was recruited in the spring of that year by a man who called himself a "
        "journalist, and who paid for each of the reports he brought.",
        "He never asked why.",
        "A second paragraph begins with an indented line and goes on for two lines.",
    ]
    page = "Home\nWorld news today\nBy Ann Lee, Staff Writer, in Vienna and Berlin\nHe was charged"
    assert sentences(page) == page.split("\n")


def test_short_lines_go_with_what_follows_and_menus_stand_alone():
    body = "The engineer was sentenced on Friday after a trial of three weeks behind closed doors."
    text = f"Home\nNews\nSports\nOpinion\n{body}\n\nBy Ann Lee\n{body}\n(Web editor: Li)"
    passages = [text[slice(*p.span)] for p in segment(text)]
    assert passages == [
        "Home\nNews\nSports\nOpinion", body, f"By Ann Lee\n{body}", "(Web editor: Li)",
    ]  # fmt: skip


def test_long_paragraphs_split_at_sentences_and_50_mb_without_any_still_end():
    sentence = "He was paid in cash for every document that he had photographed. "
    parts = segment(sentence * 40)
    assert [len(p.sentences) for p in parts] == [14, 14, 12]
    one_line = np.full(50_000_000, ord("x"), dtype=np.uint8)
    segments = segment_buffer(one_line, [0, len(one_line)])
    assert np.diff(segments.sentence_starts).max() == _segment_py.MAX_CHARS
