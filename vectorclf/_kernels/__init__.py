"""The hot path: UTF-8 in, scores out. Arrays in, arrays out; kernels trust their input.

One call scores many byte slices of one buffer. Per slice and window of text:

1. `fold`: 64 bytes at a time, lower-case ASCII and classify into bit masks; decode the
   non-ASCII rest and look its code points up.
2. token edges from the masks, then all hashes, then all lookups.
3. counts and the list of touched features; an n-gram is looked up by the pair (id of its
   first words, id of its last), never by its text, and only if it passes a sieve. A block whose
   tokens are the first characters of another's (its heir) takes their ids over from the words.
4. `score_block`: one weight row a distinct feature, four at a time; counts are cleared as
   they are read, so nothing costs O(n_features) a row.
5. `combine`: norms, pivots and weights of the union, one scalar a block.

A row's arithmetic depends on the row's bytes alone, in their order: bit for bit the same
in any batch, chunk or thread.

Two conventions. `model` is the tuple (meta, uint64, uint32, uint8, float64, float32 views of
the same memory, meta as float64), `scratch` likewise (`_layout.py` says what lies where). All
indices are uint64: signed ones make Numba test for wrap-around at every access.
"""

from vectorclf._kernels.build import build_heirs, build_ngrams, build_words
from vectorclf._kernels.places import count_unknown_rows, place_row
from vectorclf._kernels.rows import score_rows

__all__ = [
    "build_heirs", "build_ngrams", "build_words", "count_unknown_rows", "place_row", "score_rows",
]
