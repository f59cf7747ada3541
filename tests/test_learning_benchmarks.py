"""What the learning benchmarks count is what they say."""

import numpy as np
import pytest

from benchmarks import minilm
from benchmarks.masked_names import UNKNOWN, masked, names_of
from benchmarks.recall_coverage import simulate
from vectorclf.calibration import sigmoid


def test_names_are_words_with_capitals_inside_sentences():
    texts = ["The Clerk met Novak. The clerk left."] + ["A clerk wrote to Novak in Vienna."] * 3
    names = names_of(texts)
    assert set(names) == {"novak", "vienna"}
    assert masked("Novak's clerk left Vienna. The clerk", names) == (
        f"{UNKNOWN}'s clerk left {UNKNOWN}. The clerk")
    assert masked("", names) == ""


def test_the_recall_promise_is_kept_where_scores_are_honest():
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(3000, 2))
    Y = rng.random(scores.shape) < sigmoid(2 * scores - 1)
    row = simulate(scores, Y, tuple(str(k // 3) for k in range(3000)), 0.9)
    assert row["within two standard errors"] == "yes"


@pytest.mark.skipif(minilm.weights_directory() is None, reason="the weights are not installed")
def test_embeddings_of_like_sentences_are_close_and_do_not_depend_on_the_batch():
    model = minilm.MiniLM(minilm.weights_directory())
    texts = ["He sold secrets for money.", "The spy was paid for documents.", "It rained.", ""]
    E = model.embed(texts)
    np.testing.assert_allclose(np.linalg.norm(E, axis=1), 1, atol=1e-5)
    assert E[0] @ E[1] > 0.4 > E[0] @ E[2]
    np.testing.assert_allclose(model.embed(texts[:1])[0], E[0], atol=1e-5)
