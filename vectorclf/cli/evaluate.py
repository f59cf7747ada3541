"""``vectorclf evaluate``: how good the tags are, with intervals."""

from __future__ import annotations

import sys

import click


@click.command()
@click.argument("dataset", metavar="DATASET")
@click.option("-m", "--model", metavar="DIR",
              help="Measure this model; without it, cross-validate the default recipe.")
@click.option("--split", "splits", multiple=True, type=click.Choice(["train", "dev", "test"]),
              help="Frozen split of a dataset directory; may be repeated.")
@click.option("--operating-point", default="balanced", show_default=True)
@click.option("--codebook", metavar="PATH")
@click.option("--text-key", default="text", show_default=True)
@click.option("--labels-key", default="labels", show_default=True)
@click.option("--group-key", help="Column that says which texts belong together.")
@click.option("--background", metavar="FILE", help="Background counts to train with (.npz).")
@click.option("--drop-repeated", is_flag=True,
              help="Leave out texts that stand in an earlier group too, instead of refusing.")
@click.option("--card", is_flag=True,
              help="Bring the figures of the model's card (README.md) up to date.")
@click.option("--title", default="Held-out texts", show_default=True,
              help="Heading of the figures in the card.")
@click.option("--json", "as_json", is_flag=True, help="JSON on stdout instead of a table.")
def evaluate(dataset: str, model: str | None, splits: tuple[str, ...], operating_point: str,
             codebook: str | None, text_key: str, labels_key: str, group_key: str | None,
             background: str | None, drop_repeated: bool, card: bool, title: str,
             as_json: bool) -> None:
    """Measure a model on DATASET, or cross-validate on it, groups kept whole.

    DATASET is a coded dataset directory, or a JSONL or CSV file with texts and label lists.
    """
    from vectorclf.cli.data import labeled_data

    if model is not None:
        from vectorclf.evaluation import evaluate_model
        from vectorclf.model import load_model

        loaded = load_model(model)
        data, _, _ = labeled_data(dataset, codebook, text_key, labels_key, group_key, splits)
        result = evaluate_model(loaded, data, operating_point=operating_point)
        if card:
            from vectorclf.cards import write_model_card

            write_model_card(loaded, result, title)
    else:
        from vectorclf.background import load_background
        from vectorclf.evaluation import cross_validate, without_repeats
        from vectorclf.recipe import default_recipe

        data, book, _ = labeled_data(dataset, codebook, text_key, labels_key, group_key, splits)
        if drop_repeated:
            n_before = len(data)
            data = without_repeats(data)
            click.echo(f"{n_before - len(data)} repeated texts left out", err=True)
        result = cross_validate(
            data, book.label_ids, default_recipe(data),
            background=load_background(background) if background else None,
            progress=lambda line: click.echo(line, err=True),
        )
    if as_json:
        import msgspec

        encoded = msgspec.json.format(msgspec.json.encode(result))
        click.echo(encoded.decode())
        return
    from rich.console import Console

    from vectorclf.cli.tables import evaluation_table

    Console(file=sys.stdout, width=100).print(evaluation_table(result))
