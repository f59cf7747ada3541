"""The command line: exit codes, what goes to stdout and to stderr, no traceback ever."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from small import small_data, small_model, unseen_data

from vectorclf.cli import COMMANDS, main
from vectorclf.model import save_model

ROOT = Path(__file__).parents[1]
ARTICLES = ROOT / "datasets" / "articles"
PAID = "The clerk took cash from the attaché and left the film in a dead drop."


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return str(save_model(small_model(), tmp_path_factory.mktemp("model")))


@pytest.fixture
def run(capfdbinary):
    """Runs a command in this process; returns exit code, stdout and stderr."""

    def run(*arguments):
        with pytest.raises(SystemExit) as stop:
            main([str(a) for a in arguments])
        out, err = (text.decode() for text in capfdbinary.readouterr())
        assert "Traceback" not in err
        return stop.value.code, out, err

    return run


@pytest.fixture
def articles(tmp_path):
    path = tmp_path / "articles.jsonl"
    rows = [{"id": "one", "text": PAID, "desk": "courts"}, {"id": "two", "text": "Rain."}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_help_names_every_command(run):
    code, out, _ = run("--help")
    assert code == 0 and all(command in out for command in COMMANDS)
    for command in COMMANDS:
        code, out, _ = run(command, "--help")
        assert code == 0 and "Usage" in out


def test_a_mistyped_command_is_met_half_way(run):
    code, _, err = run("tagg")
    assert code == 2 and "Did you mean 'tag'?" in err


def test_tag_writes_a_row_an_article_and_carries_fields_through(run, model, articles):
    code, out, err = run("tag", articles, "-m", model)
    rows = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (0, "")
    assert [row["id"] for row in rows] == ["one", "two"]
    assert rows[0]["desk"] == "courts" and rows[1]["tags"] == []
    for tag in rows[0]["tags"]:
        for evidence in tag["evidence"]:
            start, end = evidence["span"]
            assert PAID[start:end] == evidence["quote"]


@pytest.mark.parametrize("name", ["tags.jsonl", "tags.csv", "tags.parquet"])
def test_tag_writes_files_by_their_ending(run, model, articles, tmp_path, name):
    output = tmp_path / name
    code, out, _ = run("tag", articles, "-m", model, "-o", output, "--rows", "tags")
    assert (code, out) == (0, "") and output.stat().st_size > 0


def test_tag_prints_quotes_on_a_terminal(run, model, articles):
    code, out, _ = run("tag", articles, "-m", model, "--format", "terminal")
    assert code == 0
    assert "motives" in out and "money" in out and "took cash" in out and "no tag" in out


def test_terminal_output_cannot_be_steered(run, model, tmp_path):
    path = tmp_path / "hostile.txt"
    path.write_text(f"\x1b[2J\x1b]0;owned\x07\u202e{PAID}", encoding="utf-8")
    for command in (["tag", "--format", "terminal"], ["explain", "--all", "--terms"]):
        code, out, _ = run(command[0], path, "-m", model, *command[1:])
        assert code == 0 and "\x1b" not in out and "\u202e" not in out and "\x07" not in out


def test_explain_shows_sentences_terms_and_near_misses(run, model, articles):
    code, out, _ = run("explain", articles, "-m", model, "--terms", "--all")
    assert code == 0 and "(intercept)" in out and "All labels" in out
    code, out, _ = run("explain", articles, "-m", model, "--label", "monny")
    assert code == 1


def test_explain_writes_a_page_of_one_article(run, model, articles, tmp_path):
    path, page = tmp_path / "one.txt", tmp_path / "one.html"
    path.write_text(PAID, encoding="utf-8")
    code, out, _ = run("explain", path, "-m", model, "--html", page)
    assert (code, out) == (0, "") and "took cash" in page.read_text(encoding="utf-8")
    code, _, err = run("explain", articles, "-m", model, "--html", page)
    assert code == 1 and "one article" in err


def test_stdin_is_a_text_or_rows(model):
    for given in (PAID, json.dumps({"id": "x", "text": PAID})):
        done = subprocess.run(
            [sys.executable, "-m", "vectorclf", "tag", "-", "-m", model],
            input=given.encode(), capture_output=True,
        )
        assert done.returncode == 0 and b"money" in done.stdout, done.stderr


def test_a_closed_pipe_is_no_error(model, articles):
    done = subprocess.run(
        f"{sys.executable} -m vectorclf tag {articles} -m {model} | head -c 1",
        shell=True, capture_output=True,
    )
    assert b"Traceback" not in done.stderr and b"Exception" not in done.stderr


def bad_inputs(tmp_path):
    """(name, content or None for no file, exit code, what stderr says)."""
    return [
        ("empty.jsonl", b"", 1, "empty"),
        ("empty.txt", b"", 1, "empty"),
        ("blank.jsonl", b'{"id": "x", "text": " "}\n', 1, "blank.jsonl:1: expected a text"),
        ("binary.txt", bytes(range(256)) * 8, 1, "binary"),
        ("latin.txt", "café".encode("latin-1") * 9, 1, "latin-1"),
        ("broken.gz", gzip.compress(b"x" * 999)[:20], 1, ""),
        ("wrong-key.jsonl", b'{"body": "x"}\n', 1, "--text-key body"),
        ("list.jsonl", b"[1]\n", 1, ""),
        ("null.jsonl", b'{"id": "x", "text": null}\n', 1, ""),
        ("none.jsonl", None, 1, "none.jsonl"),
        ("mixed.jsonl", b'{"id": "x", "text": "Rain."}\n{"id": \n', 3, "mixed.jsonl:2"),
    ]


@pytest.mark.parametrize("case", bad_inputs(None), ids=lambda case: case[0])
def test_bad_input_is_one_clear_line(run, model, tmp_path, case):
    name, content, expected, message = case
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    code, _, err = run("tag", path, "-m", model)
    assert code == expected
    assert message in err
    assert err.strip() and all(len(line) < 500 for line in err.splitlines())


def test_an_empty_directory_and_a_missing_model_are_named(run, model, tmp_path, articles):
    (tmp_path / "none").mkdir()
    code, _, err = run("tag", tmp_path / "none", "-m", model)
    assert code == 1 and "none" in err
    code, _, err = run("tag", articles, "-m", tmp_path / "nowhere")
    assert code == 1 and "vectorclf train" in err
    code, _, err = run("tag")
    assert code == 2 and "PATH" in err


def test_a_single_line_of_50_mb_is_tagged_or_refused(run, model, tmp_path):
    path = tmp_path / "long.txt"
    path.write_bytes(b"He read the newspaper. " * (50 * 1024 * 1024 // 23))
    code, _, err = run("tag", path, "-m", model)
    assert code == 0 or (code == 1 and "bytes" in err)


def test_one_changed_byte_and_a_newer_format_are_refused(run, model, articles, tmp_path):
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("model.json", "model.safetensors"):
        (copy / name).write_bytes((Path(model) / name).read_bytes())
    content = bytearray((copy / "model.safetensors").read_bytes())
    content[-1] ^= 1
    (copy / "model.safetensors").write_bytes(bytes(content))
    code, _, err = run("tag", articles, "-m", copy)
    assert code == 1 and "sha256" in err
    facts = json.loads((copy / "model.json").read_bytes())
    (copy / "model.json").write_text(json.dumps({**facts, "format_version": 99}))
    code, _, err = run("tag", articles, "-m", copy)
    assert code == 1 and "upgrade vectorclf" in err


def test_a_codebook_with_an_unknown_label_is_refused(run, tmp_path):
    path = tmp_path / "codebook.toml"
    path.write_text('name = "x"\nlabels = [{ id = "a" }]\n'
                    'pairs = [{ name = "p", labels = ["b"], question = "?" }]\n')
    code, _, err = run("info", "--codebook", path)
    assert code == 1 and "'b'" in err


def test_info_prints_the_codebook(run):
    code, out, _ = run("info", "--codebook", ROOT / "datasets" / "recruitment", "--labels")
    assert code == 0 and "honey_trap  (method: Honey trap)" in out and "PERSEREC" in out
    code, out, _ = run("info", "--rules")
    assert code == 0 and "G18" in out
    code, out, _ = run("info")
    assert code == 0 and "out of fold" in out


def test_train_and_evaluate_somebody_elses_file(run, tmp_path):
    rows = tmp_path / "rows.csv"
    lines = ["body,tags,doc"]
    for k in range(60):
        paid = k % 2
        lines.append(f'"{"cash was paid" if paid else "the rain fell"} {k}",'
                     f'{"money" if paid else ""},d{k % 6}')
    rows.write_text("\n".join(lines) + "\n", encoding="utf-8")
    keys = ("--text-key", "body", "--labels-key", "tags", "--group-key", "doc")
    code, _, err = run("train", rows, "-o", tmp_path / "own", *keys)
    assert code == 0 and "micro-F1 1.000" in err and "share one score" in err
    code, out, _ = run("evaluate", rows, *keys, "--json")
    assert code == 0 and json.loads(out)["micro_f1"] == 1.0
    code, _, err = run("evaluate", rows, "-m", tmp_path / "own", *keys)
    assert code == 1 and "not seen" in err
    code, _, err = run("evaluate", rows, "-m", tmp_path / "own", *keys[:-2])
    assert code == 1 and "not seen" in err  # whatever the groups
    code, _, err = run("train", rows, "-o", tmp_path / "own")
    assert code == 1 and "--text-key" in err
    text = tmp_path / "text.txt"
    text.write_text("Then cash was paid.")
    code, out, _ = run("tag", text, "-m", tmp_path / "own")
    assert code == 0 and json.loads(out)["tags"][0]["label"] == "money"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("train", "-o", "ROWS"), "rows.jsonl: expected a directory, got a file"),
        (("train", "-o", "ROWS/own"), "rows.jsonl: expected a directory, got a file"),
        (("train", "-o", "own", "--split", "test"), "expected a dataset directory to take a split"),
        (("train", "-o", "own", "--labels-key", "none"), "got none in any row; name the column"),
        (("evaluate", "--plots", "ROWS"), "rows.jsonl: expected a directory, got a file"),
        (("evaluate", "--split", "test"), "rows.jsonl: expected a dataset directory to take"),
        (("train", "-o", ""), "expected the name of a directory, got ''"),
        (("train", "-o", "own", "--background", "ROWS"), "rows.jsonl: expected background counts"),
        (("train", "-o", "own", "--background", ""), "expected background counts, found none"),
        (("train", "-o", "own", "--labels-key", "text"), "expected two columns, got 'text'"),
    ],
)
def test_learning_refuses_before_it_learns(run, tmp_path, options, message):
    rows = tmp_path / "rows.jsonl"
    rows.write_text("".join(
        json.dumps({"text": f"It rained {k} times.", "labels": ["x"], "none": []}) + "\n"
        for k in range(9)
    ))
    command, *rest = (o.replace("ROWS", str(rows)).replace("own", str(tmp_path / "own"))
                      for o in options)
    code, _, err = run(command, rows, *rest)
    assert code == 1 and message in err and err.count("\n") == 1, err
    assert [p.name for p in tmp_path.iterdir()] == ["rows.jsonl"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--card",), "--card needs the model"),
        (("--operating-point", "recall"), "--operating-point needs a model"),
        (("-m", "MODEL", "--background", "x.npz"), "leave it out with -m"),
        (("--coder", "model"), "that is the model's own name"),
    ],
)
def test_options_that_do_not_go_together_are_usage_errors(run, model, articles, options, message):
    code, _, err = run("evaluate", articles, *(o.replace("MODEL", str(model)) for o in options))
    assert code == 2 and message in err


def test_a_model_trained_over_another_leaves_no_figures_of_it(run, tmp_path):
    rows = tmp_path / "rows.jsonl"
    rows.write_text("".join(
        json.dumps({"text": f"It rained {k} times.", "labels": ["x"] * (k % 2)}) + "\n"
        for k in range(20)))
    own = tmp_path / "own"
    own.mkdir()
    card = own / "README.md"
    card.write_text("# Mine\n<!-- generated -->\n### Old\n\n.999\n<!-- /generated -->\nend\n")
    code, _, err = run("train", rows, "-o", own)
    assert code == 0, err
    text = card.read_text()
    assert text.startswith("# Mine") and text.endswith("end\n") and ".999" not in text
    assert "Trained on 20 texts" in text and "Operating points" in text


def test_copies_in_two_groups_keep_figures_out_of_fold_back(run, tmp_path):
    rows = tmp_path / "rows.jsonl"
    text = "the clerk sold the plans of the new harbour to the consul in spring"
    rows.write_text("".join(
        json.dumps({"text": text if k in (4, 15) else f"It rained {k} times.",
                    "labels": ["x"] * (k % 2), "doc": k // 5}) + "\n" for k in range(20)))
    code, _, err = run("train", rows, "-o", tmp_path / "own", "--group-key", "doc")
    assert code == 0 and "not shown: 1 text" in err and "micro-F1" not in err
    code, out, _ = run("info", "-m", tmp_path / "own")
    assert code == 0 and "not shown: 1 text" in out and "micro-F1" not in out
    code, _, err = run("train", rows, "-o", tmp_path / "own", "--group-key", "doc", "--search")
    assert code == 1 and "expected every text in one group" in err
    code, _, err = run("train", rows, "-o", tmp_path / "own", "--group-key", "doc",
                       "--drop-repeated")
    assert code == 0 and "1 repeated texts left out" in err and "micro-F1" in err


def test_groups_learned_from_are_no_measure(run, tmp_path):
    learned, other = (tmp_path / f"{name}.jsonl" for name in ("learned", "other"))
    for path, what in ((learned, "rained"), (other, "snowed")):
        path.write_text("".join(
            json.dumps({"text": f"It {what} {k} times.", "labels": ["x"] * (k % 2),
                        "doc": f"d{k // 5}"}) + "\n" for k in range(20)))
    code, _, err = run("train", learned, "-o", tmp_path / "own", "--group-key", "doc")
    assert code == 0, err
    code, _, err = run("evaluate", other, "-m", tmp_path / "own", "--group-key", "doc")
    assert code == 1 and "20 of 20 texts of groups that it has learned from, such as 'd0'" in err
    code, _, err = run("evaluate", other, "-m", tmp_path / "own")
    assert code == 0, err


def test_environment_without_home_or_cache_still_tags(model, articles, tmp_path):
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
    done = subprocess.run(
        [sys.executable, "-m", "vectorclf", "tag", str(articles), "-m", model],
        capture_output=True, env=environment, cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr


def test_texts_learned_from_are_no_measure(run, model, tmp_path):
    data = small_data()

    def rows(texts):
        path = tmp_path / "rows.jsonl"
        path.write_text("".join(json.dumps({"text": text, "labels": list(labels)}) + "\n"
                                for text, labels in zip(texts, data.labels, strict=False)))
        return path

    some = [text.upper() for text in data.texts[:40]]  # a part of them, in other letters
    code, out, err = run("evaluate", rows(some), "-m", model)
    assert code == 1 and "got 40 of 40 that it has learned from" in err and not out
    code, _, err = run("compare", rows(some), "-m", model, "-m", model)
    assert code == 1 and "has learned from" in err
    code, _, err = run("evaluate", rows(some), "-m", model, "--drop-repeated")
    assert code == 1 and "got none" in err
    few = [*unseen_data().texts[:40], data.texts[40]]
    code, out, err = run("evaluate", rows(few), "-m", model)
    assert code == 0 and "1 of these texts were learned from" in err
    code, out, err = run("evaluate", rows(few), "-m", model, "--drop-repeated", "--json")
    assert code == 0 and json.loads(out)["n_texts"] == 40


def test_labels_that_look_like_markup_are_shown_as_they_are(run, tmp_path):
    rows = tmp_path / "rows.jsonl"
    rows.write_text("".join(
        json.dumps({"text": text, "labels": [f"[/{x}]" for x in labels], "case": group}) + "\n"
        for text, labels, group in zip(small_data().texts, small_data().labels,
                                       small_data().groups, strict=True)))
    code, out, err = run("evaluate", rows, "--group-key", "case", "--workers", "1")
    assert code == 0 and "[/money]" in out, err


def test_ordinary_texts_alone_can_be_measured(run, model, tmp_path):
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"text": "The clerk was paid in cash.", "labels": []}\n'
                    '{"text": "It rained.", "labels": []}\n')
    code, out, err = run("evaluate", rows, "-m", model, "--json")
    assert code == 0 and json.loads(out)["unlabeled_tagged"] == 0.5, err


def test_compare_shows_what_the_second_model_does_better(run, model, tmp_path):
    rows = tmp_path / "rows.jsonl"
    rows.write_text(json.dumps({"text": "The clerk was paid in cash.", "labels": ["money"]}) + "\n"
                    + json.dumps({"text": "It rained.", "labels": []}) + "\n", encoding="utf-8")
    code, out, err = run("compare", rows, "-m", model, "-m", model)
    assert code == 0 and "+0.000 to +0.000" in out, err
    code, out, _ = run("compare", rows, "-m", model, "-m", model, "--json")
    assert json.loads(out)["n_texts"] == 2 and json.loads(out)["overall"][0]["figure"] == "micro-F1"
    code, _, err = run("compare", rows, "-m", model)
    assert code == 2 and "-m OLD -m NEW, got 1" in err


def test_evaluate_shows_subsets_and_coders(run, tmp_path):
    rows = tmp_path / "rows.jsonl"
    rows.write_text("".join(
        json.dumps({"text": text, "labels": list(labels), "second": list(labels), "case": group,
                    "desk": "north" if k % 2 else "south"}) + "\n"
        for k, (text, labels, group) in enumerate(
            zip(small_data().texts, small_data().labels, small_data().groups, strict=True))
    ), encoding="utf-8")
    options = ["evaluate", rows, "--group-key", "case", "--by", "desk", "--coder", "second",
               "--plots", tmp_path / "plots"]
    code, out, err = run(*options)
    assert code == 0, err
    assert "By desk" in out and "second" in out and "alpha" in out
    assert {p.name for p in (tmp_path / "plots").iterdir()} == {
        "precision-recall.svg", "reliability.svg", "f1-by-label.svg", "confusion.svg"}
    drawn = {p.name: p.read_bytes() for p in (tmp_path / "plots").iterdir()}
    run(*options)
    assert drawn == {p.name: p.read_bytes() for p in (tmp_path / "plots").iterdir()}
    code, out, _ = run(*options[:-2], "--json")
    result = json.loads(out)
    assert set(result["by"]["desk"]) == {"north", "south"}
    assert result["coders"][0]["second"] == "model"
    code, _, err = run("evaluate", rows, "--group-key", "case", "--by", "town")
    assert code == 1 and "--by" in err
    code, _, err = run("evaluate", rows, "--card")
    assert code == 2 and "-m DIR" in err
