"""The generated part of a dataset's card: counts, agreement, splits, hashes, realism."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import msgspec

from vectorclf.agreement import agreement
from vectorclf.cards import generated_part, markdown_table, replace_generated
from vectorclf.dataset import SHORT_WORDS, SPLITS, Dataset
from vectorclf.realism import Realism


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
