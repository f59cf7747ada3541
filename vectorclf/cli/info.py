"""``vectorclf info``: what a model is, and what its labels mean."""

from __future__ import annotations

import click

from vectorclf.codebook import Codebook


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


def _wrapped(text: str, indent: str = "    ") -> None:
    import shutil
    import textwrap

    if text:
        width = min(100, shutil.get_terminal_size((100, 24)).columns)
        click.echo(textwrap.fill(text, width, initial_indent=indent,
                                 subsequent_indent=indent + "  "))


def _print_model(model) -> None:
    from vectorclf.cli.tables import plain_table

    facts = model.training
    measured = facts.get("out_of_fold", {})
    click.echo(f"model       {model.place}")
    click.echo(f"codebook    {model.codebook.name} {model.codebook.version} "
               f"({len(model.codebook.labels)} labels, sha256 {model.codebook.sha256[:16]})")
    click.echo(f"trained on  {facts.get('n_texts')} texts of {facts.get('n_groups')} cases "
               f"(sha256 {str(facts.get('data_sha256'))[:16]})")
    click.echo(f"features    {model.n_features}, scored by {model.rule.in_words}")
    click.echo(f"out of fold micro-F1 {measured.get('micro_f1')}, macro-F1 "
               f"{measured.get('macro_f1')}, calibration error {measured.get('calibration_error')}")
    from rich.console import Console

    table = plain_table("Operating points (out of fold)", "point", "precision", "recall", "F1",
                        "interval")
    for point in model.operating_points:
        table.add_row(point.name, f"{point.precision:.3f}", f"{point.recall:.3f}",
                      f"{point.f1:.3f}", f"{point.interval[0]:.3f}-{point.interval[1]:.3f}")
    Console(width=100, markup=False).print(table)
    for warning in facts.get("warnings", ()):
        click.echo(f"note: {warning}")
