"""Vector instructions, 32 bytes at a time, that LLVM does not find by itself in the loops of blend.py.

Written in LLVM's own terms, not a processor's: AVX2 runs each as one instruction, NEON as two.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

ROWS = 256  # in a window: enough to hide the decoding of a group, few enough for all columns to stay in L1
LANES = 32
EXIT = 127
"""The rank of a missing value that leads out of a tree: no other rank is as high, no cut higher."""

_BYTE, _INT, _LONG = ir.IntType(8), ir.IntType(32), ir.IntType(64)
_VECTOR = ir.VectorType(_BYTE, LANES)


def _splat(builder: Any, value: Any) -> Any:
    one = builder.insert_element(ir.Constant(_VECTOR, ir.Undefined), value, ir.Constant(_INT, 0))
    zeros = ir.Constant(ir.VectorType(_INT, LANES), [0] * LANES)
    return builder.shuffle_vector(one, ir.Constant(_VECTOR, ir.Undefined), zeros)


def _splat_constant(value: int) -> Any:
    return ir.Constant(_VECTOR, [value] * LANES)


def _pointer(builder: Any, address: Any, offset: int = 0) -> Any:
    return builder.inttoptr(builder.add(address, ir.Constant(_LONG, offset)), _VECTOR.as_pointer())


def _choose(
    builder: Any, columns: Sequence[Any], cuts: Sequence[Any], offset: int, targets: Sequence[Any], may_exit: bool
) -> Any:
    """For each row, of the four targets the one that the three nodes lead to; 0 where one on the way reads EXIT."""

    def step(node: int, below: Any, above: Any) -> Any:
        ranks = builder.load(_pointer(builder, columns[node], offset), align=1)
        target = builder.select(builder.icmp_signed(">", ranks, cuts[node]), above, below)
        if not may_exit:
            return target
        return builder.select(builder.icmp_signed("==", ranks, _splat_constant(EXIT)), _splat_constant(0), target)

    return step(0, step(1, *targets[:2]), step(2, *targets[2:]))


# numba passes `typing` itself, which its own types do not say.
def _leaf_chooser(may_exit: bool) -> Any:
    def choose(typing: Any, a0: Any, a1: Any, a2: Any, c0: Any, c1: Any, c2: Any, leaf: Any, out: Any) -> Any:
        """For a node (column address a0, cut c0) and its two children: leaf + 0, 1, 2, or 3 into out, for a window."""
        signature = types.void(*[types.int64] * 3, *[types.int8] * 4, types.int64)

        def generate(context: Any, builder: Any, signature: Any, arguments: Sequence[Any]) -> Any:
            columns, out = arguments[:3], arguments[7]
            cuts = [_splat(builder, cut) for cut in arguments[3:6]]
            first = _splat(builder, arguments[6])
            leaves = [builder.add(first, _splat_constant(place)) for place in range(4)]
            for offset in range(0, ROWS, LANES):
                chosen = _choose(builder, columns, cuts, offset, leaves, may_exit)
                builder.store(chosen, _pointer(builder, out, offset), align=1)
            return context.get_dummy_value()

        return signature, generate

    return intrinsic(choose)


def _source_chooser(may_exit: bool) -> Any:
    def choose(
        typing: Any,
        a0: Any,
        a1: Any,
        a2: Any,
        c0: Any,
        c1: Any,
        c2: Any,
        s0: Any,
        s1: Any,
        s2: Any,
        s3: Any,
        d0: Any,
        d1: Any,
        d2: Any,
        d3: Any,
        out: Any,
    ) -> Any:
        """As of leaves, but of what is found at the addresses s0..s3, which advance by d0..d3 bytes (0 or 32)."""
        signature = types.void(*[types.int64] * 3, *[types.int8] * 3, *[types.int64] * 9)

        def generate(context: Any, builder: Any, signature: Any, arguments: Sequence[Any]) -> Any:
            columns, steps, out = arguments[:3], arguments[10:14], arguments[14]
            cuts = [_splat(builder, cut) for cut in arguments[3:6]]
            sources = list(arguments[6:10])
            for offset in range(0, ROWS, LANES):
                found = [builder.load(_pointer(builder, source), align=1) for source in sources]
                chosen = _choose(builder, columns, cuts, offset, found, may_exit)
                builder.store(chosen, _pointer(builder, out, offset), align=1)
                sources = [builder.add(source, step) for source, step in zip(sources, steps, strict=True)]
            return context.get_dummy_value()

        return signature, generate

    return intrinsic(choose)


def _find_members(typing: Any, planes: Any, count: Any, bits: Any, out: Any) -> Any:
    """For a window, into out: of each row's bytes in `count` planes (1 or more), the bits that a set's have too."""
    signature = types.void(*[types.int64] * 4)

    def generate(context: Any, builder: Any, signature: Any, arguments: Sequence[Any]) -> Any:
        planes, count, bits, out = arguments
        before, loop, after = builder.block, builder.append_basic_block(), builder.append_basic_block()
        builder.branch(loop)
        builder.position_at_end(loop)
        number, *sums = builder.phi(_LONG), *(builder.phi(_VECTOR) for _ in range(ROWS // LANES))
        number.add_incoming(ir.Constant(_LONG, 0), before)
        following = builder.add(number, ir.Constant(_LONG, 1))
        number.add_incoming(following, loop)
        byte = builder.load(builder.inttoptr(builder.add(bits, number), _BYTE.as_pointer()))
        wanted = _splat(builder, byte)
        plane = builder.add(planes, builder.mul(number, ir.Constant(_LONG, ROWS)))
        found = []
        for place, earlier in enumerate(sums):
            held = builder.load(_pointer(builder, plane, place * LANES), align=1)
            found.append(builder.or_(earlier, builder.and_(held, wanted)))
            earlier.add_incoming(_splat_constant(0), before)
            earlier.add_incoming(found[-1], loop)
        builder.cbranch(builder.icmp_signed("<", following, count), loop, after)
        builder.position_at_end(after)
        for place, each in enumerate(found):
            builder.store(each, _pointer(builder, out, place * LANES), align=1)
        return context.get_dummy_value()

    return signature, generate


find_members: Any = intrinsic(_find_members)
choose_leaf, choose_source = _leaf_chooser(False), _source_chooser(False)
choose_leaf_or_exit, choose_source_or_exit = _leaf_chooser(True), _source_chooser(True)
