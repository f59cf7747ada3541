"""What one thread writes to while it scores, in one piece of memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vectorclf import _layout as at
from vectorclf._blob import Blob
from vectorclf._index import Index


@dataclass(frozen=True)
class Scratch:
    """What one thread writes to while it scores: counts, folded text, remembered words."""

    meta: np.ndarray
    blob: np.ndarray


def new_scratch(index: Index, window: int = at.WINDOW, n_found: int = 0) -> Scratch:
    """Working memory for texts whose stretches without white space fit `window` bytes.

    `n_found`: places of features it has room for, where places are asked for.
    """
    meta = index.meta
    n_features, n_blocks, width = (int(meta[i]) for i in (at.N_FEATURES, at.N_BLOCKS, at.WIDTH))
    kinds = meta[at.BLOCKS + at.KIND :: at.BLOCK_STRIDE][:n_blocks]
    n_memos = 0 if n_found else int((kinds == at.CHAR_WB).sum())
    n_words = min(at.MEMO_WORDS, at.MEMO_SUMS // width)
    stride = at.MEMO_SLOTS // 2 + 8 * n_words + at.MEMO_POOL // 2 + 8
    n_masks = window // 64 + 2
    size = at.EDGES_CAP + 74
    blob = Blob()
    offsets = np.zeros(at.HEIR_PAIRS + 1, dtype=np.uint64)
    rooms = {
        at.TEXT: (window + 2 * at.PADDING) // 8,
        at.TEXT2: (window + 2 * at.PADDING) // 8 if at.CHAR in kinds else 0,
        at.WORDS: n_masks,
        at.SPACES: n_masks,
        at.HIGHS: n_masks,
        at.EDGES: size // 2 + 1,
        at.TOKENS: 2 * size,
        at.HEIR_PAIRS: 2 * size,
        at.IDS: size // 4 + 1,
        at.COUNTS: (n_features + n_blocks) // 2 + 2,  # and a spare one a block
        at.TOUCHED: (n_features + n_blocks) // 2 + 2,  # a block's list may be overrun by one
        at.N_TOUCHED: n_blocks,
        at.NODES: 32 * n_blocks,
        at.ACC: width * n_blocks,
        at.SUMS: 3 * n_blocks,
        at.ROWS: at.GROUP + size // 2,  # as many as seen, or twice a group
        at.WEIGHTS: 2 * at.GROUP + size,
        at.SEEN: at.GROUP + size,
        at.FOUND: 3 * n_found // 2 + 2,
        at.ORIGINS: window // 2 + 64 if n_found and at.CHAR in kinds else 0,
        at.WORD_SUMS: width * (n_blocks + 1),
        at.IS_DIRECT: n_blocks,
        at.WORD_WEIGHTS: width * n_words // 2 * n_memos,
        at.HASHED: 4 * at.MEMO_LIST,
        at.FRESH: size + 2,
        at.LISTED: 2 * at.MEMO_LIST // 2 + 8,
        at.STAMP: 1,
        at.STAMPED: (n_features + n_blocks) // 2 + 2,
        at.IS_WHOLE: n_blocks,
        at.NORMS: n_blocks,
        at.MEMOS: stride * n_memos,
    }
    offsets[at.CAP], offsets[at.MEMO_CAP], offsets[at.MEMO_STRIDE] = window, n_words, stride
    for name, n in rooms.items():
        offsets[name] = blob.room(n)
    offsets[at.TEXT] += at.PADDING // 8
    offsets[at.TEXT2] += at.PADDING // 8
    return Scratch(offsets, blob.build())
