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
        click.option("--max-article-bytes", type=click.IntRange(min=1), default=16 << 20,
                     show_default=True),
    )):
        command = option(command)
    return command


@click.command()
@click.argument("paths", nargs=-1, metavar="PATH...")
@click.option("-m", "--model", metavar="DIR", help="Model directory [default: the built-in one].")
@click.option("-o", "--output", metavar="FILE",
              help="Write here, as a job that loses nothing; format by ending.")
@click.option("--format", "format_", type=click.Choice(["jsonl", "csv", "parquet", "terminal"]),
              help="[default: terminal on a terminal, else JSONL]")
@click.option("--rows", type=click.Choice(["articles", "tags", "passages"]), default="articles",
              show_default=True, help="What a row of the output is.")
@click.option("--operating-point", type=click.Choice(POINTS), default="balanced",
              show_default=True)
@click.option("--workers", type=click.IntRange(min=1), help="Processes, with -o [default: cores].")
@click.option("--scheduler", metavar="ADDRESS", help="Dask scheduler to work on, with -o.")
@click.option("--resume", is_flag=True, help="Go on with an unfinished job.")
@click.option("--overwrite", is_flag=True, help="Replace a finished output.")
@click.option("--verify", metavar="OUT", help="Check a finished output against its manifest.")
@reading_options
def tag(paths: tuple[str, ...], model: str | None, output: str | None, format_: str | None,
        rows: str, operating_point: str, workers: int | None, scheduler: str | None,
        resume: bool, overwrite: bool, verify: str | None, **keys: str | int) -> int:
    """Tag articles: JSONL, CSV, Parquet, .txt, .html, .gz of these, directories, or - for stdin.

    On a terminal, prints each article's motives and methods with the quoted evidence. In a pipe,
    writes JSONL or CSV. With -o, runs as a job: parts are committed one by one, --resume goes on
    where a killed run stopped, and a manifest and the rejected rows stand beside the output.
    """
    if verify is not None:
        from vectorclf.jobs import verify_job

        manifest = verify_job(verify)
        click.echo(f"{verify}: as its manifest says, {manifest.n_articles:,} articles", err=True)
        return 0
    if not paths:
        raise click.UsageError("Missing argument 'PATH...'.")
    if output is not None and output != "-":
        from vectorclf.articles import Reading
        from vectorclf.jobs import run_job, show_progress

        with show_progress(sys.stderr) as progress:
            manifest = run_job(
                paths, output, model=model, operating_point=operating_point, format=format_,
                rows=rows, reading=Reading(**keys), resume=resume, overwrite=overwrite,
                workers=workers, scheduler=scheduler, progress=progress,
            )
        for warning in manifest.warnings:
            click.echo(f"vectorclf: {warning}", err=True)
        if manifest.n_rejects:
            click.echo(f"vectorclf: {manifest.n_rejects:,} rows rejected, see "
                       f"{output}.rejects.jsonl", err=True)
        return told(manifest.n_articles, manifest.n_rejects)

    from vectorclf.articles import read_articles
    from vectorclf.tagger import load

    source = read_articles(paths, **keys)
    tagger = load(model, operating_point=operating_point)
    run = Run(tagger, source)
    if format_ == "terminal" or (format_ is None and output is None and sys.stdout.isatty()):
        from rich.console import Console

        from vectorclf.cli.terminal import print_article

        console = Console()
        for article, tags in run:
            print_article(console, article, tags, tagger.codebook)
    else:
        from vectorclf.output import open_writer

        run.write(open_writer(sys.stdout.buffer, format=format_ or "jsonl", rows=rows))
    return told(run.n_articles, run.n_rejects)


def told(n_articles: int, n_rejects: int) -> int:
    """Exit code: 0; 3 where some rows were rejected; 1 where there was no article at all."""
    if not n_articles:
        if not n_rejects:
            click.echo("vectorclf: expected at least one article, got an empty input", err=True)
        return 1
    return 3 if n_rejects else 0


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
