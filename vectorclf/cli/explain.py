"""``vectorclf explain``: one article, its telling words marked, its tags at the margin."""

from __future__ import annotations

import click

from vectorclf.cli.tag import POINTS, reading_options
from vectorclf.errors import InputError

MARGIN = 32  # columns for labels at the right
MIN_TEXT = 40
MARK_STYLE, NEAR_STYLE = "bold green", "underline"


@click.command()
@click.argument("path", metavar="PATH")
@click.option("-m", "--model", metavar="DIR", help="Model directory [default: the built-in one].")
@click.option("--label", metavar="LABEL", help="This label only.")
@click.option("--all", "everything", is_flag=True,
              help="Near misses too, in brackets, and the probability of every label.")
@click.option("--html", "page", metavar="FILE", help="Write a page of the one article instead.")
@click.option("--terms", is_flag=True, help="List every term with its contribution.")
@click.option("--operating-point", type=click.Choice(POINTS), default="balanced",
              show_default=True)
@reading_options
def explain(path: str, model: str | None, label: str | None, everything: bool, page: str | None,
            terms: bool, operating_point: str, **keys: str) -> int:
    """Show why the articles of PATH get their tags, sentence by sentence."""
    from rich.console import Console

    from vectorclf.articles import read_articles
    from vectorclf.records import ArticleTags, Reject
    from vectorclf.tagger import load

    source = read_articles([path], **keys)
    tagger = load(model, operating_point=operating_point)
    if label is not None:
        label = tagger.codebook[label].id
    console = Console(markup=False)
    n_articles = n_rejects = 0
    for row in source:
        if isinstance(row, Reject):
            n_rejects += 1
            click.echo(f"vectorclf: {row.place}: {row.reason}", err=True)
            continue
        n_articles += 1
        found = tagger.tag_with_near_misses(row) if everything else tagger.tag(row)
        shown = tuple(t for t in found.tags if label in (None, t.label))
        tags = ArticleTags(found.article_id, shown, found.passages)
        if page is not None:
            if n_articles > 1:
                raise InputError("expected one article for --html, got more", place=path)
            write_page(page, row, tags, tagger.codebook)
            continue
        print_margin(console, row, tags)
        if terms:
            print_terms(console, tags)
        if everything:
            print_all_labels(console, tagger, row, label)
    return (3 if n_articles else 1) if n_rejects else 0


def write_page(file: str, article, tags, codebook) -> None:
    """The article as one self-contained HTML page."""
    from vectorclf.output import atomic_file
    from vectorclf.report import article_page

    with atomic_file(file) as out:
        out.write(article_page(article, tags, codebook=codebook).encode("utf-8"))


def print_margin(console, article, tags) -> None:
    """The article, passage by passage, with labels beside the sentences that earned them.

    Beside is below where the terminal is narrow.
    """
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    from vectorclf.cli.terminal import safe
    from vectorclf.highlights import telling_span

    text = safe(article.text)
    notes: dict[tuple[int, int], list[Text]] = {}
    marks = []
    for tag in sorted(tags.tags, key=lambda tag: -tag.probability):
        quoted = tag.evidence[:1] if _is_near_miss(tag) else tag.evidence
        for rank, evidence in enumerate(quoted):
            notes.setdefault(evidence.span, []).append(_note(tag, rank))
            marks.append((telling_span(evidence.terms, evidence.quote, evidence.span[0]),
                          NEAR_STYLE if _is_near_miss(tag) else MARK_STYLE))
    name = safe(article.title or article.id).replace("\n", " ")
    console.print(Text(name, style="bold"), overflow="fold")
    is_wide = console.width >= MARGIN + MIN_TEXT
    table = Table.grid(padding=(0, 2), expand=is_wide)
    table.add_column(ratio=1, overflow="fold")
    if is_wide:
        table.add_column(width=MARGIN, overflow="fold")
    for passage in tags.passages:
        for span in passage.sentences:
            line = Text(text[span[0] : span[1]].replace("\n", " "))
            beside = notes.get(span, [])
            for mark, style in marks:
                if mark and span[0] <= mark[0] and mark[1] <= span[1]:
                    line.stylize(style, mark[0] - span[0], mark[1] - span[0])
            if is_wide:
                table.add_row(line, Text("\n").join(beside))
                continue
            table.add_row(line)
            for note in beside:
                table.add_row(Padding(Text("↑ ").append_text(note), (0, 0, 0, 4)))
        table.add_row("")
    console.print(table)


def _is_near_miss(tag) -> bool:
    return tag.probability < tag.threshold


def _note(tag, rank: int):
    """What stands at the margin: the label, and for its best sentence how sure and how told.

    Near misses stand in brackets.
    """
    from rich.text import Text

    if _is_near_miss(tag):
        return Text(f"({tag.label} {tag.probability:.0%})", style="dim")
    if rank:
        return Text.assemble((tag.label, "bold"), (" too", "dim"))
    note = Text.assemble((tag.label, "bold"), f" {tag.probability:.0%}")
    if tag.status != "asserted":
        note.append(f" {tag.status}", style="italic")
    return note


def print_terms(console, tags) -> None:
    """Every term of the best sentence of each tag, with its share of the score."""
    from rich.text import Text

    from vectorclf.cli.tables import plain_table
    from vectorclf.cli.terminal import safe

    for tag in tags.tags:
        best = tag.evidence[0]
        table = plain_table(f"{tag.label}: score {best.score:+.3f}, probability "
                            f"{tag.probability:.3f}, threshold {tag.threshold:.3f}",
                            "term", "contribution")
        for term in best.terms:
            table.add_row(Text(safe(term.term) or "(all other terms)"),
                          f"{term.contribution:+.4f}")
        table.add_row("(intercept)", f"{best.intercept:+.4f}")
        console.print(table)


def print_all_labels(console, tagger, article, label: str | None) -> None:
    """The probability of every label beside its threshold, and beside that of a first label."""
    from vectorclf.cli.tables import plain_table

    probability = tagger.label_probabilities(article.text)
    table = plain_table("All labels", "label", "probability", "threshold", "as the first")
    for k in probability.argsort()[::-1]:
        if label in (None, tagger.labels[k]):
            table.add_row(tagger.labels[k], f"{probability[k]:.3f}",
                          f"{tagger.thresholds[k]:.3f}", f"{tagger.opening[k]:.3f}")
    console.print(table)
