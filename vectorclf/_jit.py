"""`kernel`: Numba's njit with a cache that works wherever the package is installed."""

from __future__ import annotations

import os
import stat
import tempfile
from functools import cache
from pathlib import Path

import numba
import numpy as np

_OPTIONS = {"nogil": True, "boundscheck": False, "error_model": "numpy"}


def _private_directory() -> str | None:
    """A directory of this user's own under the temporary directory, or None.

    Numba's cache files are pickles: one that others may write to must not be read.
    """
    user = os.getuid() if hasattr(os, "getuid") else "user"
    path = Path(tempfile.gettempdir()) / f"vectorclf-numba-{user}"
    try:
        path.mkdir(mode=0o700, exist_ok=True)
        status = path.lstat()
    except OSError:
        return None
    is_own = stat.S_ISDIR(status.st_mode) and status.st_uid == getattr(os, "getuid", lambda: 0)()
    return str(path) if is_own and not status.st_mode & 0o022 else None


_PART = {**_OPTIONS, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def part(function):
    """Compiled `function` for kernels to call: no way in from Python, nothing of it cached."""
    return numba.njit(**_PART)(function)


def inline(function):
    """Compiled `function`, a part of whatever calls it: a call costs more than most do."""
    return numba.njit(forceinline=True, **_PART)(function)


@cache
def _sources() -> tuple[float, int]:
    """Latest change and total size of every file kernels are made of."""
    package = Path(__file__).parent
    status = [path.stat() for path in [*package.glob("_*.py"), *package.glob("_*/*.py")]]
    return max(s.st_mtime for s in status), sum(s.st_size for s in status)


def _cached(function):
    """Compiled `function`, cached until any file of kernels changes.

    Numba looks at the file of the kernel alone, and would go on with what was compiled of
    parts that have changed since in other files.
    """
    compiled = numba.njit(cache=True, **_OPTIONS)(function)
    index = getattr(getattr(compiled, "_cache", None), "_cache_file", None)
    if hasattr(index, "_source_stamp"):
        index._source_stamp = _sources()
    return compiled


def kernel(function):
    """Compiled `function`, cached beside the package, else privately, else not at all."""
    if numba.config.DISABLE_JIT:  # NumPy warns where compiled numbers silently wrap around
        return np.errstate(over="ignore")(function)
    try:
        return _cached(function)
    except RuntimeError:  # "no locator available": nowhere to write
        directory = _private_directory()
    if directory is None:
        return numba.njit(**_OPTIONS)(function)
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = directory
    try:
        return _cached(function)
    except RuntimeError:
        return numba.njit(**_OPTIONS)(function)
    finally:
        numba.config.CACHE_DIR = before
