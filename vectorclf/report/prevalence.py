"""How many articles truly have a label, given how many were tagged and how the tagger errs."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Any

import msgspec

Z = 1.959964  # two-sided 95 %
MIN_ARTICLES = 30  # fewer articles: the interval spans nearly everything, and none is given
MIN_YOUDEN = 0.05  # below, sensitivity and specificity say next to nothing


class Rates(msgspec.Struct, frozen=True):
    """Out-of-fold decisions on one label, counted.

    Attributes
    ----------
    n_texts, n_true, n_given, n_hit : int
        Texts; with the label; tagged; both.
    """

    n_texts: int
    n_true: int
    n_given: int
    n_hit: int


class Corrected(msgspec.Struct, frozen=True):
    """A corrected share of articles with its 95 % interval, all in [0, 1]."""

    share: float
    low: float
    high: float


def corrected_prevalence(n_tagged: int, n_articles: int, rates: Rates) -> Corrected | None:
    """Share of articles that truly have the label.

    Parameters
    ----------
    n_tagged, n_articles : int
        Of the batch.
    rates : Rates
        Of the same decision rule, on texts the model had not seen.

    Returns
    -------
    corrected : Corrected or None
        None where the rates tell nothing: no articles, no positives, or a tagger hardly better
        than chance.

    Notes
    -----
    ``(share + specificity - 1) / (sensitivity + specificity - 1)``, cut to [0, 1] (Rogan and
    Gladen 1978, Am. J. Epidemiol. 107:71-76). It holds if sensitivity and specificity carry over
    from the out-of-fold texts to these articles; how common the label is may differ. Interval:
    Lang and Reiczigel (2014, Prev. Vet. Med. 113:13-22, equations 6, 7, 16 and 17), which counts
    the uncertainty of both rates and adjusts them as Agresti and Coull do.

    Examples
    --------
    >>> corrected_prevalence(120, 1000, Rates(n_texts=1000, n_true=100, n_given=100, n_hit=80))
    Corrected(share=0.125..., low=0.09..., high=0.16...)
    """
    n_negative = rates.n_texts - rates.n_true
    if n_articles <= 0 or rates.n_true <= 0 or n_negative <= 0:
        return None
    false = rates.n_given - rates.n_hit
    sensitivity, specificity = rates.n_hit / rates.n_true, 1 - false / n_negative
    if sensitivity + specificity - 1 < MIN_YOUDEN:
        return None
    tagged = n_tagged / n_articles
    share = _cut((tagged + specificity - 1) / (sensitivity + specificity - 1))

    se = (rates.n_hit + 1) / (rates.n_true + 2)
    sp = (n_negative - false + 1) / (n_negative + 2)
    youden = se + sp - 1
    if youden <= 0:  # a handful of texts: adjusted, the rates are no better than chance
        return None
    q = (n_tagged + Z * Z / 2) / (n_articles + Z * Z)
    middle = (q + sp - 1) / youden
    se_variance, sp_variance = se * (1 - se) / (rates.n_true + 2), sp * (1 - sp) / (n_negative + 2)
    variance = (
        q * (1 - q) / (n_articles + Z * Z)
        + middle**2 * se_variance
        + (1 - middle) ** 2 * sp_variance
    ) / youden**2
    centre = middle + 2 * Z * Z * (middle * se_variance - (1 - middle) * sp_variance)
    half = Z * sqrt(variance)
    low, high = _cut(centre - half), _cut(centre + half)
    return Corrected(share, min(low, share), max(high, share))


def _cut(value: float) -> float:
    return min(1.0, max(0.0, value))


def rates_by_label(training: Mapping[str, Any], point: str = "balanced") -> dict[str, Rates]:
    """Out-of-fold rates of the labels a model has them for.

    Parameters
    ----------
    training : mapping
        ``Model.training``: ``n_texts``, ``positives`` and, in ``out_of_fold``, per label either
        ``labels[label] = {"n_true", "n_given", "n_hit"}`` or ``precision[label]`` and
        ``recall[label]``; for points other than "balanced", the same under ``points[point]``.
    point : str
        Operating point.
    """
    measured = training.get("out_of_fold") or {}
    measured = (measured.get("points") or {}).get(point) or (
        measured if point == "balanced" else {}
    )
    n_texts = training.get("n_texts") or 0
    found = {}
    for label, counts in (measured.get("labels") or {}).items():
        n_true, n_given = counts["n_true"], counts["n_given"]
        hits = counts.get("n_hit", round(counts.get("recall", 0.0) * n_true))
        found[label] = Rates(n_texts, n_true, n_given, hits)
    for label, precision in (measured.get("precision") or {}).items():
        n_true = (training.get("positives") or {}).get(label, 0)
        hits = round((measured.get("recall") or {}).get(label, 0.0) * n_true)
        if label not in found and hits and precision:
            found[label] = Rates(n_texts, n_true, round(hits / precision), hits)
    return found
