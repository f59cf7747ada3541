"""Memory that kernels are given: arrays laid end to end, each on cache lines of its own."""

from __future__ import annotations

import numpy as np

_HUGE_PAGE = 1 << 21


def aligned(shape: tuple[int, ...], dtype) -> np.ndarray:
    """Zeros that start on a cache line, so that a weight row never straddles one more."""
    dtype = np.dtype(dtype)
    size = int(np.prod(shape)) * dtype.itemsize
    room = size + 64 if size < 1 << 20 else size + 3 * _HUGE_PAGE
    raw = np.zeros(room, dtype=np.uint8)
    start = -raw.ctypes.data % (64 if size < 1 << 20 else _HUGE_PAGE)
    return raw[start : start + size].view(dtype).reshape(shape)


class Blob:
    """Arrays laid end to end in uint64 elements, each on a cache line of its own."""

    def __init__(self) -> None:
        self.size = 0
        self.parts: list[tuple[int, np.ndarray]] = []

    def room(self, n: int) -> int:
        start = self.size
        self.size += -(-n // 8) * 8
        return start

    def add(self, array: np.ndarray) -> int:
        start = self.room(-(-array.nbytes // 8))
        self.parts.append((start, array))
        return start

    def build(self) -> np.ndarray:
        words = aligned((self.size + 8,), np.uint64)
        data = words.view(np.uint8)
        for start, array in self.parts:
            data[8 * start : 8 * start + array.nbytes] = array.reshape(-1).view(np.uint8)
        return words
