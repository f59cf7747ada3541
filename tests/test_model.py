"""A model on disk: what goes in comes out, and nothing damaged gets past the door."""

import json

import numpy as np
import pytest
from small import small_model

from vectorclf.errors import MissingInputError, ModelFormatError, VectorclfError
from vectorclf.model import load_model, save_model
from vectorclf.tagger import Tagger, load

TEXT = "He was paid 900 marks by the consul for the plans, and he left them in a dead drop."


@pytest.fixture
def saved(tmp_path):
    return save_model(small_model(), tmp_path / "model")


def edit(directory, **changes):
    path = directory / "model.json"
    facts = json.loads(path.read_bytes())
    facts.update(changes)
    path.write_text(json.dumps(facts), encoding="utf-8")


def test_save_load_is_identity(saved, tmp_path):
    again = save_model(load_model(saved), tmp_path / "again")
    for name in ("model.json", "model.safetensors"):
        assert (again / name).read_bytes() == (saved / name).read_bytes()
    first, second = Tagger(small_model()), load(saved)
    np.testing.assert_array_equal(
        first.predictor.decision_function([TEXT]), second.predictor.decision_function([TEXT])
    )


def test_no_pickle_and_nothing_else_is_written(saved):
    assert sorted(p.name for p in saved.iterdir()) == ["model.json", "model.safetensors"]


@pytest.mark.parametrize("name", ["model.json", "model.safetensors"])
def test_every_changed_byte_is_noticed_or_harmless(saved, name):
    """Changed bytes never crash or execute; in the arrays each one is noticed."""
    path = saved / name
    content = path.read_bytes()
    rng = np.random.default_rng(0)
    expected = load(saved).predictor.decision_function([TEXT])
    for position in rng.integers(0, len(content), 40):
        changed = bytearray(content)
        changed[position] ^= 1 << int(rng.integers(0, 8))
        path.write_bytes(bytes(changed))
        try:
            tagger = load(saved)
        except VectorclfError as error:
            assert str(saved) in str(error)
            continue
        assert name == "model.json"
        np.testing.assert_array_equal(tagger.predictor.decision_function([TEXT]), expected)


@pytest.mark.parametrize("name", ["model.json", "model.safetensors"])
@pytest.mark.parametrize("length", [0, 7, 100])
def test_truncated_files_are_refused(saved, name, length):
    path = saved / name
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(ModelFormatError):
        load(saved)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format_version": 99}, "upgrade vectorclf"),
        ({"format_version": "1"}, "format version"),
        ({"arrays_sha256": "0" * 64}, "sha256"),
        ({"codebook_sha256": "0" * 64}, "codebook"),
        ({"gate": 0.0}, "columns"),
        ({"unit": "word"}, "unit"),
        ({"features": {}}, "spec"),
        ({"self_test": [{"text": "x", "scores": [9.0, 9.0]}]}, "self-test"),
        ({"operating_points": []}, "operating point"),
        ({"operating_points": [{"name": "balanced"}]}, "missing required field"),
    ],
)
def test_facts_that_do_not_fit_are_named(saved, changes, message):
    edit(saved, **changes)
    with pytest.raises(ModelFormatError, match=message):
        load(saved)


def test_a_missing_model_is_named(tmp_path):
    with pytest.raises(MissingInputError, match="vectorclf train"):
        load(tmp_path / "none")
    with pytest.raises(ModelFormatError, match="balanced, recall, precision"):
        Tagger(small_model(), operating_point="best")
