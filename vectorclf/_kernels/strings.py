"""UTF-8 of many `str` at once, read where CPython keeps them.

`str.encode` a text, then joining, takes a quarter of the time of scoring: two copies, a
bytes object a text, the GIL held. Here one kernel reads the strings' own memory. That is
legal only as long as the memory is as expected: `is_readable` has compared what it reads of
strings of every kind, and of a list of them, with what they are; elsewhere (another Python,
another layout) it is False and `texts` encodes. Strings are immutable, and the caller holds
them meanwhile, in a list nobody else has.
"""

from __future__ import annotations

import ctypes
import sys
from functools import partial

import numba
import numpy as np

from vectorclf import _intrinsics
from vectorclf._jit import kernel, part

_TYPE, _LENGTH, _STATE = np.uint64(8), np.uint64(16), np.uint64(32)
"""In a str: after the count of references; after the type; after length and hash."""
_ITEMS = np.uint64(24)
"""In a list: where the addresses of its items are, after count, type and length."""
_ASCII = np.uint64(sys.getsizeof("") - 1)
_COMPACT = np.uint64(sys.getsizeof("é") - 2)
"""Where the characters begin: after the header, of which `sys.getsizeof` tells the size."""

_KINDS = {"a": 1, "abc" * 40: 1, "é": 1, "ÿ" * 33: 1, "”": 2, "x中" * 9: 2, "𝐀": 4, "x🕵" * 9: 4}


def _reads_well(text: str, width: int) -> bool:
    """Whether the memory of `text` is what the kernels take it for."""
    address = id(text)
    state = ctypes.c_uint32.from_address(address + int(_STATE)).value
    length = ctypes.c_ssize_t.from_address(address + int(_LENGTH)).value
    begin = _ASCII if text.isascii() else _COMPACT
    codec = {1: "latin-1", 2: "utf-16-le", 4: "utf-32-le"}[width]
    expected = text.encode(codec)
    return (
        length == len(text)
        and (state >> 2) & 7 == width
        and (state >> 5) & 1 == 1
        and (state >> 6) & 1 == text.isascii()
        and sys.getsizeof(text) >= int(begin) + len(expected)
        and ctypes.string_at(address + int(begin), len(expected)) == expected
    )


def _list_reads_well() -> bool:
    items = ["a", "é", 1]
    addresses = ctypes.c_size_t.from_address(id(items) + int(_ITEMS)).value
    found = [ctypes.c_size_t.from_address(addresses + 8 * i).value for i in range(3)]
    kinds = [ctypes.c_size_t.from_address(a + int(_TYPE)).value for a in map(id, items)]
    return found == list(map(id, items)) and kinds == [id(str), id(str), id(int)]


is_readable = (
    sys.implementation.name == "cpython"
    and sys.byteorder == "little"
    and getattr(sys, "_is_gil_enabled", lambda: True)()
    and ctypes.sizeof(ctypes.c_size_t) == 8
    and all(_reads_well(text, width) for text, width in _KINDS.items())
    and _list_reads_well()
    and not numba.config.DISABLE_JIT
)

