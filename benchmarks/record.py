"""Results on disk: one JSON file a benchmark, with date, machine and commit."""

from __future__ import annotations

import json
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

from vectorclf.benchmarking.measure import machine

RESULTS = Path(__file__).parent / "results"


def commit() -> str:
    """Short hash of the commit measured, "" outside a checkout."""
    command = ["git", "rev-parse", "--short", "HEAD"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parent)
    except OSError:
        return ""
    return done.stdout.strip()


def write(name: str, rows: list[dict[str, Any]]) -> Path:
    """Save the rows of benchmark `name`, as JSON and as a table; where they are."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    found = {"date": str(date.today()), "commit": commit(), "machine": machine(), "rows": rows}
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    about = ", ".join(f"{key} {value}" for key, value in found["machine"].items())
    text = f"# {name}\n\n{found['date']}, commit {found['commit']}; {about}.\n\n{table(rows)}\n"
    path.with_suffix(".md").write_text(text, encoding="utf-8")
    return path


def table(rows: list[dict[str, Any]]) -> str:
    """Rows as a Markdown table."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    lines += ["| " + " | ".join(_cell(row.get(name, "")) for name in names) + " |" for row in rows]
    return "\n".join(lines)


def _cell(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
