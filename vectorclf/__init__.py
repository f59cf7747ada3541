"""Tags espionage recruitment motives and methods in articles, with the sentence that earned each.

>>> import vectorclf
>>> tagger = vectorclf.load()
>>> result = tagger.tag("He was paid $40,000 for secrets he sold to the KGB.")
>>> [tag.label for tag in result.tags]
['financial_gain']
"""

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

_HOMES = {
    "Article": "records",
    "ArticleTags": "records",
    "BatchPredictor": "predictor",
    "Codebook": "codebook",
    "Evidence": "records",
    "Model": "model",
    "Passage": "records",
    "PivotedNormalizer": "normalization",
    "SkipBigramVectorizer": "skipgrams",
    "Tag": "records",
    "Tagger": "tagger",
    "Term": "records",
    "VectorclfError": "errors",
    "compile": "compile",
    "load": "tagger",
    "load_codebook": "codebook",
    "load_dataset": "dataset",
    "load_model": "model",
    "save_model": "model",
    "segment": "passages",
    "train": "training",
}

__all__ = ["__version__", *sorted(_HOMES)]

if TYPE_CHECKING:
    from vectorclf.codebook import Codebook, load_codebook
    from vectorclf.compile import compile
    from vectorclf.dataset import load_dataset
    from vectorclf.errors import VectorclfError
    from vectorclf.model import Model, load_model, save_model
    from vectorclf.normalization import PivotedNormalizer
    from vectorclf.passages import segment
    from vectorclf.predictor import BatchPredictor
    from vectorclf.records import Article, ArticleTags, Evidence, Passage, Tag, Term
    from vectorclf.skipgrams import SkipBigramVectorizer
    from vectorclf.tagger import Tagger, load
    from vectorclf.training import train


def __getattr__(name: str):
    if name in _HOMES:
        return getattr(import_module(f"vectorclf.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'vectorclf' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
