"""Seeded articles that load the engine as news does: Zipf, names, quotes, accents, scripts.

Invented words with the statistics of real ones. Set beside 20,000 paragraphs of real news:
4.9 characters a token there, 5 here; bigrams two thirds of the best 30,000 features there, half
here; unknown tokens 7 % there and over 20 % here, on purpose: articles unlike the training
data are what a tagger is for. So rare words come in bursts, more than there, and words never
met in so many texts before are as many in both: 7.5 % of what white space separates.
"""

from __future__ import annotations

from functools import cache

import numpy as np

_SYLLABLES = {
    "latin": (
        ["", "b", "c", "d", "f", "g", "h", "l", "m", "n", "p", "r", "s", "t", "v", "w", "th"],
        ["a", "e", "i", "o", "u", "a", "e", "ou"],
        ["", "", "", "", "n", "r", "s", "t", "d", "ng"],
    ),
    "accented": (
        ["b", "ç", "d", "f", "g", "l", "m", "ñ", "p", "r", "š", "t", "v", "ž", "tr", "ch"],
        ["a", "é", "í", "o", "ü", "è", "ö", "ã"],
        ["", "", "n", "r", "s", "ß", "l"],
    ),
    "cyrillic": (
        ["б", "в", "г", "д", "к", "л", "м", "н", "п", "р", "с", "т", "ст", "пр"],
        ["а", "е", "и", "о", "у", "я", "ы"],
        ["", "", "н", "р", "с", "т", "й"],
    ),
}
_N_TYPES, _N_COMMON, _N_KNOWN = 60_000, 250, 12_000
_EXPONENT = 1.0
_RARE, _BURSTS, _NAMES, _SKEW = 0.35, 0.8, 9, 3.3
"""Share of the words from the rare four fifths of the types; in an article so many of these
are one of so many "names", its own: rare words come in bursts. The more skew, the more often
the less rare ones."""
_FOLLOWERS, _FOLLOWED = 3, 0.42
"""Every word has so many habitual successors, taken this often: collocations, so bigrams."""
_HAN = (0x4E00, 3000)
SCRIPTS = ("latin", "accented", "cyrillic", "han")


@cache
def _words(script: str) -> np.ndarray:
    """Word types by falling frequency: frequent ones are short."""
    rng = np.random.default_rng(len(script))
    onsets, vowels, codas = _SYLLABLES[script]
    found: dict[str, None] = {}
    while len(found) < _N_TYPES:
        rank = len(found)
        n = (
            1
            if rank < _N_COMMON
            else int(rng.integers(1, 4) if rank < 8000 else rng.integers(2, 4))
        )
        parts = [
            onsets[rng.integers(len(onsets))] + vowels[rng.integers(len(vowels))]
            + codas[rng.integers(len(codas))]
            for _ in range(n)
        ]  # fmt: skip
        found.setdefault("".join(parts))
    return np.array(list(found), dtype=object)


@cache
def _cumulated() -> np.ndarray:
    weights = 1.0 / (np.arange(_N_KNOWN) + 4.0) ** _EXPONENT
    return np.cumsum(weights) / weights.sum()


@cache
def _followers() -> np.ndarray:
    rng = np.random.default_rng(7)
    return np.searchsorted(_cumulated(), rng.random((_N_KNOWN, _FOLLOWERS)))


def _rare_ranks(rng: np.random.Generator, n: int) -> np.ndarray:
    return _N_KNOWN + ((_N_TYPES - _N_KNOWN) * rng.random(n) ** _SKEW).astype(np.int64)


