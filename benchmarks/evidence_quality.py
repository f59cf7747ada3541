"""How well the evidence of true tags meets the coders', on the dataset's test split.

    python -m benchmarks.evidence_quality [-m MODEL] [--card] [--out-of-fold] [--news DIR]

For every tag that the coders gave too: does the quoted sentence hold a phrase of theirs, do the
marked words meet it, is the status theirs? And: which tags does the rule on denials take away?
With --out-of-fold, denials also on the splits train and dev, by the model's recipe and thresholds,
fold by fold (two minutes). With --news, evidence also on ``news_dev.jsonl.gz`` of that directory,
real news that is never trained on. Writes ``results/evidence_quality.json``; with --card also a
section of the model's card. Run it again when model or dataset change.
"""

from __future__ import annotations

import argparse
import gzip
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np

from benchmarks import record
from vectorclf import evidence as evidence_room
from vectorclf.background import load_background
from vectorclf.cards import markdown_table, write_section
from vectorclf.dataset import CodedPassage, Coding, Dataset, load_dataset
from vectorclf.figures import f1_of
from vectorclf.highlights import telling_span
from vectorclf.intervals import (
    N_ROUNDS,
    Interval,
    percentile_interval,
    resample,
    share_interval,
    shown_with,
)
from vectorclf.labeled import labeled_texts
from vectorclf.recipe import Recipe
from vectorclf.records import ArticleTags, Span, Tag
from vectorclf.status.features import STATUSES
from vectorclf.tagger import Tagger, load

DATA = Path(__file__).parents[1] / "datasets"
DATASET, BACKGROUND = DATA / "recruitment", DATA / "background" / "news.npz"
TITLE = "Evidence, test split"
_WORD = re.compile(r"\w+")
_TOLD = r"(?:reports?|claims?|suggestions?|allegations?|accusations?|rumou?rs?|charges?)\b(?! by\b)"
_DENIES = re.compile(
    r"\bden(?:y|ies|ied|ying)\b(?! (?:a|an|the|his|her|their|its|him|them|us|me|nothing|"
    r"promotion|tenure|leave|entry|access|permission)\b)"
    rf"|\bden(?:y|ies|ied|ying) (?:the |any |all |these |those )?(?:\w+ )?{_TOLD}"
    rf"|\b(?:reject|dismiss|refut)\w* (?:as \w+ )?(?:\w+ ){{0,3}}?(?:{_TOLD}|(?:idea|notion)\b)"
    r"|\b(?:no|without|any) (?:evidence|proof|truth|signs?|indication|suggestion)\b"
    r"|\b(?:had|was|were|has|have) never (?:been|had|received|taken|met|accepted|sold)\b"
    r"|\bnot (?:true|the case|correct) that\b|\b(?:cleared|acquitted) (?:\w+ ){0,3}?of\b"
    r"|\b(?:is|are|was|were) (?:\w+ )?(?:not (?:accurate|true|correct)|false|untrue|baseless|"
    r"unfounded|groundless|fabricated|inaccurate|wrong|nonsense|inventions?)\b",
    re.IGNORECASE,
)
"""Of a text that denies something, of whatever; not the tagger's own signs, so that they can be
changed and still be measured on the same texts."""


class Judged(msgspec.Struct, frozen=True):
    """A true tag's evidence beside the coders'.

    Attributes
    ----------
    holds, any_holds : bool
        The quoted sentence, any quoted sentence, holds a whole phrase of theirs.
    by_chance : float
        Share of the text's sentences that hold one.
    n_marked, n_coded, n_both : int
        Words marked in the quoted sentence, words in the coders' phrases, words in both.
    """

    label: str
    case: str
    n_sentences: int
    holds: bool
    any_holds: bool
    by_chance: float
    n_marked: int
    n_coded: int
    n_both: int
    status: str
    coded_status: str


