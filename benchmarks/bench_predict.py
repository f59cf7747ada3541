"""The engine beside scikit-learn: every figure the guard has a bound for, on more text.

python -m benchmarks predict
"""

from __future__ import annotations

from vectorclf.benchmarking.guard import run_guard


def run() -> list[dict]:
    return [
        {
            "figure": figure.name,
            "measured": figure.value,
            "unit": figure.unit,
            "bound": figure.bound,
            "kind": "floor" if figure.is_floor else "ceiling",
        }
        for figure in run_guard(full=True)
    ]
