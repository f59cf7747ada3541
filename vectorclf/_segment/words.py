"""Eight bytes at once: what Numba has no words for, each beside its plain twin."""

from __future__ import annotations

import numpy as np
from numba import config, types
from numba.extending import intrinsic


def _load8(array, at):
    at = int(at)
    return np.uint64(int.from_bytes(bytes(array[at : at + 8]).ljust(8, b"\0"), "little"))


def _lowest_bit(word):
    word = int(word)
    return np.uint64((word & -word).bit_length() - 1)


def _count_bits(word):
    return int(word).bit_count()


if config.DISABLE_JIT:
    load8, lowest_bit, count_bits = _load8, _lowest_bit, _count_bits
else:  # pragma: no cover (compiled code is invisible to coverage)
    from llvmlite import ir

    _BIT, _BYTE, _WORD = ir.IntType(1), ir.IntType(8), ir.IntType(64)

    @intrinsic
    def load8(typing, array, at):
        """Eight bytes of a uint8 array from any byte on, little-endian, as uint64."""

        def code(context, builder, signature, args):
            data = context.make_array(signature.args[0])(context, builder, args[0]).data
            address = builder.gep(builder.bitcast(data, _BYTE.as_pointer()), [args[1]])
            word = builder.load(builder.bitcast(address, _WORD.as_pointer()), align=1)
            return word

        return types.uint64(array, types.uint64), code

    @intrinsic
    def lowest_bit(typing, word):
        """Number of zero bits below the lowest set bit; `word` must not be 0."""

        def code(context, builder, signature, args):
            return builder.cttz(args[0], ir.Constant(_BIT, 1))

        return types.uint64(types.uint64), code

    @intrinsic
    def count_bits(typing, word):
        """Number of set bits, int64."""

        def code(context, builder, signature, args):
            return builder.ctpop(args[0])

        return types.int64(types.uint64), code