def places(text: str, phrases: Sequence[str]) -> list[Span]:
    """Where phrases stand, every time they do."""
    return [found.span() for p in phrases if p for found in re.finditer(re.escape(p), text)]


def judge(passage: CodedPassage, tags: ArticleTags, tag: Tag) -> Judged:
    """Hold a true tag's evidence up to the coders'."""
    text, coding = passage.text, passage.labels[tag.label]
    coded = places(text, coding.evidence)
    sentences = [s for p in tags.passages for s in p.sentences]

    def holds(span: Span) -> bool:
        return any(span[0] <= a and b <= span[1] for a, b in coded)

    best = tag.evidence[0]
    marked = telling_span(best.terms, best.quote, best.span[0]) or (0, 0)
    words = [found.span() for found in _WORD.finditer(text)]
    is_marked = {k for k, (a, b) in enumerate(words) if marked[0] <= a and b <= marked[1]}
    is_coded = {k for k, (a, b) in enumerate(words) if any(x < b and a < y for x, y in coded)}
    return Judged(
        label=tag.label, case=passage.case, n_sentences=len(sentences), holds=holds(best.span),
        any_holds=any(holds(e.span) for e in tag.evidence),
        by_chance=float(np.mean([holds(s) for s in sentences])), n_marked=len(is_marked),
        n_coded=len(is_coded), n_both=len(is_marked & is_coded), status=tag.status,
        coded_status=coding.status,
    )  # fmt: skip


def judge_all(tagger: Tagger, passages: Sequence[CodedPassage]) -> list[Judged]:
    """Every true tag of some texts."""
    return [
        judge(p, tags, tag) for p, tags in zip(passages, tagged(tagger, passages), strict=True)
        for tag in tags.tags if tag.label in p.labels
    ]


def news_passages(directory: Path) -> list[CodedPassage]:
    """Real news with the phrases of both coders; how it is told was not coded."""
    passages = []
    with gzip.open(directory / "news_dev.jsonl.gz", "rb") as lines:
        for row in map(msgspec.json.decode, lines):
            phrases = {
                label: tuple({row[coder][label] for coder in ("first", "second")
                              if label in row[coder]}) for label in row["first"]
            }
            passages.append(CodedPassage(
                id=row["id"], text=row["text"], case=row["id"], kind="documented",
                register="newspaper", labels={x: Coding(evidence=p) for x, p in phrases.items()},
            ))
    return passages


class Figure(NamedTuple):
    """A figure with its 95 % interval, cases resampled or allowed for."""

    value: float
    interval: Interval

    def __str__(self) -> str:
        return shown_with(self.value, self.interval)


def row_of(name: str, judged: Sequence[Judged]) -> dict[str, Any]:
    """Figures of some true tags; word F1 over all their words together."""
    case, n_cases = cases_of(judged)

    def sums(field: str | None = None) -> np.ndarray:
        values = [1 if field is None else getattr(j, field) for j in judged]
        return np.bincount(case, np.array(values, dtype=float), minlength=n_cases)

    n, both, marked, coded = sums(), sums("n_both"), sums("n_marked"), sums("n_coded")
    return {
        "tags": name, "n": len(judged), "holds": share(sums("holds"), n),
        "any quote holds": share(sums("any_holds"), n),
        "a sentence at random": float(np.mean([j.by_chance for j in judged])),
        "word precision": share(both, marked), "word recall": share(both, coded),
        "word F1": drawn(lambda w: f1_of(w @ both, w @ marked, w @ coded), n_cases),
    }


def share(part: np.ndarray, whole: np.ndarray) -> Figure:
    """A share that cases add to."""
    return Figure(float(part.sum() / max(1, whole.sum())), share_interval(part, whole))


def drawn(figure: Callable[[np.ndarray], float], n_cases: int) -> Figure:
    """A figure of the cases' weights, with its bootstrap interval."""
    rng = np.random.default_rng(0)
    rounds = [figure(resample(rng, n_cases)) for _ in range(N_ROUNDS)]
    return Figure(float(figure(np.ones(n_cases))), percentile_interval(rounds))


