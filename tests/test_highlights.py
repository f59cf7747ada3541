"""The telling stretch of a quote: where its terms stand, as short as they allow."""

from hypothesis import given
from hypothesis import strategies as st

from vectorclf.highlights import telling_span
from vectorclf.records import Term

QUOTE = "On Monday, in the rain, he was paid in cash by a man he knew as Karl."


def terms_at(quote, *named, start=0):
    return [Term(word, (start + quote.index(word), start + quote.index(word) + len(word)), c)
            for word, c in named]


def test_the_stretch_holds_the_words_that_speak_for_the_tag():
    terms = terms_at(QUOTE, ("was paid", 0.5), ("cash", 0.4), ("rain", -0.1), ("Karl", 0.01))
    a, b = telling_span(terms, QUOTE)
    assert QUOTE[a:b] == "was paid in cash"


def test_words_against_the_tag_end_it():
    terms = terms_at(QUOTE, ("paid", 0.5), ("cash", 0.05), ("in cash", -0.4))
    a, b = telling_span(terms, QUOTE)
    assert QUOTE[a:b] == "paid"


def test_nothing_speaks_for_it():
    assert telling_span([], QUOTE) is None
    assert telling_span(terms_at(QUOTE, ("rain", -1.0)), QUOTE) is None
    assert telling_span([Term("", (0, len(QUOTE)), 1.0), Term("(passage)", (0, 9), 1.0)], QUOTE
                        ) is None
    assert telling_span([Term("x", (0, 1), 1.0)], "") is None


def test_it_moves_with_the_quote():
    a, b = telling_span(terms_at(QUOTE, ("paid", 0.5)), QUOTE)
    moved = telling_span(terms_at(QUOTE, ("paid", 0.5), start=100), QUOTE, 100)
    assert moved == (a + 100, b + 100)


@given(
    st.text(max_size=60),
    st.lists(st.tuples(st.text(max_size=3), st.integers(-99, 99), st.integers(-99, 99),
                       st.floats(-5, 5)), max_size=8),
    st.integers(0, 50),
)
def test_it_stays_in_the_quote_whatever_the_terms(quote, terms, start):
    found = telling_span([Term(t, (a, b), c) for t, a, b, c in terms], quote, start)
    assert found is None or start <= found[0] < found[1] <= start + len(quote)
