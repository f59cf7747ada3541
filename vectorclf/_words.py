"""Where the words of byte spans begin and end, in a Numba kernel.

Words are what `str.split` gives: what stands between Unicode white space.
"""

from __future__ import annotations

import numpy as np

from vectorclf._jit import inline, kernel

_SPACE, _LEAD = np.uint8(1), np.uint8(2)  # other bytes, 0, are of words
_KINDS = np.zeros(256, dtype=np.uint8)
_KINDS[[*range(9, 14), *range(28, 33)]] = _SPACE
_KINDS[[0xC2, 0xE1, 0xE2, 0xE3]] = _LEAD  # of a wider one, perhaps
_ONE, _TWO = np.uint64(1), np.uint64(2)


@inline
def _wide_space(data, i, stop):
    """Bytes of the white space that a lead byte at `i` begins, 0 where it begins another."""
    if i + _ONE >= stop:
        return np.uint64(0)
    lead, second = data[i], data[i + _ONE]
    if lead == 0xC2:
        return _TWO if second == 0x85 or second == 0xA0 else np.uint64(0)
    if i + _TWO >= stop:
        return np.uint64(0)
    third, is_space = data[i + _TWO], False
    if lead == 0xE1:  # U+1680
        is_space = second == 0x9A and third == 0x80
    elif lead == 0xE3:  # U+3000
        is_space = second == 0x80 and third == 0x80
    elif second == 0x80:  # U+2000 to U+200A, U+2028, U+2029, U+202F
        is_space = third <= 0x8A or third == 0xA8 or third == 0xA9 or third == 0xAF
    else:  # U+205F
        is_space = second == 0x81 and third == 0x9F
    return np.uint64(3) if is_space else np.uint64(0)


@kernel
def find_words(data, starts, ends, first_word, word_starts, word_ends):
    """Write the first word of every span, and one past the last; where words begin and end.

    Parameters
    ----------
    data : ndarray of shape (n_bytes,), uint8, UTF-8, read-only
    starts, ends : ndarray of shape (n_spans,), int64
    first_word : ndarray of shape (n_spans + 1,), int64
    word_starts, word_ends : ndarray of shape (room,), int64
        With room for a word every other byte of each span.
    """
    n = 0
    for k in range(starts.shape[0]):
        first_word[k] = n
        i, stop = np.uint64(starts[k]), np.uint64(ends[k])
        is_inside = False
        while i < stop:
            kind = _KINDS[data[i]]
            width = np.uint64(kind == _SPACE)
            if kind == _LEAD:
                width = _wide_space(data, i, stop)
            if width:
                if is_inside:
                    word_ends[n] = i
                    n += 1
                    is_inside = False
                i += width
            else:
                if not is_inside:
                    word_starts[n] = i
                    is_inside = True
                i += _ONE
        if is_inside:
            word_ends[n] = stop
            n += 1
    first_word[starts.shape[0]] = n
