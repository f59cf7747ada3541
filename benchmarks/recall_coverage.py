"""Does the recall point keep its promise? Simulated over splits of the recruitment data.

    python -m benchmarks.recall_coverage

Out-of-fold scores of the splits train and dev are split by case in two, 100 times: one half sets
curves and threshold, the other counts the labels missed. The bound (conformal risk control,
Angelopoulos et al. 2022) is on the mean over splits of the mean share missed a text. The splits
part one set of scores, again and again: their standard error says how far this mean is from that
of all such splits, not what other data would do (for that: found a text, in the card). Writes
``results/recall_coverage.json`` and ``recall_coverage.md``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import record
from vectorclf.background import load_background
from vectorclf.calibration import fit_platt, probabilities
from vectorclf.dataset import load_dataset
from vectorclf.folds import out_of_fold_scores
from vectorclf.labeled import label_matrix, labeled_texts
from vectorclf.recipe import Recipe
from vectorclf.thresholds import recall_threshold

ROOT = Path(__file__).parents[1]
N_SPLITS = 100
TARGETS = (0.8, 0.9, 0.95)


def simulate(scores: np.ndarray, Y: np.ndarray, groups: tuple[str, ...], target: float
             ) -> dict[str, Any]:
    """Share of labels missed on the half that set no threshold, over the splits."""
    names, index = np.unique(np.array(groups), return_inverse=True)
    missed = []
    for seed in range(N_SPLITS):
        first = (np.random.default_rng(seed).random(len(names)) < 0.5)[index]
        slope, offset = fit_platt(scores[first], Y[first])
        P = probabilities(scores, slope, offset)
        threshold = recall_threshold(P[first], Y[first], target)
        new = ~first & Y.any(axis=1)
        misses = Y[new] & (P[new] < threshold)
        missed.append((misses.sum(axis=1) / Y[new].sum(axis=1)).mean())
    mean, error = float(np.mean(missed)), float(np.std(missed) / np.sqrt(N_SPLITS))
    low, high = np.quantile(missed, [0.025, 0.975])
    return {"recall asked for": target, "may miss": f"{1 - target:.1%}",
            "missed, mean over splits": f"{mean:.2%} (standard error {error:.2%})",
            "95 % of splits": f"{low:.1%} to {high:.1%}",
            "within two standard errors": "yes" if mean <= 1 - target + 2 * error else "no"}


def main() -> None:
    """Simulate and write."""
    dataset = load_dataset(ROOT / "datasets" / "recruitment")
    data, label_ids = labeled_texts(dataset.split("train", "dev")), dataset.codebook.label_ids
    scores = out_of_fold_scores(
        data, label_ids, Recipe(),
        load_background(ROOT / "datasets" / "background" / "news.npz"),
    )
    Y = label_matrix(data.labels, label_ids)
    rows = [simulate(scores, Y, data.groups, target) for target in TARGETS]
    print(record.table(rows))
    print(f"written to {record.write('recall_coverage', rows)}")


if __name__ == "__main__":
    main()
