"""What of a sentence is denied, negated, refused, supposed or advised: scopes, by kind of sign.

A sign opens a scope, and the clause's end closes it (NegEx: Chapman et al. 2001; ConText: Harkema
et al. 2009). The signs are in `vectorclf.status.signs`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from vectorclf.records import Span
from vectorclf.status import signs

KINDS = ("deny", "deny~", "unproven", "unproven~", "not", "not_m", "not_c", "no", "no_c",
         "refuse", "refuse_to", "refuse_post", *(kind for kind, _, _ in signs.WHOLE), "next")
"""``~``: turned round later in the sentence; ``_c``: of a phrase, not of its clause ("no fee");
``_m``: of what one can or will do ("could not accept"), which need be no denial."""
MAX_CHARS, MAX_SIGNS = 2000, 8
"""Longer sentences have no scopes, more signs of a pattern open none: hostile text costs little."""
_CONTRASTS = ("though", "although", "yet", "but", "however")
_MODALS = ("could", "can", "would", "will", "won")


class Scope(NamedTuple):
    """Characters of a sentence that are not told as fact.

    Attributes
    ----------
    kind : str
        One of KINDS.
    start, end : int
    sign : (int, int)
        Where its sign stands; empty for a scope of the whole sentence.
    """

    kind: str
    start: int
    end: int
    sign: Span


def scopes_of(sentence: str, following: str = "") -> tuple[Scope, ...]:
    """Scopes of a sentence, in the order of the signs' kinds.

    Parameters
    ----------
    sentence : str
    following : str
        The next sentence of its passage: it may say that this one is untrue.

    Examples
    --------
    >>> sentence = "He denied that he was paid, but the court found receipts."
    >>> [(s.kind, sentence[s.start : s.end]) for s in scopes_of(sentence)]
    [('deny~', 'denied that he was paid, ')]
    >>> scopes_of("She did not tell her husband that she was paid.")
    ()
    """
    if len(sentence) > MAX_CHARS:
        return ()
    lowered = _lowered(sentence)
    plain = signs.ASIDE.sub(lambda aside: " " * len(aside[0]), lowered)
    found = [
        scope for kind, needs, pattern in signs.SIGNS if _holds_one(plain, needs)
        for sign in islice(pattern.finditer(plain), MAX_SIGNS)
        if (scope := _scope(kind, plain, sign))
    ]
    found += _told_untrue(plain)
    if "offer" in plain and (last := signs.DECLINED_LAST.search(plain, plain.index("offer"))):
        found.append(Scope("refuse_post", 0, last.start(), last.span()))
    if _holds_one(plain, signs.SUPPOSING):
        found += _whole(lowered)
    if following and _is_refuted(lowered, _lowered(following[:MAX_CHARS])):
        found.append(Scope("next", 0, len(plain), (0, 0)))
    return tuple(found)


def _holds_one(plain: str, needs: tuple[str, ...]) -> bool:
    for need in needs:  # noqa: SIM110 (`any` takes twice as long)
        if need in plain:
            return True
    return False


def _scope(kind: str, plain: str, sign: re.Match[str]) -> Scope | None:
    """The scope that a sign opens, up to the clause's end; None where it is none after all."""
    start, after = sign.span()
    is_hard = kind in ("deny", "unproven")
    turn = (signs.HARD_TURN if is_hard else signs.ANY_TURN).search(plain, after)
    end = turn.start() if turn else len(plain)
    if kind in ("not", "no"):
        # "you will not see her again unless ...": a threat; "no officer had defected before": news
        if turn and (turn[0] == "unless" or (turn[0] == "before" and kind == "no")):
            return None
        if turn and turn[0] in _CONTRASTS and signs.DOUBTER.search(plain, turn.end()):
            return None
        if signs.RESTRICTIVE.search(plain, 0, start):  # "two men who had not been introduced gave"
            return None
        return _negation(kind, plain, sign, end)
    stop = None
    if not is_hard:
        if signs.WHEN.search(plain, 0, start) or signs.LATER.search(plain, after):
            return None
        stop = signs.REFUSAL_END.search(plain, after, end)
    elif signs.RELATIVE.search(plain, 0, start):  # "the clerk, who denies everything, was paid"
        stop = signs.COMMA.search(plain, after, end)
    elif turn and (turn[0] != ";" or signs.ACCUSER.search(plain, turn.start())):
        kind += "~"
    return Scope(kind, start, stop.start() if stop else end, (start, after))


def _negation(kind: str, plain: str, sign: re.Match[str], end: int) -> Scope | None:
    """The scope of a negation: of its verb's clause, or of a phrase alone."""
    start, after = sign.span()
    if kind == "not":
        is_clause = re.match(signs.AUX, sign[0]) or sign[0].startswith(("never", "nor", "c", "won"))
        # "had he not been passed over", "could not have paid his debts without"
        if signs.UNREAL.search(plain, 0, start) or signs.UNREAL_AFTER.match(plain, after):
            return None
    else:
        is_clause = start == 0 or plain[:start].endswith((", ", "; ", ": ", "and ", "that "))
    stop = (signs.CLAUSE_END if is_clause else signs.PHRASE_END).search(plain, after, end)
    end = stop.start() if stop else end
    first = start
    if kind == "not":
        verb = signs.NEXT_VERB.search(plain, after, end)
        end = verb.start() if verb else end
        if is_clause and sign[0].startswith(_MODALS):
            kind = "not_m"
    elif not is_clause and (before := signs.OBJECT_OF.search(plain, 0, start)):
        first = before.start()  # "received no instructions", "asked for no fee"
    return Scope(kind if is_clause else f"{kind}_c", first, end, (start, after))


def _told_untrue(plain: str) -> Iterator[Scope]:
    """Of what is told and called untrue, or had no part in it, in the same sentence."""
    if not _holds_one(plain, signs.UNTRUE_WORDS):
        return
    told = signs.SO_TOLD.search(plain)
    if told and (untrue := signs.UNTRUE.search(plain, told.end())) and not signs.HARD_TURN.search(
        plain, told.end(), untrue.start()
    ):
        yield Scope("unproven", told.start(), untrue.end(), told.span())
    if no_part := signs.NO_PART.search(plain):
        first = _end_before(signs.HARD_TURN, plain, no_part.start())
        yield Scope("unproven", first, no_part.end(), no_part.span())


def _is_refuted(plain: str, following: str) -> bool:
    """Whether the next sentence calls this one untrue, or answers its question with no."""
    return signs.NEXT_UNTRUE.match(following) is not None or (
        signs.ANSWERED_NO.match(following) is not None and signs.ASKED.search(plain) is not None
    )


def _whole(plain: str) -> Iterator[Scope]:
    """Of what is supposed or advised: all that stands between breaks."""
    for kind, needs, pattern in signs.WHOLE:
        sign = pattern.search(plain) if _holds_one(plain, needs) else None
        # "would have been closed if he had not complied": a threat
        if sign and not (kind == "inverted" and signs.NOT.search(plain)):
            stop = signs.BREAK.search(plain, sign.end())
            yield Scope(kind, _end_before(signs.BREAK, plain, sign.start()),
                        stop.start() if stop else len(plain), (0, 0))


def _end_before(pattern: re.Pattern[str], plain: str, place: int) -> int:
    """Where the last match before a place ends; else 0."""
    return max((found.end() for found in pattern.finditer(plain, 0, place)), default=0)


def _lowered(text: str) -> str:
    """In lower case, as long as before, with plain apostrophes."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(x if len(x := c.lower()) == 1 else c for c in text)
    return lowered.replace("’", "'")
