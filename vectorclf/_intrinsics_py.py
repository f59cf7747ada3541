"""The plain Python twins of `_intrinsics`, which run under ``NUMBA_DISABLE_JIT=1``."""

from __future__ import annotations

import numpy as np

SPACES = frozenset([*range(9, 14), *range(28, 33)])
"""ASCII bytes for which `str.isspace` is true."""


def pointer(array):
    return array.reshape(-1)


def pointer_as(array, dtype):
    return array.view(dtype)


def load_u64(array, at):
    at = int(at)
    return np.uint64(int.from_bytes(bytes(array[at : at + 8]).ljust(8, b"\0"), "little"))


def ctz(x):
    x = int(x)
    return np.uint64((x & -x).bit_length() - 1 if x else 64)


def popcount(x):
    return np.uint64(int(x).bit_count())


def prefetch(array, row):
    return None


def accumulate(acc, at, coef, coef_at, width, rows, rows_at, weights, weights_at, n):
    one = weights.dtype.type
    coef = coef.view(np.int32) if coef.dtype == np.uint32 else coef
    at, coef_at, width, rows_at = int(at), int(coef_at), int(width), int(rows_at)
    for lane in range(width):
        for i in range(0, int(n), 4):
            p = [
                weights[int(weights_at) + j]
                * one(coef[coef_at + int(rows[rows_at + j]) * width + lane])
                for j in range(i, min(i + 4, int(n)))
            ]
            groups = [(p[0] + p[1]) + (p[2] + p[3])] if len(p) == 4 else p
            for group in groups:
                acc[at + lane] += np.float64(group)


def sum_rows(target, at, coef, coef_at, width, rows, rows_at, n):
    at, coef_at, width, rows_at = int(at), int(coef_at), int(width), int(rows_at)
    for lane in range(width):
        total = sum(
            int(coef[coef_at + int(rows[rows_at + i]) * width + lane]) for i in range(int(n))
        )
        target[at + lane] = np.uint32(total & 0xFFFFFFFF)


def classify(source, at, target, to, lower):
    at, to = int(at), int(to)
    word = space = high = 0
    for i, byte in enumerate(bytes(source[at : at + 64])):
        char = chr(byte)
        if byte >= 128:
            high |= 1 << i
        elif char.isalnum() or char == "_":
            word |= 1 << i
        elif byte in SPACES:
            space |= 1 << i
        target[to + i] = ord(char.lower()) if lower and byte < 128 else byte
    return np.uint64(word), np.uint64(space), np.uint64(high)
