"""The picture of a report in the documentation: docs/report.png, from synthetic rows.

    python benchmarks/make_report_picture.py

Needs Debian's chromium; its look follows the machine's fonts (here: fonts-noto-core).
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

import msgspec
from PIL import Image

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests")]

from browser import browser  # noqa: E402
from make_report_rows import rows  # noqa: E402

from vectorclf.errors import VectorclfError  # noqa: E402
from vectorclf.model import load_model  # noqa: E402
from vectorclf.report import write_report  # noqa: E402
from vectorclf.tagger import default_model  # noqa: E402

PICTURE = HERE.parent / "docs" / "report.png"
N_ARTICLES, N_COLOURS = 2000, 48
WIDTH = 1180
PARTS = (("main", ".bars"), ("section:has(.heat)", "section:has(.heat) .note"),
         ("#articles", ".card:nth-child(2)"))
"""Parts of the picture: where each begins, and the element it ends with."""
BOX = """(() => { const at = x => document.querySelector(x).getBoundingClientRect();
    const top = at('FIRST').top + scrollY;
    return [0, top, innerWidth, at('LAST').bottom + scrollY - top + 20]; })()"""


def main() -> None:
    try:
        model = load_model(default_model())
    except VectorclfError:
        model = None
    with tempfile.TemporaryDirectory() as directory:
        tagged, page_file = Path(directory, "tags.jsonl"), Path(directory, "report.html")
        tagged.write_bytes(b"".join(msgspec.json.encode(r) + b"\n" for r in rows(N_ARTICLES)))
        write_report(tagged, page_file, model=model)
        parts = []
        with browser() as page:
            page.look(width=WIDTH, height=4000)
            page.open(page_file)
            page.evaluate("document.querySelectorAll('.picker').forEach(x => x.open = false)")
            for first, last in PARTS:
                box = page.evaluate(BOX.replace("FIRST", first).replace("LAST", last))
                parts.append(Image.open(io.BytesIO(page.picture(clip=box))))
    whole = Image.new("RGB", (WIDTH, sum(part.height for part in parts)))
    top = 0
    for part in parts:
        whole.paste(part, (0, top))
        top += part.height
    PICTURE.parent.mkdir(exist_ok=True)
    whole.quantize(N_COLOURS, dither=Image.Dither.NONE).save(PICTURE, optimize=True)
    print(f"{PICTURE.name}: {PICTURE.stat().st_size / 1000:.0f} KB")


if __name__ == "__main__":
    main()
