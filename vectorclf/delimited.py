"""Delimited text (CSV, TSV): which character stands between the cells."""

from __future__ import annotations


def delimiter_of(header: str, *, is_tsv: bool = False) -> str:
    """The delimiter of a header line: a tab in TSV; else, of four, the one that it holds most of.

    (Spreadsheets of half of Europe write ``.csv`` with semicolons.)
    """
    return "\t" if is_tsv else max(",;\t|", key=header.count)
