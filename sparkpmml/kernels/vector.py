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

_BYTE, _INT, _LONG = ir.IntType(8), ir.IntType(32), ir.IntType(64)
_VECTOR = ir.VectorType(_BYTE, LANES)


def _splat(builder: Any, value: Any) -> Any:
    one = builder.insert_element(ir.Constant(_VECTOR, ir.Undefined), value, ir.Constant(_INT, 0))
    zeros = ir.Constant(ir.VectorType(_INT, LANES), [0] * LANES)
    return builder.shuffle_vector(one, ir.Constant(_VECTOR, ir.Undefined), zeros)


def _pointer(builder: Any, address: Any, offset: int = 0) -> Any:
    return builder.inttoptr(builder.add(address, ir.Constant(_LONG, offset)), _VECTOR.as_pointer())


def _passes(builder: Any, columns: Sequence[Any], cuts: Sequence[Any], offset: int) -> list[Any]:
    """Per node, the rows whose rank is above the cut."""
    masks = []
    for column, cut in zip(columns, cuts, strict=True):
        ranks = builder.load(_pointer(builder, column, offset), align=1)
        masks.append(builder.icmp_signed(">", ranks, cut))
    return masks


def _choose(builder: Any, masks: Sequence[Any], exits: Sequence[Any]) -> Any:
    left = builder.select(masks[1], exits[1], exits[0])
    right = builder.select(masks[2], exits[3], exits[2])
    return builder.select(masks[0], right, left)


def _choose_leaf(typing: Any, a0: Any, a1: Any, a2: Any, c0: Any, c1: Any, c2: Any, leaf: Any, out: Any) -> Any:
    """For a node (column address a0, cut c0) and its two children: leaf + 0, 1, 2, or 3 into out, for a window."""
    signature = types.void(*[types.int64] * 3, *[types.int8] * 4, types.int64)

    def generate(context: Any, builder: Any, signature: Any, arguments: Sequence[Any]) -> Any:
        columns, out = arguments[:3], arguments[7]
        cuts = [_splat(builder, cut) for cut in arguments[3:6]]
        first = _splat(builder, arguments[6])
        exits = [builder.add(first, ir.Constant(_VECTOR, [place] * LANES)) for place in range(4)]
        for offset in range(0, ROWS, LANES):
            chosen = _choose(builder, _passes(builder, columns, cuts, offset), exits)
            builder.store(chosen, _pointer(builder, out, offset), align=1)
        return context.get_dummy_value()

    return signature, generate


def _choose_source(
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
    """As `choose_leaf`, of what is found at the addresses s0..s3, which advance by d0..d3 bytes (0 or 32)."""
    signature = types.void(*[types.int64] * 3, *[types.int8] * 3, *[types.int64] * 9)

    def generate(context: Any, builder: Any, signature: Any, arguments: Sequence[Any]) -> Any:
        columns, steps, out = arguments[:3], arguments[10:14], arguments[14]
        cuts = [_splat(builder, cut) for cut in arguments[3:6]]
        sources = list(arguments[6:10])
        for offset in range(0, ROWS, LANES):
            masks = _passes(builder, columns, cuts, offset)
            exits = [builder.load(_pointer(builder, source), align=1) for source in sources]
            builder.store(_choose(builder, masks, exits), _pointer(builder, out, offset), align=1)
            sources = [builder.add(source, step) for source, step in zip(sources, steps, strict=True)]
        return context.get_dummy_value()

    return signature, generate


# numba passes `typing` itself, which its own types do not say.
choose_leaf: Any = intrinsic(_choose_leaf)
choose_source: Any = intrinsic(_choose_source)
