"""Learn which sentences only deny a label, and measure what that frees and what it costs.

    python -m benchmarks.denial_model [--measure-only]

Tags every text of the splits train and dev by a model that has not seen its case (the shipped
model's recipe), also somewhat under the thresholds, and learns from the scopes in their sentences
(`vectorclf.status.scopes`) which are no evidence: the label is not in the adjudicated coding. Cases
stay whole between folds. The half "dev" of ``tests/data/denials.tsv`` is learned from too. The
cutoff is the one that frees most false tags and loses at most MAX_LOST of the true ones, out of
fold. Writes ``vectorclf/status/denial.json`` and ``results/denial.json``. Two minutes; run it
again when the dataset or the model's recipe change.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from benchmarks import record
from benchmarks.evidence_quality import DATASET, denies_something, out_of_fold
from vectorclf.dataset import CodedPassage, Coding, load_dataset
from vectorclf.evidence import Contributions, scored_articles
from vectorclf.scoring import Cuts, scores_over, segment_units
from vectorclf.status.denial import FEATURES, WEIGHTS, DenialWeights, denial_features
from vectorclf.tagger import Tagger, load
from vectorclf.texts import utf8

TABLE = Path(__file__).parents[1] / "tests" / "data" / "denials.tsv"
UNDER = 0.8  # scores so far under the cut are learned from
C = 0.2
MAX_LOST = 0.001  # of the true tags; the signs were chosen with the same texts in view
KNOWN = ("margin", "margin_over")  # what a score tells anyway, beside the label


@dataclass(frozen=True)
class Candidate:
    """A sentence near or over the cut of a label.

    Attributes
    ----------
    text : int
        Number of its text.
    margin : float
        Score over the cut.
    is_open : bool
        Some label of its text reaches the opening cut.
    is_true, is_held : bool
        The label is in the coding; the sentence holds a phrase of it.
    features : dict of str to float
        Of what its scopes hold of the evidence.
    """

    text: int
    label: str
    case: str
    margin: float
    is_open: bool
    is_true: bool
    is_held: bool
    features: dict[str, float]

    @property
    def is_given(self) -> bool:
        """Over the cut, in a text that gets tags."""
        return self.is_open and self.margin >= 0


def candidates(
    tagger: Tagger, passages: Sequence[CodedPassage], first: int = 0
) -> Iterator[Candidate]:
    """Of some texts, numbered from `first`."""
    texts = [p.text for p in passages]
    data, starts, ends = utf8(texts)
    offsets = np.append(starts, ends[-1:])
    model, labels = tagger.model, tagger.codebook.labels
    segments = segment_units(data, offsets, model.rule.unit)
    reached = scores_over(tagger.predictor, data, segments, model.rule,
                          Cuts.alike(tagger.cuts.own - UNDER))
    articles = scored_articles(texts, data, offsets, segments, reached)
    is_open = {
        row: any(ranked[0].score >= tagger.cuts.opening[column]
                 for column, ranked in article.over.items())
        for row, article in articles.items()
    }
    places = [(row, column, each) for row, article in articles.items()
              for column, ranked in article.over.items() for each in ranked]
    scoped = [k for k, (row, _, each) in enumerate(places) if articles[row].scopes(each)]
    explained = Contributions(
        tagger.predictor,
        tagger.predictor.occurrences(
            [articles[places[k][0]].part(places[k][2]) for k in scoped]),
        list(range(len(scoped))), [places[k][1] for k in scoped],
    )
    item = {k: i for i, k in enumerate(scoped)}
    for k, (row, column, each) in enumerate(places):
        label, coded = labels[column], passages[row].labels.get(labels[column].id)
        article = articles[row]
        yield Candidate(
            first + row, label.id, passages[row].case, each.score - float(tagger.cuts.own[column]),
            is_open[row], coded is not None,
            coded is not None and any(p in article.sentence(each.sentence) for p in coded.evidence),
            denial_features(explained.evidence(item[k], article, each), article.scopes(each),
                            label.id, label.family) if k in item else {},
        )


def table_passages(half: str) -> list[CodedPassage]:
    """The hand-written sentences; a look-alike's evidence is the whole of it."""
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return [
            CodedPassage(
                id=f"{half}-{k}", text=row["text"], case=f"table-{half}-{k}", kind="composite",
                register="table", labels={row["label"]: Coding(evidence=(row["text"],))}
                if row["kind"] == "look-alike" else {},
            )
            for k, row in enumerate(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
            if row["half"] == half
        ]


def design(found: Sequence[Candidate], label_ids: Sequence[str]) -> np.ndarray:
    """Shape (n, n_features), float64: FEATURES, then what the score and the label tell anyway."""
    names = {name: j for j, name in enumerate((*FEATURES, *KNOWN, *label_ids))}
    X = np.zeros((len(found), len(names)))
    for row, each in zip(X, found, strict=True):
        for name, value in each.features.items():
            row[names[name]] = value
        row[names["margin"]] = 2 * each.margin
        row[names["margin_over"]] = 2 * max(0.0, each.margin)
        row[names[each.label]] = 1
    return X


def fitted(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Coefficients of a logistic regression, without the intercept."""
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=C, solver="newton-cholesky").fit(X, y).coef_[0]


def sums_by_tag(found: Sequence[Candidate], sums: np.ndarray) -> dict[tuple[int, str], float]:
    """A tag's largest sum: it goes when all its sentences do; without a scope never."""
    best: dict[tuple[int, str], float] = {}
    for each, own in zip(found, sums.tolist(), strict=True):
        if each.is_given:
            key = each.text, each.label
            best[key] = max(best.get(key, -np.inf), own if each.features else np.inf)
    return best


def cutoff_of(best: dict[tuple[int, str], float], true: set[tuple[int, str]]) -> float:
    """The largest cutoff under which no more true tags lie than may be lost."""
    lost = sorted(own for key, own in best.items() if key in true)
    return float(np.floor(1000 * min(0.0, lost[int(MAX_LOST * len(lost))])) / 1000)


def measured(
    name: str, passages: Sequence[CodedPassage], found: Sequence[Candidate], sums: np.ndarray,
    cutoff: float,
) -> dict:
    """A row of the results."""
    best = sums_by_tag(found, sums)
    gone = {key for key, own in best.items() if own < cutoff}
    true = {key for key in best if key[1] in passages[key[0]].labels}
    tagged = Counter(text for text, _ in best)
    kept = Counter(text for text, _ in best.keys() - gone)
    silent = [k for k in tagged if not passages[k].labels]
    denying = [k for k in silent if denies_something(passages[k].text)]
    scoped = {(c.text, c.label) for c in found if c.is_given and c.features.get("any>half")}
    return {
        "texts": name, "n_texts": len(passages), "true_tags": len(true),
        "true_lost": len(gone & true), "false_tags": len(best.keys() - true),
        "false_freed": len(gone - true), "half_in_scope": len(scoped - true),
        "unlabelled_tagged": len(silent), "unlabelled_left": sum(k in kept for k in silent),
        "denying_tagged": len(denying), "denying_left": sum(k in kept for k in denying),
    }  # fmt: skip


def run() -> tuple[list[dict], DenialWeights]:
    """Rows of the results, and the weights learned."""
    tagger, dataset = load(), load_dataset(DATASET)
    passages: list[CodedPassage] = []
    found: list[Candidate] = []
    fold: list[int] = []
    for k, (other, own) in enumerate(out_of_fold(tagger, dataset)):
        found += candidates(other, own, len(passages))
        passages += own
        fold += [k] * (len(found) - len(fold))
    table = list(candidates(tagger, table_passages("dev")))
    X, X_table = design(found, tagger.labels), design(table, tagger.labels)
    y = np.array([c.is_true for c in found])
    is_clear = np.array([c.is_held or not c.is_true for c in found])
    y_table = np.array([c.is_true for c in table])
    n = len(FEATURES)
    sums = np.zeros(len(found))
    for k in set(fold):
        own = np.array(fold) == k
        rows = ~own & is_clear
        coef = fitted(np.vstack([X[rows], X_table]), np.append(y[rows], y_table))
        sums[own] = X[own, :n] @ coef[:n]
    true = {(c.text, c.label) for c in found if c.is_true}
    cutoff = cutoff_of(sums_by_tag(found, sums), true)
    coef = fitted(np.vstack([X[is_clear], X_table]), np.append(y[is_clear], y_table))[:n].round(3)
    weights = DenialWeights(
        dataset_sha256=dataset.sha256, cutoff=cutoff,
        weights={name: w for name, w in zip(FEATURES, coef.tolist(), strict=True) if w},
    )
    rows_ = [measured("train and dev, out of fold", passages, found, sums, cutoff)]
    for name, own in (("test", dataset.split("test")), ("table, dev", table_passages("dev")),
                      ("table, test", table_passages("test"))):
        seen = list(candidates(tagger, own))
        rows_.append(measured(name, own, seen, design(seen, tagger.labels)[:, :n] @ coef, cutoff))
    return rows_, weights


def main() -> None:
    """Measure, write the table of weights, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--measure-only", action="store_true")
    options = parser.parse_args()
    rows, table = run()
    print(record.table(rows))
    print(f"written to {record.write('denial', rows)}")
    if not options.measure_only:
        text = msgspec.json.encode(table).decode().replace(',"', ',\n"')  # a feature a line
        WEIGHTS.write_text(text + "\n", encoding="utf-8")
        print(f"written to {WEIGHTS.name}: {len(table.weights)} features, cutoff {table.cutoff}")


if __name__ == "__main__":
    main()