def cases_of(judged: Sequence[Judged]) -> tuple[np.ndarray, int]:
    """The number of each tag's case, and how many cases there are."""
    names, case = np.unique([j.case for j in judged], return_inverse=True)
    return case, len(names)


def status_rows(judged: Sequence[Judged]) -> tuple[list[dict[str, Any]], Figure, Figure]:
    """Precision, recall and F1 of every status; macro-F1 and accuracy."""
    case, n_cases = cases_of(judged)

    def sums(values: Iterable[bool]) -> np.ndarray:
        return np.bincount(case, np.array([*values], dtype=float), minlength=n_cases)

    counts = [(sums(j.status == j.coded_status == status for j in judged),
               sums(j.status == status for j in judged),
               sums(j.coded_status == status for j in judged)) for status in STATUSES]
    rows = [
        {"status": status, "true": int(true.sum()), "given": int(given.sum()),
         "precision": share(hit, given), "recall": share(hit, true),
         "F1": drawn(lambda w, c=(hit, given, true): f1_of(*(w @ x for x in c)), n_cases)}
        for status, (hit, given, true) in zip(STATUSES, counts, strict=True)
    ]
    macro = drawn(lambda w: np.mean([f1_of(*(w @ x for x in c)) for c in counts]), n_cases)
    right = share(sums(j.status == j.coded_status for j in judged), sums(True for _ in judged))
    return rows, macro, right


def tagged(tagger: Tagger, passages: Sequence[CodedPassage]) -> list[ArticleTags]:
    """Tags of every text, with its sentences."""
    return [tagger.tag(p.text) for p in passages]


def denies_something(text: str) -> bool:
    """Whether a sentence of a text says that something is denied, rejected or untrue."""
    return any(_DENIES.search(sentence) for sentence in re.split(r"(?<=[.!?])\s", text))


def denials(
    passages: Sequence[CodedPassage], before: Sequence[ArticleTags], after: Sequence[ArticleTags]
) -> dict[str, int]:
    """What the rule on denials does: texts without a label that deny something, and true tags."""
    silent = [k for k, p in enumerate(passages) if not p.labels and denies_something(p.text)]
    true = [{t.label for t in tags.tags} & passages[k].labels.keys()
            for k, tags in enumerate(before)]
    kept = [{t.label for t in tags.tags} for tags in after]
    return {
        "texts without a label that deny something": len(silent),
        "of them tagged without the rule": sum(bool(before[k].tags) for k in silent),
        "of them tagged with it": sum(bool(after[k].tags) for k in silent),
        "tags without the rule": sum(len(t.tags) for t in before),
        "tags with it": sum(len(t.tags) for t in after),
        "true tags without the rule": sum(map(len, true)),
        "true tags lost by it": sum(len(t - k) for t, k in zip(true, kept, strict=True)),
    }


def denials_by_texts(
    tagger: Tagger, dataset: Dataset, is_out_of_fold: bool
) -> dict[str, dict[str, int]]:
    """What the rule does on the test split, and on the others by models that have not seen them."""
    test = dataset.split("test")
    found = {"test split": denials(test, without_rule(tagger, test), tagged(tagger, test))}
    if not is_out_of_fold:
        return found
    total: Counter[str] = Counter()
    for other, own in out_of_fold(tagger, dataset):
        total.update(denials(own, without_rule(other, own), tagged(other, own)))
    return {**found, "training splits, out of fold": dict(total)}


