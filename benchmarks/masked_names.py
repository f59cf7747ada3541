"""Do names carry labels? The shipped model with every name masked, and on names alone.

    python -m benchmarks.masked_names [--news DIR] [-m MODEL]

A name is a word that stands with a capital letter inside sentences of the dataset at least nine
times in ten (persons, places, nations, services). Masked, each becomes a word nobody knows. The
probes put each of the most frequent names into sentences that say nothing: any tag there is the
name's doing. Writes ``results/masked_names.json`` and ``masked_names.md``.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import record
from vectorclf.dataset import load_dataset
from vectorclf.decisions import held_out_decisions
from vectorclf.evaluation import evaluate
from vectorclf.labeled import LabeledTexts, labeled_texts, read_labeled_file
from vectorclf.model import Model, load_model
from vectorclf.tagger import Tagger, default_model

ROOT = Path(__file__).parents[1]
MIN_SHARE = 0.9
MIN_COUNT = 3
N_PROBED = 300
UNKNOWN = "Qqqx"
PROBES = ("The delegation arrived in {} on Monday.", "{} was named in the report.",
          "The article mentions {} twice.")
_WORD = re.compile(r"[^\W\d_]+")
_START = re.compile(r"(?:^|[.!?:;\n]|[.!?][\"”’'])\s*[\"“‘'(]*$")


def names_of(texts: Iterable[str]) -> Counter[str]:
    """Words that nearly always have a capital letter inside sentences, with their counts."""
    capital: Counter[str] = Counter()
    small: Counter[str] = Counter()
    for text in texts:
        for match in _WORD.finditer(text):
            word = match[0]
            if word[0].islower():
                small[word.lower()] += 1
            elif not _START.search(text[max(0, match.start() - 4) : match.start()]):
                capital[word.lower()] += 1
    return Counter({word: n for word, n in capital.items()
                    if n >= MIN_COUNT and n >= MIN_SHARE * (n + small[word]) and word != "i"})


def masked(text: str, names: Counter[str]) -> str:
    """The text with every name replaced by the same unknown word."""
    return _WORD.sub(lambda m: UNKNOWN if m[0][0].isupper() and m[0].lower() in names else m[0],
                     text)


def measure(model: Model, data: LabeledTexts, names: Counter[str], title: str
            ) -> list[dict[str, Any]]:
    """F1 on the texts as they are, and masked."""
    hidden = LabeledTexts(tuple(masked(text, names) for text in data.texts), data.labels,
                          data.groups, data.evidence)
    rows = []
    for kind, texts in (("as they are", data), ("names masked", hidden)):
        result = evaluate(held_out_decisions(model, texts))
        low, high = result.micro_interval
        rows.append({"texts": title, "names": kind,
                     "micro-F1": f"{result.micro_f1:.3f} ({low:.3f} to {high:.3f})",
                     "macro-F1": f"{result.macro_f1:.3f}",
                     "no label, tagged": f"{result.unlabeled_tagged:.1%}"})
    return rows


def probe(tagger: Tagger, names: Counter[str]) -> list[dict[str, Any]]:
    """Labels that a name alone brings about."""
    spelled = [name.upper() if len(name) <= 3 else name.capitalize()
               for name, _ in names.most_common(N_PROBED)]
    tagged = []
    for name in spelled:
        for sentence in PROBES:
            tagged += [(name, tag.label) for tag in tagger.tag(sentence.format(name)).tags]
    coef_t = tagger.model.compiled.arrays["coef_t"][:, : len(tagger.labels)]
    top = []
    for name in spelled:
        occurrences = tagger.predictor.features(name)
        if len(occurrences.features):
            column = int(np.argmax(coef_t[occurrences.features[0]]))
            top.append((float(coef_t[occurrences.features[0], column]), name,
                        tagger.labels[column]))
    return [
        {"texts": f"{len(PROBES)} idle sentences for each of the {len(spelled)} commonest names",
         "names": "alone",
         "no label, tagged": f"{len(set(tagged)) / (len(spelled) * len(PROBES)):.1%}",
         "tags": ", ".join(f"{n}: {label}" for n, label in dict.fromkeys(tagged)),
         "heaviest coefficients": ", ".join(f"{n} {w:.2f} ({label})"
                                            for w, n, label in sorted(top, reverse=True)[:12])}
    ]


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--news", type=Path)
    parser.add_argument("-m", "--model", type=Path, default=None)
    arguments = parser.parse_args()
    dataset = load_dataset(ROOT / "datasets" / "recruitment")
    names = names_of(p.text for p in dataset.passages)
    model = load_model(arguments.model or default_model())
    rows = measure(model, labeled_texts(dataset.split("test")), names, "test split")
    if arguments.news:
        news = read_labeled_file(arguments.news / "news_dev.jsonl.gz", labels_key="first")
        rows += measure(model, news, names + names_of(news.texts), "real news")
    rows += probe(Tagger(model), names)
    print(record.table(rows))
    print(f"{len(names)} names; written to {record.write('masked_names', rows)}")


if __name__ == "__main__":
    main()
