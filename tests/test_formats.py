"""One frozen model of every format version still loads, and tags as it did."""

from pathlib import Path

import pytest

from vectorclf.model import FORMAT_VERSION, save_model
from vectorclf.tagger import load

FORMATS = Path(__file__).parent / "formats"


@pytest.mark.parametrize("version", sorted(path.name for path in FORMATS.iterdir()))
def test_a_model_of_an_old_format_loads_and_tags(version, tmp_path):
    tagger = load(FORMATS / version)  # its stored scores are checked on the way
    tags = {tag.label for tag in tagger.tag("He was paid 900 marks by the consul.").tags}
    assert tags == {"money"}
    again = load(save_model(tagger.model, tmp_path / "new"))
    assert (again.thresholds == tagger.thresholds).all()


def test_every_format_before_this_one_is_kept():
    assert {path.name for path in FORMATS.iterdir()} >= {str(v) for v in range(1, FORMAT_VERSION)}
