"""Run benchmarks, print their tables and record them: ``python -m benchmarks [name ...]``."""

import importlib
import sys

from benchmarks import record

NAMES = ("segment", "predict", "news", "engines", "threads", "start", "growth", "jobs",
         "training", "evidence")


def main(names: list[str]) -> int:
    unknown = sorted(set(names) - set(NAMES))
    if unknown:
        print(f"expected some of {', '.join(NAMES)}, got {', '.join(unknown)}", file=sys.stderr)
        return 2
    for name in names or NAMES:
        rows = importlib.import_module(f"benchmarks.bench_{name}").run()
        print(f"\n{record.table(rows)}\n\nwritten to {record.write(name, rows)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
