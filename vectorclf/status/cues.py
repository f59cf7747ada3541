"""Cues of how a sentence is told: who says so, whether it was found or denied, where and when.

A cue is a bit. A sentence's cues are one integer, so that those of many sentences join by ``|``.
"""

from __future__ import annotations

import re
from functools import reduce
from operator import or_

_CLASSES = {
    # attribution and doubt
    "alleged": "allege* alleging allegation*", "accused": "accus*",
    "suspected": "suspect* suspicion*", "indicted": "indict*",
    "charged": "charge charged charges charging count counts",
    "hearsay": "reportedly apparently supposedly purport* rumor* rumour* presumably probably "
               "possibly perhaps ostensibly",
    "claim": "claim claims claimed claiming", "seem": "appear* seem seems seemed likely",
    "said": "said saying told added stated announced confirmed described testified concluded "
            "reported asserted disclosed warned complained suggested wrote contended argued",
    "says": "say says tell tells adds states confirms describes concludes reports asserts "
            "discloses warns complains suggests writes contends argues",
    "believed": "believe* think* thought understood", "heard": "heard hears",
    "according": "according", "whether": "whether if", "replied": "repl* answered countered asked",
    # who speaks
    "prosecutor": "prosecut* crown", "police": "investigat* police policeman detective* fbi",
    "service": "bureau agency agencies service services security cia fsb sbu mss kgb "
               "intelligence counter-intelligence army navy military",
    "government": "government ministry ministries minister authorit* official* spokes* department "
                  "state commission",
    "document": "indictment complaint affidavit sheet papers documents file files report "
                "statement memo memorandum",
    "press": "newspaper* media article reporter* source sources journalist* magazine",
    "court": "court tribunal judge judges jury jurors judgment verdict ruling magistrate*",
    "lawyer": "lawyer* counsel defence defense defendant* barrister attorney solicitor",
    "power": "embassy moscow beijing tehran kremlin foreign consulate pyongyang havana taipei "
             "minsk ankara",
    # stages of a case
    "trial": "trial faces faced hearing arraign* prosecution",
    "held": "detained custody arrest* remand* extradit* held",
    "convicted": "convict* sentenced sentence sentences jailed imprison* executed",
    "admitted": "admit* confess* acknowledg* conceded concedes", "plea": "plea plead* pled",
    "guilty": "guilty", "witness": "witness* testimon* oath testif*",
    # denial
    "deny": "deny denies denied denying denial denials",
    "reject": "reject* dismiss* disput* contest* refut* repudiat*",
    "fabricated": "fabricat* baseless groundless unfounded slander* absurd lie lies invented "
                  "invention nonsense smear* provocation untrue fiction hoax false falsely",
    "maintain": "maintain* insist* protest* retract* recant* withdrew withdraw* swore vow*",
    "innocent": "innocen*", "whitewash": "framed victim scapegoat misunder* persecut* tortur*",
    "doubt": "doubt* disbeliev* sceptic* skeptic* unproven unclear contradict* persuaded",
    "negative": "never nothing not no nobody none didn't hadn't wasn't",
    "merely": "only merely simply just genuine mistake* loan without",
    # voice and time
    "quoted": '" “ ”', "first_person": "i my me we our us mine", "you": "you your",
    "old_year": "15## 16## 17## 18## 19##", "new_year": "20##",
    "weekday": "monday tuesday wednesday thursday friday saturday sunday yesterday today tonight",
    "is": "is are", "has": "has have", "was": "was were", "had": "had",
    "but": "but however though although while whereas",
    "memoir": "memoir* book* biograph* historian* archiv* declassified letter letters diary",
}  # fmt: skip
_HELPERS = {
    "official": "=prosecutor =police =service =government =document =press agent agents attorney "
                "office charges", "say": "=said =says =believed =claim alleg*",
    "person": "he she they who both all defendant* accused man men woman family husband wife",
    "finding": "found held ruled conclud* accepted established",
    "reported_as": "said believed thought understood reported known supposed alleged suspected "
                   "accused",
    "to": "to of by", "modal": "may might could", "have": "have be well",
    "be": "was were been being", "object": "charge charges allegation* accusation* claim* "
    "wrongdoing guilt report reports it them this that any both being having ever",
    "possession": "a an his her their promotion tenure leave entry access commission",
    "call": "call called calls calling", "it": "it the them this that all", "not": "not",
    "comment": "comment say reply reached", "no": "no not decline* would neither",
}  # fmt: skip
_SEQUENCES = {
    "official_says": ("official", 4, "say"), "says_official": ("say", 5, "official"),
    "according_to_official": ("according", 5, "official"),
    "according_to_court": ("according", 3, "court"), "court_says": ("court", 3, "say"),
    "said_to": ("reported_as", 0, "to"), "may_have": ("modal", 0, "have"),
    "court_found": ("court", 2, "finding"), "court_heard": ("court", 3, "heard"),
    "person_says": ("person", 2, "say"), "person_denies": ("person", 4, "deny"),
    "person_rejects": ("person", 4, "reject"), "lawyer_says": ("lawyer", 3, "say"),
    "lawyer_denies": ("lawyer", 4, "deny"), "deny_object": ("deny", 3, "object"),
    "reject_object": ("reject", 4, "object"), "was_denied": ("be", 1, "deny"),
    "denied_a": ("deny", 0, "possession"), "power_says": ("power", 3, "say"),
    "power_denies": ("power", 4, "deny"), "called_it": ("call", 0, "it"),
    "not_guilty": ("not", 1, "guilty"), "no_comment": ("no", 3, "comment"),
    "pleaded_guilty": ("plea", 0, "guilty"), "accused_of": ("accused", 0, "to"),
    "charged_with": ("charged", 1, "to"), "is_said": ("is", 2, "reported_as"),
    "lawyer_negative": ("lawyer", 12, "negative"), "person_merely": ("person_says", 10, "merely"),
    "person_negative": ("person_says", 10, "negative"), "not_persuaded": ("not", 2, "doubt"),
}  # fmt: skip

