"""Tables of datasets, codebooks and evaluations for the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from rich import box
from rich.table import Table

from vectorclf.agreement import agreement
from vectorclf.comparison import Comparison
from vectorclf.dataset import SHORT_WORDS, Dataset
from vectorclf.evaluation import CoderAgreement, Evaluation
from vectorclf.realism import Realism


def plain_table(title: str, *columns: str, left: int = 1) -> Table:
    """A table without frame whose first `left` columns are text, the others numbers."""
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    for k, column in enumerate(columns):
        table.add_column(column, justify="left" if k < left else "right")
    return table


def dataset_tables(dataset: Dataset) -> Iterator[Table]:
    """Counts per label, kinds and registers, and the agreement of the two coders."""
    passages = dataset.passages
    table = plain_table("Labels", "label", "texts", "passages", "cases", "hard", "alleged",
                        "disputed")
    for label in dataset.codebook.label_ids:
        rows = [p for p in passages if label in p.labels]
        status = Counter(p.labels[label].status for p in rows)
        table.add_row(
            label, str(len(rows)), str(sum(len(p.text.split()) > SHORT_WORDS for p in rows)),
            str(len({p.case for p in rows})), str(sum(p.hard for p in rows)),
            str(status["alleged"]), str(status["disputed"]),
        )
    unlabeled = [p for p in passages if not p.labels]
    table.add_row("(none)", str(len(unlabeled)),
                  str(sum(len(p.text.split()) > SHORT_WORDS for p in unlabeled)),
                  str(len({p.case for p in unlabeled})), "", "", "")
    yield table
    table = plain_table("Kinds and registers", "kind", "register", "texts", left=2)
    for (kind, register), n in sorted(Counter((p.kind, p.register) for p in passages).items()):
        table.add_row(kind, register, str(n))
    yield table
    coded = [p for p in passages if p.second is not None]
    if coded:
        result = agreement([p.first for p in coded], [p.second or () for p in coded],
                           dataset.codebook.label_ids)
        table = plain_table(
            f"Agreement of two coders on {result.n_texts} texts: alpha (MASI) "
            f"{result.alpha_masi:.3f}, F1 {result.f1:.3f}, same set {result.exact:.1%}",
            "label", "first", "second", "both", "prevalence", "alpha", "F1",
        )
        for row in result.labels:
            table.add_row(row.label, str(row.n_first), str(row.n_second), str(row.n_both),
                          f"{row.prevalence:.2%}", f"{row.alpha:.3f}", f"{row.f1:.3f}")
        yield table


def evaluation_table(result: Evaluation) -> Table:
    """Rates per label and overall, with their intervals."""
    title = (
        f"{result.n_texts} texts, {result.n_groups} groups: micro-F1 {result.micro_f1:.3f} "
        f"({result.micro_interval[0]:.3f}-{result.micro_interval[1]:.3f}), macro-F1 "
        f"{result.macro_f1:.3f} ({result.macro_interval[0]:.3f}-{result.macro_interval[1]:.3f})\n"
        f"mean F1 of a group's label set {result.group_f1:.3f}, texts without a label tagged "
        f"{result.unlabeled_tagged:.1%}, calibration error {result.calibration_error:.4f}"
    )
    table = plain_table(title, "label", "true", "given", "precision", "recall", "F1", "interval",
                        "AP")
    for row in result.labels:
        table.add_row(
            row.label, str(row.n_true), str(row.n_given), f"{row.precision:.3f}",
            f"{row.recall:.3f}", f"{row.f1:.3f}",
            f"{row.interval[0]:.3f}-{row.interval[1]:.3f}", f"{row.average_precision:.3f}",
        )
    table.add_row("all (micro)", str(sum(r.n_true for r in result.labels)),
                  str(sum(r.n_given for r in result.labels)), f"{result.micro_precision:.3f}",
                  f"{result.micro_recall:.3f}", f"{result.micro_f1:.3f}",
                  f"{result.micro_interval[0]:.3f}-{result.micro_interval[1]:.3f}",
                  f"{result.macro_average_precision:.3f}")
    return table


def subsets_table(name: str, by_value: Mapping[str, Evaluation]) -> Table:
    """Overall rates on each subset."""
    table = plain_table(f"By {name}", name, "texts", "true", "micro-F1", "interval", "macro-F1",
                        "no label, tagged")
    for value, result in by_value.items():
        table.add_row(
            value, str(result.n_texts), str(sum(r.n_true for r in result.labels)),
            f"{result.micro_f1:.3f}",
            f"{result.micro_interval[0]:.3f}-{result.micro_interval[1]:.3f}",
            f"{result.macro_f1:.3f}", f"{result.unlabeled_tagged:.1%}",
        )
    return table


def coders_table(agreements: Sequence[CoderAgreement]) -> Table:
    """Model and coders, each with each."""
    table = plain_table(f"Agreement on {agreements[0].n_texts} texts that all coded", "coding",
                        "other coding", "F1", "alpha (MASI)", left=2)
    for row in agreements:
        table.add_row(row.first, row.second, f"{row.f1:.3f}", f"{row.alpha_masi:.3f}")
    return table


def comparison_table(result: Comparison) -> Table:
    """Both models' figures, and the interval of the difference."""
    table = plain_table(
        f"{result.n_texts} texts, {result.n_groups} groups; the second alone is right in "
        f"{result.n_gained} decisions, the first alone in {result.n_lost}",
        "figure", "first", "second", "difference", "95 % interval", "higher",
    )
    for row in (*result.overall, *result.labels):
        # + 0.0: a rounded -0.0 would be printed with its sign
        difference, low, high = (round(x, 3) + 0.0 for x in (row.difference, *row.interval))
        table.add_row(row.figure, f"{row.first:.3f}", f"{row.second:.3f}",
                      f"{difference:+.3f}", f"{low:+.3f} to {high:+.3f}", row.higher)
    return table


def realism_table(measured: Realism) -> Table:
    """The dataset beside real news."""
    table = plain_table(f"Realism, against {measured.n_news} coded passages of real news",
                        "figure", "dataset", "news", "background")
    table.add_row("keyword rules, micro-F1", f"{measured.rules_f1_dataset:.3f}",
                  f"{measured.rules_f1_news:.3f}", "")
    background = measured.unknown_background
    table.add_row("words unknown to the dataset", "", f"{measured.unknown_news:.1%}",
                  "" if background is None else f"{background:.1%}")
    return table
