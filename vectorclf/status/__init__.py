"""How a tag's evidence is told: as fact, as an allegation, asserted and denied, or only denied.

    sentences -> cues -> features -> status (codebook G5, G6, G8)
"""

from __future__ import annotations

from collections.abc import Sequence

from vectorclf.status.cues import cues_of
from vectorclf.status.denial import has_denial, is_denied, may_deny, only_denies
from vectorclf.status.model import StatusModel, status_model

__all__ = ["StatusModel", "cues_of", "has_denial", "is_denied", "may_deny", "only_denies",
           "status_model", "status_of"]


def status_of(
    sentence: str, before: Sequence[str] = (), after: Sequence[str] = (), *, label: str = ""
) -> str:
    """Status of a tag whose evidence is `sentence`.

    Parameters
    ----------
    sentence : str
    before, after : sequence of str
        The other sentences of its passage.
    label : str
        Some labels are denied more often than others.

    Returns
    -------
    status : str
        "asserted", "alleged" or "disputed".

    Examples
    --------
    >>> status_of("He sold the plans for $5,000.")
    'asserted'
    >>> status_of("Prosecutors said he sold the plans for $5,000.")
    'alleged'
    """
    cues = [cues_of(each) for each in (*before, sentence, *after)]
    return status_model().status(cues, len(before), label)
