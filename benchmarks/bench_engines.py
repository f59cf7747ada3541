"""The engine beside others on the same raw texts: scikit-learn, fastText, NumPy alone, ONNX.

    python -m benchmarks engines

fastText and NumPy score with models of their own shape (they have no TF-IDF pipeline): their
speed is compared, not their answers. ONNX runs the converted pipeline; its answers are not
compared here either. What is not installed is said.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from benchmarks.numpy_only import NumpyScorer
from vectorclf.benchmarking import corpus, measure, pipelines


def _fasttext(dim: int):
    import fasttext

    texts = pipelines.training_texts()
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "train.txt"
        lines = (f"__label__{i % pipelines.N_LABELS} {' '.join(t.split())}"
                 for i, t in enumerate(texts))  # fmt: skip
        path.write_text("\n".join(lines), encoding="utf-8")
        model = fasttext.train_supervised(
            str(path), dim=dim, epoch=1, wordNgrams=2, minCount=2, bucket=30_000, verbose=0
        )

    def score(texts):
        # fastText takes one line a text; the rest of its own cost is its own
        return model.f.multilinePredict([f"{' '.join(t.split())}\n" for t in texts], 25, 0.0, "")

    return score


def _onnx(pipeline):
    import onnxruntime
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import StringTensorType

    choices = {id(pipeline[0]): {"locale": "C"}, id(pipeline[-1]): {"zipmap": False}}
    kinds = [("text", StringTensorType([None, 1]))]
    model = to_onnx(pipeline, initial_types=kinds, options=choices)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    return lambda texts: session.run(None, {"text": np.array(texts, dtype=object)[:, np.newaxis]})


def run() -> list[dict]:
    from vectorclf.compile import compile

    pipeline = pipelines.word_pipeline()
    predictor = compile(pipeline)
    ways = {"scikit-learn": lambda: pipeline.decision_function,
            "vectorclf, list of str": lambda: predictor.decision_function,
            "NumPy only": lambda: NumpyScorer(pipeline).decision_function,
            "fastText predict, dim 16": lambda: _fasttext(16),
            "fastText predict, dim 100": lambda: _fasttext(100),
            "skl2onnx + onnxruntime": lambda: _onnx(pipeline)}  # fmt: skip
    calls, missing = {}, {}
    for name, make in ways.items():
        try:
            calls[name] = make()
            calls[name](corpus.articles(30, 600, seed=8))
        except Exception as error:  # another engine's failure is a result too
            calls.pop(name, None)
            missing[name] = f"{type(error).__name__}: {error}".splitlines()[0][:120]
    rows = []
    for size, n in ((4500, 300), (500, 2000), (150, 6000)):
        texts = corpus.articles(n, size, seed=9)
        rates = measure.rates(calls, texts, rounds=3, repeats=2)
        for name, rate in rates.items():
            rows.append({"bytes a text": size, "engine": name, "MB/s": rate,
                         "times scikit-learn": rate / rates["scikit-learn"]})  # fmt: skip
            print(rows[-1])
    rows += [{"bytes a text": "", "engine": name, "MB/s": why} for name, why in missing.items()]
    return rows
