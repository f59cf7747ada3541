"""Denied, and nothing else: the sentence does not say that it was so (G6, G7), so it earns no tag.

    scopes of a sentence + terms of its evidence -> shares in scope -> features -> one sum

What is denied, refused or supposed counts by its share of the evidence: "He denies spying, but was
paid" has little of its evidence for money in the scope of the denial. A small linear model weighs
the shares by kind of scope; its table stands beside this file, made by a command:

    python -m benchmarks.denial_model
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import msgspec

from vectorclf.records import Evidence
from vectorclf.status.scopes import KINDS, Scope
from vectorclf.status.tables import read_table

WEIGHTS = Path(__file__).with_name("denial.json")
_SUPPOSED = ("if", "inverted", "generic_passive", "generic_active", "advice")
_GROUPS = {
    "deny": "denied", "unproven": "denied", "deny~": "disputed", "unproven~": "disputed",
    "not": "negated", "not_m": "unable", "not_c": "negated", "no": "negated", "no_c": "negated",
    "refuse": "refused", "refuse_to": "refused", "refuse_post": "refused", "next": "next",
    **dict.fromkeys(_SUPPOSED, "supposed"),
}  # fmt: skip
_WEIGHED_SIGNS = ("not", "not_m", "not_c", "no", "no_c", "refuse", "refuse_to")
_FAMILIES = ("motive", "method")
_PROVEN_BY_REFUSAL = ("ideology", "divided_loyalty")  # "refusal of payment ... as proof of belief"
_PAYMENT = re.compile(
    r"\b(?:money|pay|paid|payments?|penny|cent|fees?|rewards?|stipend|salary|cash)\b")
HALF, MOST, MAX_OWN = 0.5, 0.8, 0.4
FEATURES = (
    *KINDS, *(f"{kind}>half" for kind in KINDS),
    *(f"{group}&{family}" for group in sorted(set(_GROUPS.values())) for family in _FAMILIES),
    "any", "any>half", "any>most", "sign_for", "sign_against", "sign_for&half",
    "sign_against&half",
)  # fmt: skip


class DenialWeights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file's content.

    Attributes
    ----------
    dataset_sha256 : str
        Of the coded dataset it was learned from (splits train and dev).
    cutoff : float
        Under this sum, a sentence only denies.
    weights : dict of str to float
        By name, of FEATURES.
    """

    dataset_sha256: str
    cutoff: float
    weights: dict[str, float]


def denial_features(
    evidence: Evidence, scopes: Sequence[Scope], label: str, family: str
) -> dict[str, float]:
    """How much of a tag's evidence stands in scopes, by kind; empty where none counts.

    Parameters
    ----------
    evidence : Evidence
        With all its terms.
    scopes : sequence of Scope
        Of its sentence.
    label, family : str
        A refused offer is no motive, but the refusal of payment tells of ideology; a refused
        approach still was one (G11).

    Returns
    -------
    features : dict of str to float
        Shares of the positive contributions, those that reach a half or most of them, and what
        the terms with a sign in them bring themselves: "did not board the flight" speaks for a
        defection, and the model of the labels knows it.
    """
    scopes = [
        s for s in scopes
        if not (s.kind in ("refuse", "refuse_post") and family != "motive")
        and not (label in _PROVEN_BY_REFUSAL
                 and _PAYMENT.search(evidence.quote.lower(), s.start, s.end))
    ]
    if not scopes:
        return {}
    begin = evidence.span[0]
    terms = [
        (t.span[0] - begin, t.span[1] - begin, t.contribution) for t in evidence.terms
        if t.term and not t.term.startswith("(")
    ]
    positive = [t for t in terms if t[2] > 0]
    total = sum(t[2] for t in positive) or 1.0
    found: dict[str, float] = {}
    by_kind = {kind: [s for s in scopes if s.kind == kind] for kind in {s.kind for s in scopes}}
    for kind, own in by_kind.items():
        share = _mass(positive, own) / total
        found[kind] = share
        found[f"{kind}>half"] = float(share >= HALF)
        name = f"{_GROUPS[kind]}&{family}"
        found[name] = max(share, found.get(name, 0.0))
    share = _mass(positive, scopes) / total
    is_half = float(share >= HALF)
    found |= {"any": share, "any>half": is_half, "any>most": float(share >= MOST)}
    signs = [
        sum(c for a, b, c in terms if a < s.sign[1] and s.sign[0] < b) / total
        for s in scopes if s.kind in _WEIGHED_SIGNS
    ]
    if signs:
        for name, value in (("sign_for", max(signs)), ("sign_against", min(signs))):
            found[name] = max(-MAX_OWN, min(value, MAX_OWN))
            found[f"{name}&half"] = found[name] * is_half
    return {name: value for name, value in found.items() if value}


def _mass(terms: Sequence[tuple[int, int, float]], scopes: Sequence[Scope]) -> float:
    """Contributions in scope: those of terms half inside count half."""
    return sum(
        contribution * max(
            max(0, min(b, s.end) - max(a, s.start)) for s in scopes
        ) / (b - a)
        for a, b, contribution in terms
    )


def only_denies(evidence: Evidence, scopes: Sequence[Scope], label: str, family: str) -> bool:
    """Whether the quoted sentence denies, refuses or supposes what speaks for the tag."""
    features = denial_features(evidence, scopes, label, family)
    if not features:
        return False
    table = denial_model()
    return sum(table.weights.get(name, 0.0) * x for name, x in features.items()) < table.cutoff


@cache
def denial_model() -> DenialWeights:
    """The table that comes with the package, read once.

    Raises
    ------
    ModelFormatError
    """
    return read_table(WEIGHTS, DenialWeights, _checked, "denial")


def _checked(table: DenialWeights) -> DenialWeights:
    if unknown := table.weights.keys() - set(FEATURES):
        raise ValueError(f"unknown feature {min(unknown)!r}")
    return table