CUES = (*_CLASSES, *_SEQUENCES, "says_last")
"""Names of the cues, by bit."""
_TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)?|\d{4}|[\"“”]")
_BIT = {name: 1 << k for k, name in enumerate((*CUES, *_HELPERS))}
_OWN = (1 << len(CUES)) - 1
_LAST_WORDS = 5
_MAX_WORDS = 1 << 16  # remembered
_SAY, _SAYS_LAST = _BIT["say"], _BIT["says_last"]
_RULES = [(_BIT[name], _BIT[a], _BIT[b], gap + 2) for name, (a, gap, b) in _SEQUENCES.items()]


def _entries() -> tuple[dict[str, int], dict[str, int]]:
    whole: dict[str, int] = {}
    stems: dict[str, int] = {}
    for name, words in (_CLASSES | _HELPERS).items():
        listed = [_CLASSES[w[1:]] if w[0] == "=" else w for w in words.split()]
        for word in " ".join(listed).split():
            kept = stems if word[-1] in "*#" else whole
            word = word.rstrip("*#")
            kept[word] = kept.get(word, 0) | _BIT[name]
    return whole, stems


_WHOLE, _STEMS = _entries()


class _Bits(dict[str, int]):
    """Bits by word, worked out when a word is first met; forgotten when too many were."""

    def __missing__(self, word: str) -> int:
        bits = _WHOLE.get(word, 0)
        for end in range(1, len(word) + 1):
            bits |= _STEMS.get(word[:end], 0)
        if len(self) >= _MAX_WORDS:
            self.clear()
        self[word] = bits
        return bits


_bits_of = _Bits().__getitem__


def cues_of(sentence: str) -> int:
    """The cues of a sentence, as bits in the order of CUES.

    Examples
    --------
    >>> cue_names(cues_of("Prosecutors said he was paid."))
    ['said', 'prosecutor', 'was', 'official_says', 'says_last']
    """
    bits = list(map(_bits_of, _TOKEN.findall(sentence.lower().replace("’", "'"))))
    found = reduce(or_, bits, 0)
    for own, a, b, reach in _RULES:
        if found & a and found & b:
            for k, each in enumerate(bits):
                if each & a and any(other & b for other in bits[k + 1 : k + reach]):
                    found |= own
                    bits[k] |= own  # for the rules that build on this one
                    break
    if reduce(or_, bits[-_LAST_WORDS:], 0) & _SAY:
        found |= _SAYS_LAST
    return found & _OWN


def cue_names(cues: int) -> list[str]:
    """Names of the bits that are set."""
    return [name for k, name in enumerate(CUES) if cues >> k & 1]
