"""Questions asked of every part of a pipeline."""

from __future__ import annotations

from typing import Any

from vectorclf.errors import CompileError


def is_exactly(estimator: object, *kinds: type) -> bool:
    """Exactly one of `kinds`: a subclass may compute something else."""
    return type(estimator) in kinds


def fitted(step: str, estimator: object, attribute: str) -> Any:
    value = getattr(estimator, attribute, None)
    if value is None:
        raise CompileError(step, attribute, None, "set by fit (the pipeline is not fitted)")
    return value
