"""Data card and model card: prose by hand, every number by a command.

A card is a README.md with a generated part between two marks; all else in it is left alone.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from vectorclf.agreement import agreement
from vectorclf.dataset import SHORT_WORDS, SPLITS, Dataset
from vectorclf.errors import DatasetError
from vectorclf.evaluation import CoderAgreement, Evaluation
from vectorclf.model import Model
from vectorclf.output import atomic_file
from vectorclf.realism import Realism

START, END = "<!-- generated -->", "<!-- /generated -->"
POINTS_TITLE = "Operating points (out of fold, on the training splits)"


def replace_generated(path: Path, markdown: str) -> None:
    """Put `markdown` between the marks of a card.

    Raises
    ------
    DatasetError
        The card has no such marks.
    """
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    before, start, rest = text.partition(START)
    _, end, after = rest.partition(END)
    if not start or not end:
        raise DatasetError(f"expected the marks {START} and {END}", place=str(path))
    with atomic_file(path) as file:
        file.write(f"{before}{START}\n{markdown.strip()}\n{END}{after}".encode())


def generated_part(path: Path) -> str:
    """What stands between the marks."""
    return path.read_text(encoding="utf-8").partition(START)[2].partition(END)[0].strip()


def markdown_table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A table; numbers to the right.

    Examples
    --------
    >>> print(markdown_table(["label", "n"], [["money", 3]]))
    | label | n |
    |---|---:|
    | money | 3 |
    """
    head = list(head)
    lines = [f"| {' | '.join(head)} |", "|---|" + "---:|" * (len(head) - 1)]
    lines += [f"| {' | '.join(str(cell) for cell in row)} |" for row in rows]
    return "\n".join(lines)


def write_data_card(dataset: Dataset, directory: str | Path, measured: Realism | None) -> None:
    """Bring the figures of a dataset's README.md up to date."""
    directory = Path(directory)
    path = directory / "README.md"
    sections = [data_card(dataset, directory)]
    if measured is not None:
        sections.append(realism_section(measured))
    else:  # measured where the real news is; kept where it is not
        kept = generated_part(path).partition("### Realism")[2]
        if kept:
            sections.append("### Realism" + kept)
    replace_generated(path, "\n\n".join(sections))


def data_card(dataset: Dataset, directory: Path) -> str:
    """Counts, agreement, splits and hashes of a dataset, as Markdown."""
    passages = dataset.passages
    n_short = sum(len(p.text.split()) <= SHORT_WORDS for p in passages)
    n_without = sum(not p.labels for p in passages)
    kinds = Counter(p.kind for p in passages)
    documented = {p.case for p in passages if p.kind == "documented"}
    parts = [
        f"{len(passages):,} texts: {n_short:,} short ones (up to {SHORT_WORDS} words) and "
        f"{len(passages) - n_short:,} passages; {n_without:,} ({n_without / len(passages):.0%}) "
        f"earn no label. {kinds['documented']:,} texts tell of {len(documented)} public cases, "
        f"{kinds['composite']:,} are composite (invented), {kinds['background']:,} are ordinary "
        f"news. {sum(p.hard for p in passages):,} are marked `hard` (indirect wording).",
        "### Labels",
        _label_table(dataset),
        "### Registers",
        markdown_table(["register", "texts"], sorted(
            Counter(p.register for p in passages).items(), key=lambda kv: -kv[1])),
    ]
    coded = [p for p in passages if p.second is not None]
    if coded:
        parts += ["### Agreement", _agreement(dataset, coded)]
    if dataset.split_by_case:
        parts += ["### Splits", _splits(dataset)]
    curve = directory / "learning_curve.json"
    if curve.exists():
        parts += ["### Learning curve", _learning_curve(msgspec.json.decode(curve.read_bytes()))]
    parts += ["### Files", markdown_table(
        ["file", "texts", "sha256"], _files(directory))]
    return "\n\n".join(parts)


