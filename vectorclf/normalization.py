"""Pivoted length normalisation, a scikit-learn transformer."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_array


class PivotedNormalizer(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Divides each row by its L2 norm raised to `power`.

    Full normalisation (power 1) is unfair to long texts, none (power 0) to short ones; in
    between the pivot lies (after Singhal, Buckley and Mitra, "Pivoted document length
    normalization", SIGIR 1996).

    Parameters
    ----------
    power : float, default=0.5
        0 leaves rows as they are, 1 gives them unit length.

    Examples
    --------
    >>> PivotedNormalizer(power=0.5).fit_transform([[0.0, 4.0], [0.0, 0.0]]).tolist()
    [[0.0, 2.0], [0.0, 0.0]]
    """

    def __init__(self, power=0.5):
        self.power = power

    def fit(self, X, y=None):
        """Nothing to learn; returns self."""
        self.n_features_in_ = X.shape[1] if hasattr(X, "shape") else len(X[0])
        return self

    def transform(self, X):
        """Rows of `X` divided by their L2 norm ** power; rows of zeros stay.

        Parameters
        ----------
        X : array or sparse array of shape (n_passages, n_features)

        Returns
        -------
        X : of the same shape and kind, floating point
        """
        X = check_array(X, accept_sparse="csr", dtype=[np.float64, np.float32], copy=True)
        if sparse.issparse(X):
            squares = sparse.csr_array((X.data**2, X.indices, X.indptr), shape=X.shape)
            squared = np.asarray(squares.sum(axis=1)).ravel()
        else:
            squared = (X**2).sum(axis=1)
        norms = np.sqrt(squared)
        norms[norms == 0] = 1
        factors = (norms**-self.power).astype(X.dtype)
        if sparse.issparse(X):
            X.data *= np.repeat(factors, np.diff(X.indptr))
        else:
            X *= factors[:, np.newaxis]
        return X

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.requires_fit = False
        return tags
