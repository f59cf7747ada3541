"""Lower case and accents as scikit-learn has them, for texts the kernels leave to Python."""

from __future__ import annotations

import unicodedata


def prepare(text: str, lowercase: bool, strip_accents: str | None) -> str:
    """What scikit-learn's preprocessor makes of `text`."""
    if lowercase:
        text = text.lower()
    if strip_accents is None:
        return text
    if strip_accents == "ascii":
        return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
