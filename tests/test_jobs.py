"""Jobs that nothing befalls: every row once, whatever the partitions, formats and workers."""

import contextlib
import copy
import csv
import gzip
import hashlib
import io
import json
import os
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from job_fakes import FakeTagger, job, outcome, rows
from small import small_data, small_model

from vectorclf.articles import Reading, Source, read_articles, read_source
from vectorclf.errors import InputError, MissingInputError, OutputError
from vectorclf.jobs import Progress, run_job, show_progress, verify_job
from vectorclf.jobs.drift import TextStatistics, _beginning, drift_warnings, measure
from vectorclf.jobs.manifest import read_manifest
from vectorclf.jobs.plan import plan
from vectorclf.records import Article, Reject
from vectorclf.tagger import Tagger


@pytest.fixture
def where(memory_path):
    (memory_path / "in.jsonl").write_text(rows(100), encoding="utf-8")
    return memory_path


@pytest.fixture
def memory_path(tmp_path):
    """A directory in memory where there is one: a job waits for the disk at every part."""
    with contextlib.ExitStack() as stack:
        if os.access("/dev/shm", os.W_OK):
            tmp_path = Path(stack.enter_context(tempfile.TemporaryDirectory(dir="/dev/shm")))
        yield tmp_path


def test_rows_in_are_rows_out_and_rejects(where):
    manifest = job(where)
    out, rejects = outcome(where)
    lines = [json.loads(line) for line in out.splitlines()]
    rejected = [json.loads(line) for line in rejects.splitlines()]
    assert (manifest.n_in, manifest.n_articles) == (100, len(lines))
    assert manifest.n_rejects == 100 - len(lines)
    assert len(rejected) == manifest.n_rejects and manifest.n_parts > 5
    assert len({line["id"] for line in lines}) == len(lines)
    assert next(r for r in rejected if "used at" in r["reason"]) == {
        "file": str(where / "in.jsonl"), "line": 18, "sha256": "",
        "reason": f"expected a new id, got one that was used at {where / 'in.jsonl'}:9",
    }  # fmt: skip
    assert len([r for r in rejected if r["sha256"]]) == 8
    assert manifest.n_duplicates == sum("used at" in r["reason"] for r in rejected)
    assert manifest.tags_by_label["paid"] == sum(
        tag["label"] == "paid" for line in lines for tag in line["tags"]
    )
    assert manifest.n_tagged == sum(bool(line["tags"]) for line in lines)
    assert sorted(os.listdir(where)) == [
        "in.jsonl", "out.jsonl", "out.jsonl.manifest.json", "out.jsonl.rejects.jsonl",
    ]  # fmt: skip
    assert verify_job(where / "out.jsonl").inputs[0].n_bytes == (where / "in.jsonl").stat().st_size


@pytest.mark.parametrize("format", ["jsonl", "csv", "parquet"])
@pytest.mark.parametrize("kind", ["articles", "tags", "passages"])
def test_partitions_change_no_byte(where, format, kind):
    if format == "parquet":
        pytest.importorskip("pyarrow")
    whole = job(where, f"a.{format}", rows=kind, partition_bytes=10**9)
    parts = job(where, f"b.{format}", rows=kind, partition_bytes=700)
    assert whole.n_parts == 1 and parts.n_parts > 20
    one, two = outcome(where, f"a.{format}"), outcome(where, f"b.{format}")
    if format == "parquet":
        from pyarrow import parquet

        tables = [parquet.read_table(io.BytesIO(raw)) for raw, _ in (one, two)]
        assert tables[0].equals(tables[1]) and len(tables[0]) == whole.n_rows == parts.n_rows
    else:
        assert one[0] == two[0]
    assert one[1] == two[1]
    facts = ("n_in", "n_articles", "n_rejects", "n_rows", "n_tagged", "tags_by_label")
    assert all(getattr(whole, name) == getattr(parts, name) for name in facts)


def test_ids_beyond_memory_are_compared_in_buckets(where, monkeypatch):
    job(where, "a.jsonl")
    monkeypatch.setattr("vectorclf.jobs.assembly._BUCKET_ROWS", 7)
    job(where, "b.jsonl")
    assert outcome(where, "a.jsonl") == outcome(where, "b.jsonl")


def test_csv_has_one_header_and_the_columns_of_the_input(where):
    job(where, "out.csv")
    out = list(csv.DictReader(io.StringIO((where / "out.csv").read_text(), newline="")))
    assert list(out[0])[4:6] == ["source", "n"] and out[0]["source"] == "'=AP"
    assert len(out) == read_manifest(where / "out.csv").n_rows


def test_processes_change_no_byte(where):
    job(where, "a.jsonl")
    seen = []
    job(where, "b.jsonl", workers=2, progress=seen.append)
    assert outcome(where, "a.jsonl") == outcome(where, "b.jsonl")
    assert seen[-1].n_bytes == seen[-1].total_bytes
    assert seen[-1].n_articles == 100 - seen[-1].n_rejects


