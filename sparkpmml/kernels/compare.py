"""Forests of so few nodes on a row's way that ranking its values would take longer: values are compared as they are.

Eight rows at a time walk down as in walk.py, whose records these are, with thresholds in place of cuts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import types
from numpy.typing import NDArray

from sparkpmml.kernels.addresses import DOUBLE, doubles, floats
from sparkpmml.kernels.cuts import Cuts, Integers
from sparkpmml.kernels.jit import array, inline, kernel
from sparkpmml.kernels.walk import are_leaves, place_nodes, put_leaves

_CELLS, _MOST_CELLS = 80 << 10, 512 << 10
"""Of a block, so that it stays in a core's second-level cache, or if that is few rows, in the next."""
_FEW_ROWS, _MOST_ROWS = 1024, 4096
_LANES = 8


@dataclass(frozen=True, slots=True, eq=False)
class Comparisons:
    """Records in the order of walk.py; a leaf is its own child, and no value is above its threshold."""

    thresholds: NDArray[np.float64]  # [N]
    links: NDArray[np.uint64]  # [N], where the column begins in a block 0..31, children 32..63
    missing: NDArray[np.uint32]  # [N], where a missing value leads
    leaf: NDArray[np.int32]  # [N]
    roots: NDArray[np.int64]  # [T]
    depth: NDArray[np.int64]  # [T]
    inputs: int
    stride: int  # from a column of a block to the next

    @property
    def block_rows(self) -> int:
        """The most rows of a block."""
        return self.stride - _LANES

    def open_block(self) -> NDArray[np.float64]:
        """Room for the values of a block: float64[inputs, at least block_rows]."""
        return np.zeros((max(self.inputs, 1), self.stride))


def lay_out_comparisons(cuts: Cuts, owner: Integers, inputs: int) -> Comparisons:
    """For numeric columns only; `owner` says which of the inputs each is made of."""
    in_cache, most = (cells // max(inputs, 1) for cells in (_CELLS, _MOST_CELLS))
    rows = min(max(in_cache, min(most, _FEW_ROWS)), _MOST_ROWS) // _LANES * _LANES
    stride = max(rows, _LANES) + _LANES  # a power of two would put all values of a row into one set of the cache
    nodes = place_nodes(cuts)
    # A leaf's column is one more, with the one limit that nothing passes.
    column = nodes.gather(cuts.column, len(cuts.features))
    limits = np.concatenate([*cuts.thresholds, [np.inf]])
    starts = np.cumsum([0, *map(len, cuts.thresholds)])
    goes_right, exits = np.append(cuts.missing_right, False), np.append(cuts.missing_exits, False)
    missing = np.where(exits[column], len(column) - 1, nodes.children + goes_right[column]).astype(np.uint32)
    begins = np.append(owner, 0)[column] * stride
    links = nodes.children.astype(np.uint64) << np.uint64(32) | begins.astype(np.uint64)
    thresholds = limits[starts[column] + nodes.gather(cuts.cut, 0)]
    return Comparisons(thresholds, links, missing, nodes.leaf, np.arange(len(nodes.depth)), nodes.depth, inputs, stride)


_32 = np.uint64(32)
_32_BITS = np.uint64(0xFFFFFFFF)


@inline
def _step(thresholds, links, missing, values, row, at):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    link = links[at]
    value = values[(link & _32_BITS) + row]
    following = (link >> _32) + np.uint64(value > thresholds[at])
    return following if value == value else np.uint64(missing[at])


@kernel(
    array(types.float64),
    array(types.uint64),
    array(types.uint32),
    array(types.int32),
    array(types.int64),
    array(types.int64),
    array(types.float64, 2),
    types.Array(types.int32, 2, "C"),
)
def find(
    thresholds: NDArray[np.float64],
    links: NDArray[np.uint64],
    missing: NDArray[np.uint32],
    leaf: NDArray[np.int32],
    roots: NDArray[np.int64],
    depths: NDArray[np.int64],
    values: NDArray[np.float64],
    found: NDArray[np.int32],
) -> None:
    """found[tree, row] = the leaf; rows is a multiple of 8."""
    flat = values.reshape(-1)
    for tree in range(len(roots)):
        root = np.uint64(roots[tree])
        for row in range(0, found.shape[1], 8):
            r0 = np.uint64(row)
            r1 = r0 + np.uint64(1)
            r2 = r0 + np.uint64(2)
            r3 = r0 + np.uint64(3)
            r4 = r0 + np.uint64(4)
            r5 = r0 + np.uint64(5)
            r6 = r0 + np.uint64(6)
            r7 = r0 + np.uint64(7)
            i0 = i1 = i2 = i3 = i4 = i5 = i6 = i7 = root
            left = depths[tree]
            while left > 0:
                left -= 1
                i0 = _step(thresholds, links, missing, flat, r0, i0)
                i1 = _step(thresholds, links, missing, flat, r1, i1)
                i2 = _step(thresholds, links, missing, flat, r2, i2)
                i3 = _step(thresholds, links, missing, flat, r3, i3)
                i4 = _step(thresholds, links, missing, flat, r4, i4)
                i5 = _step(thresholds, links, missing, flat, r5, i5)
                i6 = _step(thresholds, links, missing, flat, r6, i6)
                i7 = _step(thresholds, links, missing, flat, r7, i7)
                if left & 3 == 0 and are_leaves(links, i0, i1, i2, i3, i4, i5, i6, i7):
                    break
            put_leaves(found, tree, row, leaf, i0, i1, i2, i3, i4, i5, i6, i7)


@kernel(array(types.int64, 2), types.int64, types.int64, types.Array(types.float64, 2, "C"))
def copy_values(table: Integers, first: int, rows: int, out: NDArray[np.float64]) -> None:
    """out[input, :rows] = the inputs' values from row `first` on; table: see addresses.py."""
    for number in range(len(table)):
        step = table[number, 2]
        address, size = table[number, 0] + first * step, rows if step else min(rows, 1)
        target = out[number]
        if table[number, 1] == DOUBLE:
            values = doubles(address, size)
            for row in range(size):
                target[row] = values[row]
        else:
            singles = floats(address, size)
            for row in range(size):
                target[row] = np.float64(singles[row])
        for row in range(size, rows):
            target[row] = target[0]


def find_leaves(comparisons: Comparisons, values: NDArray[Any], rows: int) -> NDArray[np.int32]:
    """int32[T, rows]: the leaf of each tree, for the block's first rows, a multiple of 8."""
    found = np.empty((len(comparisons.roots), rows), dtype=np.int32)
    parts = (comparisons.thresholds, comparisons.links, comparisons.missing, comparisons.leaf)
    find(*parts, comparisons.roots, comparisons.depth, values, found)
    return found