if is_readable:  # pragma: no cover (compiled code is invisible to coverage)
    _0, _1, _2, _3, _4 = (np.uint64(i) for i in range(5))
    _6, _12, _16, _18, _63 = (np.uint64(i) for i in (6, 12, 16, 18, 63))
    _128 = np.uint64(128)

    brief = partial(kernel, nogil=False)  # letting go of the lock takes longer

    @part
    def _header(address):
        """Where the characters begin, their number, width (0: none of ours), whether ASCII."""
        p = _intrinsics.pointer_to(address)
        state = _intrinsics.load_u64(p, _STATE)
        length = _intrinsics.load_u64(p, _LENGTH)
        is_ascii = (state >> _6) & _1 == _1
        width = (state >> _2) & np.uint64(7)
        if (state >> np.uint64(5)) & _1 == _0:
            width = _0
        return address + (_ASCII if is_ascii else _COMPACT), length, width, is_ascii

    @part
    def _put(target, q, code):
        """Write one character beyond ASCII; where the next one goes."""
        if code < 0x800:
            target[q] = np.uint8(np.uint64(0xC0) | (code >> _6))
        else:
            if code < 0x10000:
                target[q] = np.uint8(np.uint64(0xE0) | (code >> _12))
            else:
                target[q] = np.uint8(np.uint64(0xF0) | (code >> _18))
                q += _1
                target[q] = np.uint8(_128 | ((code >> _12) & _63))
            q += _1
            target[q] = np.uint8(_128 | ((code >> _6) & _63))
        target[q + _1] = np.uint8(_128 | (code & _63))
        return q + _2

    @part
    def _items(texts):
        """Pointer to the addresses of a list's items."""
        holder = _intrinsics.pointer_to(np.uint64(texts))
        return _intrinsics.pointer_to(_intrinsics.load_u64(holder, _ITEMS))

    @brief
    def rows_that_fit(texts, n, kind, most):
        """How many of a list's strings hold `most` characters together, at least one.

        `texts` is the list's `id`, `kind` that of `str`; 0 if an item met is no str.
        """
        items = _items(texts)
        total = np.uint64(0)
        for i in range(np.uint64(n)):
            text = _intrinsics.pointer_to(_intrinsics.load_u64(items, i << _3))
            if _intrinsics.load_u64(text, _TYPE) != np.uint64(kind):
                return _0
            total += _intrinsics.load_u64(text, _LENGTH)
            if total > np.uint64(most):
                return max(i, _1)
        return np.uint64(n)

    @brief
    def room_for(texts, n, kind):
        """Bytes a list's strings may take in UTF-8, and 64 more; 0 if one is no compact str."""
        items = _items(texts)
        total = np.uint64(64)
        for i in range(np.uint64(n)):
            address = _intrinsics.load_u64(items, i << _3)
            text = _intrinsics.pointer_to(address)
            if _intrinsics.load_u64(text, _TYPE) != np.uint64(kind):
                return _0
            _, length, width, is_ascii = _header(address)
            if width == _0:
                return _0
            total += length if is_ascii else length * min(width + _1, _4)
        return total

    @kernel
    def write_utf8(texts, target, ends):
        """Write a list's strings end to end; whether all went well (no lone surrogate)."""
        items = _items(texts)
        out = _intrinsics.pointer(target)
        n = np.uint64(ends.size)
        q = _0
        for i in range(n):
            # strings lie anywhere: a few ahead are asked for while this one is copied
            ahead = _intrinsics.pointer_to(_intrinsics.load_u64(items, min(i + _4, n - _1) << _3))
            for line in range(_0, np.uint64(256), np.uint64(64)):
                _intrinsics.prefetch(ahead, line)
            start, length, width, is_ascii = _header(_intrinsics.load_u64(items, i << _3))
            source = _intrinsics.pointer_to(start)
            if is_ascii:
                for j in range(length):
                    out[q + j] = source[j]
                q += length
            elif width == _2:
                j = _0
                while j < length:
                    if j + _16 <= length:  # sixteen at once, as far as they are ASCII
                        wide = _intrinsics.narrow(source, j << _1, out, q)
                        if wide == _0:
                            j += _16
                            q += _16
                            continue
                        n_ascii = _intrinsics.ctz(wide)
                        j += n_ascii
                        q += n_ascii
                    code = np.uint64(source[j << _1]) | (
                        np.uint64(source[(j << _1) + _1]) << np.uint64(8)
                    )
                    if code < _128:
                        out[q] = np.uint8(code)
                        q += _1
                    elif code >> np.uint64(11) == 27:
                        return False
                    else:
                        q = _put(out, q, code)
                    j += _1
            else:
                for j in range(length):
                    if width == _1:
                        code = np.uint64(source[j])
                    else:
                        code = _intrinsics.load_u64(source, j << _2) & np.uint64(0xFFFFFFFF)
                    if code < _128:
                        out[q] = np.uint8(code)
                        q += _1
                    elif code >> np.uint64(11) == 27:
                        return False
                    else:
                        q = _put(out, q, code)
            ends[i] = q
        return True
