"""Passages and sentences of UTF-8 text, by rules, in Numba kernels.

The rules, and why, stand in `vectorclf._segment_py`, the readable twin in plain Python;
a Hypothesis test holds the two equal on any text. Here is only what makes them fast:
bytes instead of characters, and one pass that marks the few bytes where anything can
happen, so that the scans jump from mark to mark.
"""

from vectorclf._segment.kernel import segment_kernel
from vectorclf._segment.marks import character_offsets

__all__ = ["character_offsets", "segment_kernel"]
