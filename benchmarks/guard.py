"""Check the engine against its floors: ``python -m benchmarks.guard [--full]``."""

import sys

from vectorclf.benchmarking.guard import run_guard


def main() -> int:
    fallen = [figure for figure in run_guard(full="--full" in sys.argv[1:]) if not figure.holds]
    for figure in fallen:
        print(f"guard: {figure}", file=sys.stderr)
    return 1 if fallen else 0


if __name__ == "__main__":
    sys.exit(main())
