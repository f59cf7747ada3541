"""Reading: every format, every way in which it breaks, and what is said about it."""

import gzip
import io
import os
import sys

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from vectorclf.articles import Reading, find_sources, read_articles, read_source
from vectorclf.errors import InputError, MissingExtraError, MissingInputError
from vectorclf.records import Article, Reject


def read(path, **options):
    return list(read_articles(path, **options))


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def reasons(rows):
    return [(os.path.basename(r.place), r.reason) for r in rows if isinstance(r, Reject)]


def texts(rows):
    return [r.text for r in rows if isinstance(r, Article)]


def test_jsonl_rows_and_their_other_keys(tmp_path):
    path = write(
        tmp_path / "a.jsonl",
        b'\xef\xbb\xbf{"id": "a1", "text": "He was paid.", "title": "T", "page": 3}\r\n'
        b'\r\n{"id": 7, "text": "y", "date": null, "url": "u"}\n{"text": "\\u0000 x"}',
    )
    a, b, c = read(path)
    assert a == Article(id="a1", text="He was paid.", title="T", fields={"page": 3},
                        place=f"{path}:1")  # fmt: skip
    assert (b.id, b.text, b.date, b.url, b.place) == ("7", "y", "", "u", f"{path}:3")
    assert c.id == f"{path}:4"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b'{"id": 1, "text": "He was', "expected JSON, got input data was truncated"),
        (b'["text"]', 'expected an object, got an array; one object a line: jq -c ".[]" makes'),
        (b"17", "expected an object, got 17"),
        (b'{"text": null}', "expected `str`, got `null` - at `$.text`"),
        (b'{"text": 3}', "expected `str`, got `int` - at `$.text`"),
        (b'{"text": "x", "id": true}', "expected `str` or `int`, got `bool` - at `$.id`"),
        (b'{"body": "x", "id": 1}', 'expected key "text", got "body", "id"; try --text-key body'),
        (b"{}", 'expected key "text", got no keys; name it with --text-key'),
        (b'{"text": "caf\xe9 x"}', "expected utf-8, got byte 0xE9 at offset 13; if the file is "
         "Latin-1, try --encoding latin-1"),
        (b'{"text": "a\x00b"}', "expected JSON, got a NUL byte at offset 11"),
        (b'{"text": "\\ud800"}', "expected JSON, got "),
        (b'{"text": "' + b"x" * 3000 + b'"}', "expected at most 2,000 bytes, got 3,000; raise"),
        (b'{"text": "' + b"x" * 9000 + b'"}', "expected at most 4,000 bytes, got 9,013; raise"),
        (b"[" * 2000, "expected "),
    ],
)  # fmt: skip
def test_a_bad_row_is_rejected_and_the_rest_goes_on(tmp_path, row, reason):
    good = b'{"id": 1, "text": "good"}\n'
    path = write(tmp_path / "a.jsonl", good + row + b"\n" + good)
    first, bad, last = read(path, max_article_bytes=2000)
    assert first.text == last.text == "good"
    assert bad.place == f"{path}:2"
    assert bad.reason.startswith(reason), bad.reason
    assert len(bad.sha256) == 64 and "\n" not in bad.reason


def test_keys_can_be_named(tmp_path):
    path = write(tmp_path / "a.jsonl", '{"k": "x", "body": "B", "headline": "H"}\n{"body": "B"}')
    one, two = read(path, id_key="k", text_key="body", title_key="headline")
    assert (one.id, one.text, one.title, one.fields) == ("x", "B", "H", {})
    assert two.reason == 'expected key "k", got no keys; name it with --id-key'


def test_latin_1_is_read_when_asked_for(tmp_path):
    path = write(tmp_path / "a.jsonl", '{"text": "café"}'.encode("latin-1"))
    assert texts(read(path, encoding="latin-1")) == ["café"]
    page = write(tmp_path / "a.txt", "café".encode("latin-1"))
    assert "try --encoding latin-1" in read(write(tmp_path / "b.txt", b"\xe9 x"))[0].reason
    assert texts(read(page, encoding="latin-1")) == ["café"]
    with pytest.raises(InputError, match='expected a known encoding, got "klingon"'):
        read(page, encoding="klingon")


