"""How a tag's evidence is told: as fact, as an allegation, asserted and denied, or only denied.

    sentences -> cues -> features -> status (codebook G5, G6, G8)
    sentence -> scopes -> shares of the evidence in them -> denied or not (G6, G7, G11)
"""

from __future__ import annotations

from collections.abc import Sequence

from vectorclf.status.cues import cues_of
from vectorclf.status.denial import only_denies
from vectorclf.status.model import StatusModel, status_model
from vectorclf.status.scopes import Scope, scopes_of

__all__ = ["Scope", "StatusModel", "cues_of", "only_denies", "scopes_of", "status_model",
           "status_of"]


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
