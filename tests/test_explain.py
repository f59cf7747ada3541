"""``vectorclf explain``: labels at the margin, near misses in brackets, on paper and in a page."""

from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner
from small import small_model

from vectorclf.cli.explain import explain
from vectorclf.model import save_model
from vectorclf.thresholds import OperatingPoint

TEXT = ("The clerk took cash from the attaché in Bonn. It rained.\n\n"
        "She left the film in a dead drop.")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A model that tags money, and nearly tags hidden."""
    made = small_model()
    point = OperatingPoint(name="balanced", target=None, thresholds=(0.5, 0.6), precision=1.0,
                           recall=1.0, f1=1.0, interval=(1.0, 1.0))
    # a slope of nearly 0 makes the second label's probability 0.5 whatever the text
    flat = replace(made, slope=np.array([1.0, 1e-3]), offset=np.array([2.0, 0.0]),
                   operating_points=(point,))
    return save_model(flat, tmp_path_factory.mktemp("model"))


def run(model, tmp_path, *options, columns=100):
    path = tmp_path / "a.txt"
    path.write_text(TEXT, encoding="utf-8")
    done = CliRunner(env={"COLUMNS": str(columns), "NO_COLOR": "1"}).invoke(
        explain, [str(path), "-m", str(model), *options], standalone_mode=False)
    assert done.exception is None, done.exception
    return done.output


def test_labels_stand_beside_their_sentence(model, tmp_path):
    lines = run(model, tmp_path).splitlines()
    [beside] = [line for line in lines if "took cash" in line]
    assert "money" in beside and "hidden" not in "".join(lines)


def test_on_a_narrow_terminal_they_stand_below_it(model, tmp_path):
    lines = [x.rstrip() for x in run(model, tmp_path, columns=50).splitlines()]
    assert all(len(x) <= 50 for x in lines)
    assert any(x.lstrip().startswith("↑ money") for x in lines)


def test_near_misses_are_in_brackets(model, tmp_path):
    out = run(model, tmp_path, "--all")
    assert "(hidden 50%)" in out and "All labels" in out
    assert "(hidden" not in run(model, tmp_path, "--all", "--label", "money")


def test_near_misses_are_in_the_page_too(model, tmp_path):
    page = tmp_path / "page.html"
    run(model, tmp_path, "--html", str(page))
    assert "Near misses" not in page.read_text(encoding="utf-8")
    run(model, tmp_path, "--all", "--html", str(page))
    html = page.read_text(encoding="utf-8")
    assert "Near misses" in html and "near miss" in html and html.count("hidden") >= 2
    run(model, tmp_path, "--all", "--label", "hidden", "--html", str(page))
    assert "money" not in page.read_text(encoding="utf-8")
