"""``vectorclf info``: what a model is, and what its labels mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from vectorclf.codebook import Codebook

if TYPE_CHECKING:
    from vectorclf.model import Model


@click.command()
@click.option("-m", "--model", metavar="DIR", help="Model directory [default: the built-in one].")
@click.option("--codebook", metavar="PATH", help="Show this codebook instead of a model's.")
@click.option("--labels", is_flag=True, help="Every label with its definition and rules.")
@click.option("--label", metavar="LABEL", help="One label.")
@click.option("--rules", is_flag=True, help="The general coding rules.")
def info(model: str | None, codebook: str | None, labels: bool, label: str | None,
         rules: bool) -> None:
    """Show what a model is made from and how well it does; or the codebook."""
    if codebook is not None:
        from vectorclf.codebook import load_codebook

        book = load_codebook(codebook)
        labels = labels or not (label or rules)
    else:
        from vectorclf.model import load_model
        from vectorclf.tagger import default_model

        loaded = load_model(model or default_model())
        book = loaded.codebook
    if label:
        _print_label(book, label)
    if labels:
        click.echo(f"{book.title or book.name}, version {book.version}")
        for entry in book.labels:
            _print_label(book, entry.id)
    if rules:
        for rule in book.rules:
            click.echo()
            _wrapped(f"{rule.id}  {rule.title}. {rule.text}", indent="")
        for ruling in book.rulings:
            if not ruling.labels:
                click.echo()
                _wrapped(ruling.text, indent="")
    if not (labels or label or rules):
        _print_model(loaded)


def _print_label(book: Codebook, label_id: str) -> None:
    entry = book[label_id]
    click.echo()
    heading = click.style(entry.id, bold=True)
    click.echo(f"{heading}  ({entry.family}{': ' + entry.name if entry.name else ''})")
    _wrapped(entry.definition)
    if entry.include:
        _wrapped("include: " + entry.include)
    if entry.exclude:
        _wrapped("exclude: " + entry.exclude)
    for example in entry.examples:
        _wrapped("+ " + example)
    for miss in entry.near_misses:
        _wrapped(f"- {miss.text} ({miss.why})")
    for pair in book.pairs_of(entry.id):
        _wrapped(f"? {pair.name}: {pair.question}")
    for ruling in book.rulings_on(entry.id):
        _wrapped("! " + ruling.text)
    for scheme, ids in entry.crosswalk.items():
        _wrapped(f"{scheme}: {', '.join(ids)}")


def _wrapped(text: str, indent: str = "    ", *, err: bool = False) -> None:
    import shutil
    import textwrap

    if text:
        width = min(100, shutil.get_terminal_size((100, 24)).columns)
        click.echo(textwrap.fill(text, width, initial_indent=indent,
                                 subsequent_indent=indent + "  "), err=err)


def _print_model(model: Model) -> None:
    facts = model.training
    click.echo(f"model       {model.place}")
    click.echo(f"codebook    {model.codebook.name} {model.codebook.version} "
               f"({len(model.codebook.labels)} labels, sha256 {model.codebook.sha256[:16]})")
    click.echo(f"trained on  {facts.get('n_texts')} texts of {facts.get('n_groups')} cases "
               f"(sha256 {str(facts.get('data_sha256'))[:16]})")
    click.echo(f"features    {model.n_features}, scored by {model.rule.in_words}")
    print_out_of_fold(model)
    for warning in facts.get("warnings", ()):
        click.echo(f"note: {warning}")


def print_out_of_fold(model: Model, *, err: bool = False) -> None:
    """What a model reached out of fold, unless copies across the folds would flatter it."""
    from rich.console import Console

    from vectorclf.cli.tables import model_points_table
    from vectorclf.intervals import shown
    from vectorclf.model_card import sharing

    facts = model.training
    if n := facts.get("n_repeated"):
        copies = "text stands" if n == 1 else "texts stand"
        click.echo(f"out of fold not shown: {n} {copies} in an earlier group, too, and the figures "
                   "would flatter; train with --drop-repeated", err=err)
        return
    measured = facts.get("out_of_fold")
    if not isinstance(measured, dict):  # made by other means
        measured = {}
    figures = ", ".join(
        f"{name} {shown(measured[key], form)}"
        for key, name, form in (("micro_f1", "micro-F1", ".3f"), ("macro_f1", "macro-F1", ".3f"),
                                ("calibration_error", "calibration error", ".4f"))
        if key in measured)
    click.echo(f"out of fold {figures}", err=err)
    Console(width=100, markup=False, stderr=err).print(model_points_table(model))
    if told := sharing(model):
        _wrapped(told, indent="", err=err)
