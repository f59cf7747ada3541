"""`kernel`: Numba's njit with a cache that works wherever the package is installed."""

from __future__ import annotations

import gc
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


def _lean(dispatcher, is_part: bool):
    """`dispatcher`, compiled without the work Numba does in vain: a third of the time.

    Numba optimizes every function and makes machine code of it, then does so again with all
    it is made of in each that calls it. A part is only ever called from kernels: it is left
    as it comes, and a kernel is optimized as Numba does it, whole. (Of Numba's two rounds
    the first looks needless without references to count; without it a kernel of passages
    came out wrong.) Where Numba's insides are not what is expected here, all is done its way.
    """
    libraries = _libraries()
    if libraries is None or not hasattr(getattr(dispatcher, "_compiler", None), "compile"):
        return dispatcher
    from numba.core.compiler_lock import global_compiler_lock
    from numba.core.registry import cpu_target

    compile_it = dispatcher._compiler.compile

    def compile_leanly(*args):
        with global_compiler_lock:
            generator = cpu_target.target_context.codegen()
            before = vars(generator).copy()
            collects = gc.isenabled()
            gc.disable()  # a tenth of the time, and next to nothing to be found
            generator._library_class = libraries[is_part]
            vars(generator).pop("set_env", None)
            if is_part:  # nothing runs by itself, so nothing has an environment
                generator.set_env = lambda name, environment: None
            try:
                return compile_it(*args)
            finally:
                for name in ("_library_class", "set_env"):
                    vars(generator).pop(name, None)
                    if name in before:
                        setattr(generator, name, before[name])
                if collects:
                    gc.enable()

    dispatcher._compiler.compile = compile_leanly
    return dispatcher


@cache
def _libraries():
    """What Numba is to collect a kernel's code in, and a part's; None where it cannot."""
    try:
        from numba.core.codegen import JITCodeLibrary, JITCPUCodegen

        expected = ("_optimize_final_module", "_finalize_final_module")
        if not all(hasattr(JITCodeLibrary, name) for name in expected):
            return None
        if JITCPUCodegen._library_class is not JITCodeLibrary:
            return None
    except (ImportError, AttributeError):
        return None

    class Part(JITCodeLibrary):
        def _optimize_final_module(self):
            pass

        def _finalize_final_module(self):
            self._finalized = True

        def get_pointer_to_function(self, name):
            self._ensure_finalized()
            return 0

    return JITCodeLibrary, Part


def part(function):
    """Compiled `function` for kernels to call: no way in from Python, nothing of it cached."""
    return _lean(numba.njit(**_PART)(function), True)


def inline(function):
    """Compiled `function`, a part of whatever calls it: a call costs more than most do."""
    return _lean(numba.njit(forceinline=True, **_PART)(function), True)


@cache
def _sources() -> tuple[float, int]:
    """Latest change and total size of every file kernels are made of."""
    package = Path(__file__).parent
    status = [path.stat() for path in [*package.glob("_*.py"), *package.glob("_*/*.py")]]
    return max(s.st_mtime for s in status), sum(s.st_size for s in status)


def _cached(function, options):
    """Compiled `function`, cached until any file of kernels changes.

    Numba looks at the file of the kernel alone, and would go on with what was compiled of
    parts that have changed since in other files.
    """
    compiled = _lean(numba.njit(cache=True, **options)(function), False)
    index = getattr(getattr(compiled, "_cache", None), "_cache_file", None)
    if hasattr(index, "_source_stamp"):
        index._source_stamp = _sources()
    return compiled


def kernel(function, nogil=True):
    """Compiled `function`, cached beside the package, else privately, else not at all."""
    options = {**_OPTIONS, "nogil": nogil}
    if numba.config.DISABLE_JIT:  # NumPy warns where compiled numbers silently wrap around
        return np.errstate(over="ignore")(function)
    try:
        return _cached(function, options)
    except RuntimeError:  # "no locator available": nowhere to write
        directory = _private_directory()
    if directory is None:
        return _lean(numba.njit(**options)(function), False)
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = directory
    try:
        return _cached(function, options)
    except RuntimeError:
        return _lean(numba.njit(**options)(function), False)
    finally:
        numba.config.CACHE_DIR = before
