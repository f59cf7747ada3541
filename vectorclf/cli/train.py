"""``vectorclf train``: labeled texts to a model directory."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("dataset", metavar="DATASET")
@click.option("-o", "--output", required=True, metavar="DIR", help="Model directory to write.")
@click.option("--codebook", metavar="PATH",
              help="Codebook [default: the dataset's, else a stub of its labels].")
@click.option("--text-key", default="text", show_default=True)
@click.option("--labels-key", default="labels", show_default=True)
@click.option("--group-key", help="Column that says which texts belong together (case, document).")
@click.option("--background", metavar="FILE",
              help="Ordinary news as counts (.npz), to learn from what earns no label.")
@click.option("--split", "splits", multiple=True,
              type=click.Choice(["train", "dev", "test", "challenge"]),
              help="Train on these frozen splits [default: train and dev, where there are splits].")
@click.option("--search", "searching", is_flag=True,
              help="Try other regularisation and length normalisation first, by "
                   "cross-validation, and take the best.")
@click.option("--drop-repeated", is_flag=True,
              help="Leave out texts that stand in an earlier group too.")
@click.option("--workers", type=click.IntRange(min=1),
              help="Processes, each with the data in memory [default: cores].")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=0, show_default=True)
def train(dataset: str, output: str, codebook: str | None, text_key: str, labels_key: str,
          group_key: str | None, background: str | None, splits: tuple[str, ...],
          searching: bool, drop_repeated: bool, workers: int | None, seed: int) -> None:
    """Train a model on DATASET: a coded dataset directory, or a JSONL or CSV file.

    A file needs a text and a list of labels a row; name the columns with --text-key and
    --labels-key, and the column that groups rows (by case or document) with --group-key.
    """
    import msgspec

    from vectorclf.background import load_background
    from vectorclf.cli.data import end_with_processes, labeled_data, n_processes
    from vectorclf.cli.info import print_out_of_fold
    from vectorclf.difficulties import difficulties
    from vectorclf.model import load_model, save_model
    from vectorclf.model_card import begin_card
    from vectorclf.output import check_directory
    from vectorclf.recipe import default_recipe
    from vectorclf.straddling import refuse_straddling, without_repeats
    from vectorclf.training import train as train_model

    check_directory(output)
    data, book, facts = labeled_data(dataset, codebook, text_key, labels_key, group_key, splits,
                                     default_splits=("train", "dev"))
    if drop_repeated:
        n_before = len(data)
        data = without_repeats(data)
        click.echo(f"{n_before - len(data)} repeated texts left out", err=True)
    recipe = msgspec.structs.replace(default_recipe(data), seed=seed)
    counts = load_background(background) if background is not None else None
    n_jobs = n_processes(workers, data)

    end_with_processes()

    def progress(line: str) -> None:
        click.echo(line, err=True)

    if searching:
        difficulties(data, book.label_ids)  # refused before anything is tried
        refuse_straddling(data)
        from vectorclf.search import neighbours, search

        trials = search(data, book.label_ids, neighbours(recipe), background=counts,
                        n_jobs=n_jobs, progress=progress)
        recipe = trials[0].recipe
        progress(f"best: pivot {recipe.pivot:g}, C {recipe.C:g}")
    model = train_model(data, book, recipe=recipe, provenance=facts, background=counts,
                        progress=progress, n_jobs=n_jobs)
    save_model(model, Path(output))
    begin_card(load_model(output))
    click.echo(f"{output}: {len(data)} texts, {len(book.labels)} "
               f"label{'s' * (len(book.labels) != 1)}", err=True)
    print_out_of_fold(model, err=True)