cells = st.text(st.sampled_from('",\n\r ab;é'), max_size=6)


@settings(max_examples=40)
@given(st.lists(st.tuples(cells, cells), max_size=12), st.integers(1, 60), st.booleans())
def test_ranges_of_a_table_hold_its_rows(tmp_path_factory, table, size, quote_all):
    path = tmp_path_factory.mktemp("t") / "a.csv"
    buffer = io.StringIO()
    quoting = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    writer = csv.writer(buffer, quoting=quoting)
    writer.writerows([("note", "text"), *table])
    path.write_bytes(buffer.getvalue().encode())
    source = Source(str(path), "a.csv", "csv")
    inputs = []
    pieces = [
        piece
        for part in plan([source], partition_bytes=size, encoding="utf-8", inputs=inputs)
        for piece in part.pieces
    ]
    found = [
        row for piece in pieces
        for row in read_source(source, Reading(), start=piece.start, end=piece.end,
                               first_line=piece.first_line)
    ]  # fmt: skip
    assert [(r.text, r.place) for r in found if isinstance(r, Article)] == [
        (r.text, r.place) for r in read_articles(path) if isinstance(r, Article)
    ]
    assert sum(piece.n_bytes for piece in pieces) == path.stat().st_size


@settings(max_examples=60)
@given(st.lists(st.integers(0, 30), max_size=12), st.booleans(), st.integers(1, 60),
       st.integers(2, 40))
def test_ranges_of_lines_end_with_the_first_line_that_fills_them(
    tmp_path_factory, lengths, is_ended, size, chunk
):
    lines = [b"x" * n + b"\n" for n in lengths]
    if lines and not is_ended:
        lines[-1] = lines[-1][:-1] or b"y"
    path = tmp_path_factory.mktemp("t") / "a.jsonl"
    path.write_bytes(b"".join(lines))
    expected, first, number, held = [], 0, 1, 0
    for k, line in enumerate(lines):
        held += len(line)
        if (held >= size and line.endswith(b"\n")) or k == len(lines) - 1:
            expected.append((first, first + held, number))
            first, number, held = first + held, k + 2, 0
    inputs = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vectorclf.jobs.plan._CHUNK", chunk)
        source = Source(str(path), "a.jsonl", "jsonl")
        pieces = [p for part in plan([source], partition_bytes=size, encoding="utf-8",
                                     inputs=inputs) for p in part.pieces]
    if pieces and not pieces[0].is_whole:
        assert [(p.start, p.end, p.first_line) for p in pieces] == expected
        assert inputs[0].sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    else:
        assert path.stat().st_size <= 1.5 * size


def test_many_kinds_of_input_in_one_job(memory_path):
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    (memory_path / "in").mkdir()
    for k in range(4):
        (memory_path / "in" / f"{k}.txt").write_text(f"He was paid {k}.")
    (memory_path / "in" / "m.jsonl.gz").write_bytes(gzip.compress(rows(60).encode()))
    table = pa.table({"id": [f"p{k}" for k in range(40)], "text": ["He sold it."] * 40})
    parquet.write_table(table, memory_path / "in" / "n.parquet", row_group_size=4)
    (memory_path / "in" / "o.csv").write_text("id,body\n1,x\n")
    (memory_path / "in" / "z.txt").write_bytes(b"\0\1")
    (memory_path / "in" / "loop").symlink_to(memory_path / "in")
    manifest = job(memory_path, "in/out.jsonl", paths=memory_path / "in", partition_bytes=400)
    assert manifest.n_articles > 90 and manifest.n_parts > 5
    again = job(memory_path, "in/out.jsonl", paths=memory_path / "in", overwrite=True)
    assert (again.n_in, again.output_sha256) == (manifest.n_in, manifest.output_sha256)
    verified = verify_job(memory_path / "in" / "out.jsonl")
    assert sorted(os.path.basename(each.path) for each in verified.inputs) == [
        "0.txt", "1.txt", "2.txt", "3.txt", "m.jsonl.gz", "n.parquet", "o.csv", "z.txt",
    ]  # fmt: skip


def test_stdin_is_kept_until_the_job_is_done(tmp_path, monkeypatch):
    class Stdin:
        buffer = io.BytesIO(rows(20).encode())

    monkeypatch.setattr(sys, "stdin", Stdin)
    manifest = job(tmp_path, paths="-")
    assert manifest.n_in == 20 and '"stdin:1"' not in (tmp_path / "out.jsonl").read_text()
    assert not (tmp_path / "out.jsonl.parts").exists()


