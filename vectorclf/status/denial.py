"""Denied, and nothing else: the sentence says that it was not so (G6), so it earns no tag."""

from __future__ import annotations

import re

from vectorclf.highlights import telling_span
from vectorclf.records import Evidence, Span

_TOLD = r"(?:reports?|claims?|suggestions?|allegations?|accusations?|rumou?rs?|charges?)\b(?! by\b)"
_DENIAL = re.compile(
    r"\bden(?:y|ies|ied|ying)\b(?! (?:a|an|the|his|her|their|its|him|them|us|me|nothing|"
    r"promotion|tenure|leave|entry|access|permission)\b)"
    rf"|\bden(?:y|ies|ied|ying) (?:the |any |all |these |those )?(?:\w+ )?{_TOLD}"
    rf"|\b(?:reject|dismiss|refut)\w* (?:as \w+ )?(?:\w+ ){{0,3}}?(?:{_TOLD}|(?:idea|notion)\b)"
    r"|\b(?:no|without|any) (?:evidence|proof|truth|signs?|indication|suggestion)\b"
    r"|\b(?:had|was|were|has|have) never (?:been|had|received|taken|met|accepted|sold)\b"
    r"|\bnot (?:true|the case|correct) that\b|\b(?:cleared|acquitted) (?:\w+ ){0,3}?of\b",
    re.IGNORECASE,
)
_SO_TOLD = re.compile(rf"\b{_TOLD} that\b", re.IGNORECASE)
_UNTRUE = re.compile(
    r"\b(?:is|are|was|were) (?:\w+ )?(?:not (?:accurate|true|correct)|false|untrue|baseless|"
    r"unfounded|groundless|fabricated|inaccurate|wrong|nonsense|inventions?)\b",
    re.IGNORECASE,
)
_NEGATOR = re.compile(
    r"\b(?:(?:had|has|have|was|were|did|does|do|is|are|be|been) not|"
    r"(?:had|has|have|was|were|did|does|is|are)n't|never|no|none of|nobody|neither|nor|not)\b"
    r"(?! (?:only|just|merely|longer|doubt|more|less|later|sooner|secret)\b)",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(
    r"[;:—–]|\b(?:but|although|though|yet|however|while|whereas|only|except|until|because|unless|"
    r"before|than|and|so|who|which)\b",
    re.IGNORECASE,
)
_SIGNS = ("den", "no", "n't", "reject", "dismiss", "refut", "without", "any ", "never", "cleared",
          "acquitted", "false", "untrue", "baseless", "unfounded", "groundless", "fabricated",
          "inaccurate", "wrong", "invention")
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
NEGATOR_WORDS = 2  # between "not" and the stretch, or from its start to "not"
NEGATOR_SHARE = -0.04  # of the positive contributions: what "not" and its pairs must bring at most


def may_deny(sentence: str) -> bool:
    """Whether a sentence holds a denial or a plain negation, of whatever: cheap."""
    plain = sentence.lower()
    return any(sign in plain for sign in _SIGNS) and (
        has_denial(plain) or _NEGATOR.search(plain) is not None
    )


def has_denial(sentence: str) -> bool:
    """Whether a sentence says that something is denied, rejected, unproven or untrue."""
    return _DENIAL.search(sentence) is not None or _UNTRUE.search(sentence) is not None


def only_denies(evidence: Evidence) -> bool:
    """Whether the quoted sentence denies or negates what speaks for the tag, and says no more.

    Parameters
    ----------
    evidence : Evidence
        With all its terms.
    """
    start = evidence.span[0]
    stretch = telling_span(evidence.terms, evidence.quote, start)
    if stretch:
        stretch = stretch[0] - start, stretch[1] - start
    return is_denied(evidence.quote, stretch) or (
        stretch is not None and is_negated(evidence, stretch)
    )


def is_negated(evidence: Evidence, stretch: Span) -> bool:
    """Whether a plain "not", "never", "no" beside the stretch turns it round.

    Only where the terms with the negation in them speak against the tag, by NEGATOR_SHARE: "did
    not return" is evidence for a defection, and the model knows it.
    """
    plain = evidence.quote.replace("’", "'")
    begin = evidence.span[0]
    named = [t for t in evidence.terms if t.term and not t.term.startswith("(")]
    total = sum(t.contribution for t in named if t.contribution > 0)
    for found in _NEGATOR.finditer(plain, 0, stretch[1]):
        gap = plain[found.end() : max(stretch[0], found.end())]
        lead_in = plain[stretch[0] : found.start()]
        if max(len(gap.split()), len(lead_in.split())) > NEGATOR_WORDS:
            continue
        if _CLAUSE_END.search(plain, found.end(), stretch[1]) or _CONTRAST.search(
            plain, found.end()
        ):
            continue
        own = sum(
            t.contribution for t in named
            if t.span[0] - begin < found.end() and found.start() < t.span[1] - begin
        )
        if own <= NEGATOR_SHARE * total:
            return True
    return False


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
    told_so = _SO_TOLD.search(plain, 0, end)
    if told_so and _UNTRUE.search(plain, end) and not _CONTRAST.search(plain, told_so.end()):
        return True
    for found in _DENIAL.finditer(plain):
        led_in = plain[start : found.start()]
        if len(led_in.split()) > MAX_LEAD_IN or _CONTRAST.search(led_in):
            return False
        if _CONTRAST.search(plain, found.end()):
            continue
        if len(plain[found.end() : start].split()) <= MAX_WORDS or not stretch:
            return True
    return False
