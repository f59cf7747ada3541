"""Check the engine against its floors: ``python -m benchmarks.guard [--short | --full]``.

--short: parity and a few ratios in a few seconds, with low floors; part of every CI run.
"""

import sys

from vectorclf.benchmarking.guard import run_guard, run_short


def main() -> int:
    options = sys.argv[1:]
    figures = run_short() if "--short" in options else run_guard(full="--full" in options)
    fallen = [figure for figure in figures if not figure.holds]
    for figure in fallen:
        print(f"guard: {figure}", file=sys.stderr)
    return 1 if fallen else 0


if __name__ == "__main__":
    sys.exit(main())
