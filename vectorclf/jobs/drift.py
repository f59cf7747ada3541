"""How like the training data the input is: language, unknown words, length, scores.

Measured on a sample, the beginnings of the first eight articles of a partition and of every 64th,
so that it costs few percent of the time and depends on nothing but the input.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np

_SAMPLE_FIRST, _SAMPLE_EVERY = 8, 64
_SAMPLE_CHARS = 600
"""Letters and language are looked at in so many characters,"""
_SCORED_CHARS = 2000
"""words, lengths and scores in the paragraphs that end within these: what models learn from is
no longer, mostly."""
_MIN_ARTICLES = 30
"""Fewer may well be all of one kind: their mean scores say nothing."""
_STOP_WORDS = {
    "en": "the of and to in that is was for on with as it by at from his have were has",
    "de": "der die das und ist nicht mit von den ein eine auf für dem des sich auch war",
    "fr": "le la les des et est une dans pour que qui sur pas avec au par du il ce",
    "es": "el los las del que una por con para se su como más pero fue al lo es",
    "it": "il di che è la per una sono con del non gli della alla anche nel si ha",
    "pt": "o os da do que não uma para com em dos por foi ao na no mais se é",
    "nl": "de het een van en dat niet is op te zijn met voor er aan ook werd",
}
_LANGUAGES_BY_WORD: dict[str, list[str]] = {}
for _language, _words in _STOP_WORDS.items():
    for _word in _words.split():
        _LANGUAGES_BY_WORD.setdefault(_word, []).append(_language)
# First code point of each stretch, and the script of its letters; coarse on purpose.
_STRETCHES = (
    (0, "Latin"), (0x370, "Greek"), (0x400, "Cyrillic"), (0x530, "Armenian"), (0x590, "Hebrew"),
    (0x600, "Arabic"), (0x780, "other"), (0x900, "Devanagari"), (0x980, "other"),
    (0xE00, "Thai"), (0xE80, "other"), (0x1100, "Hangul"), (0x1200, "other"), (0x1E00, "Latin"),
    (0x1F00, "Greek"), (0x2000, "other"), (0x3040, "Kana"), (0x3100, "Han"), (0x3130, "Hangul"),
    (0x3190, "Han"), (0xA000, "other"), (0xAC00, "Hangul"), (0xD7B0, "other"), (0xF900, "Han"),
    (0xFB00, "Latin"), (0xFB1D, "Hebrew"), (0xFB50, "Arabic"), (0xFE00, "other"),
    (0xFF21, "Latin"), (0xFF66, "Kana"), (0x10000, "other"), (0x20000, "Han"), (0x30000, "other"),
)  # fmt: skip
_FIRSTS = [first for first, _ in _STRETCHES]
_LANGUAGE_OF_SCRIPT = {
    "Cyrillic": "ru", "Greek": "el", "Hebrew": "he", "Arabic": "ar", "Devanagari": "hi",
    "Thai": "th", "Hangul": "ko", "Kana": "ja", "Han": "zh", "Armenian": "hy",
}  # fmt: skip


class TextStatistics(msgspec.Struct, kw_only=True):
    """Sums over a sample of articles; `add` joins those of parts.

    Attributes
    ----------
    n_articles, n_chars, n_letters, n_seen_chars : int
        Of the sample; letters among the `n_seen_chars` looked at.
    n_passages : int
    log_bytes, log_bytes_squared : float
        Sums of ln(UTF-8 bytes of a passage), and of its square.
    n_tokens, n_unknown : int
        Words, and those not in the model's vocabulary.
    letters_by_script, articles_by_language : dict
        "Latin:en" is English by its small words; other scripts name their usual language.
    score_sum, score_square_sum : list of float
        By label, of the best unit's score of an article.
    """

    n_articles: int = 0
    n_chars: int = 0
    n_seen_chars: int = 0
    n_letters: int = 0
    n_passages: int = 0
    log_bytes: float = 0.0
    log_bytes_squared: float = 0.0
    n_tokens: int = 0
    n_unknown: int = 0
    letters_by_script: dict[str, int] = {}
    articles_by_language: dict[str, int] = {}
    score_sum: list[float] = []
    score_square_sum: list[float] = []

    def add(self, other: TextStatistics) -> None:
        for name in self.__struct_fields__:
            mine, others = getattr(self, name), getattr(other, name)
            if isinstance(mine, dict):
                for key, value in others.items():
                    mine[key] = mine.get(key, 0) + value
            elif isinstance(mine, list):
                total = mine or [0.0] * len(others)
                setattr(self, name, [a + b for a, b in zip(total, others or total, strict=True)])
            else:
                setattr(self, name, mine + others)

    @property
    def unknown_share(self) -> float:
        return self.n_unknown / self.n_tokens if self.n_tokens else 0.0


def is_sampled(number: int) -> bool:
    """Whether article `number` of a partition, from 0, is looked at."""
    return number < _SAMPLE_FIRST or number % _SAMPLE_EVERY == 0


def measure(statistics: TextStatistics, texts: Sequence[str], tagger: Any) -> None:
    """Add some texts to the statistics."""
    for text in texts:
        statistics.n_articles += 1
        statistics.n_chars += len(text)
        language = _look_at(statistics, text[:_SAMPLE_CHARS])
        by_language = statistics.articles_by_language
        by_language[language] = by_language.get(language, 0) + 1
    predictor = getattr(tagger, "predictor", None)
    if predictor is None or not texts:
        return
    from vectorclf.scoring import best_scores, log_lengths, segment_units, text_buffer

    model = tagger.model
    data, offsets = text_buffer([_beginning(text) for text in texts])
    n_tokens, n_unknown = predictor.unknown_counts_spans(data, offsets[:-1], offsets[1:])
    statistics.n_tokens += int(n_tokens.sum())
    statistics.n_unknown += int(n_unknown.sum())
    segments = segment_units(data, offsets, model.rule.unit)
    lengths = log_lengths(segments)
    statistics.n_passages += len(lengths)
    statistics.log_bytes += float(lengths.sum())
    statistics.log_bytes_squared += float((lengths**2).sum())
    scores = best_scores(predictor, data, segments, len(texts), model.rule)
    scores = scores.astype(np.float64)
    sums, squares = scores.sum(axis=0), (scores**2).sum(axis=0)
    old, old_squares = statistics.score_sum, statistics.score_square_sum
    statistics.score_sum = (sums + old if old else sums).tolist()
    statistics.score_square_sum = (squares + old_squares if old else squares).tolist()


def _beginning(text: str) -> str:
    """The paragraphs that end within _SCORED_CHARS; so many characters where the first does not."""
    head = text[:_SCORED_CHARS]
    return head[: head.rfind("\n")] if len(text) > len(head) and "\n" in head.strip() else head


@lru_cache(maxsize=4096)
def _script_of(character: str) -> str:
    """Script of a letter, "" for what is none."""
    if not character.isalpha():
        return ""
    return _STRETCHES[bisect_right(_FIRSTS, ord(character)) - 1][1]


def _look_at(statistics: TextStatistics, text: str) -> str:
    """Count the letters of a text; the language guessed from it."""
    by_script: dict[str, int] = {}
    for c in set(text):
        if script := _script_of(c):
            by_script[script] = by_script.get(script, 0) + text.count(c)
    n_letters = sum(by_script.values())
    statistics.n_seen_chars += len(text)
    statistics.n_letters += n_letters
    for script, n in by_script.items():
        statistics.letters_by_script[script] = statistics.letters_by_script.get(script, 0) + n
    if not n_letters:
        return "none"
    script = max(sorted(by_script), key=lambda name: by_script[name])
    if script == "Han" and by_script.get("Kana", 0) * 10 > n_letters:
        script = "Kana"
    if script != "Latin":
        return f"{script}:{_LANGUAGE_OF_SCRIPT.get(script, 'unknown')}"
    votes: dict[str, int] = {}
    for word in text.lower().split():
        for language in _LANGUAGES_BY_WORD.get(word, ()):
            votes[language] = votes.get(language, 0) + 1
    best = max(sorted(votes), key=lambda name: votes[name], default="unknown")
    return f"Latin:{best}"


def drift_warnings(
    statistics: TextStatistics, *, language: str = "en", training: dict[str, Any] | None = None
) -> list[str]:
    """What is said loudly about input unlike the training data.

    Parameters
    ----------
    statistics : TextStatistics
    language : str
        That the model reads.
    training : dict, optional
        ``log_bytes`` of a passage and ``score`` of a text (mean and standard deviation, the
        latter by label) of the training data, where the model knows them.
    """
    warnings: list[str] = []
    n = statistics.n_articles
    if not n:
        return warnings
    if statistics.unknown_share > 0.5:
        warnings.append(
            f"{statistics.unknown_share:.0%} of the words are unknown to the model: expect few "
            "tags, and do not trust their absence"
        )
    by_language = statistics.articles_by_language
    told = (f":{language}", "none", ":unknown")
    others = {k: v for k, v in by_language.items() if not k.endswith(told)}
    if sum(others.values()) * 2 > n:
        most = max(sorted(others), key=lambda name: others[name])
        warnings.append(
            f"{sum(others.values()) / n:.0%} of the articles are not in the model's language "
            f"({language}): most are {most}; translate them first"
        )
    letters = statistics.n_letters / max(statistics.n_seen_chars, 1)
    no_words = by_language.get("Latin:unknown", 0) / n
    if statistics.n_seen_chars and (letters < 0.5 or no_words > 0.5):
        warnings.append(
            f"{letters:.0%} of the characters are letters, and {no_words:.0%} of the articles "
            "have no small words of any language: this looks like code or data, not prose"
        )
    return warnings + _against_training(statistics, training or {})


def _against_training(statistics: TextStatistics, training: dict[str, Any]) -> list[str]:
    """Shifts of more than two standard deviations of the training data."""
    warnings = []
    n = statistics.n_articles
    mean, deviation = training.get("log_bytes", (0.0, 0.0))
    if deviation and statistics.n_passages:
        shift = (statistics.log_bytes / statistics.n_passages - mean) / deviation
        if abs(shift) > 2:
            warnings.append(
                f"passages are {'longer' if shift > 0 else 'shorter'} than those of the training "
                f"data by {abs(shift):.1f} standard deviations"
            )
    means, deviations = training.get("score", ((), ()))
    if len(means) == len(statistics.score_sum) > 0 and n >= _MIN_ARTICLES:
        shifts = (np.array(statistics.score_sum) / n - means) / np.maximum(deviations, 1e-9)
        n_shifted = int((np.abs(shifts) > 2).sum())
        if n_shifted:
            which = "one label" if n_shifted == 1 else f"{n_shifted} labels"
            warnings.append(f"the scores of {which} lie over two standard deviations from those "
                            "of the training data")  # fmt: skip
    return warnings
