"""The dataset and the model of the project themselves: sound, and as their cards say."""

import importlib
import json
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec
import pytest

from vectorclf.cards import generated_part
from vectorclf.checks import check_dataset
from vectorclf.data_card import data_card
from vectorclf.model import load_model
from vectorclf.realism import words_of
from vectorclf.rules import load_terms

ROOT = Path(__file__).parents[1]
DATASET = ROOT / "datasets" / "recruitment"


@pytest.fixture(scope="module")
def checked():
    return check_dataset(DATASET)


def test_the_dataset_has_no_faults(checked):
    assert [str(fault) for fault in checked.faults] == []


def test_every_label_has_enough_positives(checked):
    for label in checked.dataset.codebook.label_ids:
        own = [p for p in checked.dataset.passages if label in p.labels]
        assert len(own) >= 250, label
        assert len({p.case for p in own}) >= 30, label
    own = checked.dataset.split("train", "dev", "test")  # paragraphs of whole articles: over 40 %
    assert 0.35 <= sum(not p.labels for p in own) / len(own) <= 0.5


def test_the_card_shows_the_figures_of_the_data(checked):
    card = generated_part(DATASET / "README.md")
    assert card.startswith(data_card(checked.dataset, DATASET))


def test_terms_belong_to_the_codebook(checked):
    terms = load_terms(DATASET / "terms.toml", checked.dataset.codebook)
    assert set(terms) == set(checked.dataset.codebook.label_ids)
    for label, entry in terms.items():
        assert 60 <= len(entry.terms) + len(entry.ambiguous) <= 150, label
    words = words_of(p.text for p in checked.dataset.passages)
    assert {"blackmailed", "defected", "recruited"} <= words


def test_the_shipped_model_is_made_from_this_dataset(checked):
    model = load_model(ROOT / "models" / "recruitment-en")
    assert model.codebook == checked.dataset.codebook
    trained_on = checked.dataset.split("train", "dev") or checked.dataset.passages
    assert model.training["n_texts"] == len(trained_on)


def test_it_loads_as_it_is_with_pandas_and_polars(checked):
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    paths = sorted((DATASET / "passages").glob("*.jsonl"))
    n = len(checked.dataset.passages)
    assert sum(len(pandas.read_json(p, lines=True)) for p in paths) == n
    assert sum(len(polars.read_ndjson(p, infer_schema_length=None)) for p in paths) == n
    try:
        version("datasets")  # the folder of that name beside the tests is another thing
    except PackageNotFoundError:
        return
    datasets = importlib.import_module("datasets")
    assert len(datasets.load_dataset("json", data_files=[str(p) for p in paths])["train"]) == n


def test_the_card_reads_files_that_exist(checked):
    named = re.findall(r'"(datasets/recruitment/[^"]+)"', (DATASET / "README.md").read_text())
    assert len(named) >= 3
    for name in named:
        assert list(ROOT.glob(name)), name


def test_rows_are_plain_json():
    for path in sorted((DATASET / "passages").glob("*.jsonl")):
        with open(path, "rb") as lines:
            first = next(lines)
        assert json.loads(first) == msgspec.json.decode(first)
