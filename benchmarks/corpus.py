"""The seeded corpus; it lives in the package so that `vectorclf benchmark` has it too."""

from vectorclf.benchmarking.corpus import SCRIPTS, articles

__all__ = ["SCRIPTS", "articles"]
