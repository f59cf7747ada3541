"""Coded passages: reading, checking, splitting; every fault has its place and remedy."""

import gzip
import json
import re

import msgspec
import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from vectorclf.checks import check_dataset
from vectorclf.cli.check import check
from vectorclf.dataset import CodedPassage, Coding, decode_row, encode_row, load_dataset
from vectorclf.duplicates import near_duplicates
from vectorclf.errors import DatasetError, MissingInputError
from vectorclf.labeled import label_matrix, read_labeled_file

CODEBOOK = """
name = "tiny"
version = "1.0.0"
families = ["motive", "method"]
labels = [
    { id = "money", family = "motive" },
    { id = "walk_in", family = "method" },
]
"""
PAID = dict(
    id="a-1", text="The clerk was paid 900 marks for the timetable.", case="clerk",
    labels={"money": {"evidence": ["was paid 900 marks"], "status": "asserted"}},
    kind="composite", register="wire", language="en", first=["money"],
)
RAIN = dict(
    id="a-2", text="Rain is expected over the western islands until Friday.", labels={},
    case="weather", kind="background", register="newspaper", language="en",
)


@pytest.fixture
def write(tmp_path):
    """Writes a dataset directory and returns it."""

    def write(*rows, splits=None):
        (tmp_path / "codebook.toml").write_text(CODEBOOK, encoding="utf-8")
        (tmp_path / "passages").mkdir(exist_ok=True)
        lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
        path = tmp_path / "passages" / "part.jsonl"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        if splits is not None:
            (tmp_path / "splits.json").write_text(json.dumps(splits), encoding="utf-8")
        return tmp_path

    return write


def test_a_sound_dataset_has_no_faults(write):
    directory = write(PAID, RAIN, splits={"train": ["clerk"], "test": ["weather"]})
    checked = check_dataset(directory)
    assert checked.faults == ()
    dataset = load_dataset(directory)
    assert [p.id for p in dataset.split("test")] == ["a-2"]
    assert dataset.sha256 == load_dataset(directory).sha256 != ""


FAULTY = [
    ("{not json", "row", "malformed"),
    ({**PAID, "text": 5}, "text", "Expected `str`, got `int`"),
    ({**PAID, "colour": "red"}, "row", "unknown field `colour`"),
    ({k: v for k, v in PAID.items() if k != "case"}, "row", "missing required field `case`"),
    ({**PAID, "labels": {"monney": {"evidence": ["paid"]}}}, "labels.monney",
     "did you mean money"),
    ({**PAID, "labels": {"money": {"evidence": ["was bribed"]}}}, "labels.money.evidence",
     "letter by letter"),
    ({**PAID, "labels": {"money": {"evidence": []}}}, "labels.money.evidence", "rule G2"),
    ({**PAID, "labels": {"money": {"evidence": ["paid"], "status": "sure"}}},
     "labels.money.status", "got 'sure'"),
    ({**PAID, "kind": "real"}, "kind", "expected one of documented"),
    ({**PAID, "kind": "documented"}, "sources", "make the text composite"),
    ({**PAID, "kind": "background"}, "labels", "background"),
    ({**PAID, "text": ""}, "text", "empty"),
    ({**PAID, "case": " "}, "case", "empty"),
    ({**PAID, "register": "wire "}, "register", "outer blanks"),
    ({**PAID, "text": PAID["text"] + " \ufffd"}, "text", "replacement characters"),
    ({**PAID, "text": PAID["text"] + " more" * 200}, "text", "at most 200 words"),
    ({**PAID, "first": ["gold"]}, "first", "expected labels of the codebook"),
]


@pytest.mark.parametrize(("row", "field", "message"), FAULTY)
def test_every_fault_is_named_with_file_line_field_and_remedy(write, row, field, message):
    directory = write(RAIN, row)
    faults = [f for f in check_dataset(directory).faults if f.field == field]
    assert faults and faults[0].line == 2 and faults[0].file.endswith("part.jsonl")
    assert message in str(faults[0])


def test_rows_that_repeat_each_other_are_named(write):
    near = {**RAIN, "id": "a-3", "case": "weather-2",
            "text": RAIN["text"].replace("Friday", "Monday")}
    same_id = {**PAID, "text": "Quite another matter was before the fisheries committee.",
               "labels": {}, "first": []}
    texts = [str(f) for f in check_dataset(write(RAIN, PAID, near, same_id)).faults]
    assert any("near-duplicates" in t and "part.jsonl:1" in t for t in texts)
    assert any("unique ids, got 'a-1' of part.jsonl:2" in t for t in texts)


