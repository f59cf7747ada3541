"""What each part of a recipe brings: grouped cross-validation of the default and its variants.

    python -m benchmarks.search_recipe recruitment [--workers N]
    python -m benchmarks.search_recipe other FILE --group-key document [--workers N]

"recruitment" searches on the splits train and dev of datasets/recruitment, never on test; "other"
on any file of labeled texts, such as TRAM2. A fold's curves and thresholds come from the other
folds. Writes ``results/search_recruitment.md`` or ``search_other.md``, and ``.json``.
"""

from __future__ import annotations

import argparse
import time
import warnings
from pathlib import Path
from typing import Any

import msgspec
from joblib import Parallel, delayed

from benchmarks import record
from vectorclf.background import Background, load_background
from vectorclf.dataset import load_dataset
from vectorclf.decisions import decide_by_fold
from vectorclf.evaluation import evaluate
from vectorclf.folds import group_folds, out_of_fold_scores
from vectorclf.labeled import LabeledTexts, label_matrix, labeled_texts, read_labeled_file
from vectorclf.recipe import Recipe, default_recipe

ROOT = Path(__file__).parents[1]

RECRUITMENT: dict[str, dict[str, Any]] = {
    "default": {},
    "C x 0.5": {"C": 0.025},
    "C x 2": {"C": 0.1},
    "pivot 0.5": {"pivot": 0.5},
    "pivot 1": {"pivot": 1.0, "C": 0.15},
    "no beginnings of words": {"prefix": 0, "C": 0.07},
    "first six letters": {"prefix": 6},
    "words (1,3)": {"ngram_max": 3},
    "rare labels weigh more": {"rare": 0.03},
    "length": {"length": 0.05},
    "no rationales": {"rationales": False},
    "no whole passages": {"passages": False},
    "no gate": {"gate": 0.0},
    "no windows": {"window": 0},
    "windows of 12 words": {"window": 12},
    "windows are not learned from": {"window_weight": 0.0},
    "no copies with words blanked": {"blank_copies": 0},
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


def measure(
    name: str, changes: dict[str, Any], base: Recipe, data: LabeledTexts,
    label_ids: tuple[str, ...], background: Background | None,
) -> dict[str, Any]:
    """One row of the table."""
    recipe = msgspec.structs.replace(base, **changes)
    started = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scores = out_of_fold_scores(data, label_ids, recipe,
                                    background if recipe.char_wb is None else None)
    result = evaluate(decide_by_fold(
        scores, label_matrix(data.labels, label_ids),
        group_folds(data.groups, recipe.folds, recipe.seed), data.groups, label_ids,
        labeled_share=recipe.labeled_share, with_opening=recipe.opening,
    ))
    row = {
        "recipe": name, "micro-F1": f"{result.micro_f1:.4f}",
        "interval": f"{result.micro_interval[0]:.3f} to {result.micro_interval[1]:.3f}",
        "macro-F1": f"{result.macro_f1:.4f}", "F1 of a group's labels": f"{result.group_f1:.4f}",
        "no label, tagged": f"{result.unlabeled_tagged:.1%}",
        "calibration error": f"{result.calibration_error:.4f}",
        "cpu_s": round(time.process_time() - started),
    }
    print(row, flush=True)
    return row


def main() -> None:
    """Cross-validate every variant and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", choices=["recruitment", "other"])
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--group-key", default="document")
    parser.add_argument("--workers", type=int, default=1)
    arguments = parser.parse_args()
    background = None
    if arguments.data == "recruitment":
        dataset = load_dataset(ROOT / "datasets" / "recruitment")
        data, label_ids = labeled_texts(dataset.split("train", "dev")), dataset.codebook.label_ids
        background = load_background(ROOT / "datasets" / "background" / "news.npz")
        variants = RECRUITMENT
    else:
        if arguments.file is None:
            parser.error("expected a file of labeled texts after 'other'")
        data = read_labeled_file(arguments.file, group_key=arguments.group_key)
        label_ids = tuple(sorted({label for row in data.labels for label in row}))
        variants = OTHER
    rows = Parallel(n_jobs=arguments.workers)(
        delayed(measure)(name, changes, default_recipe(data), data, label_ids, background)
        for name, changes in variants.items()
    )
    print(f"written to {record.write(f'search_{arguments.data}', rows)}")


if __name__ == "__main__":
    main()
