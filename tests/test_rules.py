"""The keyword rules: what they match, and what a broken terms list says."""

import pytest

from vectorclf.codebook import Codebook
from vectorclf.errors import CodebookError, MissingInputError
from vectorclf.rules import KeywordRules, LabelTerms, load_terms, term_pattern

BOOK = Codebook.stub(["blackmail", "money"])


def test_rules_tag_on_telling_expressions_and_not_on_ambiguous_ones():
    rules = KeywordRules.from_terms(
        {"money": LabelTerms(("was paid",), ("sold",)), "blackmail": LabelTerms(("blackmail*",))},
        BOOK.label_ids,
    )
    Y = rules.predict([
        "He WAS  PAID in cash.", "She sold the house.", "She sold the spy a house.",
        "Blackmailed again", "unpaid", "",
    ])
    assert Y.tolist() == [
        [False, True], [False, False], [False, False], [True, False], [False, False],
        [False, False],
    ]


def test_no_terms_match_nothing():
    assert term_pattern([]) is None
    assert not KeywordRules.from_terms({}, ["a"]).predict(["anything"]).any()


def test_expressions_are_taken_literally():
    assert term_pattern(["a.b (c)"]).search("x a.b (c) y")
    assert not term_pattern(["a.b"]).search("aXb")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[mony]\nterms = []", "got 'mony'"),
        ("[money]\nterms = ['x', 'x']", "'x' twice"),
        ("[money]\nterms = 'x'", "Expected `array`"),
        ("[money", "Expected|expected|Unterminated|declaration"),
    ],
)
def test_broken_lists_are_named(tmp_path, content, message):
    path = tmp_path / "terms.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CodebookError, match=message):
        load_terms(path, BOOK)
    with pytest.raises(MissingInputError):
        load_terms(tmp_path / "none.toml", BOOK)