def _label_table(dataset: Dataset) -> str:
    rows = []
    for label in dataset.codebook.label_ids:
        own = [p for p in dataset.passages if label in p.labels]
        status = Counter(p.labels[label].status for p in own)
        rows.append([
            f"`{label}`", len(own), sum(len(p.text.split()) > SHORT_WORDS for p in own),
            len({p.case for p in own}), status["alleged"], status["disputed"],
        ])
    return markdown_table(["label", "texts", "passages", "cases", "alleged", "disputed"], rows)


def _agreement(dataset: Dataset, coded: list) -> str:
    result = agreement([p.first for p in coded], [p.second for p in coded],
                       dataset.codebook.label_ids)
    changed = sum(set(p.first) != set(p.labels) for p in coded)
    table = markdown_table(
        ["label", "first", "second", "both", "prevalence", "alpha", "F1"],
        [[f"`{r.label}`", r.n_first, r.n_second, r.n_both, f"{r.prevalence:.1%}",
          f"{r.alpha:.3f}", f"{r.f1:.3f}"] for r in result.labels],
    )
    passages = [p for p in coded if len(p.text.split()) > SHORT_WORDS]
    long = agreement([p.first for p in passages], [p.second for p in passages],
                     dataset.codebook.label_ids)
    return (
        f"Two coders on {result.n_texts:,} texts: Krippendorff's alpha over label sets (MASI) "
        f"{result.alpha_masi:.3f}, on the {long.n_texts:,} passages among them "
        f"{long.alpha_masi:.3f}; micro-F1 of one against the other {result.f1:.3f}; the same set "
        f"in {result.exact:.1%}. Adjudication changed the first coder's labels in {changed:,} "
        f"texts.\n\n{table}"
    )


def _splits(dataset: Dataset) -> str:
    rows = []
    for name in SPLITS:
        if not (own := dataset.split(name)):
            continue
        counts = Counter(x for p in own for x in p.labels)
        fewest = min((counts[x], x) for x in dataset.codebook.label_ids)
        rows.append([name, len(own), sum(len(p.text.split()) > SHORT_WORDS for p in own),
                     len({p.case for p in own}), f"{fewest[0]} (`{fewest[1]}`)"])
    return markdown_table(["split", "texts", "passages", "cases", "fewest positives"], rows)


def _learning_curve(curve: list[dict]) -> str:
    names = {"n_texts": "training texts", "test_micro_f1": "micro-F1, test split",
             "test_macro_f1": "macro-F1, test split", "news_micro_f1": "micro-F1, real news"}
    columns = [name for name in names if all(name in row for row in curve)]
    return ("The shipped recipe on growing shares of the training splits, whole cases "
            "(`python -m benchmarks.learning_curve`):\n\n"
            + markdown_table([names[c] for c in columns],
                             [[f"{row[c]:,}" if c == "n_texts" else f"{row[c]:.3f}"
                               for c in columns] for row in curve]))


def _files(directory: Path) -> Iterable[list[object]]:
    paths = [*sorted((directory / "passages").glob("*.jsonl")), directory / "codebook.toml",
             directory / "terms.toml", directory / "splits.json"]
    for path in paths:
        if path.exists():
            content = path.read_bytes()
            n = content.count(b"\n") if path.suffix == ".jsonl" else ""
            yield [f"`{path.relative_to(directory)}`", n,
                   f"`{hashlib.sha256(content).hexdigest()}`"]


def realism_section(measured: Realism) -> str:
    """The dataset beside real news, as Markdown."""
    lines = [
        "### Realism",
        f"Against {measured.n_news} coded passages of real news: the keyword rules reach micro-F1 "
        f"{measured.rules_f1_dataset:.3f} on the dataset and {measured.rules_f1_news:.3f} on the "
        f"news; {measured.unknown_news:.1%} of the news' words are unknown to the dataset",
    ]
    if measured.unknown_background is not None:
        lines[1] += (f", {measured.unknown_background:.1%} in {measured.n_background:,} paragraphs "
                     "of uncoded news")
    lines[1] += "."
    return "\n\n".join(lines)


def write_model_card(
    model: Model, held_out: Evaluation, title: str, *,
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
        [provenance(model), *(s.strip() for s in kept), measurement(model, held_out, title),
         *(subset_table(*item) for item in (subsets or {}).items()),
         *([coder_table(agreements)] if agreements else []),
         *(f"![{title}: {plot.stem}]({os.path.relpath(plot, model.place)})" for plot in plots),
         operating_points_section(model)]))


