"""How a tag's evidence is told: as fact, as an allegation, or asserted and denied (G5-G8)."""

from __future__ import annotations

import re

_ATTRIBUTED = re.compile(
    r"\b(?:alleg\w*|accus\w*|suspect\w*|indict\w*|purport\w*|reportedly|apparently|supposedly|"
    r"rumou?r\w*|claim(?:s|ed|ing)?|affidavit|complaint|charge[sd]?|believed to|thought to|"
    r"said to have|appears? to have|may have|might have|"
    r"(?:prosecut\w+|investigators?|police|authorities|officials?|ministry|bureau|agency|service|"
    r"fbi|fsb|sbu|mss|sources?|detectives|intelligence officers?) "
    r"(?:\w+ ){0,3}?(?:sa(?:id|ys?)|believes?|believed|contends?|contended|told|argued?|asserts?|"
    r"stated|suspects?|announced|disclosed)|"
    r"(?:sa(?:id|ys?)|according to|told) (?:the |a |an )?(?:\w+ ){0,3}?(?:prosecut\w+|"
    r"investigators?|police|authorities|officials?|ministry|bureau|agency|service|charges|"
    r"papers|media|reports?|newspaper|sources?|fbi|fsb|sbu|mss))\b",
    re.IGNORECASE,
)
_FOUND = re.compile(
    r"\b(?:convict\w+|found guilty|plead(?:ed)? guilty|pled guilty|sentenced|admitted|confess\w+|"
    r"acknowledged|the (?:court|tribunal|judge|jury|judgment|verdict) "
    r"(?:found|held|ruled|heard))\b",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:den(?:y|ies|ied|ying|ial|ials)|disput\w+|reject(?:s|ed) (?:the |all |those |any )?"
    r"(?:claims?|charges?|accusations?|allegations?)|(?:pleaded|pled) not guilty|"
    r"(?:maintain|protest|insist)\w* (?:his|her|their|on (?:his|her|their)) innocence|"
    r"dismissed (?:the |all )?(?:\w+ )?(?:claims?|charges?|accusations?|allegations?|reports?)|"
    r"called (?:the |it |them )?(?:\w+ )?(?:a lie|lies|fabricat\w+|baseless|slander\w*|absurd)|"
    r"fabricat\w+|baseless|groundless|unfounded|retracted|recanted)\b",
    re.IGNORECASE,
)


def status_of(sentence: str, passage: str = "") -> str:
    """Status of a tag whose evidence is `sentence`, inside `passage`.

    Returns
    -------
    status : str
        "disputed": a denial stands beside it. "alleged": it is attributed, and the sentence
        itself names no finding. "asserted" otherwise.

    Examples
    --------
    >>> status_of("He sold the plans for $5,000.")
    'asserted'
    >>> status_of("Prosecutors said he sold the plans for $5,000.")
    'alleged'
    >>> status_of("He sold the plans, prosecutors said.", "He sold the plans. He denies it.")
    'disputed'
    """
    if _DENIED.search(sentence) or _DENIED.search(passage):
        return "disputed"
    if _ATTRIBUTED.search(sentence) and not _FOUND.search(sentence):
        return "alleged"
    return "asserted"
