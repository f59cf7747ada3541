"""Cards: prose stays, numbers come from the data."""

import pytest
from small import small_model, unseen_data

from vectorclf.cards import (
    END,
    START,
    generated_part,
    replace_generated,
    write_section,
)
from vectorclf.errors import DatasetError
from vectorclf.evaluation import evaluate_model
from vectorclf.labeled import LabeledTexts
from vectorclf.model import load_model, save_model
from vectorclf.model_card import write_model_card


def test_prose_stays_and_the_generated_part_changes(tmp_path):
    path = tmp_path / "README.md"
    path.write_text(f"# Card\n{START}\nold\n{END}\nafter\n", encoding="utf-8")
    replace_generated(path, "new | table")
    assert path.read_text(encoding="utf-8") == f"# Card\n{START}\nnew | table\n{END}\nafter\n"
    assert generated_part(path) == "new | table"
    path.write_text("no marks", encoding="utf-8")
    with pytest.raises(DatasetError, match="marks"):
        replace_generated(path, "x")


def test_a_model_card_keeps_measurements_by_title(tmp_path):
    place = save_model(small_model(), tmp_path / "model")
    (place / "README.md").write_text(f"# Card\n{START}\n{END}\n", encoding="utf-8")
    model = load_model(place)
    data = unseen_data()
    for title, n in (("One", 10), ("Two", 20), ("One", 30)):
        rows = LabeledTexts(data.texts[:n], data.labels[:n], data.groups[:n], data.evidence[:n])
        write_model_card(model, evaluate_model(model, rows), title,
                         plots=[place / "plots" / "reliability.svg"])
    card = generated_part(place / "README.md")
    assert card.count("### One\n\n30 texts") == 1 and card.count("### Two\n\n20 texts") == 1
    assert card.count("### Operating points") == 1 and "`money`" in card
    assert card.count("![One: reliability](plots/reliability.svg)") == 1


def test_a_model_without_a_card_gets_one(tmp_path):
    model = load_model(save_model(small_model(), tmp_path / "model"))
    data = unseen_data()
    rows = LabeledTexts(data.texts[:9], data.labels[:9], data.groups[:9], data.evidence[:9])
    write_model_card(model, evaluate_model(model, rows), "One")
    card = (tmp_path / "model" / "README.md").read_text(encoding="utf-8")
    assert card.startswith("# Model card: small\n") and "### One\n\n9 texts" in card


def test_a_section_is_replaced_where_it_stands_and_added_at_the_end(tmp_path):
    path = tmp_path / "README.md"
    sections = "Made so.\n\n### A\n\nold\n\n### B\n\nb"
    path.write_text(f"{START}\n{sections}\n{END}\n", encoding="utf-8")
    write_section(path, "A", "new")
    write_section(path, "C", "c")
    assert generated_part(path) == "Made so.\n\n### A\n\nnew\n\n### B\n\nb\n\n### C\n\nc"
