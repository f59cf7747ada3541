"""What each part of a recipe brings: grouped cross-validation of the default and its variants.

    python -m benchmarks.search_recipe recruitment [--news DIR] [--share .5] [--folds 3]
    python -m benchmarks.search_recipe other FILE --group-key document

"recruitment" searches on the splits train and dev of datasets/recruitment, never on test; "other"
on any file of labeled texts, such as TRAM2. A fold's curves and thresholds come from the other
folds. With --news, coded real news is measured beside, which never decides. What a recipe can't
say is tried by `benchmarks.trials`. Writes ``results/search_recruitment.md`` or
``search_other.md``, and ``.json``.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from joblib import Parallel, delayed

from benchmarks import record, trials
from vectorclf.background import Background, load_background
from vectorclf.calibration import fit_platt, probabilities, rates
from vectorclf.compile import compile as compile_pipeline
from vectorclf.dataset import load_dataset
from vectorclf.decisions import decide_by_fold
from vectorclf.evaluation import evaluate
from vectorclf.folds import cross_fit, group_folds, out_of_fold_scores
from vectorclf.labeled import LabeledTexts, label_matrix, labeled_texts, read_labeled_file
from vectorclf.recipe import Recipe, default_recipe
from vectorclf.rules import LabelTerms, load_terms
from vectorclf.scoring import text_scores
from vectorclf.straddling import without_repeats
from vectorclf.thresholds import operating_points

ROOT = Path(__file__).parents[1]

COPIES = {"blank_copies": Recipe().blank_copies}
RECRUITMENT: dict[str, dict[str, Any]] = {  # all but the default without the costly copies
    "default": COPIES,
    "without copies with words blanked: base of the rows below": {},
    "C x 0.5": {"C": 0.025},
    "C x 2": {"C": 0.1},
    "C of a label by the fourth root of its positives": {"trial": ("own_regularisation", 0.25)},
    "the same, against it": {"trial": ("own_regularisation", -0.25)},
    "rare labels weigh more": {"rare": 0.03},
    "pivot 0.5": {"pivot": 0.5},
    "pivot 1": {"pivot": 1.0, "C": 0.15},
    "counts instead of their logarithms": {"trial": ("plain_counts",)},
    "document frequencies of real news alone": {"trial": ("news_document_frequencies",)},
    "words (1,3)": {"ngram_max": 3},
    "no beginnings of words": {"prefix": 0, "C": 0.07},
    "first six letters": {"prefix": 6},
    "no background news": {"background": False},
    "no background news, characters (3,5) beside": {
        "background": False, "char_wb": (3, 5), "char_weight": 0.7},
    "length": {"length": 0.05},
    "no rationales": {"rationales": False},
    "contrast texts, evidence cut out": {"trial": ("contrast_texts",)},
    "terms list as texts of one phrase": {"trial": ("terms_as_texts",)},
    "no whole passages": {"passages": False},
    "passage's own score not used": {"passage": 0.0},
    "no gate": {"gate": 0.0},
    "no windows": {"window": 0},
    "windows of 12 words": {"window": 12},
    "windows are not learned from": {"window_weight": 0.0},
    "whole texts as unit": {"unit": "text", "passages": False, "rationales": False},
}
OTHER: dict[str, dict[str, Any]] = {
    "default": {},
    "scikit-learn's way: words, C 1": {
        "prefix": 0, "char_wb": None, "cased": 0.0, "pivot": 1.0, "C": 1.0, "rare": 0.0,
        "length": 0.0},
    "scikit-learn's way: words and characters, C 0.5": {
        "prefix": 0, "cased": 0.0, "char_weight": 1.0, "pivot": 1.0, "C": 0.5, "rare": 0.0,
        "length": 0.0},
    "no windows": {"window": 0},
    "windows of 16 words": {"window": 16},
    "copies with words blanked": {"blank_copies": 4},
    "no beginnings of words": {"prefix": 0, "C": 0.1},
    "no words with their case kept": {"cased": 0.0},
    "characters weigh as words do": {"char_weight": 1.0},
    "rare labels weigh the same": {"rare": 0.0},
    "no length": {"length": 0.0},
    "length x 2": {"length": 0.1},
    "pivot 1, C 0.5": {"pivot": 1.0, "C": 0.5},
    "pivot 0.7, C 0.05": {"pivot": 0.7, "C": 0.05},
    "words alone": {"char_wb": None},
    "words (1,3)": {"ngram_max": 3},
    "characters (2,5)": {"char_wb": (2, 5)},
    "characters (3,6)": {"char_wb": (3, 6)},
    "words in 3 texts at least": {"min_df": 3},
}


@dataclass(frozen=True)
class Search:
    """What every variant is measured on.

    Attributes
    ----------
    base : Recipe
        What a variant changes.
    data : LabeledTexts
        Cross-validated.
    label_ids : tuple of str
    terms : mapping of str to LabelTerms
    background : Background or None
    news : LabeledTexts or None
        Coded real news, measured by a model of all the data; it never decides.
    """

    base: Recipe
    data: LabeledTexts
    label_ids: tuple[str, ...]
    terms: Mapping[str, LabelTerms]
    background: Background | None
    news: LabeledTexts | None


def measure(name: str, changes: dict[str, Any], search: Search) -> dict[str, Any]:
    """One row of the table."""
    changes = dict(changes)
    background = search.background if changes.pop("background", True) else None
    recipe, trial = search.base, changes.pop("trial", None)
    recipe = msgspec.structs.replace(recipe, **changes)
    started = time.process_time()
    with warnings.catch_warnings(), _within(trial, search):
        warnings.simplefilter("ignore")
        row = {"recipe": name, **_reached(recipe, background, search)}
    row["cpu_s"] = round(time.process_time() - started)
    print(row, flush=True)
    return row


def _within(trial: tuple | None, search: Search) -> AbstractContextManager:
    """The context of a trial by its name and arguments."""
    if trial is None:
        return nullcontext()
    name, *arguments = trial
    return getattr(trials, name)(*(arguments or [search.terms] * (name == "terms_as_texts")))


def _reached(
    recipe: Recipe, background: Background | None, search: Search
) -> dict[str, Any]:
    """Figures of one recipe."""
    data, label_ids = search.data, search.label_ids
    Y = label_matrix(data.labels, label_ids)
    if search.news is None:
        scores = out_of_fold_scores(data, label_ids, recipe, background)
    else:
        pipeline, scores = cross_fit(data, label_ids, recipe, background)
    point = {"labeled_share": recipe.labeled_share, "with_opening": recipe.opening}
    result = evaluate(decide_by_fold(
        scores, Y, group_folds(data.groups, recipe.folds, recipe.seed), data.groups, label_ids,
        **point,
    ))
    low, high = result.micro_interval
    row = {
        "micro-F1": f"{result.micro_f1:.4f}", "interval": f"{low:.3f} to {high:.3f}",
        "macro-F1": f"{result.macro_f1:.4f}", "F1 of a group's labels": f"{result.group_f1:.4f}",
        "no label, tagged": f"{result.unlabeled_tagged:.1%}",
        "calibration error": f"{result.calibration_error:.4f}",
    }
    if search.news is not None:
        slope, offset = fit_platt(scores, Y)
        balanced = operating_points(scores, Y, data.groups, label_ids, slope=slope,
                                    offset=offset, **point)[0]
        P = probabilities(text_scores(compile_pipeline(pipeline), search.news.texts, recipe.rule),
                          slope, offset)
        given, truth = balanced.decide(P), label_matrix(search.news.labels, label_ids)
        tagged = given[~truth.any(axis=1)].any(axis=1).mean()
        row |= {"real news, micro-F1": f"{rates(given, truth)[2]:.3f}",
                "its unlabelled tagged": f"{tagged:.1%}"}
    return row


def some_groups(data: LabeledTexts, share: float) -> LabeledTexts:
    """The texts of a share of the groups, drawn by chance, always the same."""
    names = sorted(set(data.groups))
    drawn = set(np.random.default_rng(0).permutation(names)[: round(share * len(names))])
    return data.take([i for i, group in enumerate(data.groups) if group in drawn])


def main() -> None:
    """Cross-validate every variant and write the table, anew with every row."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", choices=["recruitment", "other"])
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--group-key", default="document")
    parser.add_argument("--news", metavar="DIR", type=Path, help="coded real news, beside")
    parser.add_argument("--share", type=float, default=1.0, help="of the groups, by chance")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--workers", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.data == "recruitment":
        dataset = load_dataset(ROOT / "datasets" / "recruitment")
        data = some_groups(labeled_texts(dataset.split("train", "dev")), arguments.share)
        found = Search(
            msgspec.structs.replace(default_recipe(data), blank_copies=0, folds=arguments.folds),
            data, dataset.codebook.label_ids,
            load_terms(ROOT / "datasets" / "recruitment" / "terms.toml", dataset.codebook),
            load_background(ROOT / "datasets" / "background" / "news.npz"),
            arguments.news and read_labeled_file(arguments.news / "news_dev.jsonl.gz",
                                                 labels_key="first"),
        )
        variants = RECRUITMENT
    else:
        if arguments.file is None:
            parser.error("expected a file of labeled texts after 'other'")
        data = without_repeats(read_labeled_file(arguments.file, group_key=arguments.group_key))
        data = some_groups(data, arguments.share)
        label_ids = tuple(sorted({label for row in data.labels for label in row}))
        base = msgspec.structs.replace(default_recipe(data), folds=arguments.folds)
        found = Search(base, data, label_ids, {}, None, None)
        variants = OTHER
    rows: dict[str, dict[str, Any]] = {}
    jobs = (delayed(measure)(name, changes, found) for name, changes in variants.items())
    for row in Parallel(n_jobs=arguments.workers, return_as="generator_unordered")(jobs):
        rows[row["recipe"]] = row
        path = record.write(f"search_{arguments.data}",
                            [rows[name] for name in variants if name in rows])
    print(f"written to {path}")


if __name__ == "__main__":
    main()