def test_a_sentence_stands_once(write):
    body = "Nine witnesses from four countries were heard behind closed doors."
    rows = [{**RAIN, "id": f"b-{k}", "case": f"c{k}",
             "text": f"{start} {body}"} for k, start in enumerate(
                 ["The trial, which had been put off three times since the spring, opened.",
                  "Reporters who had waited in the corridor since dawn learned little more."])]
    assert any("no sentence twice" in str(f) for f in check_dataset(write(*rows)).faults)


def test_splits_hold_every_case_once(write):
    missing = check_dataset(write(PAID, RAIN, splits={"train": ["clerk"]})).faults
    assert any("none for 'weather'" in str(f) for f in missing)
    both = write(PAID, RAIN, splits={"train": ["clerk", "weather"], "test": ["weather"]})
    assert any("in one split" in str(f) for f in check_dataset(both).faults)
    with pytest.raises(DatasetError, match="every case in one split"):
        load_dataset(both)


def test_check_exits_1_on_faults_and_0_without(write):
    good = CliRunner().invoke(check, [str(write(PAID, RAIN))], standalone_mode=False)
    assert good.return_value == 0 and "money" in good.output
    bad = CliRunner().invoke(check, [str(write(PAID, PAID))], standalone_mode=False)
    assert bad.return_value == 1 and "unique ids" in bad.output


def test_loading_stops_at_the_first_fault(write):
    with pytest.raises(DatasetError, match=r"part.jsonl:2: .*money"):
        load_dataset(write(PAID, {**RAIN, "labels": {"mony": {"evidence": ["Rain"]}}}))
    with pytest.raises(MissingInputError, match="dataset directory"):
        load_dataset("no/such/place")


texts = st.text(st.characters(codec="utf-8"), min_size=1)
codings = st.dictionaries(texts, st.builds(Coding, evidence=st.lists(texts).map(tuple)))


@given(st.builds(CodedPassage, id=texts, text=texts, labels=codings, case=texts, kind=texts,
                 register=texts, second=st.none() | st.lists(texts).map(tuple)))
def test_a_row_survives_the_file(passage):
    line = encode_row(passage)
    assert b"\n" not in line and decode_row(line) == passage


def test_label_matrix_puts_labels_in_their_columns():
    Y = label_matrix([["b"], [], ["a", "b"]], ["a", "b"])
    np.testing.assert_array_equal(Y, [[0, 1], [0, 0], [1, 1]])
    assert label_matrix([], ["a"]).shape == (0, 1)


def test_near_duplicates_are_exact():
    pairs = near_duplicates(["a b c d e f", "a b c d e g", "x y", "x y", ""], threshold=0.3)
    assert [(i, j) for i, j, _ in pairs] == [(0, 1), (2, 3)]
    assert pairs[0][2] == pytest.approx(1 / 3)


def test_own_data_in_jsonl_and_csv(tmp_path):
    jsonl = tmp_path / "rows.jsonl.gz"
    with gzip.open(jsonl, "wt", encoding="utf-8") as file:
        file.write('{"body": "one", "tags": ["x", "y"], "doc": 1}\n\n'
                   '{"body": "two", "tags": {}, "doc": 2}\n')
    data = read_labeled_file(jsonl, text_key="body", labels_key="tags", group_key="doc")
    assert (data.texts, data.labels, data.groups) == (("one", "two"), (("x", "y"), ()), ("1", "2"))
    table = tmp_path / "rows.csv"
    table.write_text("text,labels\none,x; y\ntwo,\n", encoding="utf-8-sig")
    assert read_labeled_file(table).labels == (("x", "y"), ())


def test_own_csv_of_spreadsheets(tmp_path):
    path = tmp_path / "ROWS.CSV"
    path.write_text('text;labels;doc\r\n"one; and\r\ntwo";x,y;1\r\n\r\nthree;;2\r\n', newline="")
    data = read_labeled_file(path, group_key="doc")
    assert data.texts == ("one; and\r\ntwo", "three")
    assert data.labels == (("x", "y"), ()) and data.groups == ("1", "2")
    jsonl = tmp_path / "rows.jsonl"
    jsonl.write_text('{"text": "one", "labels": [" x", "x "]}\n')
    assert read_labeled_file(jsonl).labels == (("x",),)


