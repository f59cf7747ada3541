"""``vectorclf check``: every fault of a coded dataset, and its counts."""

from __future__ import annotations

import sys

import click

MAX_SHOWN = 200


@click.command()
@click.argument("dataset", metavar="DATASET")
@click.option("--quiet", is_flag=True, help="Faults only, no table.")
def check(dataset: str, quiet: bool) -> int:
    """List every fault of a coded DATASET directory, and its counts.

    Each fault names file, line, field and remedy. Exit code 1 if there is any.
    """
    from vectorclf.checks import check_dataset

    checked = check_dataset(dataset)
    for fault in checked.faults[:MAX_SHOWN]:
        click.echo(str(fault))
    if len(checked.faults) > MAX_SHOWN:
        click.echo(f"... and {len(checked.faults) - MAX_SHOWN} more")
    if not quiet:
        from rich.console import Console

        from vectorclf.cli.tables import dataset_tables

        console = Console(file=sys.stdout, width=100 if not sys.stdout.isatty() else None)
        for table in dataset_tables(checked.dataset):
            console.print(table)
    n = len(checked.faults)
    click.echo(f"{len(checked.dataset.passages)} texts, {n or 'no'} fault{'s' * (n != 1)}",
               err=True)
    return 1 if n else 0
