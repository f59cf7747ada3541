"""Tables of pandas, Polars and DuckDB, and streams of batches, tagged in memory."""

import pytest
from job_fakes import FakeTagger

from vectorclf.arrow import tag_batches, tag_table, tagged_schema
from vectorclf.errors import InputError

pa = pytest.importorskip("pyarrow")

TEXTS = ["He was paid.", None, "", "She sold it and was paid.", "Nothing."]
COLUMNS = {"name": [7, 8, 9, 10, 11], "text": TEXTS, "when": [1.5, None, 2.5, 3.5, 4.5]}


def labels(tags):
    return [[tag["label"] for tag in each] for each in tags]


EXPECTED = [["paid"], [], [], ["paid", "sold"], []]


def test_every_row_keeps_its_columns_and_gets_its_tags():
    table = tag_table(pa.table(COLUMNS), tagger=FakeTagger())
    assert table.column_names == ["name", "text", "when", "tags"]
    assert table.select(["name", "text", "when"]).equals(pa.table(COLUMNS))
    assert labels(table["tags"].to_pylist()) == EXPECTED
    [evidence] = table["tags"].to_pylist()[0][0]["evidence"]
    assert TEXTS[0][evidence["start"] : evidence["end"]] == evidence["quote"] == "paid"


@pytest.mark.parametrize("library", ["pandas", "polars", "duckdb"])
def test_tables_of_other_libraries_come_and_go(library):
    module = pytest.importorskip(library)
    if library == "duckdb":
        source = pa.table(COLUMNS)
        with module.connect() as connection:
            relation = connection.sql("select * from source where name > 7")
            tagged = tag_table(relation, tagger=FakeTagger())
            found = connection.sql("select count(*) from tagged where len(tags) > 0").fetchall()
            assert (source.num_rows, found) == (5, [(1,)])
    elif library == "pandas":
        tagged = tag_table(module.DataFrame(COLUMNS), tagger=FakeTagger())
        assert [len(tags) for tags in tagged.to_pandas()["tags"]] == [1, 0, 0, 2, 0]
    else:
        tagged = tag_table(module.DataFrame(COLUMNS), tagger=FakeTagger())
        assert module.from_arrow(tagged)["tags"].list.len().to_list() == [1, 0, 0, 2, 0]


def test_a_row_a_tag_or_a_passage():
    tags = tag_table(pa.table(COLUMNS), tagger=FakeTagger(), rows="tags")
    assert tags.column_names[:3] == ["name", "when", "label"]
    assert tags.select(["name", "label"]).to_pylist() == [
        {"name": 7, "label": "paid"}, {"name": 10, "label": "paid"}, {"name": 10, "label": "sold"},
    ]  # fmt: skip
    passages = tag_table(pa.table(COLUMNS), tagger=FakeTagger(), rows="passages")
    assert passages["text"].to_pylist() == [TEXTS[0], TEXTS[3], TEXTS[4]]
    assert labels(passages["tags"].to_pylist()) == [["paid"], ["paid", "sold"], []]


@pytest.mark.parametrize("rows", ["articles", "tags", "passages"])
def test_batches_change_nothing(rows):
    table = pa.table({"text": TEXTS * 200})
    whole = tag_table(table, tagger=FakeTagger(), rows=rows)
    parts = tag_batches(table.to_batches(max_chunksize=7), tagger=FakeTagger(), rows=rows)
    schema = tagged_schema(table.schema, rows=rows)
    assert pa.Table.from_batches(parts, schema=schema).equals(whole)
    assert tag_table(table.slice(0, 0), tagger=FakeTagger(), rows=rows).num_rows == 0


def test_what_is_no_table_of_texts_is_told():
    with pytest.raises(InputError, match='expected column "body", got "text"; name it with'):
        tag_table(pa.table({"text": ["x"]}), tagger=FakeTagger(), text="body")
    with pytest.raises(InputError, match="text: expected a column of strings, got int64"):
        tag_table(pa.table({"text": [1]}), tagger=FakeTagger())
    with pytest.raises(InputError, match='expected no column "tags"'):
        tag_table(pa.table({"text": ["x"], "tags": [1]}), tagger=FakeTagger())
    with pytest.raises(InputError, match="expected a table of pyarrow, pandas"):
        tag_table(["x"], tagger=FakeTagger())
    with pytest.raises(InputError, match="expected one of articles"):
        tag_table(pa.table({"text": ["x"]}), tagger=FakeTagger(), rows="all")
