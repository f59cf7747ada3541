"""Scoring rule: what of a text is scored, and how a sentence, its windows and its passage weigh."""

from __future__ import annotations

from typing import NamedTuple


class ScoringRule(NamedTuple):
    """How texts are scored; the same in training and in use.

    Attributes
    ----------
    unit : str
        "sentence": sentence by sentence; "text": whole.
    gate : float
        Weight of the passage's relevance, the last column of the coefficients; 0: no such column.
    passage : float
        Weight of the passage's own score, where it is negative.
    window : int
        Words of a window that slides over a long unit; 0: none. It moves on by a quarter of
        itself, and the last one ends with the unit.
    window_floor : float
        Units are looked at by windows where one of their labels scores so much.
    """

    unit: str = "sentence"
    gate: float = 0.0
    passage: float = 0.0
    window: int = 0
    window_floor: float = 0.0

    @property
    def in_words(self) -> str:
        """What is scored: "sentence, and by windows of 16 words"."""
        return self.unit + (f", and by windows of {self.window} words" if self.window else "")

    @property
    def step(self) -> int:
        """Words a window moves on by."""
        return max(1, self.window // 4)
