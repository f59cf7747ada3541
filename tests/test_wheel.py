"""The wheel carries the model and the codebook: it tags from outside the checkout."""

import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    target = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", target, ROOT],
        check=True, capture_output=True,
    )
    [path] = target.glob("*.whl")
    return path


def test_it_holds_model_codebook_templates_and_no_tests(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    for name in ("model.json", "model.safetensors", "README.md"):
        assert f"vectorclf/data/models/recruitment-en/{name}" in names
    assert "vectorclf/data/codebook.toml" in names
    assert not [n for n in names if n.startswith(("tests/", "benchmarks/", "datasets/"))]


def test_it_tags_in_a_fresh_environment(wheel, tmp_path):
    home = tmp_path / "environment"
    venv.create(home, with_pip=False)
    [site] = home.glob("lib/python*/site-packages")
    zipfile.ZipFile(wheel).extractall(site)
    # The dependencies come from the running environment, which is where they are installed.
    shared = [p for p in sys.path if p.endswith("site-packages")]
    (site / "shared.pth").write_text("\n".join(shared) + "\n", encoding="utf-8")
    code = (
        "import vectorclf, json; print(json.dumps([vectorclf.__file__, "
        "[t.label for t in vectorclf.load().tag('He was paid $9,000 by the KGB for secrets.').tags"
        "]]))"
    )
    done = subprocess.run(
        [home / "bin" / "python", "-c", code], cwd=tmp_path, capture_output=True, text=True,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
    )
    assert done.returncode == 0, done.stderr
    place, labels = json.loads(done.stdout)
    assert Path(place).is_relative_to(home) and "financial_gain" in labels
