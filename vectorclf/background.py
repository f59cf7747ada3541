"""Background news as bags of counts: what ordinary text looks like, without its text.

A paragraph is kept as the number of times each known term stands in it, in no order. The terms
are words, and such word pairs as the coded dataset itself uses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from vectorclf.errors import DatasetError, MissingInputError

OFF_LIMITS = re.compile(
    r"\b(?:sp(?:y|ies|ied|ying)|espionage|kgb|gru|fsb|cia|mi5|mi6|mossad|stasi|double agents?|"
    r"intelligence (?:agency|service|officer|agent|official)s?|defect(?:ed|ors?|ions?)|"
    r"classified|treason|moles?)\b",
    re.IGNORECASE,
)
"""A paragraph with one of these may earn a label, and is left out."""


@dataclass(frozen=True)
class Background:
    """Bags of counts of paragraphs that earn no label.

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


def count_background(paragraphs: Iterable[str], terms: Sequence[str]) -> Background:
    """Bags of counts of the paragraphs that are surely not about espionage.

    Parameters
    ----------
    paragraphs : iterable of str
    terms : sequence of str
        Words and word pairs to count; a pair's words are split by one space.
    """
    from sklearn.feature_extraction.text import CountVectorizer

    kept = [p for p in paragraphs if not OFF_LIMITS.search(p)]
    terms = sorted(terms)
    counter = CountVectorizer(vocabulary=terms, ngram_range=(1, 2))
    X = counter.transform(kept).tocsr()
    X.sort_indices()
    used = np.unique(X.indices)
    place = np.full(len(terms), -1, dtype=np.int32)
    place[used] = np.arange(len(used))
    return Background(
        terms=tuple(terms[i] for i in used), indptr=X.indptr.astype(np.int64),
        indices=place[X.indices], counts=np.minimum(X.data, 255).astype(np.uint8),
    )


def save_background(background: Background, path: str | Path) -> None:
    """Write counts as a compressed ``.npz``."""
    np.savez_compressed(
        path,
        terms=np.frombuffer("\n".join(background.terms).encode(), dtype=np.uint8),
        indptr=background.indptr, indices=background.indices, counts=background.counts,
    )


def load_background(path: str | Path) -> Background:
    """Read counts written by `save_background`.

    Raises
    ------
    MissingInputError, DatasetError
        No such file; not such a file.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            background = Background(
                tuple(arrays["terms"].tobytes().decode().split("\n")),
                arrays["indptr"], arrays["indices"], arrays["counts"],
            )
    except FileNotFoundError as error:
        raise MissingInputError("expected background counts, found none",
                                place=str(path)) from error
    except (BadZipFile, ValueError, KeyError, EOFError, OSError) as error:
        raise DatasetError(f"expected background counts (.npz), got: {error}",
                           place=str(path)) from error
    n = len(background.indices)
    if (
        len(background.indptr) < 1 or background.indptr[0] != 0 or background.indptr[-1] != n
        or (np.diff(background.indptr) < 0).any() or len(background.counts) != n
        or (n and not 0 <= background.indices.min() <= background.indices.max()
            < len(background.terms))
    ):
        raise DatasetError("expected consistent background counts, got others", place=str(path))
    return background
