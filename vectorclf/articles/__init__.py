"""Readers: files, directories and streams in; articles, and rejects with reasons, out.

`read_articles` is the whole of it. A format is a module: `jsonl`, `tables` (CSV, TSV),
`parquet`, `pages` (text, HTML); `sources` finds files, `lines` opens and bounds them,
`rows` turns a row into an article.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from vectorclf.articles.reading import Reading, read_source
from vectorclf.articles.sources import Source, find_sources
from vectorclf.records import Article, Reject

__all__ = ["Reading", "Source", "find_sources", "read_articles", "read_source"]


def read_articles(
    paths: str | Path | Iterable[str | Path],
    *,
    id_key: str = "id",
    text_key: str = "text",
    title_key: str = "title",
    date_key: str = "date",
    url_key: str = "url",
    encoding: str = "utf-8",
    max_article_bytes: int = 16 << 20,
) -> Iterator[Article | Reject]:
    """Articles of files, directories, globs or "-" (stdin), one by one, in a fixed order.

    Parameters
    ----------
    paths : path or iterable of paths
        JSONL, CSV, TSV, Parquet, .txt, .html, and .gz and .zst of these; directories are
        read recursively, sorted by name.
    id_key, text_key, title_key, date_key, url_key : str
        Keys or columns of JSONL, CSV and Parquet rows; the others become `Article.fields`.
    encoding : str
        Of text, JSONL, CSV and HTML files.
    max_article_bytes : int
        A longer row or file is rejected.

    Yields
    ------
    article : Article or Reject
        A row that cannot be read is a `Reject`; the rest goes on.

    Raises
    ------
    MissingInputError
        A path does not exist, or there is nothing to read; raised before the first article.
    MissingExtraError
        A format needs an optional library that is not installed.
    """
    if isinstance(paths, str | Path):
        paths = [paths]
    reading = Reading(
        id_key=id_key, text_key=text_key, title_key=title_key, date_key=date_key, url_key=url_key,
        encoding=encoding, max_article_bytes=max_article_bytes,
    )  # fmt: skip
    sources = find_sources(paths)
    return (row for source in sources for row in read_source(source, reading))
