"""A decision forest made ready to score: `pack` a `Graph` once, then ask the `Forest` block after block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparkpmml.kernels.engines import Block, Engine, choose_engine
from sparkpmml.kernels.graph import Graph, Test
from sparkpmml.kernels.inputs import Inputs
from sparkpmml.kernels.totals import add_group_doubles, add_group_floats, add_votes

__all__ = ["Forest", "Graph", "Test", "pack", "pack_parts"]


@dataclass(frozen=True, slots=True, eq=False)
class Forest:
    """An ensemble of trees over F features. Immutable, picklable, without a Python object per node.

    Every method takes one array per feature: float64[n] or float32[n] with NaN for missing, or int32[n] codes
    for a feature with categories (-1 missing). An array of one row stands for a constant, and a feature that no
    test reads may be None. The answers are exactly those of walking each tree with its own comparisons.
    """

    inputs: Inputs
    engine: Engine

    @property
    def trees(self) -> int:
        """T."""
        return self.engine.trees

    def leaves(self, columns: Sequence[Any], rows: int | None = None) -> NDArray[np.int32]:
        """int32[n, T]: the leaf that each tree ends in."""
        count = _count(columns) if rows is None else rows
        result = np.empty((count, self.trees), dtype=np.int32)
        for start, stop, block in self._blocks(columns, count):
            for first, last, found in self.engine.leaves(block, stop - start):
                result[start + first : start + last] = found[:, : last - first].T
        return result

    def sums(
        self, columns: Sequence[Any], values: NDArray[Any], start: Any = 0.0, rows: int | None = None
    ) -> NDArray[Any]:
        """`start` plus the values of the leaves: [n] for values [L], [n, k] for values [L, k].

        values is float32 or float64 and so is the result: sums are rounded in that type, in document order.
        """
        totals = self.arranged_sums(columns, self.arrange(values), start, rows)
        return totals if values.ndim == 2 else totals[:, 0]

    def arrange(self, values: NDArray[Any]) -> NDArray[Any]:
        """Values [L] or [L, k] in the order in which `arranged_sums` takes them, for one that is asked often."""
        return self.engine.arrange(np.ascontiguousarray(values if values.ndim == 2 else values[:, None]))

    def arranged_sums(
        self, columns: Sequence[Any], arranged: NDArray[Any], start: Any = 0.0, rows: int | None = None
    ) -> NDArray[Any]:
        """As `sums`, of values that `arrange` gave: [n, k]."""
        count = _count(columns) if rows is None else rows
        totals = np.full((count, arranged.shape[1]), start, dtype=arranged.dtype)
        for first, last, block in self._blocks(columns, count):
            self.engine.add(block, arranged, totals[first:last])
        return totals

    def group_sums(
        self,
        columns: Sequence[Any],
        values: NDArray[Any],
        groups: NDArray[np.int32],
        start: NDArray[Any],
        rows: int | None = None,
    ) -> NDArray[Any]:
        """[n, k]: start [k] plus, for each group of trees, the values [L] of its leaves, as `sums` adds them.

        groups: int32[T], 0..k-1. One forest then serves all classes of a boosted classifier and ranks inputs once.
        """
        count = _count(columns) if rows is None else rows
        totals = np.repeat(np.asarray(start, dtype=values.dtype)[None, :], count, axis=0)
        add = add_group_floats if values.dtype == np.float32 else add_group_doubles
        flat, owners = np.ascontiguousarray(values), np.ascontiguousarray(groups, dtype=np.int32)
        for first, stop, block in self._blocks(columns, count):
            for begin, end, found in self.engine.leaves(block, stop - first):
                add(found, flat, owners, totals[first + begin : first + end])
        return totals

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
        for start, stop, block in self._blocks(columns, count):
            for first, last, found in self.engine.leaves(block, stop - start):
                add_votes(found, labels, given, totals[start + first : start + last])
        return totals

    def _blocks(self, columns: Sequence[Any], count: int) -> Iterator[tuple[int, int, Block]]:
        """(first row, row after the last, the ranks) of one block after another."""
        size, addresses = self.engine.block_rows, self.inputs.find(columns, count)
        for start in range(0, count, size):
            stop = min(start + size, count)
            block = self.engine.open(stop - start)
            self.engine.take_in(block, self.inputs, addresses, start, stop - start)
            yield start, stop, block


def _count(columns: Sequence[Any]) -> int:
    lengths = {len(column) for column in columns if column is not None}
    return 0 if 0 in lengths else max(lengths, default=0)


def pack(*graphs: Graph) -> Forest:
    """Choose a layout for a graph, or for the parts of one. ValueError for a graph that breaks its own rules."""
    return pack_parts(list(graphs))


def pack_parts(graphs: list[Graph]) -> Forest:
    """As `pack`. Each part has trees of its own; features, sets and leaves are numbered alike in all.

    The list is empty afterwards: the parts are let go as soon as they are not needed any more.
    """
    return Forest(*choose_engine(graphs))
