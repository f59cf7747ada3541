"""Character n-grams inside words, counted."""

from __future__ import annotations

import numpy as np

from vectorclf import _layout as at
from vectorclf._intrinsics import prefetch
from vectorclf._jit import part
from vectorclf._kernels.memory import count_seen, memo_add, memo_find, memo_trim, same_rest
from vectorclf._kernels.ngrams import ngrams
from vectorclf._kernels.numbers import (
    ALL,
    BLOCKS,
    GROUP,
    LOW,
    MEMO_BYTES,
    MEMO_LIST,
    MEMO_POOL,
    MEMO_SLOTS,
    MEMO_STRIDE,
    MEMO_WORDS,
    NONE,
    STRIDE,
    n0,
    n1,
    n2,
    n3,
    n6,
    n7,
    n8,
    n16,
    n32,
    n63,
)
from vectorclf._kernels.tables import hash_bytes, is_zero, probe, tag_of
from vectorclf._kernels.text import next_edges


@part
def count_padded_words(model, scratch, b, n):
    """Count the character n-grams inside the white-space separated words of a window.

    A word's n-grams depend on the word alone: they are worked out once and remembered, and
    counted once for all of a word's occurrences. Features are touched in the order in which
    their words first come, whatever the memory held before: a row's sum is always the same.
    """
    meta = model[0]
    smeta, s64, s32, s8 = scratch[0], scratch[1], scratch[2], scratch[3]
    block = BLOCKS + STRIDE * b
    base = meta[block + np.uint64(at.BASE)]
    counts = (smeta[at.COUNTS] << n1) + base + b
    touched = (smeta[at.TOUCHED] << n1) + base + b
    number_of_memo = meta[block + np.uint64(at.TOKEN_CLASS)]
    memo = smeta[at.MEMOS] + MEMO_STRIDE * number_of_memo
    state = memo + MEMO_STRIDE - n8
    records = memo + MEMO_SLOTS - n8
    pool = (records + n8 * (MEMO_WORDS + n1)) << n1
    width = meta[at.WIDTH]
    sums = (smeta[at.WORD_WEIGHTS] << n1) + ((number_of_memo * MEMO_WORDS - n1) * width)
    n_lengths = meta[block + np.uint64(at.MAX_N)] - meta[block + np.uint64(at.MIN_N)] + n1
    longest = min(MEMO_BYTES, max(MEMO_LIST // n_lengths, n2) - n2)
    edges, tokens, seen = smeta[at.EDGES] << n1, smeta[at.TOKENS], smeta[at.SEEN]
    text = smeta[at.TEXT] << n3
    n_touched = s64[smeta[at.N_TOUCHED] + b]
    blocks = (n + n63) >> n6
    k = carry = n_edges = n_seen = n0
    while True:
        n_edges, k, carry = next_edges(
            s64, s32, smeta[at.SPACES], ALL, k, blocks, carry, edges, n_edges
        )
        if k == blocks and carry != n0:
            s32[edges + n_edges] = np.uint32(n)
            n_edges += n1
        n_words = n_edges >> n1
        for e in range(n_words):
            start = np.uint64(s32[edges + n2 * e])
            length = np.uint64(s32[edges + n2 * e + n1]) - start
            h, k0, k1 = hash_bytes(s8, text + start, length)
            prefetch(s64, memo + (h & (MEMO_SLOTS - n1)))
            token = tokens + (e << n2)
            s64[token] = h
            s64[token + n1] = k0
            s64[token + n2] = k1
            s64[token + n3] = (start << n32) | length
        for e in range(n_words):
            token = tokens + (e << n2)
            h, length = s64[token], s64[token + n3] & LOW
            entry, doubts = probe(s64, memo, MEMO_SLOTS - n1, h, tag_of(h, length))
            number = entry & LOW
            prefetch(s64, records + (number << n3))
            s64[token] = number | ((doubts | is_zero(number)) << n32)
        forgotten = n0  # 1 once what was just found has been forgotten
        for e in range(n_words):
            token = tokens + (e << n2)
            number, k0, k1 = s64[token] & LOW, s64[token + n1], s64[token + n2]
            p, length = text + (s64[token + n3] >> n32), s64[token + n3] & LOW
            record = records + (number << n3)
            doubts = (s64[token] >> n32) | forgotten
            doubts |= (s64[record] ^ k0) | (s64[record + n1] ^ k1)
            if doubts != n0 or (length > n16 and not same_rest(s64, s8, record, p, length)):
                # white space, perhaps of another kind, stands on both sides: make it spaces
                before, after = s8[p - n1], s8[p + length]
                s8[p - n1] = s8[p + length] = np.uint8(32)
                if length > longest:
                    n_touched = count_seen(
                        model, scratch, b, memo, n_seen, counts, touched, n_touched
                    )
                    n_seen = n0
                    s64[smeta[at.IS_DIRECT] + b] = n1
                    n_touched = ngrams(
                        model, scratch, block, p - n1, p + length + n1, at.COUNT, n0,
                        n_touched, counts, touched,
                    )  # fmt: skip
                    record = NONE
                else:
                    h, k0, k1 = hash_bytes(s8, p, length)
                    record, slot = memo_find(s64, s8, memo, p, length, h, k0, k1)
                    if record == NONE:
                        if s64[state] == MEMO_WORDS or s64[state + n1] + MEMO_LIST > MEMO_POOL:
                            n_touched = count_seen(
                                model, scratch, b, memo, n_seen, counts, touched, n_touched
                            )
                            n_seen = n0
                            memo_trim(meta, smeta, s64, s32, s8, memo, number_of_memo)
                            forgotten = n1
                            record, slot = memo_find(s64, s8, memo, p, length, h, k0, k1)
                        record = memo_add(model, scratch, b, memo, slot, p, length, h, k0, k1)
                s8[p - n1], s8[p + length] = before, after
                if record == NONE:
                    continue
            times = s64[record + n7]
            s64[record + n7] = times + n1
            listed = pool + (s64[record + n6] >> n32)
            prefetch(s32, listed)
            prefetch(s32, listed + n16)
            for lane in range(n0, width, n16):
                prefetch(s32, sums + ((record - records) >> n3) * width + lane)
            s64[seen + n_seen] = record
            n_seen += is_zero(times & LOW)
            if n_seen == GROUP:
                n_touched = count_seen(model, scratch, b, memo, n_seen, counts, touched, n_touched)
                n_seen = n0
        if k == blocks:
            break
        s32[edges] = s32[edges + n_edges - n1]
        n_edges &= n1
    n_touched = count_seen(model, scratch, b, memo, n_seen, counts, touched, n_touched)
    s64[smeta[at.N_TOUCHED] + b] = n_touched