def test_own_labels_as_other_programs_write_them(tmp_path):
    table = tmp_path / "rows.csv"
    table.write_text('text,labels\none,"[""x"", ""y""]"\ntwo,"[\'x\']"\nthree,[]\n')
    assert read_labeled_file(table).labels == (("x", "y"), ("x",), ())
    table.write_text('text,labels\none,"[x, y]"\n')
    with pytest.raises(DatasetError, match=r"rows.csv:2: expected a list of labels, got .*; wr"):
        read_labeled_file(table)
    one_hot = tmp_path / "rows.jsonl"
    one_hot.write_text('{"text": "a", "labels": {"x": true, "y": false, "z": 0, "w": "phrase"}}\n')
    assert read_labeled_file(one_hot).labels == (("x", "w"),)


def test_own_csv_that_names_its_separator_and_rows_without_a_group(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("sep=|\r\ntext|labels|doc\r\na, b|x;y|1\r\nc||\r\nd|| \r\n", newline="")
    data = read_labeled_file(path, group_key="doc")
    assert data.texts == ("a, b", "c", "d") and data.labels == (("x", "y"), (), ())
    assert data.groups == ("1", "row 4", "row 5")
    path.write_text("sep=;\ntext;labels\nc;x;y\n")
    with pytest.raises(DatasetError, match=r"rows.csv:3: expected 2 cells"):
        read_labeled_file(path)


@pytest.mark.parametrize(("name", "row", "message"), [
    ("rows.xlsx", "PK", "expected JSONL or CSV, got .xlsx; export it as CSV"),
    ("rows.jsonl", '{"text": "a", "labels": ["x\\u001b[31m"]}', "labels of printable characters"),
])
def test_own_data_that_is_none_is_named(tmp_path, name, row, message):
    path = tmp_path / name
    path.write_text(row)
    with pytest.raises(DatasetError, match=re.escape(message)):
        read_labeled_file(path)


def test_a_coder_named_twice_is_read_once(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text('{"text": "a", "labels": ["x"], "c": ["x"]}\n'
                    '{"text": "b", "labels": [], "c": []}\n')
    data = read_labeled_file(path, coder_keys=("c", "c"), fact_keys=("text", "text"))
    assert data.coders == {"c": (("x",), ())} and data.facts == {"text": ("a", "b")}


@pytest.mark.parametrize(("name", "content"), [
    ("rows.csv", b"text,labels\rone,x\r"), ("rows.jsonl", b'{"text": ' + b"[" * 100_000),
])
def test_own_data_in_odd_forms_is_refused_in_a_line(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=f"{name}:1: expected"):
        read_labeled_file(path)


def test_an_unquoted_comma_is_no_label(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text('text,labels\n"one\ntwo",x\nHe was paid, she said,x\n')
    with pytest.raises(DatasetError, match=r"rows.csv:4: expected 2 cells, .* got 3; put cells"):
        read_labeled_file(path)


@pytest.mark.parametrize("damage", [lambda b: b[:-20], lambda b: b"x" + b,
                                    lambda b: b[:30] + b"\0\0\0\0" + b[34:]])
def test_own_data_in_a_damaged_gzip(tmp_path, damage):
    path = tmp_path / "rows.jsonl.gz"
    path.write_bytes(damage(gzip.compress(b"".join(
        b'{"text": "%d", "labels": ["x"]}\n' % n for n in range(99)
    ))))
    with pytest.raises(DatasetError, match=r"rows.jsonl.gz.*: expected a whole gzip file"):
        read_labeled_file(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"body": "x"}\n', r"rows.jsonl:1: expected key 'text', got 'body'; try --text-key"),
        (b'{"text": "x", "labels": [1]}\n', r"expected a list of labels, got \[1\]; write each"),
        (b'{"text": "x", "labels": ["a", " "]}\n', r"rows.jsonl:1: expected labels with a name"),
        (b'{"text": 1, "labels": []}\n', r"to be text, got int"),
        (b"[1]\n", r"expected a JSON object a line, got a list; write a row a line"),
        (b"{\n", r"rows.jsonl:1: expected a JSON object a line"),
        (b"", r"at least one row"),
        (b'\n{"text": "caf\xe9"}', r"rows.jsonl:2: expected UTF-8, got byte 0xE9 at"),
    ],
)
def test_own_data_faults_are_named(tmp_path, content, message):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=message):
        read_labeled_file(path)


def test_first_coder_labels_are_kept():
    passage = msgspec.convert(PAID, CodedPassage)
    assert passage.first == ("money",) and passage.second is None
