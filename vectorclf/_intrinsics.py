"""What Numba has no words for: unaligned loads, bit counts, prefetch, 64-byte classes.

Kernels work on bare pointers (`pointer`): Numba counts references to arrays with atomic
operations, in and out of every call, which cost more than what most calls here do.

Each operation stands twice: as LLVM code, which LLVM lowers to whatever the machine
has (AVX-512, AVX2, SSE2, NEON), and as a plain Python twin (`_intrinsics_py`) that runs
under ``NUMBA_DISABLE_JIT=1``. `tests/test_kernels.py` holds one against the other.
"""

from __future__ import annotations

from numba import config

_LANES = 8
"""Weight rows are padded to a multiple of this."""

if config.DISABLE_JIT:
    from vectorclf._intrinsics_py import (
        accumulate,
        classify,
        ctz,
        load_u64,
        pointer,
        pointer_as,
        popcount,
        prefetch,
        sum_rows,
    )
else:  # pragma: no cover (compiled code is invisible to coverage)
    from llvmlite import ir
    from numba import types
    from numba.core import cgutils
    from numba.extending import intrinsic

    _I8, _I64 = ir.IntType(8), ir.IntType(64)
    _V64 = ir.VectorType(_I8, 64)

    def _address(builder, base, at, to_type):
        raw = builder.bitcast(base, _I8.as_pointer())
        return builder.bitcast(builder.gep(raw, [at]), to_type.as_pointer())

    @intrinsic
    def pointer(typing, array):
        """Address of the first element; indexed like the array, with no checks at all."""

        def code(context, builder, signature, args):
            return context.make_array(signature.args[0])(context, builder, args[0]).data

        return types.CPointer(array.dtype)(array), code

    @intrinsic
    def pointer_as(typing, base, dtype):
        """The same address, for numbers of another type."""
        kind = types.CPointer(dtype.dtype)

        def code(context, builder, signature, args):
            return builder.bitcast(args[0], context.get_value_type(kind))

        return kind(base, dtype), code

    @intrinsic
    def pointer_to(typing, address):
        """Pointer to the bytes at an address."""

        def code(context, builder, signature, args):
            return builder.inttoptr(args[0], _I8.as_pointer())

        return types.CPointer(types.uint8)(types.uint64), code

    @intrinsic
    def narrow(typing, source, at, target, to):
        """Copy 16 UTF-16 units as bytes; bits: those that are not ASCII, whose byte is void."""

        def code(context, builder, signature, args):
            units = ir.VectorType(ir.IntType(16), 16)
            v = builder.load(_address(builder, args[0], args[1], units), align=1)
            wide = builder.icmp_unsigned(">", v, ir.Constant(units, [127] * 16))
            v = builder.trunc(v, ir.VectorType(_I8, 16))
            builder.store(v, _address(builder, args[2], args[3], v.type), align=1)
            return builder.zext(builder.bitcast(wide, ir.IntType(16)), _I64)

        u64 = types.uint64
        return u64(source, u64, target, u64), code

    @intrinsic
    def load_u64(typing, array, at):
        """Eight bytes of a uint8 array from any byte on, little-endian, as uint64."""

        def code(context, builder, signature, args):
            return builder.load(_address(builder, args[0], args[1], _I64), align=1)

        return types.uint64(array, types.uint64), code

    @intrinsic
    def ctz(typing, x):
        """Number of zero bits below the lowest set bit; 64 of 0."""

        def code(context, builder, signature, args):
            return builder.cttz(args[0], ir.Constant(ir.IntType(1), 0))

        return types.uint64(types.uint64), code

    @intrinsic
    def popcount(typing, x):
        """Number of bits set."""

        def code(context, builder, signature, args):
            return builder.ctpop(args[0])

        return types.uint64(types.uint64), code

    @intrinsic
    def prefetch(typing, array, at):
        """Ask for the cache line that holds element `at`; changes nothing."""

        def code(context, builder, signature, args):
            size = context.get_abi_sizeof(context.get_data_type(signature.args[0].dtype))
            address = _address(builder, args[0], builder.mul(args[1], _I64(size)), _I8)
            flag = ir.IntType(32)
            kind = ir.FunctionType(ir.VoidType(), [_I8.as_pointer(), flag, flag, flag])
            function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
            builder.call(function, [address, *(ir.Constant(flag, v) for v in (0, 3, 1))])
            return context.get_dummy_value()

        return types.none(array, types.uint64), code

    def _in_tiles(builder, width, emit):
        """Code of `emit(first lane, lanes)` for a row: two vectors at a time, then one."""
        in_wide = builder.and_(width, ir.Constant(_I64, -2 * _LANES))
        with cgutils.for_range_slice(builder, _I64(0), in_wide, _I64(2 * _LANES), intp=_I64) as (
            base,
            _,
        ):
            emit(base, 2 * _LANES)
        with builder.if_then(builder.icmp_unsigned("<", in_wide, width)):
            emit(in_wide, _LANES)

    @intrinsic
    def accumulate(typing, acc, at, coef, coef_at, width, rows, rows_at, weights, weights_at, n):
        """Add `n` weighted rows: ``acc[lane] += weight * coef[row * width + lane]``.

        Four products are summed in the precision of `weights`, the sums in float64: as
        exact as float64 throughout where it matters, at the speed of float32. A `coef` of
        uint32 is read as int32.
        """

        def code(context, builder, signature, args):
            acc, at, coef, coef_at, width, rows, rows_at, weights, weights_at, n = args
            real = context.get_data_type(signature.args[2].dtype)
            size = ir.Constant(_I64, context.get_abi_sizeof(real))
            summed = context.get_data_type(signature.args[7].dtype)
            coef = builder.gep(coef, [coef_at])
            in_fours = builder.and_(n, ir.Constant(_I64, -4))

            def add_tile(base, lanes):
                """A tile of `lanes` lanes stays in registers while all rows pass by."""
                narrow, wide = ir.VectorType(real, lanes), ir.VectorType(ir.DoubleType(), lanes)
                undefined = ir.Constant(ir.VectorType(summed, lanes), ir.Undefined)
                zeros = ir.Constant(ir.VectorType(ir.IntType(32), lanes), None)

                def product(i):
                    row = builder.load(builder.gep(rows, [builder.add(rows_at, i)]))
                    row = builder.mul(builder.zext(row, _I64), width)
                    row = builder.mul(builder.add(row, base), size)
                    v = builder.load(_address(builder, coef, row, narrow), align=4)
                    if real == ir.IntType(32):
                        v = builder.sitofp(v, ir.VectorType(summed, lanes))
                    weight = builder.load(builder.gep(weights, [builder.add(weights_at, i)]))
                    lane = builder.insert_element(undefined, weight, ir.IntType(32)(0))
                    return builder.fmul(builder.shuffle_vector(lane, undefined, zeros), v)

                def add(value):
                    if summed != ir.DoubleType():
                        value = builder.fpext(value, wide)
                    builder.store(builder.fadd(builder.load(total), value), total)

                total = cgutils.alloca_once(builder, wide)
                offset = builder.mul(builder.add(at, base), _I64(8))
                place = _address(builder, acc, offset, wide)
                builder.store(builder.load(place, align=8), total)
                with cgutils.for_range_slice(builder, _I64(0), in_fours, _I64(4), intp=_I64) as (
                    i,
                    _,
                ):
                    p = [product(builder.add(i, _I64(j))) for j in range(4)]
                    add(builder.fadd(builder.fadd(p[0], p[1]), builder.fadd(p[2], p[3])))
                with cgutils.for_range_slice(builder, in_fours, n, _I64(1), intp=_I64) as (i, _):
                    add(product(i))
                builder.store(builder.load(total), place, align=8)

            _in_tiles(builder, width, add_tile)
            return context.get_dummy_value()

        u64 = types.uint64
        return types.none(acc, u64, coef, u64, u64, rows, u64, weights, u64, u64), code

    @intrinsic
    def sum_rows(typing, target, at, coef, coef_at, width, rows, rows_at, n):
        """The sum of `n` rows of whole numbers of 32 bits, modulo 2 ** 32."""

        def code(context, builder, signature, args):
            target, at, coef, coef_at, width, rows, rows_at, n = args
            coef = builder.gep(coef, [coef_at])
            target = builder.gep(target, [at])

            def sum_tile(base, lanes):
                kind = ir.VectorType(ir.IntType(32), lanes)
                total = cgutils.alloca_once(builder, kind)
                builder.store(ir.Constant(kind, None), total)
                with cgutils.for_range_slice(builder, _I64(0), n, _I64(1), intp=_I64) as (i, _):
                    row = builder.load(builder.gep(rows, [builder.add(rows_at, i)]))
                    row = builder.add(builder.mul(builder.zext(row, _I64), width), base)
                    place = builder.bitcast(builder.gep(coef, [row]), kind.as_pointer())
                    value = builder.load(place, align=4)
                    builder.store(builder.add(builder.load(total), value), total)
                place = builder.bitcast(builder.gep(target, [base]), kind.as_pointer())
                builder.store(builder.load(total), place, align=4)

            _in_tiles(builder, width, sum_tile)
            return context.get_dummy_value()

        u64 = types.uint64
        return types.none(target, u64, coef, u64, u64, rows, u64, u64), code

    def _splat(byte):
        return ir.Constant(_V64, [byte] * 64)

    @intrinsic
    def classify(typing, source, at, target, to, lower):
        """Copy 64 bytes, ASCII lower-cased if asked; bits: word, space, non-ASCII."""

        def code(context, builder, signature, args):
            v = builder.load(_address(builder, args[0], args[1], _V64), align=1)

            def within(x, first, count):
                return builder.icmp_unsigned("<", builder.sub(x, _splat(first)), _splat(count))

            upper = builder.and_(within(v, 65, 26), _lanes(builder, args[4]))
            folded = builder.add(v, builder.select(upper, _splat(32), _splat(0)))
            letter = within(builder.or_(v, _splat(32)), 97, 26)
            word = builder.or_(letter, within(v, 48, 10))
            word = builder.or_(word, builder.icmp_unsigned("==", v, _splat(95)))
            space = builder.or_(within(v, 9, 5), within(v, 28, 5))
            high = builder.icmp_signed("<", v, _splat(0))
            builder.store(folded, _address(builder, args[2], args[3], _V64), align=1)
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