def write_section(path: Path, title: str, markdown: str) -> None:
    """Put a section into a card's generated part, in place of an earlier one of that title."""
    first, *sections = re.split(r"^(?=### )", generated_part(path), flags=re.M)
    written = f"### {title}\n\n{markdown.strip()}"
    places = [k for k, s in enumerate(sections) if s.partition("\n")[0][4:] == title]
    if places:
        sections[places[0]] = written
    else:
        sections.append(written)
    replace_generated(path, "\n\n".join(s.strip() for s in (first, *sections) if s.strip()))


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
    table = markdown_table(
        ["operating point", "precision", "recall", "F1", "95 % interval"],
        [[p.name + (f" (target {p.target})" if p.target else ""), f"{p.precision:.3f}",
          f"{p.recall:.3f}", f"{p.f1:.3f}", f"{p.interval[0]:.3f} to {p.interval[1]:.3f}"]
         for p in model.operating_points],
    )
    opened = [f"`{p.name}`" for p in model.operating_points if p.opening]
    note = ("" if not opened else
            f"\n\nAt {', '.join(opened)} the surest label of an article must reach the threshold "
            "\"first\" of the tables above before any is given; the others then need their own.")
    return f"### {POINTS_TITLE}\n\n{table}{note}"


def measurement(model: Model, result: Evaluation, title: str) -> str:
    """How a model does on some texts, as Markdown."""
    point = model.operating_points[0]
    thresholds, opening = (dict(zip(model.label_ids, values, strict=True))
                           for values in (point.thresholds, point.first))
    table = markdown_table(
        ["label", "true", "given", "precision", "recall", "F1", "95 % interval",
         "average precision", "threshold", "first"],
        [[f"`{r.label}`", r.n_true, r.n_given, f"{r.precision:.3f}", f"{r.recall:.3f}",
          f"{r.f1:.3f}", f"{r.interval[0]:.3f} to {r.interval[1]:.3f}",
          f"{r.average_precision:.3f}", f"{thresholds[r.label]:.2f}",
          f"{opening[r.label]:.2f}"] for r in result.labels],
    )
    return (
        f"### {title}\n\n{result.n_texts:,} texts of {result.n_groups:,} groups: micro-F1 "
        f"{result.micro_f1:.3f} ({result.micro_interval[0]:.3f} to "
        f"{result.micro_interval[1]:.3f}), macro-F1 {result.macro_f1:.3f} "
        f"({result.macro_interval[0]:.3f} to {result.macro_interval[1]:.3f}), precision "
        f"{result.micro_precision:.3f}, recall {result.micro_recall:.3f}, macro average "
        f"precision {result.macro_average_precision:.3f}; {result.unlabeled_tagged:.1%} of the "
        f"texts without a label got a tag; expected calibration error "
        f"{result.calibration_error:.4f}. Intervals: 95 %, bootstrap by group.\n\n{table}"
    )


def subset_table(name: str, by_value: Mapping[str, Evaluation]) -> str:
    """The same measure on subsets, as Markdown."""
    return markdown_table(
        [name, "texts", "micro-F1", "95 % interval", "macro-F1", "tagged without a label"],
        [[value, r.n_texts, f"{r.micro_f1:.3f}",
          f"{r.micro_interval[0]:.3f} to {r.micro_interval[1]:.3f}", f"{r.macro_f1:.3f}",
          f"{r.unlabeled_tagged:.1%}"] for value, r in by_value.items()],
    )


def coder_table(agreements: Sequence[CoderAgreement]) -> str:
    """How model and coders agree, as Markdown."""
    table = markdown_table(
        ["codings", "F1", "alpha (MASI)"],
        [[f"{r.first} and {r.second}", f"{r.f1:.3f}", f"{r.alpha_masi:.3f}"] for r in agreements],
    )
    return f"Agreement on the {agreements[0].n_texts:,} texts that all coded:\n\n{table}"
