"""Does the dataset read like real news? Held up to coded and uncoded news from outside.

The news is other people's text and no part of the project: a directory with
``news_dev.jsonl.gz`` (coded passages: ``text``, ``first``, ``second``) and, optionally,
``news_background.jsonl.gz`` (paragraphs: ``text``).
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable
from pathlib import Path

import msgspec
import numpy as np

from vectorclf.calibration import rates
from vectorclf.dataset import CodedPassage, Dataset
from vectorclf.errors import DatasetError, MissingInputError
from vectorclf.labeled import label_matrix
from vectorclf.rules import KeywordRules, load_terms

MAX_RULES_GAP = 0.10
MAX_UNKNOWN = 0.08
_TOKEN = re.compile(r"\b\w\w+\b")


class Realism(msgspec.Struct, frozen=True):
    """How the dataset compares with real news.

    Attributes
    ----------
    rules_f1_dataset, rules_f1_news : float
        Micro-F1 of the keyword rules on the dataset, and on coded real news.
    unknown_news, unknown_background : float or None
        Share of tokens (word characters, two or more) of the news that the dataset lacks.
    n_news, n_background : int
    """

    rules_f1_dataset: float
    rules_f1_news: float
    unknown_news: float
    unknown_background: float | None
    n_news: int
    n_background: int

    @property
    def faults(self) -> tuple[str, ...]:
        """What is out of bounds, one line each."""
        out = []
        gap = abs(self.rules_f1_dataset - self.rules_f1_news)
        if gap > MAX_RULES_GAP:
            out.append(
                f"expected the keyword rules' F1 within {MAX_RULES_GAP} of that on real news, got "
                f"{self.rules_f1_dataset:.3f} and {self.rules_f1_news:.3f}"
            )
        if self.unknown_news > MAX_UNKNOWN:
            out.append(f"expected at most {MAX_UNKNOWN:.0%} unknown words in real news, got "
                       f"{self.unknown_news:.1%}")
        return tuple(out)


def realism(dataset: Dataset, directory: str | Path, news: str | Path) -> Realism:
    """Compare a dataset with real news.

    Parameters
    ----------
    dataset : Dataset
    directory : str or Path
        Of the dataset; holds ``terms.toml``.
    news : str or Path
        Directory with the outside news.

    Raises
    ------
    MissingInputError
        No coded news there.
    """
    news = Path(news)
    rules = KeywordRules.from_terms(
        load_terms(Path(directory) / "terms.toml", dataset.codebook), dataset.codebook.label_ids
    )
    coded = read_news(news / "news_dev.jsonl.gz")
    background_path = news / "news_background.jsonl.gz"
    background = read_news(background_path) if background_path.exists() else []
    vocabulary = words_of(p.text for p in dataset.passages)
    truth = [[x for x in row["first"] if x in dataset.codebook] for row in coded]
    return Realism(
        rules_f1_dataset=rules_f1(rules, dataset.passages),
        rules_f1_news=rates(
            rules.predict([row["text"] for row in coded]), label_matrix(truth, rules.label_ids)
        )[2],
        unknown_news=unknown_share((row["text"] for row in coded), vocabulary),
        unknown_background=(
            unknown_share((row["text"] for row in background), vocabulary) if background else None
        ),
        n_news=len(coded), n_background=len(background),
    )


def rules_f1(rules: KeywordRules, passages: Iterable[CodedPassage]) -> float:
    """Micro-F1 of the keyword rules on coded passages."""
    passages = tuple(passages)
    Y: np.ndarray = label_matrix([p.labels for p in passages], rules.label_ids)
    return rates(rules.predict([p.text for p in passages]), Y)[2]


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """All tokens of texts, lower case."""
    return frozenset(word for text in texts for word in _TOKEN.findall(text.lower()))


def unknown_share(texts: Iterable[str], vocabulary: frozenset[str]) -> float:
    """Share of tokens that are not in a vocabulary."""
    n = unknown = 0
    for text in texts:
        for word in _TOKEN.findall(text.lower()):
            n += 1
            unknown += word not in vocabulary
    return unknown / n if n else 0.0


def read_news(path: Path) -> list[dict]:
    """Rows of a gzipped JSONL file.

    Raises
    ------
    MissingInputError, DatasetError
    """
    try:
        with gzip.open(path, "rb") as lines:
            return [msgspec.json.decode(line) for line in lines if line.strip()]
    except FileNotFoundError as error:
        raise MissingInputError(
            "expected real news to compare with, found none", place=str(path),
            remedy="it is no part of the project; leave out --news",
        ) from error
    except (OSError, EOFError, msgspec.DecodeError) as error:
        raise DatasetError(str(error), place=str(path)) from error
