"""``vectorclf tag``: articles in, tags with evidence out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

import click

from vectorclf.records import Article, ArticleTags, Reject

if TYPE_CHECKING:
    from vectorclf.output import Writer
    from vectorclf.tagger import Tagger

POINTS = ("balanced", "recall", "precision")
CHUNK = 64  # articles scored together


def reading_options(command: Callable) -> Callable:
    """Options on how articles are read, shared by ``tag`` and ``explain``."""
    for option in reversed((
        click.option("--id-key", default="id", show_default=True),
        click.option("--text-key", default="text", show_default=True),
        click.option("--title-key", default="title", show_default=True),
        click.option("--date-key", default="date", show_default=True),
        click.option("--url-key", default="url", show_default=True),
        click.option("--encoding", default="utf-8", show_default=True),
    )):
        command = option(command)
    return command


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("-m", "--model", metavar="DIR", help="Model directory [default: the built-in one].")
@click.option("-o", "--output", metavar="FILE", help="Write here; format by ending.")
@click.option("--format", "format_", type=click.Choice(["jsonl", "csv", "parquet", "terminal"]),
              help="[default: terminal on a terminal, else JSONL]")
@click.option("--rows", type=click.Choice(["articles", "tags", "passages"]), default="articles",
              show_default=True, help="What a row of the output is.")
@click.option("--operating-point", type=click.Choice(POINTS), default="balanced",
              show_default=True)
@reading_options
def tag(paths: tuple[str, ...], model: str | None, output: str | None, format_: str | None,
        rows: str, operating_point: str, **keys: str) -> int:
    """Tag articles: JSONL, CSV, Parquet, .txt, .html, .gz of these, directories, or - for stdin.

    On a terminal, prints each article's motives and methods with the quoted evidence. In a pipe
    or to a file, writes JSONL, CSV or Parquet.
    """
    from vectorclf.articles import read_articles
    from vectorclf.tagger import load

    source = read_articles(paths, **keys)
    tagger = load(model, operating_point=operating_point)
    run = Run(tagger, source)
    if output is None and (format_ == "terminal" or format_ is None and sys.stdout.isatty()):
        from rich.console import Console

        from vectorclf.cli.terminal import print_article

        console = Console()
        for article, tags in run:
            print_article(console, article, tags, tagger.codebook)
    else:
        _write(run, output, format_, rows)
    return run.exit_code


def _write(run: Run, output: str | None, format_: str | None, rows: str) -> None:
    from vectorclf.output import atomic_file, format_of, open_writer

    if output in (None, "-"):
        writer = open_writer(sys.stdout.buffer, format=format_ or "jsonl", rows=rows)
        run.write(writer)
        return
    with atomic_file(output) as file:
        run.write(open_writer(file, format=format_of(output, format_), rows=rows))


class Run:
    """Articles with their tags, a chunk at a time; rows that cannot be read are told on stderr.

    Attributes
    ----------
    n_articles, n_rejects : int
        So far.
    """

    def __init__(self, tagger: Tagger, source: Iterable[Article | Reject]) -> None:
        self.tagger = tagger
        self.source = iter(source)
        self.n_articles = 0
        self.n_rejects = 0

    def __iter__(self) -> Iterator[tuple[Article, ArticleTags]]:
        while part := list(islice(self.source, CHUNK)):
            articles = []
            for row in part:
                if isinstance(row, Reject):
                    self.n_rejects += 1
                    click.echo(f"vectorclf: {row.place}: {row.reason}", err=True)
                else:
                    articles.append(row)
            self.n_articles += len(articles)
            yield from zip(articles, self.tagger.tag_chunk(articles), strict=True)

    def write(self, writer: Writer) -> None:
        """Write all that is left, and close the writer."""
        for article, tags in self:
            writer.write(article, tags)
        writer.close()

    @property
    def exit_code(self) -> int:
        """0; 3 where some rows were rejected; 1 where there was no article at all."""
        if not self.n_articles:
            if not self.n_rejects:
                click.echo("vectorclf: expected at least one article, got an empty input", err=True)
            return 1
        return 3 if self.n_rejects else 0
