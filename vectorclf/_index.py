"""From a model's plain arrays to the tables the kernels walk; built at load, never stored.

Hash tables from a file would have to be trusted or checked entry by entry; terms, idf and
coefficients are checked in one pass (`compiled.py`), and tables from them take milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vectorclf import _kernels, _unicode
from vectorclf import _layout as at
from vectorclf._blob import Blob
from vectorclf.compiled import CompiledModel

_KINDS = {"word": at.WORD, "char": at.CHAR, "char_wb": at.CHAR_WB}
_TF_MODES = {"raw": at.RAW, "sublinear": at.SUBLINEAR, "binary": at.BINARY}
_OPS = {
    "norm_l2": at.NORM_L2,
    "norm_l1": at.NORM_L1,
    "pivot": at.PIVOT,
    "weight": at.WEIGHT,
}
_SIEVE_BITS = 6
"""Bits of the sieve a pair: one unknown pair of ten passes, and the sieve stays in the cache."""
_MAX_LOAD = 0.4
"""Share of a table's slots in use: above it probing chains grow, far below it caches miss."""


def _slots(n: int) -> int:
    return max(8, 1 << int(np.ceil(np.log2(max(n, 1) / _MAX_LOAD))))


def _bits(n_ids: int) -> int:
    return int(n_ids + 1).bit_length()


@dataclass(frozen=True)
class Index:
    """A model as the kernels read it.

    Attributes
    ----------
    meta, blob : ndarray of uint64
        See `_layout`. Weight rows are in the order of the internal ids, padded to whole
        vectors.
    feature_by_id : ndarray of shape (n_features,), int64
        The model's feature of an internal id.
    variants : list of (lowercase, strip_accents)
        The ways texts are prepared; blocks that share one share the folded text.
    """

    meta: np.ndarray
    blob: np.ndarray
    feature_by_id: np.ndarray
    variants: list[tuple[bool, str | None]]


def _order(block, terms, offsets, idf):
    """Features of one block by falling document frequency, single words first.

    Frequent terms side by side share cache lines and pages: their records and weight rows
    stay in the fast caches.
    """
    key = idf if idf is not None else np.zeros(len(offsets) - 1)
    n_words = np.ones(len(offsets) - 1, dtype=np.uint64)
    if block["analyzer"] == "word":
        spaces = np.concatenate([[0], np.cumsum(terms == 32)])
        n_words += (spaces[offsets[1:]] - spaces[offsets[:-1]]).astype(np.uint64)
    order = np.lexsort((key, n_words > 1))
    return order, n_words[order]


def _unit(largest: float, analyzer: str, dtype: np.dtype) -> np.float64:
    """What idf times weight is rounded to a multiple of, so that words can have sums; or 0.

    Sums of 32-bit multiples are exact in float64, in any order: whether a word's n-grams
    are added one by one or by their sum changes nothing, and a row's scores depend on it
    alone. `MAX_SUMMED` of the largest products fit; a word with more n-grams has no sum.
    Rounding moves a score by less than float32 weights would. Models in float64 are large
    for want of a norm: the unit would be too coarse for them.
    """
    if analyzer != "char_wb" or dtype != np.float32 or largest == 0.0:
        return np.float64(0.0)
    return np.float64(2.0 ** np.ceil(np.log2(at.MAX_SUMMED * largest) - 31))


def _squares(m, block, idf, blob: Blob) -> None:
    """Squares of idf in whole units, for rows whose squares need not be summed in floats.

    Sums of whole numbers are exact in any order, so features need no list of those touched:
    each adds what its square grows by when it is counted. 64 bits hold them for texts of
    `WHOLE_BYTES`: a feature comes no more often than the text has bytes, all of them
    together one and a half times as often for every length of n-grams.
    """
    largest = float(np.square(idf).max(initial=0.0)) or 1.0
    unit = 2.0 ** np.ceil(np.log2(largest) - 32)
    squares = np.zeros(len(idf) + 1, dtype=np.uint32)  # and a spare one
    squares[:-1] = np.minimum(np.rint(np.square(idf) / unit), 0xFFFFFFFF)
    m[at.SQUARES], m[at.SQUARE_UNIT] = blob.add(squares), np.float64(unit).view(np.uint64)
    n_lengths = block["ngram_range"][1] - block["ngram_range"][0] + 1
    m[at.WHOLE_BYTES] = int(at.MAX_WHOLE_BYTES / np.sqrt(n_lengths))


def _low_infos(pages: np.ndarray, infos: np.ndarray) -> np.ndarray:
    """Flags of the code points of at most two bytes, and their lower case's two bytes above."""
    low = infos.reshape(-1, 256)[pages[:8]].reshape(-1)
    code = (np.arange(2048, dtype=np.uint32) + (low >> np.uint32(8))) & np.uint32(0x7FF)
    first, second = 0xC0 | code >> 6, 0x80 | code & 63
    return (low & np.uint32(255)) | (first << np.uint32(16)) | (second << np.uint32(24))


