"""How evidence is told: cues of attribution, finding and denial."""

import pytest

from vectorclf.status import status_of


@pytest.mark.parametrize(
    ("sentence", "status"),
    [
        ("He sold the plans for $5,000.", "asserted"),
        ("The court found that he was paid in cash.", "asserted"),
        ("He admitted selling the plans, prosecutors said.", "asserted"),
        ("Prosecutors said he was paid in cash.", "alleged"),
        ("She allegedly met her handler in Vienna.", "alleged"),
        ("According to the indictment, he used a dead drop.", "alleged"),
        ("He was paid, the ministry of state security announced.", "alleged"),
        ("He was blackmailed, prosecutors said; he denies it.", "disputed"),
        ("", "asserted"),
    ],
)
def test_cues(sentence, status):
    assert status_of(sentence) == status


def test_a_denial_in_the_passage_disputes():
    assert status_of("He was paid.", "He was paid. The embassy denied it.") == "disputed"
