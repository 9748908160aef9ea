"""Forests of small trees: every node is evaluated for every row, 32 rows an instruction, and nothing branches.

Ranks of one byte lie column by column. A node compares 32 of them with its cut and blends what its two children
found, from the leaves up to the root, where one byte per row names the leaf. Nodes go in groups of three, a node and
its two children: `bottom` groups have four leaves, `upper` ones read what other groups found, or constants. 63 nodes
cost 42 loads for 32 rows; walking down 6 of them costs 384. Bytes suffice for any forest: features with more than
254 thresholds are ranked anew, by table, among those of a batch of trees, and sets of categories are such tables.
Where there are not too many categories, a table would cost 256 loads for a window: there each row's category is one bit
in one of a few bytes, its planes, and a set's bytes are ANDed to them.
Where a missing value leads out of the tree its rank is EXIT, and in windows that hold one each node looks for it.

Measured on one core of an EPYC (Zen 3), us a row, 500 trees of depth 6, 20 columns, without ranking and adding up:
this 0.36..0.45; in 16-bit ranks about twice that; LLVM's own vectorisation of the loops 3.3 (it gives up);
walking, 8 rows at a time over 64-bit nodes, 2.7. Windows of 64, 128, 256, 512 rows: 1.1, 0.9, 0.45, 0.45.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import types
from numpy.typing import NDArray

from sparkpmml.kernels.jit import array, inline, kernel
from sparkpmml.kernels.vector import (
    EXIT,
    LANES,
    ROWS,
    choose_leaf,
    choose_leaf_or_exit,
    choose_source,
    choose_source_or_exit,
    find_members,
)

PLANE_RANKS = 7
"""Of a plane's byte: with the eighth bit a member's would not be the higher number."""

_WORDS = array(types.int32, 2)
_STARTS = array(types.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """Groups of all trees, with addresses as offsets in one work area of `size` bytes:

    256 constants of 32 bytes, then windows of 256 bytes each: the columns, the planes, the batch's looked-up columns,
    what groups found, and at `found` what trees found.
    """

    bottom: NDArray[np.int32]  # [B, 5]: addresses of three columns, of the result, bytes (cut, cut, cut, leaf)
    upper: NDArray[np.int32]  # [U, 9]: three columns, bytes (cut, cut, cut, which sources advance), 4 sources, result
    lookups: NDArray[np.int32]  # [K, 3]: source, start in `tables`, address of the column
    tables: NDArray[np.int8]
    planes: NDArray[np.int32]  # [P, 3]: source, address, number of planes: rank r is bit r % 7 of plane r // 7
    sets: NDArray[np.int32]  # [Q, 4]: address of planes, their number, start in `tables`, address of the column
    batch_trees: NDArray[np.int64]  # [batches + 1], first tree of each batch
    batch_lookups: NDArray[np.int64]  # [batches + 1]
    batch_sets: NDArray[np.int64]  # [batches + 1]
    tree_bottom: NDArray[np.int64]  # [T + 1]
    tree_upper: NDArray[np.int64]  # [T + 1]
    found: int
    size: int


def make_work(program: Program) -> NDArray[np.int8]:
    """A work area, its constants filled in."""
    work = np.zeros(program.size, dtype=np.int8)
    work[: 256 * LANES].reshape(256, LANES)[:] = np.arange(256, dtype=np.uint8).view(np.int8)[:, None]
    return work


@inline
def _byte(word, place):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    return np.int8(word >> np.int32(8 * place))


@inline
def _has_exit(window):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    highest = np.int8(-128)
    for rank in window:
        highest = max(highest, rank)
    return highest == EXIT


@inline
def _fill_planes(ranks, planes):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    planes[:] = 0
    for row in range(ROWS):
        rank = np.uint32(ranks[row])
        plane = rank // np.uint32(PLANE_RANKS)
        planes[plane * ROWS + row] = 1 << (rank - plane * np.uint32(PLANE_RANKS))


def _tree_blender(choose_leaf: Any, choose_source: Any) -> Any:
    @inline
    def blend(base, bottom, upper):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        for place in range(len(bottom)):
            group = bottom[place]
            choose_leaf(
                base + group[0],
                base + group[1],
                base + group[2],
                _byte(group[4], 0),
                _byte(group[4], 1),
                _byte(group[4], 2),
                _byte(group[4], 3),
                base + group[3],
            )
        for place in range(len(upper)):
            group = upper[place]
            moves = group[3] >> 24
            choose_source(
                base + group[0],
                base + group[1],
                base + group[2],
                _byte(group[3], 0),
                _byte(group[3], 1),
                _byte(group[3], 2),
                base + group[4],
                base + group[5],
                base + group[6],
                base + group[7],
                np.int64((moves & 1) << 5),
                np.int64((moves & 2) << 4),
                np.int64((moves & 4) << 3),
                np.int64((moves & 8) << 2),
                base + group[8],
            )

    return blend


_blend = _tree_blender(choose_leaf, choose_source)
_blend_or_exit = _tree_blender(choose_leaf_or_exit, choose_source_or_exit)


@kernel(
    types.Array(types.int8, 1, "C"),
    array(types.int8, 2),
    array(types.uint16, 2),
    types.int64,
    _WORDS,
    _WORDS,
    _WORDS,
    array(types.int8),
    _WORDS,
    _WORDS,
    _STARTS,
    _STARTS,
    _STARTS,
    _STARTS,
    _STARTS,
    types.int64,
)
def blend_window(
    work: NDArray[np.int8],
    columns: NDArray[np.int8],
    sources: NDArray[np.uint16],
    first: int,
    bottom: NDArray[np.int32],
    upper: NDArray[np.int32],
    lookups: NDArray[np.int32],
    tables: NDArray[np.int8],
    planes: NDArray[np.int32],
    sets: NDArray[np.int32],
    batch_trees: NDArray[np.int64],
    batch_lookups: NDArray[np.int64],
    batch_sets: NDArray[np.int64],
    tree_bottom: NDArray[np.int64],
    tree_upper: NDArray[np.int64],
    columns_start: int,
) -> None:
    """Fill work[found:] with the leaf slot of each tree (uint8[T, 256]) for the window of rows that starts at `first`.

    columns: int8[C, rows], ranks - 128; sources: uint16[S, rows], what lookups translate.
    """
    base = np.int64(work.ctypes.data)
    end = columns_start
    for column in range(columns.shape[0]):
        source, target = columns[column, first : first + ROWS], work[end : end + ROWS]
        for row in range(ROWS):
            target[row] = source[row]
        end += ROWS
    for place in range(len(planes)):
        source = sources[np.uint64(planes[place, 0])]
        _fill_planes(source[first : first + ROWS], work[planes[place, 1] :][: planes[place, 2] * ROWS])
    bits = np.int64(tables.ctypes.data)
    may_exit = _has_exit(work[columns_start:end])
    for batch in range(len(batch_trees) - 1):
        exits = may_exit
        for lookup in range(batch_lookups[batch], batch_lookups[batch + 1]):
            source = sources[np.uint64(lookups[lookup, 0])]
            table = np.uint64(lookups[lookup, 1])
            start = lookups[lookup, 2]
            for row in range(ROWS):
                work[np.uint64(start + row)] = tables[table + np.uint64(source[np.uint64(first + row)])]
            exits |= _has_exit(work[start : start + ROWS])
        for place in range(batch_sets[batch], batch_sets[batch + 1]):
            one = sets[place]
            find_members(base + one[0], np.int64(one[1]), bits + one[2], base + one[3])
        for tree in range(batch_trees[batch], batch_trees[batch + 1]):
            bottoms = bottom[tree_bottom[tree] : tree_bottom[tree + 1]]
            uppers = upper[tree_upper[tree] : tree_upper[tree + 1]]
            if exits:
                _blend_or_exit(base, bottoms, uppers)
            else:
                _blend(base, bottoms, uppers)


@inline
def _add_slots(found, starts, values, totals):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    trees = found.shape[0]
    fours = trees // 4 * 4
    for tree in range(0, fours, 4):
        f0, f1, f2, f3 = found[tree], found[tree + 1], found[tree + 2], found[tree + 3]
        v0, v1, v2, v3 = (
            values[starts[tree] :],
            values[starts[tree + 1] :],
            values[starts[tree + 2] :],
            values[starts[tree + 3] :],
        )
        for row in range(len(totals)):
            total = totals[row] + v0[f0[row]]
            total = total + v1[f1[row]]
            total = total + v2[f2[row]]
            totals[row] = total + v3[f3[row]]
    for tree in range(fours, trees):
        start = starts[tree]
        for row in range(len(totals)):
            totals[row] += values[start + found[tree, row]]


@kernel(array(types.uint8, 2), _STARTS, array(types.float32), types.Array(types.float32, 1, "C"))
def add_slot_floats(
    found: NDArray[np.uint8], starts: NDArray[np.int64], values: NDArray[Any], totals: NDArray[Any]
) -> None:
    """totals[row] += values[starts[tree] + found[tree, row]], tree after tree, in float32. Four trees a pass: the
    total stays in a register, and additions keep their order."""
    _add_slots(found, starts, values, totals)


@kernel(array(types.uint8, 2), _STARTS, array(types.float64), types.Array(types.float64, 1, "C"))
def add_slot_doubles(
    found: NDArray[np.uint8], starts: NDArray[np.int64], values: NDArray[Any], totals: NDArray[Any]
) -> None:
    """As `add_slot_floats`, in float64."""
    _add_slots(found, starts, values, totals)


@kernel(array(types.uint8, 2), _STARTS, array(types.int32), types.Array(types.int32, 2, "C"))
def name_leaves(
    found: NDArray[np.uint8], starts: NDArray[np.int64], leaf: NDArray[np.int32], out: NDArray[np.int32]
) -> None:
    """out[tree, row] = leaf[starts[tree] + found[tree, row]]."""
    for tree in range(out.shape[0]):
        for row in range(out.shape[1]):
            out[tree, row] = leaf[starts[tree] + found[tree, row]]


def run(
    program: Program,
    work: NDArray[np.int8],
    columns: NDArray[np.int8],
    sources: NDArray[np.uint16],
    first: int,
) -> None:
    """See `blend_window`."""
    blend_window(
        work,
        columns,
        sources,
        first,
        program.bottom,
        program.upper,
        program.lookups,
        program.tables,
        program.planes,
        program.sets,
        program.batch_trees,
        program.batch_lookups,
        program.batch_sets,
        program.tree_bottom,
        program.tree_upper,
        256 * LANES,
    )
