"""Times of calls, taken in turn: on a shared machine only ratios in one process hold."""

from __future__ import annotations

import platform
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    import os

    import numba
    import numpy
    import sklearn

    model = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            names = [line.partition(":")[2].strip() for line in lines if "model name" in line]
        model = names[0] if names else model
    except OSError:
        pass
    return {
        "cpu": model,
        "n_cpus": os.cpu_count(),
        "python": platform.python_version(),
        "numpy": numpy.__version__,
        "numba": numba.__version__,
        "scikit-learn": sklearn.__version__,
    }


def megabytes(texts: Sequence[str]) -> float:
    """Size in UTF-8."""
    return sum(len(text.encode()) for text in texts) / 1e6


def seconds(call: Callable[[], object]) -> float:
    """Processor time of one call: other work on the machine stretches the clock, not this."""
    start = time.process_time()
    call()
    return time.process_time() - start


def rates(
    calls: dict[str, Callable[[Any], object]],
    texts: Sequence[str],
    *,
    rounds: int = 5,
    repeats: int = 1,
) -> dict[str, float]:
    """Megabytes a second of several ways to score texts, taken in turn.

    Parameters
    ----------
    calls : mapping of name to function of texts
    texts : sequence of str
        Split among the rounds, so that no text comes twice: what a call remembers of one
        text does not help it with the same text again.
    rounds : int
    repeats : int
        The shortest of so many times counts: what else the machine does only ever adds.
        More than 1 only for what remembers nothing of a text.

    Returns
    -------
    rate_by_name : dict of str to float
        Median over the rounds.
    """
    found: dict[str, list[float]] = {name: [] for name in calls}
    for r in range(rounds):
        part = texts[r::rounds]
        size = megabytes(part)
        for name, call in calls.items():
            shortest = min(seconds(lambda: call(part)) for _ in range(repeats))  # noqa: B023
            found[name].append(size / shortest)
    return {name: statistics.median(values) for name, values in found.items()}