def out_of_fold(
    tagger: Tagger, dataset: Dataset
) -> Iterator[tuple[Tagger, list[CodedPassage]]]:
    """Texts of the splits train and dev, with a tagger of the same recipe that never saw them."""
    from vectorclf.compile import compile as compile_pipeline
    from vectorclf.fitting import fit
    from vectorclf.folds import group_folds

    model, passages = tagger.model, dataset.split("train", "dev")
    recipe = msgspec.convert(model.training["recipe"], Recipe)
    data, background = labeled_texts(passages), load_background(BACKGROUND)
    fold = group_folds(data.groups, recipe.folds, recipe.seed)
    for k in range(recipe.folds):
        pipeline = fit(data.take(np.flatnonzero(fold != k)), model.label_ids, recipe, background)
        compiled = compile_pipeline(pipeline).compiled
        yield (Tagger(replace(model, compiled=compiled, self_test=())),
               [passages[i] for i in np.flatnonzero(fold == k)])


def without_rule(tagger: Tagger, passages: Sequence[CodedPassage]) -> list[ArticleTags]:
    """Tags as they would be if a denial were evidence."""
    rule = evidence_room.only_denies
    evidence_room.only_denies = lambda *told: False
    try:
        return tagged(tagger, passages)
    finally:
        evidence_room.only_denies = rule


def section(judged: Sequence[Judged], rows: list[dict], statuses: list[dict], macro: Figure,
            right: Figure, denied: dict[str, dict[str, int]]) -> str:
    """The model card's section."""
    label_ids = {j.label for j in judged}
    held, several = rows[0]["holds"], rows[1]["holds"]
    return "\n\n".join([
        f"Of {len(judged):,} true tags the quoted sentence holds a whole phrase that a coder named "
        f"as evidence in {shown_with(*held, '.1%')}; in texts of several sentences "
        f"{shown_with(*several, '.1%')}, where a sentence at random would in "
        f"{rows[1]['a sentence at random']:.1%}. The marked words meet the coders' phrases at "
        f"F1 {rows[0]['word F1']}, word by word. In brackets 95 % intervals: of shares Wilson's, "
        "cases allowed for; of F1 by bootstrap, cases resampled. Made by `python -m "
        "benchmarks.evidence_quality --card`.",
        markdown_table(list(rows[0]), [
            [f"`{v}`" if v in label_ids else f"{v:.3f}" if isinstance(v, float) else v
             for v in row.values()] for row in rows]),
        f"Status of the true tags: macro-F1 {macro}, accuracy {right}.",
        markdown_table(list(statuses[0]), [[*row.values()] for row in statuses]),
        "Denials (a sentence that only denies a label is no evidence for it). The rule's own "
        "weights have learned from the training splits; with weights that have not, more true "
        "tags are lost there (`benchmarks/results/denial.md`).",
        markdown_table(["", *denied], [[name, *(d[name] for d in denied.values())]
                                       for name in next(iter(denied.values()))]),
    ])


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-m", "--model")
    parser.add_argument("--card", action="store_true", help="update the model's card")
    parser.add_argument("--out-of-fold", action="store_true")
    parser.add_argument("--news", type=Path)
    options = parser.parse_args()
    tagger = load(options.model)
    dataset = load_dataset(DATASET)
    passages = dataset.split("test")
    judged = judge_all(tagger, passages)
    several = [j for j in judged if j.n_sentences > 1]
    rows = [row_of("all", judged), row_of("in texts of several sentences", several)]
    if options.news:
        rows.append(row_of("of real news", judge_all(tagger, news_passages(options.news))))
    for label in tagger.labels:
        if own := [j for j in judged if j.label == label]:
            rows.append(row_of(label, own))
    statuses, macro, right = status_rows(judged)
    denied = denials_by_texts(tagger, dataset, options.out_of_fold)
    told = section(judged, rows, statuses, macro, right, denied)
    print(told)
    listed = [{name: str(v) if isinstance(v, Figure) else v for name, v in row.items()} for row in
              (*rows, *statuses, *({"denials": name, **d} for name, d in denied.items()))]
    print(f"\nwritten to {record.write('evidence_quality', listed)}")
    if options.card:
        write_section(Path(tagger.model.place) / "README.md", TITLE, told)


if __name__ == "__main__":
    main()
