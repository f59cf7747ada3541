"""Recipe: how a model is made. How the defaults were chosen: benchmarks/README.md."""

from __future__ import annotations

from statistics import median

import msgspec

from vectorclf.labeled import LabeledTexts
from vectorclf.scoring_rule import ScoringRule


class Recipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a model is made; stored in it.

    Attributes
    ----------
    unit : str
        "sentence": texts are scored sentence by sentence, and the best one counts.
        "text": whole.
    ngram_max, min_df : int
        Word n-grams up to this length, in at least so many units.
    prefix : int
        Length of the beginnings of words that are features beside the words, so that forms of a
        word share what is learned: alone, and in pairs with one word skipped at most. Function
        words have none. 0: no such features.
    prefix_weight : float
        Their weight beside the words.
    prefix_min_df : int
        As `min_df`, for them.
    char_wb : tuple of (int, int) or None
        Character n-grams inside words, beside the words.
    cased : float
        Weight of words with their case kept, beside the lower-cased n-grams; 0: none.
    char_weight : float
        Weight of the character n-grams beside the words.
    pivot : float
        Rows are divided by the L2 norm to this power (1: plain normalisation).
    C : float
        Inverse regularisation of the linear SVM of a label.
    rare : float
        Positives of a label rarer than this share weigh more: by ``sqrt(rare / share)``.
    length : float
        What is added to every score, times ``1 + log(2 n)`` of a unit of n words: long units earn
        labels more often than normalised features tell.
    rationales : bool
        Evidence phrases are positive texts of their own (Zaidan and Eisner 2007).
    passages : bool
        Texts of several sentences are also learned from whole.
    gate : float
        Weight of the relevance of the passage, which lowers scores off the subject; 0: none.
    passage : float
        Weight of the passage's own score, where it is negative; lowers those of its sentences.
    gate_C : float
        Inverse regularisation of its linear SVM.
    window : int
        Words of a window that slides over long units; the best one counts beside the whole. The
        windows that an SVM gets wrong are learned from too. 0: none.
    window_floor : float
        Units are looked at by windows where one of their labels scores so much.
    window_weight : float
        Weight of a window that is learned from, beside a unit's 1; 0: none is.
    blank_copies : int
        Copies of every unit, with some words blanked, that are learned from too, so that no word
        is leant on where others say the same; 0: none.
    blanked : float
        Chance of a word to be blanked in a copy.
    blank_weight : float
        Weight of all copies of a unit together, beside its own 1.
    labeled_share : float or None
        Share of texts with a label where the tags are used; balanced thresholds allow for it.
    opening : bool
        Whether a text's surest label needs more certainty than the rest of its labels.
    folds, seed : int
    """

    unit: str = "sentence"
    ngram_max: int = 2
    min_df: int = 3
    prefix: int = 5
    prefix_weight: float = 0.8
    prefix_min_df: int = 5
    char_wb: tuple[int, int] | None = None
    cased: float = 0.0
    char_weight: float = 1.0
    pivot: float = 0.7
    C: float = 0.05
    rare: float = 0.0
    length: float = 0.0
    rationales: bool = True
    passages: bool = True
    gate: float = 1.0
    passage: float = 0.4
    gate_C: float = 0.1
    window: int = 16
    window_floor: float = -0.5
    window_weight: float = 0.5
    blank_copies: int = 4
    blanked: float = 0.3
    blank_weight: float = 0.5
    labeled_share: float | None = 0.3
    opening: bool = True
    folds: int = 5
    seed: int = 0

    @property
    def rule(self) -> ScoringRule:
        """How texts are scored by a model made so."""
        return ScoringRule(self.unit, self.gate, self.passage, self.window, self.window_floor)


LONG_WORDS = 60  # texts of more words earn labels as a whole, not by a clause


def default_recipe(data: LabeledTexts) -> Recipe:
    """Sentences where evidence tells which one earned a label; whole texts where none does.

    Windows slide over texts of a sentence or a few.
    """
    if any(data.evidence):
        return Recipe()
    is_short = median([len(text.split()) for text in data.texts] or [0]) <= LONG_WORDS
    return Recipe(unit="text", rationales=False, passages=False, min_df=1, char_wb=(3, 5),
                  cased=0.6, char_weight=0.7, prefix_weight=1.0, prefix_min_df=2, pivot=0.8,
                  rare=0.03, length=0.05, gate=0.0, passage=0.0, labeled_share=None,
                  opening=False, window=12 if is_short else 0, window_floor=-1.0,
                  blank_copies=0)