def build_index(model: CompiledModel) -> Index:
    """Tables, weight rows and parameters of `model`, ready for the kernels."""
    spec, arrays = model.spec, model.arrays
    blocks = spec["blocks"]
    variants = sorted({(b["lowercase"], b["strip_accents"] or "") for b in blocks})
    coef_t = arrays["coef_t"]
    n_features, n_labels = coef_t.shape
    width = -(-(n_labels + 1) // 8) * 8
    blob = Blob()
    meta = np.zeros(at.BLOCKS + at.BLOCK_STRIDE * len(blocks), dtype=np.uint64)
    pages, infos = _unicode.code_point_tables()
    ops = np.zeros((len(spec["ops"]), 4), dtype=np.uint64)
    for row, (name, first, end, parameter) in zip(ops, spec["ops"], strict=True):
        row[:3] = _OPS[name], first, end
        row[3] = np.float64(parameter).view(np.uint64)
    meta[at.N_BLOCKS], meta[at.N_VARIANTS] = len(blocks), len(variants)
    meta[at.N_LABELS], meta[at.WIDTH], meta[at.N_FEATURES] = n_labels, width, n_features
    meta[at.N_OPS], meta[at.OPS] = len(ops), blob.add(ops)
    meta[at.PAGES], meta[at.INFOS] = blob.add(pages), blob.add(infos)
    meta[at.LOW_INFOS] = blob.add(_low_infos(pages, infos))
    meta[at.HAS_L1] = any(op[0] == "norm_l1" for op in spec["ops"])
    meta[at.IS_DOUBLE] = coef_t.dtype == np.float64
    meta[at.ROW_SIZE] = width * coef_t.itemsize // 8
    meta[at.COEF] = blob.room(n_features * int(meta[at.ROW_SIZE]))
    meta[at.INTERCEPT] = blob.add(arrays["intercept"])
    counts = np.arange(at.TF_SIZE, dtype=np.float64)
    tf_tables = {
        "raw": counts,
        "sublinear": 1 + np.log(np.maximum(counts, 1)),
        "binary": np.ones(at.TF_SIZE),
    }
    feature_by_id = np.empty(n_features, dtype=np.int64)
    idf_by_id = np.ones(n_features)
    builders: list[tuple[np.ndarray, ...]] = []
    base = n_memos = 0
    for b, block in enumerate(blocks):
        m = meta[at.BLOCKS + at.BLOCK_STRIDE * b :][: at.BLOCK_STRIDE]
        terms, offsets = arrays[f"block{b}.terms"], arrays[f"block{b}.offsets"]
        idf = arrays.get(f"block{b}.idf")
        size = len(offsets) - 1
        order, n_words = _order(block, terms, offsets, idf)
        feature_by_id[base : base + size] = base + order
        largest = np.abs(coef_t[base : base + size]).max(initial=0.0) * (
            1.0 if idf is None else np.abs(idf).max(initial=0.0)
        )
        m[at.UNIT] = _unit(largest, block["analyzer"], coef_t.dtype).view(np.uint64)
        if idf is not None:
            idf_by_id[base : base + size] = idf[order]
        variant = (block["lowercase"], block["strip_accents"] or "")
        m[at.KIND], m[at.VARIANT] = _KINDS[block["analyzer"]], variants.index(variant)
        m[at.LOWER] = block["lowercase"]
        m[at.MIN_N], m[at.MAX_N] = block["ngram_range"]
        m[at.MAX_SKIP] = block["max_skip"]
        m[at.TF_MODE], m[at.TF] = _TF_MODES[block["tf"]], blob.add(tf_tables[block["tf"]])
        m[at.BASE], m[at.SIZE] = base, size
        n_parts = 0
        if block["analyzer"] == "word":
            m[at.MIN_CHARS] = block["token"]["min_chars"]
            m[at.MAX_CHARS] = block["token"]["max_chars"] or 0xFFFFFFFFFFFFFFFF
            m[at.TOKEN_CLASS] = _unicode.SPACE if block["token"]["class"] == "nonspace" else 0
            stops, stop_offsets = arrays[f"block{b}.stop_words"], arrays[f"block{b}.stop_offsets"]
            m[at.N_STOP] = len(stop_offsets) - 1
            n_parts = int(n_words[n_words > 1].sum())
            n_pairs = n_parts - int((n_words > 1).sum())
            m[at.PAIRS_MASK] = _slots(n_pairs) - 1
            m[at.PAIRS] = blob.room(int(m[at.PAIRS_MASK]) + 1)
            sieve_bits = max(6, int(np.ceil(np.log2(max(n_pairs, 1) * _SIEVE_BITS))))
            m[at.SIEVE], m[at.SIEVE_SHIFT] = blob.room(1 << (sieve_bits - 6)), 64 - sieve_bits
        elif block["analyzer"] == "char_wb":
            m[at.TOKEN_CLASS] = n_memos
            n_memos += 1
        n_ids = size + int(m[at.N_STOP]) + 2 * n_parts
        m[at.RECORDS], m[at.TAILS] = blob.room(2 * n_ids), blob.room(n_ids)
        m[at.PAIR_BITS] = _bits(n_ids)
        is_packed = m[at.PAIR_BITS] <= at.MAX_PAIR_BITS
        m[at.KEYS] = 0 if is_packed or not n_parts else blob.room(n_ids)
        arena = 8 * blob.add(terms)
        blob.room(2)
        starts = (offsets[:-1][order] + arena).astype(np.uint64)
        lengths = np.diff(offsets)[order].astype(np.uint64)
        if block["analyzer"] == "word":
            arena = 8 * blob.add(stops)
            stop_starts = (stop_offsets[:-1] + arena).astype(np.uint64)
            stop_lengths = np.diff(stop_offsets).astype(np.uint64)
            blob.room(2)
            m[at.TABLE_MASK] = _slots(_n_distinct_words(terms, n_words, len(stop_starts))) - 1
            builders.append((starts, lengths, n_words, stop_starts, stop_lengths))
        else:
            m[at.TABLE_MASK] = _slots(size) - 1
            builders.append((starts, lengths))
            longest = (63 - _bits(size)) // 8  # bytes beside an id
            if block["analyzer"] == "char_wb" and block["ngram_range"][1] <= longest:
                m[at.GRAM_BITS], m[at.MAX_GRAM] = _bits(size), longest
                m[at.GRAMS_MASK] = _slots(size) - 1
                m[at.GRAMS] = blob.room(_slots(size))
            if m[at.UNIT] and block["tf"] == "raw" and not meta[at.HAS_L1]:
                _squares(m, block, idf_by_id[base : base + size], blob)
        m[at.TABLE] = blob.room(int(m[at.TABLE_MASK]) + 1)
        base += size
    heirs = _heirs(blocks)
    for b, heir in heirs.items():
        m = meta[at.BLOCKS + at.BLOCK_STRIDE * b :][: at.BLOCK_STRIDE]
        n_single = int((builders[b][2] == 1).sum())
        m[at.HEIR], m[at.N_HEIRS], m[at.HEIRS] = heir, n_single, blob.room(n_single // 2 + 1)
        meta[at.BLOCKS + at.BLOCK_STRIDE * heir + at.IS_HEIR] = 1
    meta[at.IDF] = blob.add(idf_by_id)
    words = blob.build()
    for b, arguments in enumerate(builders):
        if len(arguments) == 2:
            _kernels.build_ngrams(meta, words, b, *arguments)
            continue
        _, n_distinct = _kernels.build_words(meta, words, b, *arguments)
        m = meta[at.BLOCKS + at.BLOCK_STRIDE * b :][: at.BLOCK_STRIDE]
        if _slots(int(n_distinct)) <= int(m[at.TABLE_MASK]):
            # most parts of n-grams are the same words: a smaller table fits the cache better
            for table, mask in ((at.TABLE, at.TABLE_MASK), (at.PAIRS, at.PAIRS_MASK)):
                words[int(m[table]) : int(m[table]) + int(m[mask]) + 1] = 0
            m[at.TABLE_MASK] = _slots(int(n_distinct)) - 1
            _kernels.build_words(meta, words, b, *arguments)
    for b in heirs:
        _kernels.build_heirs(meta, words, b, *builders[b][:2])
    start, size = int(meta[at.COEF]), n_features * int(meta[at.ROW_SIZE])
    rows = words[start : start + size].view(coef_t.dtype).reshape(n_features, width)
    np.take(coef_t, feature_by_id, axis=0, out=rows[:, :n_labels])
    rows[:, -1] = idf_by_id
    for b in range(len(blocks)):
        m = meta[at.BLOCKS + at.BLOCK_STRIDE * b :][: at.BLOCK_STRIDE]
        unit = m[at.UNIT : at.UNIT + 1].view(np.float64)[0]
        if unit:
            first, end = int(m[at.BASE]), int(m[at.BASE] + m[at.SIZE])
            rows[first:end, -1] = 0
            products = rows[first:end] * (idf_by_id[first:end, np.newaxis] / unit)
            rows.view(np.int32)[first:end] = np.rint(products)
    return Index(
        meta=meta,
        blob=words,
        feature_by_id=feature_by_id,
        variants=[(lower, accents or None) for lower, accents in variants],
    )


def _heirs(blocks: list[dict]) -> dict[int, int]:
    """Blocks -> the block whose tokens are the first characters of theirs, where there is one.

    A known word then says which: nothing is cut, hashed and looked up twice.
    """
    found: dict[int, int] = {}
    for heir, block in enumerate(blocks):
        token = block["token"]
        if token is None or token["max_chars"] is None or block["ngram_range"][1] > 2:
            continue
        whole = {**token, "max_chars": None}
        same = [b for b in range(heir) if blocks[b]["token"] == whole
                and blocks[b]["ngram_range"][1] <= 2 and b not in found
                and all(blocks[b][k] == block[k] for k in ("lowercase", "strip_accents"))]
        if same:
            found[same[0]] = heir
    return found


def _n_distinct_words(terms, n_words, n_stop):
    """Upper bound of the distinct words in the terms of a word block."""
    n_single = int((n_words == 1).sum())
    n_parts = int(n_words[n_words > 1].sum())
    return n_stop + n_single + n_parts
