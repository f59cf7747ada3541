"""``vectorclf check``: every fault of a coded dataset, and its counts."""

from __future__ import annotations

import sys

import click

MAX_SHOWN = 200


@click.command()
@click.argument("dataset", metavar="DATASET")
@click.option("--news", metavar="DIR",
              help="Directory with news_dev.jsonl.gz (and news_background.jsonl.gz), real news to "
                   "compare the dataset with.")
@click.option("--card", is_flag=True, help="Bring the figures of its data card up to date.")
@click.option("--quiet", is_flag=True, help="Faults only, no table.")
def check(dataset: str, news: str | None, card: bool, quiet: bool) -> int:
    """List every fault of a coded DATASET directory, and its counts.

    Each fault names file, line, field and remedy. Exit code 1 if there is any.
    """
    from vectorclf.checks import check_dataset

    checked = check_dataset(dataset)
    faults = [str(fault) for fault in checked.faults]
    measured = None
    if news is not None:
        from vectorclf.realism import realism

        measured = realism(checked.dataset, dataset, news)
        faults += [f"{dataset}: realism: {fault}" for fault in measured.faults]
    for fault in faults[:MAX_SHOWN]:
        click.echo(fault)
    if len(faults) > MAX_SHOWN:
        click.echo(f"... and {len(faults) - MAX_SHOWN} more")
    if card:
        from vectorclf.data_card import write_data_card

        write_data_card(checked.dataset, dataset, measured)
    if not quiet:
        from rich.console import Console

        from vectorclf.cli.tables import dataset_tables, realism_table

        console = Console(file=sys.stdout, width=100 if not sys.stdout.isatty() else None,
                          markup=False)
        for table in dataset_tables(checked.dataset):
            console.print(table)
        if measured is not None:
            console.print(realism_table(measured))
    n = len(faults)
    click.echo(f"{len(checked.dataset.passages)} texts, {n or 'no'} fault{'s' * (n != 1)}",
               err=True)
    return 1 if n else 0
