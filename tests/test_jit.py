"""Compiling works wherever the package lies: cache beside it, a private one, or none."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import numba
import numpy as np
import pytest

from vectorclf import _jit

pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="nothing is compiled")


def double(x):
    return 2 * x


@pytest.fixture
def njit_without_locator(monkeypatch, tmp_path):
    """Numba as it is where the package's directory and the user's cache cannot be written."""
    real, asked = numba.njit, []
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def njit(**options):
        asked.append((options.get("cache", False), numba.config.CACHE_DIR))
        if options.get("cache") and (not numba.config.CACHE_DIR or njit.always):
            raise RuntimeError("cannot cache function: no locator available")
        return real(**options)

    njit.always = False
    monkeypatch.setattr(_jit, "numba", SimpleNamespace(njit=njit, config=numba.config))
    return njit, asked


def test_without_a_place_to_write_a_private_directory_is_the_cache(njit_without_locator, tmp_path):
    _, asked = njit_without_locator
    before = numba.config.CACHE_DIR
    assert _jit.kernel(double)(21) == 42
    directory = Path(asked[-1][1])
    assert directory.parent == tmp_path and directory.stat().st_mode & 0o777 == 0o700
    assert list(directory.rglob("*.nbi"))
    assert before == numba.config.CACHE_DIR


def test_with_no_cache_at_all_kernels_are_compiled_anew(njit_without_locator):
    njit, asked = njit_without_locator
    njit.always = True
    assert _jit.kernel(double)(21) == 42
    assert asked[-1][0] is False


def test_where_numba_is_not_as_expected_its_own_way_is_taken(monkeypatch):
    monkeypatch.setattr(_jit, "_libraries", lambda: None)

    @_jit.part
    def twice(x):
        return 2 * x

    assert _jit.kernel(lambda x: twice(x) + 1)(20) == 41


def test_kernels_of_kernels_come_out_right():
    """Without Numba's first round of optimization, spaces beyond ASCII were none."""
    from vectorclf._segment import characters

    data = np.frombuffer("a\u3000".encode(), dtype=np.uint8)
    assert characters.after_spaces(data, 1, 4) == 4
    assert characters.before_spaces(data, 1, 4) == 1


@pytest.mark.parametrize("how", ["no such class", "another class"])
def test_unknown_insides_of_numba_are_let_alone(monkeypatch, how):
    from numba.core import codegen

    if how == "no such class":
        monkeypatch.delattr(codegen, "JITCodeLibrary")
    else:
        monkeypatch.setattr(codegen.JITCPUCodegen, "_library_class", object)
    assert _jit._libraries.__wrapped__() is None


@pytest.mark.parametrize("how", ["others may write", "a file", "a link"])
def test_a_directory_others_can_write_to_is_never_read(njit_without_locator, tmp_path, how):
    """Numba's cache is pickles: reading a stranger's would run the stranger's code."""
    _, asked = njit_without_locator
    path = tmp_path / f"vectorclf-numba-{os.getuid()}"
    if how == "a file":
        path.touch()
    elif how == "a link":
        (tmp_path / "elsewhere").mkdir()
        path.symlink_to(tmp_path / "elsewhere")
    else:
        path.mkdir()
        path.chmod(0o777)
    assert _jit.kernel(double)(21) == 42
    assert asked[-1] == (False, numba.config.CACHE_DIR)


def test_a_cache_directory_that_is_missing_is_made(tmp_path):
    code = (
        "from vectorclf._jit import kernel\n"
        "import vectorclf._unicode, numba, tests_double\n"
        "print(kernel(tests_double.double)(21))"
    )
    (tmp_path / "tests_double.py").write_text("def double(x):\n    return 2 * x\n")
    paths = os.pathsep.join([str(tmp_path), str(Path(_jit.__file__).parent.parent)])
    environment = {
        **os.environ, "PYTHONPATH": paths, "NUMBA_CACHE_DIR": str(tmp_path / "not" / "yet")
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True
    )
    assert done.stdout == "42\n", done.stderr
    assert list((tmp_path / "not" / "yet").rglob("*.nbi"))
