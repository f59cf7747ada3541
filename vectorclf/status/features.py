"""Features of a tag's status: cues by their place around the evidence, and some pairs of them.

    S the sentence of the evidence    P, N its neighbours    B, A all before and after it

within its passage. Every feature has a name ("S_official_says", "A_deny&S_said"); inside, a cue
at a place is a row number, so that a prediction needs no names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vectorclf.status.cues import CUES

STATUSES = ("asserted", "alleged", "disputed")
PLACES = "SPNBA"
N_CUES = len(CUES)
FACTS = ("alone", "first", "last")
"""The sentence is its passage's only, first, last one."""
_DENIALS = (
    "deny", "not_guilty", "reject", "fabricated", "maintain", "lawyer_negative",
    "person_negative", "called_it", "doubt", "whitewash", "person_denies", "deny_object",
    "power_says", "lawyer_denies", "innocent", "person_merely",
)  # fmt: skip
_CONTEXTS = (
    "S_official_says", "S_says_official", "S_convicted", "A_convicted", "B_convicted",
    "A_admitted", "S_admitted", "B_official_says", "S_indicted", "S_accused", "S_alleged",
    "S_said", "S_says", "S_person_says", "alone",
)  # fmt: skip
ROW_NAMES = tuple(f"{place}_{cue}" for place in PLACES for cue in CUES) + FACTS
_ROW = {name: row for row, name in enumerate(ROW_NAMES)}
_DENIAL_ROWS = frozenset(_ROW[f"{place}_{name}"] for place in PLACES for name in _DENIALS)
_CONTEXT_ROWS = frozenset(_ROW[name] for name in _CONTEXTS)


def rows_of(cues: Sequence[int], k: int) -> list[int]:
    """Rows of the features that are on for sentence `k` of a passage, without the pairs.

    Parameters
    ----------
    cues : sequence of int
        Of every sentence of the passage (see `cues_of`).
    k : int
        The sentence of the evidence.
    """
    n = len(cues)
    before = after = 0
    for each in cues[:k]:
        before |= each
    for each in cues[k + 1 :]:
        after |= each
    places = (cues[k], cues[k - 1] if k else 0, cues[k + 1] if k + 1 < n else 0, before, after)
    rows = []
    first = 0
    for bits in places:
        while bits:
            low = bits & -bits
            rows.append(first + low.bit_length() - 1)
            bits ^= low
        first += N_CUES
    rows += [first + fact for fact, holds in enumerate((n == 1, k == 0, k == n - 1)) if holds]
    return rows


def pairs_of(rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Pairs of a denial anywhere and a context of it, among `rows`."""
    denials = [r for r in rows if r in _DENIAL_ROWS]
    if denials:
        contexts = [r for r in rows if r in _CONTEXT_ROWS]
        for denial in denials:
            for context in contexts:
                yield denial, context


def names_of(cues: Sequence[int], k: int, label: str = "") -> list[str]:
    """Names of all features that are on, pairs and label included."""
    rows = rows_of(cues, k)
    names = [ROW_NAMES[row] for row in rows]
    names += [f"{ROW_NAMES[a]}&{ROW_NAMES[b]}" for a, b in pairs_of(rows)]
    return [*names, f"L_{label}"] if label else names


def key_of(name: str) -> int | tuple[int, int] | str:
    """What a name stands for: a row, a pair of rows, or a label.

    Raises
    ------
    KeyError
    """
    if name.startswith("L_"):
        return name[2:]
    first, _, second = name.partition("&")
    return (_ROW[first], _ROW[second]) if second else _ROW[first]