def test_an_article_the_tagger_refuses_is_a_reject(memory_path):
    texts = ["He was paid.", "unspeakable", "He sold it."]
    (memory_path / "in.jsonl").write_text("".join(json.dumps({"text": t}) + "\n" for t in texts))
    manifest = job(memory_path)
    assert (manifest.n_articles, manifest.n_rejects) == (2, 1)
    assert json.loads(outcome(memory_path)[1])["reason"] == "expected something else"


def test_verify_tells_what_was_changed(where):
    with pytest.raises(MissingInputError, match="expected the manifest of a finished job"):
        verify_job(where / "out.jsonl")
    job(where)
    raw = bytearray((where / "out.jsonl").read_bytes())
    raw[17] ^= 1
    (where / "out.jsonl").write_bytes(raw)
    with open(where / "in.jsonl", "a") as file:
        file.write("\n")
    with pytest.raises(OutputError, match=r"expected .* bytes with sha256 .*; .*has changed since"):
        verify_job(where / "out.jsonl")
    (where / "out.jsonl.manifest.json").write_text('{"job_id": 1')
    with pytest.raises(OutputError, match="damaged manifest"):
        verify_job(where / "out.jsonl")


def test_what_cannot_be_asked_for(where):
    with pytest.raises(InputError, match="a job writes a file, got -"):
        run_job(where / "in.jsonl", "-")
    with pytest.raises(InputError, match="expected one of articles, tags, passages"):
        job(where, rows="sentences")
    with pytest.raises(MissingInputError):
        job(where, paths=where / "none.jsonl")
    with pytest.raises(OutputError, match=r"make the directory .*none first"):
        job(where, "none/out.jsonl")
    assert os.listdir(where) == ["in.jsonl"]


@pytest.mark.parametrize(("text", "beginning"), [
    ("short", "short"), ("a\n" + "x" * 1990, "a\n" + "x" * 1990), ("a\n" + "x" * 2000, "a"),
    ("x" * 2500, "x" * 2000), ("\n" + "x" * 2500, "\n" + "x" * 1999),
    ("a\n\nb\n" + "x" * 2000, "a\n\nb")])
def test_the_beginning_of_an_article_is_of_whole_paragraphs(text, beginning):
    assert _beginning(text) == beginning


def test_input_unlike_the_training_data_is_said_loudly():
    def warnings(texts, **unknown):
        statistics = TextStatistics()
        measure(statistics, texts, FakeTagger())
        for name, value in unknown.items():
            setattr(statistics, name, value)
        return drift_warnings(statistics, training={"log_bytes": (5.5, 0.7), "score": ((), ())})

    english = "The officer was paid by the man and he left for the city with it."
    german = "Der Beamte wurde von dem Mann bezahlt und ist mit dem Zug in die Stadt gefahren."
    russian = "Офицер получил деньги и уехал из города."
    assert warnings([english, russian, english], n_tokens=100, n_unknown=20) == []
    assert warnings([english], n_passages=1, log_bytes=7.6) == [
        "passages are longer than those of the training data by 3.0 standard deviations"
    ]
    assert "67% of the articles are not in the model's language (en): most are Latin:de" in (
        warnings([english, german, german])[0]
    )
    assert "most are Cyrillic:ru" in warnings([russian])[0]
    assert warnings([english[:20]], n_tokens=10, n_unknown=6)[0].startswith("60% of the words")
    assert "looks like code or data" in warnings(["00 4f 1a = {}; 0x00 [[1, 2, 3]] 77"])[0]
    assert warnings([]) == []


def test_a_trained_model_knows_its_own_texts_from_others():
    tagger = Tagger(small_model())
    training = copy.deepcopy(tagger.model.training["profile"])

    def warnings(texts):
        statistics = TextStatistics()
        measure(statistics, texts, tagger)
        return " ".join(drift_warnings(statistics, training=training))

    own = list(small_data().texts)
    assert warnings(own) == ""
    assert "passages are shorter than" in warnings(["The clerk."] * 9)
    assert "passages are longer than" in warnings([" and ".join(own[:8]).replace(".", "")])
    training["score"][0][0] += 9
    assert "the scores of one label lie" in warnings(own)
    assert warnings(own[:9]) == ""


def test_progress_is_readable(monkeypatch):
    progress = Progress(50_000_000, 100_000_000, 9000, 120, 3, 2.0, 10_000_000)
    assert str(progress) == (
        "50%, 9,000 articles, 4,500/s, 20.0 MB/s, 120 tagged, 3 rejected, 0:00:02 left"
    )
    monkeypatch.setattr("vectorclf.jobs.progress._EVERY_S", 0.0)
    stream = io.StringIO()
    with show_progress(stream) as show:
        show(progress)
    assert stream.getvalue() == f"{progress}\n"
    monkeypatch.setattr(stream, "isatty", lambda: True)
    with show_progress(stream) as show:
        show(progress)


def test_a_reject_is_no_article(where):
    assert sum(isinstance(row, Reject) for row in read_articles(where / "in.jsonl")) == 8
