"""A decision forest made ready to score: `pack` a `Graph` once, then ask the `Forest` block after block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparkpmml.kernels.cuts import Integers, find_cuts
from sparkpmml.kernels.graph import Graph, Test
from sparkpmml.kernels.ranks import rank_codes, rank_column
from sparkpmml.kernels.totals import add_doubles, add_floats, add_votes
from sparkpmml.kernels.walk import Walk, lay_out

__all__ = ["Forest", "Graph", "Test", "pack"]

_BLOCK_BYTES = 1 << 16  # of ranks: what stays in a core's second-level cache beside the nodes
_LANES = 8


@dataclass(frozen=True, slots=True, eq=False)
class Forest:
    """An ensemble of trees over F features. Immutable, picklable, without a Python object per node.

    Every method takes one array per feature: float64[n] or float32[n] with NaN for missing, or int32[n] codes
    for a feature with categories (-1 missing). An array of one row stands for a constant, and a feature that no
    test reads may be None. The answers are exactly those of walking each tree with its own comparisons.
    """

    walk: Walk
    features: Integers  # [C], as in Cuts
    missing_right: NDArray[np.bool_]
    thresholds: tuple[NDArray[np.float64], ...]
    categories: Integers

    @property
    def trees(self) -> int:
        return len(self.walk.roots)

    @property
    def nbytes(self) -> int:
        """The size of the arrays held, in bytes."""
        walk = self.walk
        arrays = [walk.records, walk.leaf, walk.roots, walk.depth, walk.goes_right, *self.thresholds]
        return sum(array.nbytes for array in arrays)

    def leaves(self, columns: Sequence[Any], rows: int | None = None) -> NDArray[np.int32]:
        """int32[n, T]: the leaf that each tree ends in."""
        count = _count(columns) if rows is None else rows
        result = np.empty((count, self.trees), dtype=np.int32)
        for start, stop, found in self._find(columns, count):
            result[start:stop] = found[:, : stop - start].T
        return result

    def sums(
        self, columns: Sequence[Any], values: NDArray[Any], start: Any = 0.0, rows: int | None = None
    ) -> NDArray[Any]:
        """`start` plus the values of the leaves: [n] for values [L], [n, k] for values [L, k].

        values is float32 or float64 and so is the result: sums are rounded in that type, in document order.
        """
        count = _count(columns) if rows is None else rows
        table = np.ascontiguousarray(values if values.ndim == 2 else values[:, None])
        totals = np.full((count, table.shape[1]), start, dtype=table.dtype)
        add = add_floats if table.dtype == np.float32 else add_doubles
        for first, last, found in self._find(columns, count):
            add(found, table, totals[first:last])
        return totals if values.ndim == 2 else totals[:, 0]

    def votes(
        self,
        columns: Sequence[Any],
        classes: NDArray[np.int32],
        weights: NDArray[np.float64] | None,
        k: int,
        rows: int | None = None,
    ) -> NDArray[np.float64]:
        """float64[n, k]: the weights [T] (None: 1 each) of the trees whose leaf is of each class.

        classes: int32[L], -1 for a leaf that does not vote. Weights are added in document order.
        """
        count = _count(columns) if rows is None else rows
        totals = np.zeros((count, k), dtype=np.float64)
        given = np.ones(self.trees) if weights is None else np.ascontiguousarray(weights, dtype=np.float64)
        labels = np.ascontiguousarray(classes, dtype=np.int32)
        for first, last, found in self._find(columns, count):
            add_votes(found, labels, given, totals[first:last])
        return totals

    def _find(self, columns: Sequence[Any], count: int) -> Iterator[tuple[int, int, NDArray[np.int32]]]:
        """(first row, row after the last, int32[T, at least these rows]) for one block after another."""
        width = max(len(self.features), 1)
        block = max(_BLOCK_BYTES // (width * self.walk.rank_type().itemsize) // _LANES * _LANES, _LANES)
        block = min(block, 4096)
        for start in range(0, count, block):
            stop = min(start + block, count)
            padded = -(-(stop - start) // _LANES) * _LANES
            ranks = np.zeros((padded, width), dtype=self.walk.rank_type)
            self._rank(columns, start, stop, ranks)
            yield start, stop, self.walk.find(ranks)

    def _rank(self, columns: Sequence[Any], start: int, stop: int, ranks: NDArray[Any]) -> None:
        for place, feature in enumerate(self.features):
            values = columns[feature]
            values = np.broadcast_to(values, stop - start) if len(values) == 1 else values[start:stop]
            values = np.ascontiguousarray(values)
            out = ranks[: stop - start, place]
            if place < self.walk.numeric:
                rank_column(values, self.thresholds[place], bool(self.missing_right[place]), out)
            else:
                rank_codes(values, int(self.categories[place]), out)


def _count(columns: Sequence[Any]) -> int:
    lengths = {len(column) for column in columns if column is not None}
    return 0 if 0 in lengths else max(lengths, default=0)


def pack(graph: Graph) -> Forest:
    """Choose a layout for the graph. ValueError for a graph that breaks its own rules."""
    cuts = find_cuts(graph)
    return Forest(
        walk=lay_out(cuts),
        features=cuts.features,
        missing_right=cuts.missing_right,
        thresholds=cuts.thresholds,
        categories=cuts.categories,
    )
