"""``vectorclf compare``: what one model does better than another, and how sure that is."""

from __future__ import annotations

import sys

import click


@click.command()
@click.argument("dataset", metavar="DATASET")
@click.option("-m", "--model", "models", metavar="DIR", multiple=True, required=True,
              help="Give it twice: the model there was, then the new one.")
@click.option("--split", "splits", multiple=True,
              type=click.Choice(["train", "dev", "test", "challenge"]),
              help="Frozen split of a dataset directory; may be repeated.")
@click.option("--operating-point", default="balanced", show_default=True)
@click.option("--codebook", metavar="PATH")
@click.option("--text-key", default="text", show_default=True)
@click.option("--labels-key", default="labels", show_default=True)
@click.option("--group-key", help="Column that says which texts belong together.")
@click.option("--json", "as_json", is_flag=True, help="JSON on stdout instead of a table.")
def compare(dataset: str, models: tuple[str, ...], splits: tuple[str, ...], operating_point: str,
            codebook: str | None, text_key: str, labels_key: str, group_key: str | None,
            as_json: bool) -> None:
    """Compare two models on DATASET, which neither has learned from.

    DATASET is a coded dataset directory, or a JSONL or CSV file with texts and label lists. The
    intervals are of the difference, cases resampled for both models alike.
    """
    if len(models) != 2:
        raise click.UsageError(f"expected two models, -m OLD -m NEW, got {len(models)}")
    from vectorclf.cli.data import labeled_data, refuse_split_overlap
    from vectorclf.comparison import compare as measure
    from vectorclf.decisions import held_out_decisions, held_out_notes
    from vectorclf.model import load_model

    loaded = [load_model(model) for model in models]
    data, _, _ = labeled_data(dataset, codebook or loaded[0].codebook, text_key, labels_key,
                              group_key, splits)
    refuse_split_overlap(data, dataset, splits)
    result = measure(*(held_out_decisions(model, data, operating_point=operating_point)
                       for model in loaded))
    for note in dict.fromkeys(note for model in loaded for note in held_out_notes(model, data)):
        click.echo(f"note: {note}", err=True)
    if as_json:
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(result)).decode())
        return
    from rich.console import Console

    from vectorclf.cli.tables import comparison_table

    Console(file=sys.stdout, width=100, markup=False).print(comparison_table(result))
