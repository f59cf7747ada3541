"""Background news as bags of counts: what ordinary text looks like, without its text.

A paragraph is kept as the number of times each known term stands in it, in no order. The terms
are the features of the coded dataset: its words and word pairs, and beginnings of words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile, is_zipfile

import numpy as np

from vectorclf.errors import DatasetError, MissingInputError

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import CountVectorizer

OFF_LIMITS = re.compile(
    r"\b(?:sp(?:y|ies|ied|ying)|espionage|kgb|gru|fsb|cia|mi5|mi6|mossad|stasi|double agents?|"
    r"intelligence (?:agency|service|officer|agent|official)s?|defect(?:ed|ors?|ions?)|"
    r"classified|treason|moles?)\b",
    re.IGNORECASE,
)
"""A paragraph with one of these may earn a label, and is left out."""


@dataclass(frozen=True)
class Bags:
    """Bags of counts: how often each of some terms stands in each paragraph.

    Attributes
    ----------
    terms : tuple of str
    indptr : ndarray of shape (n_paragraphs + 1,), int64
    indices : ndarray of shape (n_counts,), int32
        Positions in `terms`, ascending within a paragraph.
    counts : ndarray of shape (n_counts,), uint8
        Clipped at 255.
    """

    terms: tuple[str, ...]
    indptr: np.ndarray
    indices: np.ndarray
    counts: np.ndarray

    def __len__(self) -> int:
        return len(self.indptr) - 1

    def matrix(self, vocabulary: dict[str, int]):
        """Counts in the columns of a vocabulary, as a SciPy CSR array (terms it lacks drop out).

        Parameters
        ----------
        vocabulary : dict of str to int
            Term -> column.
        """
        import scipy.sparse as sp

        column = np.array([vocabulary.get(term, -1) for term in self.terms], dtype=np.int64)
        columns = column[self.indices]
        known = columns >= 0
        rows = np.repeat(np.arange(len(self)), np.diff(self.indptr))
        matrix = sp.csr_array(
            (self.counts[known].astype(np.float64), (rows[known], columns[known])),
            shape=(len(self), len(vocabulary)),
        )
        matrix.sort_indices()
        return matrix


@dataclass(frozen=True)
class Background:
    """Paragraphs that earn no label, as bags of counts for each kind of features.

    Attributes
    ----------
    bags : dict of str to Bags
        Part of the features ("words", "prefixes") -> its counts, of the same paragraphs.
    """

    bags: dict[str, Bags]

    def __len__(self) -> int:
        return len(next(iter(self.bags.values())))


def count_background(
    paragraphs: Iterable[str], vectorizers: Mapping[str, CountVectorizer]
) -> Background:
    """Bags of counts of the paragraphs that are surely not about espionage.

    Parameters
    ----------
    paragraphs : iterable of str
    vectorizers : mapping of str to scikit-learn vectorizer
        Part of the features -> the fitted vectorizer whose terms are counted.
    """
    from sklearn.feature_extraction.text import CountVectorizer

    kept = [p for p in paragraphs if not OFF_LIMITS.search(p)]
    bags = {}
    for name, vectorizer in vectorizers.items():
        terms = vectorizer.get_feature_names_out()
        counter = CountVectorizer(vocabulary=terms, analyzer=vectorizer.build_analyzer())
        X = counter.transform(kept).tocsr()
        X.sort_indices()
        used = np.unique(X.indices)
        place = np.full(len(terms), -1, dtype=np.int32)
        place[used] = np.arange(len(used))
        bags[name] = Bags(
            terms=tuple(str(term) for term in terms[used]), indptr=X.indptr.astype(np.int64),
            indices=place[X.indices], counts=np.minimum(X.data, 255).astype(np.uint8),
        )
    return Background(bags)


def save_background(background: Background, path: str | Path) -> None:
    """Write counts as a compressed ``.npz``."""
    arrays = {}
    for name, bags in background.bags.items():
        arrays[f"{name}.terms"] = np.frombuffer("\n".join(bags.terms).encode(), dtype=np.uint8)
        arrays[f"{name}.indptr"] = bags.indptr
        arrays[f"{name}.indices"], arrays[f"{name}.counts"] = bags.indices, bags.counts
    np.savez_compressed(path, **arrays)


def load_background(path: str | Path) -> Background:
    """Read counts written by `save_background`.

    Raises
    ------
    MissingInputError, DatasetError
        No such file; not such a file.
    """
    if Path(path).is_file() and not is_zipfile(path):
        raise DatasetError("expected background counts (.npz), got another kind of file",
                           place=str(path), remedy="name a file made by benchmarks.make_background")
    try:
        with np.load(path, allow_pickle=False) as arrays:
            names = [key.removesuffix(".terms") for key in arrays if key.endswith(".terms")]
            bags = {
                name: Bags(
                    tuple(arrays[f"{name}.terms"].tobytes().decode().split("\n")),
                    arrays[f"{name}.indptr"], arrays[f"{name}.indices"], arrays[f"{name}.counts"],
                )
                for name in names
            }
    except FileNotFoundError as error:
        raise MissingInputError("expected background counts, found none",
                                place=str(path)) from error
    except (BadZipFile, ValueError, KeyError, EOFError, OSError) as error:
        raise DatasetError(f"expected background counts (.npz), got: {error}",
                           place=str(path)) from error
    if not bags:
        raise DatasetError("expected background counts (.npz), got none", place=str(path))
    sizes = {len(each) for each in bags.values()}
    if len(sizes) > 1 or not all(_is_consistent(each) for each in bags.values()):
        raise DatasetError("expected consistent background counts, got others", place=str(path))
    return Background(bags)


def _is_consistent(bags: Bags) -> bool:
    n = len(bags.indices)
    return (
        all(each.ndim == 1 and each.dtype.kind in "iu"
            for each in (bags.indptr, bags.indices, bags.counts))
        and len(bags.indptr) > 0 and bags.indptr[0] == 0 and bags.indptr[-1] == n
        and bool((np.diff(bags.indptr) >= 0).all()) and len(bags.counts) == n
        and (not n or bool(0 <= bags.indices.min() <= bags.indices.max() < len(bags.terms)))
    )
