"""``vectorclf report``: tagged rows to one HTML file."""

from __future__ import annotations

import click


@click.command()
@click.argument("tags", metavar="TAGS")
@click.option("-o", "--output", required=True, metavar="FILE", help="HTML file to write, or -.")
@click.option("-m", "--model", metavar="DIR",
              help="Model that made the tags [default: the built-in one].")
@click.option("--codebook", metavar="PATH", help="Codebook [default: the model's].")
@click.option("--manifest", metavar="FILE",
              help="The run's manifest, shown at the foot [default: TAGS.manifest.json].")
@click.option("--title", default="", help="Heading [default: the codebook's].")
@click.option("--max-cards", default=10_000, show_default=True, type=click.IntRange(0),
              help="Articles listed one by one; all are counted.")
def report(tags: str, output: str, model: str | None, codebook: str | None, manifest: str | None,
           title: str, max_cards: int) -> None:
    """Write what a batch says as one HTML file that needs no network.

    TAGS are rows of articles as written by ``vectorclf tag -o TAGS``: JSONL, .gz or .zst of it,
    Parquet, or - for JSONL from stdin. The report holds counts with corrected shares, pairs, a
    time line, and the articles with their quotes, to filter and search. Its date is the run's.
    """
    from vectorclf.codebook import load_codebook
    from vectorclf.report import write_report

    counts = write_report(
        tags, output, manifest=manifest, title=title, max_cards=max_cards,
        model=_model(model), codebook=load_codebook(codebook) if codebook else None,
    )
    click.echo(f"{output}: {counts.n_articles} articles, {counts.n_tagged} with a tag, "
               f"{counts.n_tags} tags", err=True)


def _model(directory: str | None):
    """The model named; without a name the built-in one, or none where it is not installed."""
    from vectorclf.errors import MissingInputError
    from vectorclf.model import load_model
    from vectorclf.tagger import default_model

    if directory:
        return load_model(directory)
    try:
        return load_model(default_model())
    except MissingInputError:
        return None
