"""Texts in, scores out, as scikit-learn's pipeline has them; start at `batch.py`."""

from vectorclf.predictor.batch import BatchPredictor
from vectorclf.predictor.features import FeatureOccurrences, Occurrences

__all__ = ["BatchPredictor", "FeatureOccurrences", "Occurrences"]