def _ranks(rng: np.random.Generator, n: int) -> list[int]:
    """Zipf-distributed word ranks in which some words are followed by their habitual ones."""
    ranks = np.searchsorted(_cumulated(), rng.random(n))
    follows = rng.random(n) < _FOLLOWED
    which = rng.integers(0, _FOLLOWERS, n)
    table = _followers()
    for i in np.flatnonzero(follows[1:]) + 1:
        ranks[i] = table[ranks[i - 1], which[i]]
    is_rare = np.flatnonzero(rng.random(n) < _RARE)
    rare = _rare_ranks(rng, len(is_rare))
    is_name = rng.random(len(is_rare)) < _BURSTS
    rare[is_name] = rng.choice(_rare_ranks(rng, _NAMES), int(is_name.sum()))
    ranks[is_rare] = rare
    return ranks.tolist()


def _sentence(words: list[str], rng: np.random.Generator) -> str:
    """Words with capitals, commas, quotes, dashes and figures."""
    dice = rng.random(4)
    words[0] = words[0].capitalize()
    if len(words) > 6:
        name = int(dice[0] * (len(words) - 3)) + 1
        words[name] = words[name].capitalize()
        words[name + 1] = words[name + 1].capitalize()
        comma = int(dice[1] * (len(words) - 2)) + 1
        words[comma] += ","
        if dice[2] < 0.10:
            words[name] = f"“{words[name]}"
            words[-1] += "”"
        elif dice[2] < 0.16:
            words[comma] += " —"
        elif dice[2] < 0.26:
            words[name] += "’s"
        elif dice[2] < 0.36:
            words[-2] = str(int(dice[3] * 3000))
    return " ".join(words) + "."


def _latin(rng: np.random.Generator, n_bytes: int, script: str) -> str:
    types = _words(script)
    n = max(4, n_bytes // 5)
    ranks = _ranks(rng, n)
    words = [types[rank] for rank in ranks]
    lengths = rng.integers(8, 30, max(2, n // 8))
    pieces: list[str] = []
    size = first = 0
    for i, length in enumerate(lengths):
        part = words[first : first + length]
        if not part or size >= n_bytes:
            break
        first += int(length)
        piece = _sentence(part, rng)
        pieces.append(piece)
        pieces.append("\n\n" if i % 4 == 3 else " ")
        size += len(piece) + 1 if script == "latin" else len(piece.encode()) + 1
    return "".join(pieces)


def _han(rng: np.random.Generator, n_bytes: int) -> str:
    first, n_types = _HAN
    ranks = np.minimum(rng.zipf(1.3, n_bytes // 3), n_types) - 1
    chars = [chr(first + int(rank)) for rank in ranks]
    for i in range(12, len(chars), 17):
        chars[i] = "，" if i % 3 else "。"
    return "".join(chars)


def _cut(text: str, n_bytes: int) -> str:
    return text.encode()[:n_bytes].decode("utf-8", "ignore")


def articles(n: int, n_bytes: int, *, seed: int = 0, script: str = "latin") -> list[str]:
    """`n` articles of about `n_bytes` bytes of UTF-8 (two thirds to four thirds of it).

    Parameters
    ----------
    n, n_bytes : int
    seed : int, default=0
    script : {"latin", "accented", "cyrillic", "han"}
        "latin" is English news: a third of the quotes curly, one word in 150 accented, one
        article in 50 with a passage in another script.
    """
    rng = np.random.default_rng([seed, n_bytes, SCRIPTS.index(script)])
    found = []
    for i in range(n):
        size = int(n_bytes * rng.uniform(2 / 3, 4 / 3))
        if script == "han":
            found.append(_han(rng, size))
            continue
        text = _latin(rng, size, script)
        if script == "latin":
            if i % 50 == 49:
                text += _latin(rng, 150, "cyrillic") + _han(rng, 90)
            elif (n_bytes >= 1000 and i % 7) or i % 3 == 0:
                at = int(rng.integers(0, max(1, len(text) - 20)))
                text = text[:at] + text[at:].replace("e", "é", 2)
            elif n_bytes >= 1000:
                text = text.replace("“", '"').replace("”", '"').replace("—", "-")
                text = text.replace("’", "'")
        found.append(_cut(text, size))
    return found
