"""``vectorclf evaluate``: how good the tags are, with intervals."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from vectorclf.decisions import Decisions
    from vectorclf.evaluation import Evaluation


@click.command()
@click.argument("dataset", metavar="DATASET")
@click.option("-m", "--model", metavar="DIR",
              help="Measure this model; without it, cross-validate the default recipe.")
@click.option("--split", "splits", multiple=True,
              type=click.Choice(["train", "dev", "test", "challenge"]),
              help="Frozen split of a dataset directory; may be repeated.")
@click.option("--operating-point", default="balanced", show_default=True)
@click.option("--codebook", metavar="PATH")
@click.option("--text-key", default="text", show_default=True)
@click.option("--labels-key", default="labels", show_default=True)
@click.option("--group-key", help="Column that says which texts belong together.")
@click.option("--by", multiple=True, metavar="NAME",
              help="Measure subsets, too: register, kind or decade of a dataset, or a column.")
@click.option("--coder", "coders", multiple=True, metavar="NAME",
              help="Show how the model agrees with this coder (first, second, or a column with "
                   "labels), beside how coders agree with each other; may be repeated.")
@click.option("--background", metavar="FILE", help="Background counts to train with (.npz).")
@click.option("--workers", type=click.IntRange(min=1),
              help="Processes of the cross-validation, each with the data [default: cores].")
@click.option("--drop-repeated", is_flag=True,
              help="Leave out texts that stand in an earlier group too, or that the model has "
                   "learned from, instead of refusing.")
@click.option("--plots", metavar="DIR", help="Write plots (SVG) there.")
@click.option("--card", is_flag=True,
              help="Bring the figures of the model's card (README.md) up to date.")
@click.option("--title", default="Held-out texts", show_default=True,
              help="Heading of the figures in the card.")
@click.option("--json", "as_json", is_flag=True, help="JSON on stdout instead of a table.")
def evaluate(dataset: str, model: str | None, splits: tuple[str, ...], operating_point: str,
             codebook: str | None, text_key: str, labels_key: str, group_key: str | None,
             by: tuple[str, ...], coders: tuple[str, ...], background: str | None,
             workers: int | None, drop_repeated: bool, plots: str | None, card: bool, title: str,
             as_json: bool) -> None:
    """Measure a model on DATASET, or cross-validate on it, groups kept whole.

    DATASET is a coded dataset directory, or a JSONL or CSV file with texts and label lists.
    Where cases, or copies of a text, stand on both sides of the split, nothing is measured.
    """
    import numpy as np

    from vectorclf.cli.data import (
        end_with_processes,
        labeled_data,
        n_processes,
        refuse_split_overlap,
    )
    from vectorclf.evaluation import evaluate as measure
    from vectorclf.evaluation import evaluate_by, evaluate_coders
    from vectorclf.model import load_model
    from vectorclf.output import check_directory
    from vectorclf.straddling import learned_from, of_learned_groups, without_repeats

    if card and model is None:
        raise click.UsageError("--card needs the model whose card it is: -m DIR")
    if operating_point != "balanced" and model is None:
        raise click.UsageError("--operating-point needs a model that has it: -m DIR")
    if background is not None and model is not None:
        raise click.UsageError("--background is learned from: leave it out with -m")
    if "model" in coders:
        raise click.UsageError("--coder model: that is the model's own name; rename the column")
    by, coders = tuple(dict.fromkeys(by)), tuple(dict.fromkeys(coders))
    if plots:
        check_directory(plots)
    loaded = load_model(model) if model is not None else None
    is_file = Path(dataset).is_file()
    data, book, _ = labeled_data(dataset, codebook or (loaded and loaded.codebook), text_key,
                                 labels_key, group_key, splits,
                                 fact_keys=by if is_file else (),
                                 coder_keys=coders if is_file else ())
    for name, known, option in ((*((b, data.facts, "--by") for b in by),
                                 *((c, data.coders, "--coder") for c in coders))):
        if name not in known:
            raise click.UsageError(f"{option}: expected {' or '.join(known)}, got {name!r}")
    if drop_repeated:
        n_before = len(data)
        data = without_repeats(data)
        if loaded is not None:
            data = data.take(np.flatnonzero(~(
                learned_from(data.texts, loaded.learned)
                | of_learned_groups(data.groups, loaded.learned))))
        click.echo(f"{n_before - len(data)} repeated texts left out", err=True)
    if loaded is not None:
        from vectorclf.decisions import held_out_decisions, held_out_notes

        refuse_split_overlap(data, dataset, splits)
        decisions = held_out_decisions(loaded, data, operating_point=operating_point)
        for note in held_out_notes(loaded, data):
            click.echo(f"note: {note}", err=True)
    else:
        from vectorclf.background import load_background
        from vectorclf.decisions import cross_validated_decisions
        from vectorclf.recipe import default_recipe

        end_with_processes()
        decisions = cross_validated_decisions(
            data, book.label_ids, default_recipe(data),
            background=load_background(background) if background is not None else None,
            progress=lambda line: click.echo(line, err=True), n_jobs=n_processes(workers, data),
        )
    points = {p.name: measure(decisions.at(p)) for p in loaded.operating_points} if loaded else {}
    result = points.get(operating_point) or measure(decisions)
    subsets = {name: evaluate_by(decisions, data.facts[name]) for name in by}
    agreements = (evaluate_coders(decisions, {name: data.coders[name] for name in coders})
                  if coders else ())
    drawn = _write_plots(decisions, result, Path(plots)) if plots else []
    if card:
        from vectorclf.model_card import write_model_card

        write_model_card(loaded, result, title, points=points, subsets=subsets,
                         agreements=agreements, plots=drawn)
    if as_json:
        import msgspec

        whole = msgspec.to_builtins(result)
        whole |= {"points": msgspec.to_builtins(points)} if points else {}
        whole |= {"by": msgspec.to_builtins(subsets)} if by else {}
        whole |= {"coders": msgspec.to_builtins(agreements)} if coders else {}
        click.echo(msgspec.json.format(msgspec.json.encode(whole)).decode())
        return
    from rich.console import Console

    from vectorclf.cli.tables import (
        coders_table,
        evaluation_table,
        points_table,
        subsets_table,
    )

    console = Console(file=sys.stdout, width=100, markup=False)
    console.print(evaluation_table(result))
    if points:
        console.print(points_table(points))
    for name, by_value in subsets.items():
        console.print(subsets_table(name, by_value))
    if agreements:
        console.print(coders_table(agreements))


def _write_plots(decisions: Decisions, result: Evaluation, directory: Path) -> list[Path]:
    """Precision and recall, reliability, F1 by label, and which label is taken for which."""
    import matplotlib

    from vectorclf.output import make_directory
    from vectorclf.plots import (
        plot_f1_by_label,
        plot_label_confusion,
        plot_precision_recall,
        plot_reliability,
    )

    figures = {
        "precision-recall": plot_precision_recall(decisions.P, decisions.Y),
        "reliability": plot_reliability(decisions.P, decisions.Y),
        "f1-by-label": plot_f1_by_label(result),
        "confusion": plot_label_confusion(decisions),
    }
    make_directory(directory)
    paths = [directory / f"{name}.svg" for name in figures]
    # the same figure, the same bytes
    with matplotlib.rc_context({"svg.hashsalt": "vectorclf"}), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a font without some label's letters
        for path, figure in zip(paths, figures.values(), strict=True):
            figure.savefig(path, metadata={"Date": None})
    click.echo(f"{directory}: {', '.join(path.name for path in paths)}", err=True)
    return paths
