"""``vectorclf benchmark``: the engine's figures on this machine."""

from __future__ import annotations

import click


@click.command()
@click.option("--guard", is_flag=True, help="Exit with 1 where a figure is under its floor.")
@click.option("--full", is_flag=True, help="More text and more rounds.")
def benchmark(guard: bool, full: bool) -> int:
    """Measure the engine against scikit-learn, on a seeded news-like corpus.

    Ratios in one process hold on any machine; absolute times do not.
    """
    from vectorclf.benchmarking.guard import run_guard

    fallen = [figure for figure in run_guard(full=full, tell=click.echo) if not figure.holds]
    for figure in fallen:
        click.echo(f"vectorclf: guard: {figure}", err=True)
    return 1 if guard and fallen else 0
