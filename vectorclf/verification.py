"""A model's self-test: the engine, here and now, scores its texts as when it was made."""

from __future__ import annotations

import numpy as np

from vectorclf.errors import ModelFormatError
from vectorclf.model import SELF_TEST_TOLERANCE, Model
from vectorclf.predictor import BatchPredictor


def verified_predictor(model: Model) -> BatchPredictor:
    """The engine with a model's arrays.

    Raises
    ------
    ModelFormatError
        It gives other scores than those stored with the model.
    """
    predictor = BatchPredictor(model.compiled)
    for test in model.self_test:
        found = predictor.decision_function([test.text]).ravel()
        if len(test.scores) != len(found) or not np.allclose(
            found, test.scores, atol=SELF_TEST_TOLERANCE, rtol=0
        ):
            raise ModelFormatError(
                f"expected the stored scores for the self-test text {test.text[:40]!r}, "
                "got others",
                place=model.place, remedy="install the model again, or train it here",
            )
    return predictor