def test_csv_cells_hold_quotes_breaks_and_delimiters(tmp_path):
    path = write(
        tmp_path / "a.csv",
        '\ufeffid,text,source\r\n1,"He said ""no"",\r\nthen left.",AP\r\n\r\n2,plain,\r\n',
    )
    one, two = read(path)
    assert one.text == 'He said "no",\r\nthen left.'
    assert (one.fields, one.place, two.place) == ({"source": "AP"}, f"{path}:2", f"{path}:5")
    semicolons = write(tmp_path / "b.csv", "id;text\n1;a, b\n")
    assert texts(read(semicolons)) == ["a, b"]
    tabs = write(tmp_path / "c.tsv", "text\tid\na; b, c\t1\n")
    assert texts(read(tabs)) == ["a; b, c"]


def test_csv_rows_that_cannot_be_read_cost_only_themselves(tmp_path):
    path = write(
        tmp_path / "a.csv",
        b"id,text\n1,good\n2,too,many\n3,caf\xe9 x\n4,good\n5,N\0L\n6,good\n7,"
        + b"x" * 900 + b"\n8,good\n9,\"never closed\n" + b"10,line\n" * 60 + b"11,last\n",
    )  # fmt: skip
    rows = read(path, max_article_bytes=200)
    assert texts(rows)[:4] == ["good"] * 4 and texts(rows)[-1] == "last"
    assert [place for place, _ in reasons(rows)] == [f"a.csv:{n}" for n in (3, 4, 6, 8, 10)]
    assert [reason.split(",")[0] for _, reason in reasons(rows)] == [
        "expected 2 cells", "expected utf-8", "expected text", "expected at most 400 bytes",
        "expected at most 400 bytes",
    ]  # fmt: skip
    assert "is a quote opened at line 10 never closed?" in reasons(rows)[-1][1]
    assert all(r.sha256 for r in rows if isinstance(r, Reject))


def test_csv_without_the_column_is_one_reject(tmp_path):
    path = write(tmp_path / "a.csv", "id,Body\n1,x\n2,y\n")
    assert reasons(read(path)) == [
        ("a.csv:1", 'expected key "text", got "id", "Body"; try --text-key Body')
    ]


def test_parquet_rows(tmp_path):
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    table = pa.table({"id": [1, 2, 3], "text": ["a", None, "c"], "n": [1.5, 2.5, 3.5]})
    path = tmp_path / "a.parquet"
    parquet.write_table(table, path, row_group_size=2)
    one, two, three = read(path)
    assert (one.id, one.text, one.fields) == ("1", "a", {"n": 1.5})
    assert two.reason == "expected `str`, got `null` - at `$.text`"
    [source] = find_sources([path])
    assert list(read_source(source, Reading(), row_groups=[1], first_line=3)) == [three]
    assert reasons(read(path, text_key="body"))[0][1].startswith('expected key "body", got "id"')
    write(tmp_path / "b.parquet", b"PAR1 torn")
    assert reasons(read(tmp_path / "b.parquet"))[0][1].startswith("expected Parquet, got ")


def test_html_gives_main_text_title_and_date(tmp_path, monkeypatch):
    pytest.importorskip("trafilatura")
    body = "".join(f"<p>The engineer copied the files and sold them, part {n}.</p>" for n in "abcd")
    page = write(
        tmp_path / "a.html",
        "<html><head><title>Engineer sentenced</title>"
        '<meta property="article:published_time" content="2024-03-19"></head><body>'
        f"<nav><a href=/>Home</a></nav><article><h1>Engineer sentenced</h1>{body}</article>"
        "</body></html>",
    )
    [article] = read(page)
    assert "sold them, part d." in article.text and "Home" not in article.text
    assert (article.title, article.date) == ("Engineer sentenced", "2024-03-19")
    assert reasons(read(write(tmp_path / "b.html", ""))) == [
        ("b.html", "expected a page with a main text, found none")
    ]
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    with pytest.raises(MissingExtraError, match=r'pip install "vectorclf\[html\]"'):
        read(page)


