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
from vectorclf.intervals import NONE, UNKNOWN, shown, shown_with
from vectorclf.model import Model
from vectorclf.model_card import POINT_COLUMNS, headline, point_figures
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
    figures = [f"{name} {figure}" for name, figure in headline(result).items()]
    title = "\n".join([f"{result.n_texts} texts, {result.n_groups} groups; intervals are 95 % ones",
                       ", ".join(figures[:2]), ", ".join(figures[2:4]), *figures[4:]])
    table = plain_table(title, "label", "true", "given", "precision", "recall", "F1", "interval",
                        "AP")
    for row in result.labels:
        table.add_row(
            row.label, str(row.n_true), str(row.n_given), shown(row.precision), shown(row.recall),
            shown(row.f1), str(row.interval), shown(row.average_precision),
        )
    table.add_row("all (micro)", str(sum(r.n_true for r in result.labels)),
                  str(sum(r.n_given for r in result.labels)), shown(result.micro_precision),
                  shown(result.micro_recall), shown(result.micro_f1), str(result.micro_interval),
                  shown(result.macro_average_precision))
    return table


def points_table(points: Mapping[str, Evaluation]) -> Table:
    """Rates at each of a model's operating points."""
    table = plain_table("At each operating point", "point", *POINT_COLUMNS)
    for name, result in points.items():
        table.add_row(name, *(_below(figure) for figure in point_figures(result)))
    return table


def model_points_table(model: Model) -> Table:
    """Rates that a model's operating points reached out of fold, as they are stored."""
    table = plain_table("Operating points (out of fold)", "point", "target", "precision",
                        "recall", "F1")
    for point in model.operating_points:
        rates = ((point.precision, point.precision_interval, "precision"),
                 (point.recall, point.recall_interval, "recall"),
                 (point.f1, point.f1_interval, "balanced"))
        table.add_row(point.name, "" if point.target is None else f"{point.target:g}", *(
            shown_with(rate, interval or (point.interval if point.name == about else UNKNOWN))
            for rate, interval, about in rates))
    return table


def subsets_table(name: str, by_value: Mapping[str, Evaluation]) -> Table:
    """Overall rates on each subset."""
    table = plain_table(f"By {name}", name, "texts", "true", "micro-F1", "macro-F1",
                        "no label, tagged")
    for value, result in by_value.items():
        table.add_row(
            value, str(result.n_texts), str(sum(r.n_true for r in result.labels)),
            *(_below(shown_with(*figure)) for figure in (
                (result.micro_f1, result.micro_interval), (result.macro_f1, result.macro_interval),
                (result.unlabeled_tagged, result.unlabeled_interval, ".1%"))),
        )
    return table


def _below(figure: str) -> str:
    """The interval below its figure."""
    return figure.replace(" (", "\n").rstrip(")")


def coders_table(agreements: Sequence[CoderAgreement]) -> Table:
    """Model and coders, each with each."""
    table = plain_table(f"Agreement on {agreements[0].n_texts} texts that all coded", "coding",
                        "other coding", "F1", "alpha (MASI)", left=2)
    for row in agreements:
        table.add_row(row.first, row.second, shown_with(row.f1, row.f1_interval),
                      shown_with(row.alpha_masi, row.alpha_interval))
    return table


def comparison_table(result: Comparison) -> Table:
    """Both models' figures, and the interval of the difference."""
    table = plain_table(
        f"{result.n_texts} texts, {result.n_groups} groups; the second alone is right in "
        f"{result.n_gained} decisions, the first alone in {result.n_lost}",
        "figure", "first", "second", "difference", "95 % interval", "higher",
    )
    for row in (*result.overall, *result.labels):
        form = ".4f" if row.figure == "calibration error" else ".3f"
        change, low, high = (shown(x, f"+{form}") for x in (row.difference, *row.interval))
        table.add_row(row.figure, shown(row.first, form), shown(row.second, form), change,
                      NONE if low == NONE else f"{low} to {high}", row.higher)
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
