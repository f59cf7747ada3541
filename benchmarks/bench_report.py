"""How long a report takes to write, and to open in a browser (Debian's chromium).

    python benchmarks/bench_report.py [-n 10000] [-o results/report.json]

Open time: from the start of navigation until the page has drawn its first cards and can be used
(its script has run, two frames are painted). Median of five, each in a fresh navigation.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import msgspec

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests")]

from browser import browser  # noqa: E402
from make_report_rows import rows  # noqa: E402

from vectorclf.report import write_report  # noqa: E402

N_OPENINGS = 5
USABLE_MS = """new Promise(done => requestAnimationFrame(() => requestAnimationFrame(
    () => done(performance.now()))))"""
SEARCH_MS = """(async () => {
  const box = document.querySelector("[name=q]"), start = performance.now();
  box.value = "money court";
  document.querySelector("form").requestSubmit();
  return [performance.now() - start, document.getElementById("found").textContent];
})()"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("-n", type=int, default=10_000, help="articles")
    parser.add_argument("-o", "--output")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        tagged, page_file = Path(directory, "rows.jsonl"), Path(directory, "report.html")
        tagged.write_bytes(b"".join(msgspec.json.encode(r) + b"\n" for r in rows(options.n)))
        start = time.perf_counter()
        counts = write_report(tagged, page_file)
        write_s = time.perf_counter() - start
        file_mb = page_file.stat().st_size / 1e6
        opened, searched, redrawn = [], [], []
        with browser() as page:
            page.look()
            for _ in range(N_OPENINGS):
                page.open(page_file)
                opened.append(page.evaluate(USABLE_MS))
                searched.append(page.evaluate(SEARCH_MS)[0])
                redrawn.append(page.evaluate(SEARCH_MS)[0])
            heap = page.evaluate("performance.memory.usedJSHeapSize") / 1e6
            version = page.evaluate("navigator.userAgent").split("Chrome/")[1].split()[0]
    result = {
        "date": date.today().isoformat(), "machine": platform.platform(),
        "commit": subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=HERE,
                                 capture_output=True, text=True).stdout.strip(),
        "chromium": version, "n_articles": options.n, "n_tags": counts.n_tags,
        "write_s": round(write_s, 2), "file_mb": round(file_mb, 2),
        "open_ms": round(statistics.median(opened)), "open_ms_worst": round(max(opened)),
        "first_search_ms": round(statistics.median(searched)),
        "search_ms": round(statistics.median(redrawn)), "heap_mb": round(heap, 1),
    }  # fmt: skip
    print(json.dumps(result, indent=1))
    if options.output:
        Path(options.output).write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
