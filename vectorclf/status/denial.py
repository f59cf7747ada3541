"""Denied, and nothing else: the sentence says that it was not so (G6), so it earns no tag."""

from __future__ import annotations

import re

from vectorclf.records import Span

_TOLD = r"(?:reports?|claims?|suggestions?|allegations?|accusations?|rumou?rs?|charges?)\b(?! by\b)"
_DENIAL = re.compile(
    r"\bden(?:y|ies|ied|ying)\b(?! (?:a|an|the|his|her|their|its|him|them|us|me|nothing|"
    r"promotion|tenure|leave|entry|access|permission)\b)"
    rf"|\bden(?:y|ies|ied|ying) (?:the |any |all |these |those )?(?:\w+ )?{_TOLD}"
    rf"|\b(?:reject|dismiss|refut)\w* (?:as \w+ )?(?:\w+ ){{0,3}}?(?:{_TOLD}|(?:idea|notion)\b)"
    r"|\b(?:no|without|any) (?:evidence|proof|truth|signs?|indication|suggestion)\b"
    r"|\b(?:had|was|were|has|have) never (?:been|had|received|taken|met|accepted|sold)\b",
    re.IGNORECASE,
)
_SIGNS = ("den", "reject", "dismiss", "refut", "no ", "without", "any ", "never")
"""One of them stands in every denial; substrings are found faster than patterns."""
_CONTRAST = re.compile(
    r"[;:—–]|(?<!anyone )(?<!anybody )\bbut\b|\b(?:although|though|yet|however|while|whereas|only|"
    r"except|until|saying|other than|anything but|as (?:\w+ )?(?:prosecut\w+|intelligence|"
    r"officials?|police) (?:claim|say|allege))",
    re.IGNORECASE,
)
_ACCUSER = re.compile(
    r"\b(?:prosecut\w+|police|investigators?|officials?|service|crown|court|records?|receipts?|"
    r"notebook|list|found|but)\b",
    re.IGNORECASE,
)
MAX_WORDS, MAX_LEAD_IN = 10, 3


def may_deny(sentence: str) -> bool:
    """Whether a sentence holds a denial at all, of whatever: cheap, and mostly False."""
    plain = sentence.lower()
    return any(word in plain for word in _SIGNS) and _DENIAL.search(sentence) is not None


def is_denied(sentence: str, stretch: Span | None) -> bool:
    """Whether a sentence only denies what stands in its telling stretch.

    Parameters
    ----------
    sentence : str
    stretch : (int, int) or None
        Characters of the sentence (see `vectorclf.highlights`); None: the whole of it.

    Notes
    -----
    After NegEx (Chapman et al. 2001): a denial ends before the stretch, at most MAX_WORDS words
    away, or stands in its first words ("he denied ..."), and nothing after it turns round ("but",
    ";", "although"): who denies one thing and is told to have done another keeps the tag. What it
    takes away is counted in the model card (``benchmarks/evidence_quality.py``).

    Examples
    --------
    >>> is_denied("He denied that he had been paid.", (15, 31))
    True
    >>> is_denied("He denied it, but prosecutors say he was paid.", (37, 45))
    False
    """
    plain = sentence.replace("’", "'")
    start, end = stretch or (len(plain), len(plain))
    told, semicolon, rest = plain[end:].partition(";")
    if semicolon and not _ACCUSER.search(rest):  # what follows goes on denying
        plain = plain[:end] + told
    for found in _DENIAL.finditer(plain):
        led_in = plain[start : found.start()]
        if len(led_in.split()) > MAX_LEAD_IN or _CONTRAST.search(led_in):
            return False
        if _CONTRAST.search(plain, found.end()):
            continue
        if len(plain[found.end() : start].split()) <= MAX_WORDS or not stretch:
            return True
    return False
