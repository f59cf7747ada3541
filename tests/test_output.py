"""Rows as they are written, and files that are whole or not there."""

import csv
import io
import json
import os
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vectorclf.errors import InputError, OutputError
from vectorclf.output import atomic_file, check_writable, format_of, open_writer
from vectorclf.records import Article, ArticleTags, Evidence, Tag, Term

TEXT = "By Ann Lee\n\nHe was paid in cash for the files he had copied and carried to Vienna."
QUOTE = TEXT[12:]


def tagged():
    term = Term("paid", (19, 23), 1.5)
    evidence = Evidence((12, len(TEXT)), QUOTE, (term,), 2.0, 0.5)
    tag = Tag("financial_gain", "motive", 0.93217, 0.4, "asserted", (evidence,))
    article = Article(id="a1", text=TEXT, title="=cmd()", date="2024-01-02",
                      fields={"source": "-AP", "tags": ["x"], "n": 3})  # fmt: skip
    return article, ArticleTags("a1", (tag,), ())


def written(format, rows, pairs=None, **options):
    file = io.BytesIO()
    writer = open_writer(file, format=format, rows=rows, **options)
    counts = [writer.write(*pair) for pair in pairs or [tagged(), untagged()]]
    writer.close()
    return counts, file.getvalue()


def untagged():
    return Article(id="a2", text=""), ArticleTags("a2", (), ())


def test_jsonl_rows_of_articles_tags_and_passages():
    counts, raw = written("jsonl", "articles")
    one, two = map(json.loads, raw.splitlines())
    assert counts == [1, 1]
    assert list(one) == ["id", "title", "date", "url", "source", "input_tags", "n", "tags"]
    [tag] = one["tags"]
    start, end = tag["evidence"][0]["span"]
    assert TEXT[start:end] == tag["evidence"][0]["quote"]
    assert tag["evidence"][0]["terms"] == [{"term": "paid", "span": [19, 23], "contribution": 1.5}]
    assert two == {"id": "a2", "title": "", "date": "", "url": "", "tags": []}
    counts, raw = written("jsonl", "tags")
    assert counts == [1, 0] and json.loads(raw)["label"] == "financial_gain"
    counts, raw = written("jsonl", "passages")
    [row] = map(json.loads, raw.splitlines())
    assert counts == [1, 0] and TEXT[slice(*row["span"])] == row["text"]
    assert [t["label"] for t in row["tags"]] == ["financial_gain"]


def test_csv_neutralises_formulas_and_keeps_the_rest():
    _, raw = written("csv", "articles", columns=("source", "tags"))
    one, two = csv.DictReader(io.StringIO(raw.decode(), newline=""))
    assert (one["title"], one["source"]) == ("'=cmd()", "'-AP")
    assert (one["input_tags"], one["other_fields"]) == ('["x"]', '{"n":3}')
    assert (one["tags"], one["probabilities"], one["quotes"]) == ("financial_gain", "0.9322", QUOTE)
    assert two["tags"] == two["source"] == ""
    _, raw = written("csv", "tags", with_header=False)
    [cells] = csv.reader(io.StringIO(raw.decode(), newline=""))
    assert cells[4:8] == ["financial_gain", "motive", "0.9322", "0.4000"]


@given(st.text(st.characters(codec="utf-8"), max_size=20))
def test_no_csv_cell_begins_a_formula(text):
    pair = Article(id=text, text=text, title=text, fields={"f": text}), ArticleTags(text, (), ())
    for rows in ("articles", "passages"):
        _, raw = written("csv", rows, [pair], columns=("f",), with_header=False)
        for cells in csv.reader(io.StringIO(raw.decode(), newline="")):
            assert not any(cell[:1] in ("=", "+", "-", "@", "\t", "\r") for cell in cells if cell)
            assert cells[1].removeprefix("'") == text.removeprefix("'")


@pytest.mark.parametrize("rows", ["articles", "tags", "passages"])
def test_parquet_holds_what_jsonl_holds(rows):
    parquet = pytest.importorskip("pyarrow.parquet")
    counts, raw = written("parquet", rows, columns=("source",))
    table = parquet.read_table(io.BytesIO(raw)).to_pylist()
    assert len(table) == sum(counts)
    assert table[0]["source"] == "-AP" and json.loads(table[0]["other_fields"])["n"] == 3
    tag = table[0] if rows == "tags" else table[0]["tags"][0]
    assert tag["evidence"][0]["quote"] == QUOTE and tag["probability"] == 0.93217
    assert written("parquet", rows, columns=("source",))[1] == raw


def test_files_appear_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "out.jsonl"
    with pytest.raises(RuntimeError), atomic_file(path) as file:
        file.write(b"half")
        raise RuntimeError
    assert os.listdir(tmp_path) == []
    with atomic_file(path) as file:
        file.write(b"whole")
        assert not path.exists()
    assert path.read_bytes() == b"whole" and os.listdir(tmp_path) == ["out.jsonl"]

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="cannot be written: No space left"), atomic_file(path):
        pass
    assert path.read_bytes() == b"whole"


def test_places_that_cannot_be_written_are_told_apart(tmp_path):
    with pytest.raises(OutputError, match=r"make the directory .*none first"):
        check_writable(tmp_path / "none" / "out.csv")
    with pytest.raises(OutputError, match="it is a directory"):
        check_writable(tmp_path)
    with pytest.raises(InputError, match=r"expected a path that ends in \.jsonl"):
        format_of("out.xlsx")
    with pytest.raises(InputError, match="expected one of jsonl, csv, parquet, got 'xml'"):
        format_of("-", "xml")
    assert [format_of(p) for p in ("-", "a.CSV", "b.pq")] == ["jsonl", "csv", "parquet"]


def test_dash_is_stdout(monkeypatch):
    class Stdout:
        buffer = io.BytesIO()

    monkeypatch.setattr(sys, "stdout", Stdout)
    with atomic_file("-") as file:
        file.write(b"row")
    assert Stdout.buffer.getvalue() == b"row"
