"""The predictor against its oracle, the fitted pipeline itself."""

import warnings

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import fitted_pipelines, texts

from vectorclf.compile import compile

TOLERANCE = 1e-5


def close(found, expected):
    """Within 1e-5, of 1 or of the score where that is larger."""
    expected = np.asarray(expected, dtype=np.float64)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=TOLERANCE, atol=TOLERANCE)


def is_clear(scores):
    """Rows far enough from every tie for rounding not to matter to `predict`."""
    scores = np.atleast_2d(scores.T).T
    near_zero = np.abs(scores) < 1e-4
    ordered = np.sort(scores, axis=1)
    near_tie = (np.diff(ordered, axis=1)[:, -1:] < 1e-4) if scores.shape[1] > 1 else near_zero
    return ~(near_zero.any(axis=1) | near_tie.any(axis=1) | (np.abs(scores - 0.5) < 1e-4).any(1))


@given(fitted=fitted_pipelines(), others=st.lists(texts, max_size=5))
def test_scores_probabilities_and_predictions_are_the_pipelines_own(fitted, others):
    assume(fitted is not None)
    pipeline, corpus = fitted
    predictor = compile(pipeline)
    documents = [*corpus, *others, "", "spy"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scores = pipeline.decision_function(documents)
        predicted = pipeline.predict(documents)
    close(predictor.decision_function(documents), scores)
    clear = is_clear(scores)
    np.testing.assert_array_equal(predictor.predict(documents)[clear], predicted[clear])
    try:
        probabilities = pipeline.predict_proba(documents)
    except AttributeError:  # as scikit-learn says, by hasattr or only when asked
        assert not hasattr(predictor, "predict_proba")
    else:
        close(predictor.predict_proba(documents), probabilities)
