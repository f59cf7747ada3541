"""The report's page: counts as figures, the articles as data for its script."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from vectorclf.codebook import Codebook
from vectorclf.model import Model
from vectorclf.report.counts import Counts, LabelCount
from vectorclf.report.facts import MAX_FACTS, flat_facts, model_facts
from vectorclf.report.figures import Cell, Spark, pair_table, sparkline, time_chart
from vectorclf.report.markup import CONTROL_NAMES, CONTROLS, json_script, visible
from vectorclf.report.prevalence import MIN_ARTICLES


def environment() -> Environment:
    """The templates, with autoescape on; `visible` shows text of unknown origin."""
    made = Environment(
        loader=PackageLoader("vectorclf.report"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )
    made.filters.update(visible=visible, count=_count, percent=percent, plural=plural)
    return made


def source_of(made: Environment, name: str) -> Markup:
    """A style sheet or script from beside the templates, word for word."""
    assert made.loader is not None
    return Markup(made.loader.get_source(made, name)[0])


def script_hash(script: str) -> str:
    """The script's name in a content security policy, so that no other one can run."""
    digest = hashlib.sha256(script.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def _count(n: int) -> str:
    return f"{n:,}"


def percent(share: float) -> str:
    """A share as analysts write it: "0", "<0.1 %", "4.2 %", "37 %".

    Examples
    --------
    >>> [percent(x) for x in (0, 0.0004, 0.042, 0.37)]
    ['0\\xa0%', '<0.1\\xa0%', '4.2\\xa0%', '37\\xa0%']
    """
    value = 100 * share
    if 0 < value < 0.1:
        return "<0.1\u00a0%"
    return f"{value:.1f}\u00a0%" if 0 < value < 9.95 else f"{value:.0f}\u00a0%"


def plural(family: str) -> str:
    """Heading of a family: "Motives"."""
    name = family.replace("_", " ").capitalize()
    return name if name.endswith("s") else name + "s"


def report_page(
    counts: Counts, articles: list[Any], *, codebook: Codebook, model: Model | None,
    point: str | None, is_corrected: bool, manifest: Mapping[str, Any] | None, title: str,
    source: str, day: str,
) -> Iterator[str]:
    """The page, piece by piece."""
    made = environment()
    script = source_of(made, "report.js")
    families = {family: counts.of_family(family) for family in counts.families}
    scale = max(
        [x.corrected.high if x.corrected else x.share for x in counts.labels]
        + [x.share for x in counts.labels] + [1e-9]
    )
    pairs: list[list[Cell]] = []
    if len(families) == 2:
        columns, rows = families.values()
        pairs = pair_table(counts, [x for x in rows if x.n], [x for x in columns if x.n])
    return made.get_template("report.html").generate(
        title=title or codebook.title or "Tagged articles", source=source,
        day=day, counts=counts, families=families, scale=scale,
        leaders=[found[0] for found in families.values() if found and found[0].n][:2],
        pairs=pairs, pair_columns=[x for x in next(iter(families.values()), []) if x.n],
        line=time_chart(counts.time_line),
        sparks={x.label: _spark(x, counts) for x in counts.labels},
        index={x.label: k for k, x in enumerate(counts.labels)},
        codebook=codebook, model=model, point=point, is_corrected=is_corrected,
        min_articles=MIN_ARTICLES,
        model_facts=model_facts(model) if model and point else [],
        manifest_facts=list(islice(flat_facts(manifest or {}), MAX_FACTS)),
        n_cards=len(articles),
        style=source_of(made, "report.css"), script=script, script_hash=script_hash(script),
        data=json_script({
            "labels": [[x.label, x.name, x.family] for x in counts.labels],
            "statuses": counts.statuses, "bins": [x.name for x in counts.time_line.bins],
            "controls": CONTROLS, "controlNames": CONTROL_NAMES, "articles": articles,
        }),
    )


def _spark(label: LabelCount, counts: Counts) -> Spark | None:
    return sparkline(label.n_by_bin, [x.n for x in counts.time_line.bins])
