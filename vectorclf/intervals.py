"""How sure a figure is: 95 % intervals, groups of texts resampled or allowed for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

Z = 1.959964  # of the normal distribution, two-sided 95 %
N_ROUNDS = 1000  # of a bootstrap
NONE = "–"  # in place of a figure that there is none of


class Interval(NamedTuple):
    """Bounds of a 95 % interval; NaN where nothing can be said."""

    low: float
    high: float

    def __str__(self) -> str:
        return NONE if np.isnan(self.low) else f"{self.low:.3f} to {self.high:.3f}"


UNKNOWN = Interval(float("nan"), float("nan"))


def shown(value: float, form: str = ".3f") -> str:
    """A figure as it is printed: a dash where there is none (NaN).

    Examples
    --------
    >>> shown(0.5), shown(0.5, ".1%"), shown(float("nan"))
    ('0.500', '50.0%', '–')
    """
    if np.isnan(value):
        return NONE
    text = format(value, form)
    # a difference that is rounded to nothing has no sign
    return format(0.0, form) if text.startswith("-") and not text.strip("-0.%") else text


def shown_with(value: float, interval: Sequence[float], form: str = ".3f") -> str:
    """A figure and its interval as they are printed.

    Examples
    --------
    >>> shown_with(0.5, (0.25, 0.75)), shown_with(0.5, UNKNOWN)
    ('0.500 (0.250 to 0.750)', '0.500')
    """
    if np.isnan(value) or np.isnan(interval[0]):
        return shown(value, form)
    return f"{value:{form}} ({interval[0]:{form}} to {interval[1]:{form}})"


def wilson(rate: np.ndarray, n: np.ndarray, z: float = Z) -> tuple[np.ndarray, np.ndarray]:
    """95 % interval of shares out of `n` (Wilson 1927), float64 in [0, 1]."""
    centre = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    # Rounding must not put a share outside its own interval.
    return np.minimum(np.maximum(centre - half, 0), rate), np.maximum(
        np.minimum(centre + half, 1), rate
    )


def share_interval(part: np.ndarray, whole: np.ndarray) -> Interval:
    """95 % interval of ``part.sum() / whole.sum()``, where whole groups come by chance.

    Parameters
    ----------
    part, whole : ndarrays of shape (n_groups,)
        What each group adds; ``part <= whole``.

    Notes
    -----
    Wilson's interval (1927) for the effective number of trials: as many as would, one by one,
    vary as much as the groups do (Korn and Graubard 1998). Unlike a bootstrap it also says
    something of a share of 0 or 1; there, and of a single group, a group counts as one trial.
    NaN where nothing adds to the whole.
    """
    held = whole > 0
    part, whole = np.asarray(part[held], dtype=float), np.asarray(whole[held], dtype=float)
    n_groups, total = len(whole), whole.sum()
    if not n_groups:
        return UNKNOWN
    share, n = part.sum() / total, float(n_groups)
    if 0 < share < 1 and n_groups > 1:
        variance = ((part - share * whole) ** 2).sum() / total**2
        n = min(total, share * (1 - share) / variance) if variance else total
    low, high = wilson(np.float64(share), np.float64(n))
    return Interval(float(low), float(high))


def resample(rng: np.random.Generator, n: int) -> np.ndarray:
    """How often each of n groups is drawn in one bootstrap round; shape (n,), int64."""
    return np.bincount(rng.integers(0, n, n), minlength=n)


def percentile_interval(values: Sequence[float] | np.ndarray) -> Interval:
    """95 % percentile interval of a bootstrap's rounds; rounds without a figure (NaN) left out."""
    values = np.asarray(values, dtype=float)
    values = values[~np.isnan(values)]
    if not len(values):
        return UNKNOWN
    low, high = np.quantile(values, [0.025, 0.975])
    return Interval(float(low), float(high))
