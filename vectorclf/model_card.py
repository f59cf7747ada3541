"""The generated part of a model's card: where it comes from, and what was measured."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from vectorclf.cards import END, START, generated_part, markdown_table, replace_generated
from vectorclf.evaluation import CoderAgreement, Evaluation
from vectorclf.intervals import UNKNOWN, shown_with
from vectorclf.model import Model
from vectorclf.output import atomic_file
from vectorclf.thresholds import NOISE_POSITIVES

POINTS_TITLE = "Operating points (out of fold, on the training splits)"


def write_model_card(
    model: Model, held_out: Evaluation, title: str, *,
    points: Mapping[str, Evaluation] | None = None,
    subsets: Mapping[str, Mapping[str, Evaluation]] | None = None,
    agreements: Sequence[CoderAgreement] = (),
    plots: Iterable[Path] = (),
) -> None:
    """Put a measurement into a model's README.md, in place of an earlier one of that title.

    A model that has none gets one.
    """
    path = Path(model.place) / "README.md"
    if not path.exists():
        with atomic_file(path) as file:
            file.write(f"# Model card: {model.codebook.name}\n\n{START}\n{END}\n".encode())
    sections = re.split(r"^(?=### )", generated_part(path), flags=re.M)[1:]
    kept = [s for s in sections if s.partition("\n")[0][4:] not in (title, POINTS_TITLE)]
    replace_generated(path, "\n\n".join(
        [provenance(model), *(s.strip() for s in kept), measurement(model, held_out, title, points),
         *(subset_table(*item) for item in (subsets or {}).items()),
         *([coder_table(agreements)] if agreements else []),
         *(f"![{title}: {plot.stem}]({os.path.relpath(plot, model.place)})" for plot in plots),
         operating_points_section(model)]))


def begin_card(model: Model) -> None:
    """Empty the card that an earlier model left in the same place: its figures are not this one's.

    A model without a card, or with one of prose alone, keeps what it has.
    """
    path = Path(model.place) / "README.md"
    if path.exists() and START in path.read_text(encoding="utf-8", errors="replace"):
        replace_generated(path, f"{provenance(model)}\n\n{operating_points_section(model)}")


def provenance(model: Model) -> str:
    """What a model was made from, as Markdown."""
    facts = model.training
    return (
        f"Trained on {facts['n_texts']:,} texts of {facts['n_groups']:,} cases (splits: "
        f"{', '.join(facts.get('splits') or ['all'])}; dataset sha256 "
        f"`{facts.get('dataset_sha256', '')}`) and {facts['n_background']:,} paragraphs of "
        f"ordinary news as counts; {model.n_features:,} features; codebook "
        f"{model.codebook.name} {model.codebook.version} (sha256 `{model.codebook.sha256}`); "
        "recipe " + ", ".join(f"`{k}={v}`" for k, v in facts["recipe"].items()) + "; "
        + ", ".join(f"{k} {v}" for k, v in facts["versions"].items()) + "."
    )


def operating_points_section(model: Model) -> str:
    """The stored operating points with the rates they reached, as Markdown."""
    rows = []
    for p in model.operating_points:
        about = {"balanced": p.f1, "recall": p.recall, "precision": p.precision}.get(p.name)
        rows.append([p.name + (f" (target {p.target})" if p.target else ""), *(
            shown_with(rate, interval or (p.interval if rate == about else UNKNOWN))
            for rate, interval in ((p.precision, p.precision_interval),
                                   (p.recall, p.recall_interval), (p.f1, p.f1_interval)))])
    notes = [markdown_table(["operating point", "precision", "recall", "F1"], rows)]
    opened = [f"`{p.name}`" for p in model.operating_points if p.opening]
    if opened:
        notes.append(
            f"At {', '.join(opened)} the surest label of an article must reach the threshold "
            "\"first\" of the tables above before any is given; the others then need their own.")
    if told := sharing(model):
        notes.append(told)
    return f"### {POINTS_TITLE}\n\n" + "\n\n".join(notes)


def sharing(model: Model) -> str:
    """Which labels have too few positives for a threshold of their own; "" if none."""
    shared, n = model.operating_points[0].shared, len(model.label_ids)
    if not shared:
        return ""
    which = "All" if len(shared) == n else f"{len(shared)} of {n}"
    named = "" if len(shared) == n else f": {', '.join(shared)}"
    return (f"{which} labels have {NOISE_POSITIVES:,.0f} positives or fewer and share one score as "
            f"their threshold at `balanced`{named}.")


def measurement(
    model: Model, result: Evaluation, title: str, points: Mapping[str, Evaluation] | None = None
) -> str:
    """How a model does on some texts, as Markdown."""
    point = model.operating_points[0]
    thresholds, opening = (dict(zip(model.label_ids, values, strict=True))
                           for values in (point.thresholds, point.first))
    table = markdown_table(
        ["label", "true", "given", "precision", "recall", "F1", "average precision", "threshold",
         "first"],
        [[f"`{r.label}`", r.n_true, r.n_given, shown_with(r.precision, r.precision_interval),
          shown_with(r.recall, r.recall_interval), shown_with(r.f1, r.interval),
          shown_with(r.average_precision, r.average_precision_interval),
          f"{thresholds[r.label]:.2f}", f"{opening[r.label]:.2f}"] for r in result.labels],
    )
    told = "; ".join(f"{name} {figure}" for name, figure in headline(result).items())
    parts = [f"### {title}", f"{result.n_texts:,} texts of {result.n_groups:,} groups: {told}. "
             f"{INTERVALS}", table]
    if points:
        parts += ["At each operating point; \"found a text\" is what `recall` promises, the mean "
                  "share of a text's labels that are found:", markdown_table(
                      ["operating point", *POINT_COLUMNS],
                      [[name, *point_figures(r)] for name, r in points.items()])]
    return "\n\n".join(parts)


INTERVALS = (
    "In brackets 95 % intervals: of shares (precision, recall, texts tagged) Wilson's, groups "
    "allowed for; of all else by bootstrap, groups resampled (which cannot tell how far from 0 a "
    "label may be of which nothing was found)."
)
POINT_COLUMNS = "precision", "recall", "F1", "found a text", "no label, tagged"


def headline(result: Evaluation) -> dict[str, str]:
    """The overall figures by their names, with intervals."""
    r = result
    return {
        "micro-F1": shown_with(r.micro_f1, r.micro_interval),
        "macro-F1": shown_with(r.macro_f1, r.macro_interval),
        "precision": shown_with(r.micro_precision, r.micro_precision_interval),
        "recall": shown_with(r.micro_recall, r.micro_recall_interval),
        "macro average precision": shown_with(r.macro_average_precision,
                                              r.macro_average_precision_interval),
        "mean F1 of a group's label set": shown_with(r.group_f1, r.group_f1_interval),
        "texts without a label tagged": shown_with(r.unlabeled_tagged, r.unlabeled_interval,
                                                   ".1%"),
        "expected calibration error": shown_with(r.calibration_error, r.calibration_interval,
                                                 ".4f"),
    }


def point_figures(result: Evaluation) -> list[str]:
    """`POINT_COLUMNS` of one operating point."""
    r = result
    return [
        shown_with(r.micro_precision, r.micro_precision_interval),
        shown_with(r.micro_recall, r.micro_recall_interval),
        shown_with(r.micro_f1, r.micro_interval),
        shown_with(r.text_recall, r.text_recall_interval),
        shown_with(r.unlabeled_tagged, r.unlabeled_interval, ".1%"),
    ]


def subset_table(name: str, by_value: Mapping[str, Evaluation]) -> str:
    """The same measure on subsets, as Markdown."""
    return markdown_table(
        [name, "texts", "micro-F1", "macro-F1", "tagged without a label"],
        [[value, r.n_texts, shown_with(r.micro_f1, r.micro_interval),
          shown_with(r.macro_f1, r.macro_interval),
          shown_with(r.unlabeled_tagged, r.unlabeled_interval, ".1%")]
         for value, r in by_value.items()],
    )


def coder_table(agreements: Sequence[CoderAgreement]) -> str:
    """How model and coders agree, as Markdown."""
    table = markdown_table(
        ["codings", "F1", "alpha (MASI)"],
        [[f"{r.first} and {r.second}", shown_with(r.f1, r.f1_interval),
          shown_with(r.alpha_masi, r.alpha_interval)] for r in agreements],
    )
    return f"Agreement on the {agreements[0].n_texts:,} texts that all coded:\n\n{table}"
