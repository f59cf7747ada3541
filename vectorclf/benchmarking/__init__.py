"""How fast the engine is beside scikit-learn, in one process; what `vectorclf benchmark` runs."""
