"""What Numba has no words for: unaligned loads, bit counts, prefetch, 64-byte classes.

Each operation stands twice: as LLVM code, which LLVM lowers to whatever the machine
has (AVX-512, AVX2, SSE2, NEON), and as the plain Python twin that runs under
``NUMBA_DISABLE_JIT=1``. `tests/test_kernels.py` holds one against the other.
"""

from __future__ import annotations

import numpy as np
from numba import config

SPACES = frozenset([*range(9, 14), *range(28, 33)])
"""ASCII bytes for which `str.isspace` is true."""


def _load_u64(array, at):
    at = int(at)
    return np.uint64(int.from_bytes(bytes(array[at : at + 8]).ljust(8, b"\0"), "little"))


def _ctz(x):
    x = int(x)
    return np.uint64((x & -x).bit_length() - 1)


def _popcount(x):
    return np.uint64(int(x).bit_count())


def _prefetch(array, row):
    return None


def _classify(source, at, target, to, lower):
    at, to = int(at), int(to)
    word = space = high = 0
    for i, byte in enumerate(bytes(source[at : at + 64])):
        char = chr(byte)
        if byte >= 128:
            high |= 1 << i
        elif char.isalnum() or char == "_":
            word |= 1 << i
        elif byte in SPACES:
            space |= 1 << i
        target[to + i] = ord(char.lower()) if lower and byte < 128 else byte
    return np.uint64(word), np.uint64(space), np.uint64(high)


if config.DISABLE_JIT:
    load_u64, ctz, popcount, prefetch, classify = (
        _load_u64, _ctz, _popcount, _prefetch, _classify,
    )  # fmt: skip
else:  # pragma: no cover (compiled code is invisible to coverage)
    from llvmlite import ir
    from numba import types
    from numba.core import cgutils
    from numba.extending import intrinsic

    _I8, _I64 = ir.IntType(8), ir.IntType(64)
    _V64 = ir.VectorType(_I8, 64)

    def _pointer(context, builder, array_type, array, at, to_type):
        data = context.make_array(array_type)(context, builder, array).data
        raw = builder.bitcast(data, _I8.as_pointer())
        return builder.bitcast(builder.gep(raw, [at]), to_type.as_pointer())

    @intrinsic
    def load_u64(typing, array, at):
        """Eight bytes of a uint8 array from any byte on, little-endian, as uint64."""

        def code(context, builder, signature, args):
            pointer = _pointer(context, builder, signature.args[0], args[0], args[1], _I64)
            return builder.load(pointer, align=1)

        return types.uint64(array, types.uint64), code

    @intrinsic
    def ctz(typing, x):
        """Number of zero bits below the lowest set bit; `x` must not be 0."""

        def code(context, builder, signature, args):
            return builder.cttz(args[0], ir.Constant(ir.IntType(1), 1))

        return types.uint64(types.uint64), code

    @intrinsic
    def popcount(typing, x):
        """Number of set bits."""

        def code(context, builder, signature, args):
            return builder.ctpop(args[0])

        return types.uint64(types.uint64), code

    @intrinsic
    def prefetch(typing, array, at):
        """Ask for the cache line that holds element `at`; changes nothing."""

        def code(context, builder, signature, args):
            array_type = signature.args[0]
            size = context.get_abi_sizeof(context.get_data_type(array_type.dtype))
            at = builder.mul(args[1], ir.Constant(_I64, size))
            pointer = _pointer(context, builder, array_type, args[0], at, _I8)
            flag = ir.IntType(32)
            kind = ir.FunctionType(ir.VoidType(), [_I8.as_pointer(), flag, flag, flag])
            function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
            builder.call(function, [pointer, *(ir.Constant(flag, v) for v in (0, 3, 1))])
            return context.get_dummy_value()

        return types.none(array, types.uint64), code

    def _splat(byte):
        return ir.Constant(_V64, [byte] * 64)

    @intrinsic
    def classify(typing, source, at, target, to, lower):
        """Copy 64 bytes, ASCII lower-cased if asked; bits: word, space, non-ASCII."""

        def code(context, builder, signature, args):
            types_ = signature.args
            pointer = _pointer(context, builder, types_[0], args[0], args[1], _V64)
            v = builder.load(pointer, align=1)

            def within(x, first, count):
                return builder.icmp_unsigned("<", builder.sub(x, _splat(first)), _splat(count))

            upper = builder.and_(within(v, 65, 26), _lanes(builder, args[4]))
            folded = builder.add(v, builder.select(upper, _splat(32), _splat(0)))
            letter = within(builder.or_(v, _splat(32)), 97, 26)
            word = builder.or_(letter, within(v, 48, 10))
            word = builder.or_(word, builder.icmp_unsigned("==", v, _splat(95)))
            space = builder.or_(within(v, 9, 5), within(v, 28, 5))
            high = builder.icmp_signed("<", v, _splat(0))
            out = _pointer(context, builder, types_[2], args[2], args[3], _V64)
            builder.store(folded, out, align=1)
            masks = [builder.bitcast(mask, _I64) for mask in (word, space, high)]
            return context.make_tuple(builder, signature.return_type, masks)

        signature = types.UniTuple(types.uint64, 3)(
            source, types.uint64, target, types.uint64, types.boolean
        )
        return signature, code

    def _lanes(builder, flag):
        bit = builder.trunc(flag, ir.IntType(1)) if flag.type.width > 1 else flag
        all_bits = builder.sext(bit, _I64)
        return builder.bitcast(all_bits, ir.VectorType(ir.IntType(1), 64))
