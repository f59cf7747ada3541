"""Windows over long units: n words each, a quarter apart, the last one at the end."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vectorclf import windows as module
from vectorclf.scoring_rule import ScoringRule
from vectorclf.texts import utf8
from vectorclf.windows import raised_by_windows, slide

SPACES = [" ", "\n", "\t", "  ", "\u00a0", "\u2003", "\u3000", "\u2028", "\x1f", " \u202f"]
WORDS = ["a", "paid", "Łódź", "間諜", "naïve", "\u200b", "…", "it’s", "\u2010x", "ã\u0301", "😀"]
UNITS = st.lists(
    st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(SPACES)), max_size=30).map(
        lambda pairs: "".join(word + space for word, space in pairs)),
    max_size=6,
)


def cut(text, rule):
    """Windows of one text by Python's own idea of words."""
    words, spans, at = text.split(), [], 0
    for word in words:
        at = text.index(word, at)
        spans.append((at, at + len(word)))
        at += len(word)
    if len(words) < rule.window + rule.step:
        return []
    firsts = [*range(0, len(words) - rule.window, rule.step), len(words) - rule.window]
    return [text[spans[k][0] : spans[k + rule.window - 1][1]] for k in firsts]


@given(UNITS, st.integers(1, 9))
def test_windows_are_those_that_splitting_gives(texts, n_words):
    rule = ScoringRule(window=n_words)
    data, starts, ends = utf8(texts)
    found = slide(data, starts, ends, rule)
    expected = [(k, part) for k, text in enumerate(texts) for part in cut(text, rule)]
    got = [(unit, data[a:b].tobytes().decode())
           for unit, a, b in zip(found.units.tolist(), found.starts, found.ends, strict=True)]
    assert got == expected


def test_every_kind_of_white_space_parts_words():
    spaces = [c for c in map(chr, range(0x110000)) if c.isspace()]
    text = "x".join(["", *spaces, ""])
    data, starts, ends = utf8([text])
    found = slide(data, starts, ends, ScoringRule(window=1))
    assert len(found.units) == len(spaces) + 1 == len(text.split())


def test_no_units_have_no_windows():
    none = np.empty(0, dtype=np.int64)
    assert len(slide(np.empty(0, dtype=np.uint8), none, none, ScoringRule(window=4)).units) == 0


class Counting:
    """A predictor whose one score is how often "paid" stands in a text, for its length."""

    def score_spans(self, data, starts, ends):
        texts = [data[a:b].tobytes().decode() for a, b in zip(starts, ends, strict=True)]
        shares = [t.split().count("paid") / max(1, len(t.split())) for t in texts]
        return np.array(shares, dtype=np.float32).reshape(-1, 1)


@given(UNITS, st.integers(1, 9), st.sampled_from([0.0, 0.2, 2.0]), st.integers(1, 3))
def test_what_is_raised_is_the_best_part(texts, n_words, floor, block):
    rule = ScoringRule(window=n_words, window_floor=floor)
    data, starts, ends = utf8(texts)
    predictor = Counting()
    scores = predictor.score_spans(data, starts, ends)
    before, module.BLOCK_UNITS = module.BLOCK_UNITS, block
    try:
        raised = [*raised_by_windows(predictor, data, starts, ends, scores, rule)]
    finally:
        module.BLOCK_UNITS = before
    looked_at = [k for k, text in enumerate(texts) if scores[k, 0] >= floor and cut(text, rule)]
    assert [k for each in raised for k in each.units.tolist()] == looked_at
    assert all(len(each.units) <= block for each in raised)
    for each in raised:
        for row, k in enumerate(each.units.tolist()):
            parts = [texts[k], *cut(texts[k], rule)]
            shares = np.float32([p.split().count("paid") / len(p.split()) for p in parts])
            assert each.scores[row, 0] == shares.max()
            first, last = each.part(row, 0) or (starts[k], ends[k])
            assert data[first:last].tobytes().decode() == parts[int(shares.argmax())]
