"""HTML of a tagged batch, or of one article: a single file that asks nothing of a network.

    rows -> Tally, Cards -> Counts -> report.html
    article, its tags -> article.html
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vectorclf.codebook import Codebook, Label
from vectorclf.errors import InputError
from vectorclf.model import Model
from vectorclf.output.files import atomic_file
from vectorclf.report.article import article_page
from vectorclf.report.cards import Cards, card_data
from vectorclf.report.counts import Counts, Tally
from vectorclf.report.facts import made_on, matching_point, read_manifest
from vectorclf.report.prevalence import MIN_ARTICLES, rates_by_label
from vectorclf.report.reading import read_rows

__all__ = ["MAX_CARDS", "article_page", "write_report"]

MAX_CARDS = 10_000


def write_report(
    rows_path: str | Path,
    output: str | Path,
    *,
    manifest: str | Path | Mapping[str, Any] | None = None,
    model: Model | None = None,
    codebook: Codebook | None = None,
    title: str = "",
    max_cards: int = MAX_CARDS,
) -> Counts:
    """Write a batch's report as one self-contained HTML file.

    Parameters
    ----------
    rows_path : str or Path
        Tagged articles: JSONL, plain, .gz or .zst, or Parquet, as ``vectorclf tag`` writes them;
        "-" is stdin.
    output : str or Path
        HTML file; "-" is stdout. It appears whole or not at all.
    manifest : str, Path or mapping, optional
        Of the run that made the rows, shown at the foot [default: ``ROWS.manifest.json``, which
        a job leaves beside them].
    model : Model, optional
        That made the rows. It is believed if their thresholds are those of one of its operating
        points; then its out-of-fold rates correct the shares. Else the report says that they are
        not corrected, and why.
    codebook : Codebook, optional
        Names and order of the labels [default: the model's, else the labels found].
    title : str
        Heading [default: the codebook's title].
    max_cards : int
        Articles listed one by one, tagged ones first; all are counted.

    Returns
    -------
    counts : Counts

    Raises
    ------
    MissingInputError, InputError
        No rows there, or a line that is no tagged article.
    OutputError
        The place cannot be written.
    """
    from vectorclf.report.page import report_page

    tally, cards = Tally(), Cards(max_cards)
    for row in read_rows(rows_path):
        tally.add(row)
        cards.add(row)
    if not tally.n_articles:
        raise InputError("expected tagged articles, got an empty file", place=str(rows_path))
    if codebook is None:
        codebook = _codebook_of(tally.family_by_label, model)
    point = matching_point(model, tally.thresholds_by_label) if model else None
    is_enough = tally.n_articles >= MIN_ARTICLES
    rates = rates_by_label(model.training, point) if model and point and is_enough else {}
    counts = tally.counts(codebook, rates)
    beside = Path(f"{rows_path}.manifest.json")
    if manifest is None and beside.is_file():
        manifest = beside
    if manifest is not None and not isinstance(manifest, Mapping):
        manifest = read_manifest(manifest)
    chosen = cards.chosen()
    day = made_on(manifest)
    page = report_page(
        counts, card_data(chosen, counts), codebook=codebook, model=model, point=point,
        is_corrected=bool(rates), manifest=manifest, title=title, source=Path(rows_path).name,
        day=day,
    )
    with atomic_file(output) as file:
        for part in page:
            file.write(part.encode("utf-8", errors="replace"))
    return counts


def _codebook_of(family_by_label: Mapping[str, str], model: Model | None) -> Codebook:
    """The model's codebook if it has all the labels, else one that knows only what rows say."""
    if model and family_by_label.keys() <= set(model.label_ids):
        return model.codebook
    families = tuple(dict.fromkeys(("motive", "method", *sorted(family_by_label.values()))))
    labels = tuple(
        Label(id=label, family=family, name=label.replace("_", " ").strip().capitalize())
        for label, family in sorted(family_by_label.items())
    )
    return Codebook(name="labels", labels=labels, families=families)
