"""Tagged rows small enough to check by eye, and hostile ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FAMILY = {"financial_gain": "motive", "ideology": "motive", "honey_trap": "method",
          "online_approach": "method"}


def tag(label: str, probability: float, *, status: str = "asserted", quote: str = "He was paid.",
        start: int = 0, terms: tuple[str, ...] = ("paid",)) -> dict[str, Any]:
    """A tag whose terms sum with the intercept to the score."""
    return {
        "label": label, "family": FAMILY.get(label, "method"), "probability": probability,
        "threshold": 0.4, "status": status,
        "evidence": [{
            "span": [start, start + len(quote)], "quote": quote, "score": 0.5 * len(terms) - 0.2,
            "intercept": -0.2,
            "terms": [{"term": t, "contribution": 0.5,
                       "span": [start + quote.index(t), start + quote.index(t) + len(t)]}
                      for t in terms],
        }],
    }  # fmt: skip


def row(number: int, *tags: dict[str, Any], **head: str) -> dict[str, Any]:
    return {"id": f"a{number}", "title": f"Article {number}", "date": "", "url": "",
            "tags": list(tags), **head}


def write_rows(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    return path


def many_rows(n: int) -> list[dict[str, Any]]:
    """Rows in which label, status, probability, year and words vary at different periods."""
    labels, statuses = list(FAMILY), ("asserted", "alleged", "disputed")
    words = ("paid", "flattered", "threatened", "befriended", "Zürich")
    made = []
    for k in range(n):
        quote = f"In case {k} he was {words[k % 5]} by a man he knew as number {k % 7}."
        tags = [
            tag(label, 0.4 + ((k * (j + 3)) % 60) / 100, status=statuses[(k + j) % 3],
                quote=quote, terms=(words[k % 5],))
            for j, label in enumerate(labels) if k % (j + 2) == 0
        ]
        made.append(row(k, *tags, date=f"{2001 + k % 9}-0{1 + k % 9}-15",
                        url=f"https://news.example/{k}"))
    return made


ATTACK = "window.ran=(window.ran||0)+1;alert(1)"
HOSTILE_TEXTS = (
    f"<script>{ATTACK}</script>", f"<img src=x onerror='{ATTACK}'>",
    f"<svg/onload={ATTACK}>", f"</script><script>{ATTACK}</script><!--",
    f"<!--<script>{ATTACK}", f'" onmouseover="{ATTACK}" autofocus onfocus="{ATTACK}', "{{7*7}}",
    f"]]><iframe srcdoc='<script>parent.{ATTACK}</script>'>", "${7*7} {% raw %}",
    "\u202egnp.exe\u202c and \u2066isolated\u2069", "\x1b[31mred\x1b[0m\x07 \x9b2J",
    "line\u2028separator\u2029and\ufeffmark", "W" * 30_000, "Z\u0335\u0310\u0358" * 300,
    "<base href='https://evil.example/'><style>@import 'https://evil.example/'</style>"
    + "<b>" * 50,
)  # fmt: skip
HOSTILE_URLS = (
    f"javascript:{ATTACK}", f"JaVaScRiPt:{ATTACK}", f"java\nscript:{ATTACK}",
    f"data:text/html,<script>{ATTACK}</script>", "//evil.example/", "https://evil.example\\@good/",
    f"https://good.example/\"onclick=\"{ATTACK}", "https://good.example@evil.example/",
    "https://good.example/\u202efdp", "file:///etc/passwd", "http://[::1", "https://ok.example/a?b=1&c",
)  # fmt: skip


def hostile_rows() -> list[dict[str, Any]]:
    """Hostile text in every field that a report shows."""
    made = []
    for k, text in enumerate(HOSTILE_TEXTS):
        bad = tag(text[:200], 0.9, status=text[:60], quote=text, terms=(text[:40],))
        good = tag("financial_gain", 0.8, quote="He was paid.")
        bad["family"] = text[:80] if k < 3 else "method"
        url = HOSTILE_URLS[k % len(HOSTILE_URLS)]
        made.append(row(k, bad, good, id=text[:400], title=text, date=text[:50], url=url))
    return made
