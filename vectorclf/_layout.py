"""Where things lie in the two blocks of memory a kernel call is given.

Numba takes about 0.1 microseconds to unpack each array argument: 40 of them would cost a
batch of one more than its scoring. So model and scratch are one uint64 array each, with
a table of offsets (`meta`), in uint64 elements.
"""

# meta of the model: one number each, then `BLOCK_STRIDE` numbers a block from BLOCKS on
N_BLOCKS, N_VARIANTS, N_LABELS, WIDTH, N_FEATURES, N_OPS = range(6)
OPS, PAGES, INFOS, IDF, INTERCEPT, COEF, ROW_SIZE, IS_DOUBLE, HAS_L1, LOW_INFOS = range(6, 16)
BLOCKS, BLOCK_STRIDE = 16, 40

# of a block, added to its base
(
    KIND, VARIANT, LOWER, MIN_N, MAX_N, MIN_CHARS, TOKEN_CLASS, TF_MODE,
    BASE, SIZE, N_STOP, TF, TABLE, TABLE_MASK, RECORDS, TAILS, PAIRS, PAIRS_MASK, KEYS, UNIT,
    PAIR_BITS, GRAMS_MASK, GRAMS, GRAM_BITS, MAX_GRAM, SQUARES, SQUARE_UNIT, WHOLE_BYTES, MAX_CHARS,
    MAX_SKIP, SIEVE, SIEVE_SHIFT, HEIR, HEIRS, N_HEIRS, IS_HEIR,
) = range(36)  # fmt: skip

WORD, CHAR, CHAR_WB = range(3)  # KIND
RAW, SUBLINEAR, BINARY = range(3)  # TF_MODE
NORM_L2, NORM_L1, PIVOT, WEIGHT = range(4)  # OPS: (code, first block, end block, parameter)
TF_SIZE = 256
"""Term counts below this have their weight in a table."""

# meta of the scratch
(
    CAP, TEXT, TEXT2, WORDS, SPACES, HIGHS, EDGES, TOKENS, IDS, COUNTS, TOUCHED, N_TOUCHED,
    NODES, ACC, SUMS, ROWS, WEIGHTS, SEEN, FOUND, ORIGINS,
    WORD_SUMS, IS_DIRECT, WORD_WEIGHTS, HASHED, MEMOS, MEMO_CAP, MEMO_STRIDE, FRESH, LISTED,
    STAMP, STAMPED, IS_WHOLE, NORMS, HEIR_PAIRS,
) = range(34)  # fmt: skip
PADDING = 128
"""Bytes before and after the scratch text: loads of 8 and 64 bytes may overrun it."""
WINDOW = 16384
"""Bytes of text worked on at a time; more only where no white space comes for so long."""
EDGES_CAP = 512
GROUP = 256
"""Rows whose weights are worked out before they are added."""
MEMO_WORDS, MEMO_SUMS, MEMO_SLOTS, MEMO_POOL = 1 << 17, 1 << 22, 1 << 18, 1 << 20
"""Words remembered per thread and block at most, their sums, table slots, long lists in 4 bytes."""
MEMO_BYTES, MEMO_LIST, MAX_SUMMED = 48, 1024, 64
"""Longest word remembered, in bytes; longest list; longest list that has its sum."""
MAX_WHOLE_BYTES = 1 << 15
"""Longest row whose squares are summed in whole units."""

# what became of a row
OK, ODD, INVALID, NEED = range(4)
"""Scored; needs Python's own lower case; not UTF-8; needs a longer window."""

MAX_PAIR_BITS = 21
"""Ids of so many bits leave room for both of a pair and its own in one entry."""

COUNT, LIST, PLACE, ADD = range(4)
"""What to do with a feature found: count it, list it, list it with its place, or add its row."""