@pytest.mark.parametrize("kind", ["gz", "zst"])
def test_compressed_files_and_what_is_left_of_broken_ones(tmp_path, kind):
    lines = b"".join(b'{"text": "%s"}\n' % os.urandom(400).hex().encode() for _ in range(999))
    pack = gzip.compress if kind == "gz" else zstandard.ZstdCompressor(write_checksum=True).compress
    packed = pack(lines)
    whole = write(tmp_path / f"a.jsonl.{kind}", packed + pack(b'{"text": "second member"}\n'))
    rows = read(whole)
    assert len(texts(rows)) == 1000 and texts(rows)[-1] == "second member"
    cut = read(write(tmp_path / f"b.jsonl.{kind}", packed[: len(packed) // 2]))
    assert 0 < len(texts(cut)) < 999
    assert "the stream is broken behind line" in cut[-1].reason
    torn = packed[:300] + b"\xff" * 40 + packed[340:]
    assert "the stream is broken" in read(write(tmp_path / f"c.jsonl.{kind}", torn))[-1].reason
    assert texts(read(write(tmp_path / f"d.txt.{kind}", pack(b"plain")))) == ["plain"]


def test_directories_are_walked_in_order_and_links_cannot_loop(tmp_path):
    for name in ("b/2.txt", "b/10.txt", "a/x/1.txt", "c.jsonl", "README.md", ".hidden/z.txt"):
        write(tmp_path / name, '{"text": "x"}')
    (tmp_path / "a" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "a" / "self.txt").symlink_to("self.txt")
    rows = read(tmp_path)
    assert [os.path.relpath(r.place, tmp_path).split(":")[0] for r in rows] == [
        "a/self.txt", "a/x/1.txt", "b/10.txt", "b/2.txt", "c.jsonl",
    ]  # fmt: skip
    assert "cannot be read" in rows[0].reason
    assert [r.id for r in rows if isinstance(r, Article)][:2] == ["a/x/1.txt", "b/10.txt"]
    assert len(read(str(tmp_path / "b" / "*.txt"))) == 2
    assert [s.name for s in find_sources([tmp_path], exclude=[tmp_path / "b"])] == [
        "a/self.txt", "a/x/1.txt", "c.jsonl",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"MZ\x00\x03", "expected text, got a binary file (NUL byte at offset 2)"),
        (b"%PDF-1.7", "expected text, got a PDF; convert it with pdftotext"),
        (b"\xff\xfea\0", "expected text, got UTF-16; convert it: iconv -f utf-16 -t utf-8"),
        (b"x" * 5000 + b"\0", "expected text, got a binary file (NUL byte at offset 5000)"),
        (b"ok caf\xe9!", "expected utf-8, got byte 0xE9 at offset 6; if the file is Latin-1, try"),
        (b"x" * 6001, "expected at most 6,000 bytes, got 6,001; raise --max-article-bytes"),
    ],
)
def test_files_that_are_no_text_are_refused_clearly(tmp_path, content, reason):
    [row] = read(write(tmp_path / "a.txt", content), max_article_bytes=6000)
    assert row.reason.startswith(reason) and row.place == str(tmp_path / "a.txt")
    assert len(row.sha256) == 64


def test_a_50_mb_line_is_rejected_by_size_or_read(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"text": "' + b"x" * 50_000_000 + b'"}\n{"text": "next"}\n')
    big, following = read(path)
    assert big.reason.startswith("expected at most 33,554,432 bytes, got 50,000,013")
    assert following.text == "next"
    assert len(texts(read(path, max_article_bytes=60_000_000))[0]) == 50_000_000


def test_missing_input_is_said_before_anything_is_read(tmp_path):
    with pytest.raises(MissingInputError, match="expected a file or directory, found none"):
        read_articles(tmp_path / "nothing.jsonl")
    with pytest.raises(MissingInputError, match="expected files that match, found none"):
        read_articles(str(tmp_path / "*.jsonl"))
    with pytest.raises(MissingInputError, match="expected articles in the directory, found none"):
        read_articles(tmp_path)
    with pytest.raises(MissingInputError, match="at least one path"):
        read_articles([])
    assert read(write(tmp_path / "empty.jsonl", "")) == []
    [nothing] = read(write(tmp_path / "empty.txt", " \n"))
    assert nothing.reason == "expected a text, got an empty one"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'{"text": "a"}\n{"text": "b"}', ["a", "b"]),
        (b"He was paid.\nAnd left.", ["He was paid.\nAnd left."]),
        (gzip.compress(b'{"text": "a"}'), ["a"]),
        (b"", []),
    ],
)
def test_stdin_is_jsonl_or_one_text(monkeypatch, content, expected):
    class Stdin:
        buffer = io.BufferedReader(io.BytesIO(content))

    monkeypatch.setattr(sys, "stdin", Stdin)
    assert texts(read("-")) == expected


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=12)


@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=6), st.sampled_from(["csv", "tsv"]))
def test_any_text_comes_back_from_a_table(tmp_path_factory, rows, kind):
    import csv

    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter="," if kind == "csv" else "\t")
    writer.writerows([("note", "text"), *rows])
    path = write(tmp_path_factory.mktemp("t") / f"a.{kind}", buffer.getvalue())
    assert texts(read(path)) == [text for _, text in rows if text.strip()]
