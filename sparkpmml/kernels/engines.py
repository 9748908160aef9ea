"""The ways to find leaves behind one interface.

Comparing for few trees, blending for forests of small ones, walking for all others.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sparkpmml.kernels import blend, compare, walk
from sparkpmml.kernels.addresses import Addresses
from sparkpmml.kernels.cuts import Cuts, Integers, find_cuts
from sparkpmml.kernels.graph import Graph
from sparkpmml.kernels.inputs import Inputs, find_inputs
from sparkpmml.kernels.layout import lay_out_groups
from sparkpmml.kernels.places import LANES, Places, make_places
from sparkpmml.kernels.totals import add_doubles, add_floats
from sparkpmml.kernels.vector import EXIT, ROWS

Leaves = NDArray[np.int32]
Block = Any  # what an engine keeps of a block of rows: its own affair

_BLOCK_BYTES = 1 << 19  # of ranks: what stays in a core's second-level cache beside the nodes of a tree
_FOUND_CELLS = 1 << 21  # of leaves at a time
_MOST_ROWS = 8192
_FEW_STEPS, _SOME_STEPS = 2, 8  # for each input, below which comparing takes less time than blending, than walking


class Engine(Protocol):
    """Finds leaves for one block of rows after another."""

    @property
    def trees(self) -> int:
        """T."""

    @property
    def block_rows(self) -> int:
        """The most rows of a block."""

    def open(self, rows: int) -> Block:
        """Room for the ranks of a block."""

    def take_in(self, block: Block, inputs: Inputs, addresses: Addresses, first: int, rows: int) -> None:
        """Take in the values of `rows` rows from `first` on."""

    def leaves(self, block: Block, rows: int) -> Iterator[tuple[int, int, Leaves]]:
        """(first row, row after the last, int32[T, at least these rows]) for parts of the block."""

    def arrange(self, values: NDArray[Any]) -> NDArray[Any]:
        """Values [L, k] in the engine's own order, for `add`."""

    def add(self, block: Block, values: NDArray[Any], totals: NDArray[Any]) -> None:
        """Add the values of the leaves to totals[rows, k], tree after tree."""


def _add_leaves(engine: Engine, block: Block, values: NDArray[Any], totals: NDArray[Any]) -> None:
    add = add_floats if values.dtype == np.float32 else add_doubles
    for first, last, found in engine.leaves(block, len(totals)):
        add(found, values, totals[first:last])


@dataclass(frozen=True, slots=True, eq=False)
class Walker:
    """Walks down trees of any shape."""

    records: walk.Records
    places: Places

    @property
    def trees(self) -> int:
        """T."""
        return len(self.records.roots)

    @property
    def block_rows(self) -> int:
        """As many as keep the ranks in the second-level cache.

        Each tree's nodes come into the caches once a block. A random forest of 200 trees took, us a row, with blocks of
        64 KB 3.7, of 256 KB 2.6, of 512 KB 2.4, of 1 MB 2.3.
        """
        row = self.records.columns * self._rank_type().itemsize
        return min(max(_BLOCK_BYTES // row // LANES * LANES, LANES), _MOST_ROWS)

    @property
    def _rank_type(self) -> type[np.unsignedinteger[Any]]:
        return np.uint32 if self.records.records.ndim == 2 else np.uint16

    def open(self, rows: int) -> NDArray[Any]:
        """Ranks [groups of rows, columns, 8]."""
        return np.zeros((-(-rows // LANES), self.records.columns, LANES), dtype=self._rank_type)

    def take_in(self, block: NDArray[Any], inputs: Inputs, addresses: Addresses, first: int, rows: int) -> None:
        """Take in the values of a block."""
        self.places.fill(inputs, addresses, first, rows, block)

    def leaves(self, block: NDArray[Any], rows: int) -> Iterator[tuple[int, int, Leaves]]:
        """In so many parts that what is found takes little memory."""
        step = max(_FOUND_CELLS // max(self.trees, 1) // LANES, 1)
        for group in range(0, len(block), step):
            first, last = group * LANES, min((group + step) * LANES, rows)
            yield first, last, walk.find_leaves(self.records, block[group : group + step])

    def arrange(self, values: NDArray[Any]) -> NDArray[Any]:
        """As they are."""
        return values

    def add(self, block: NDArray[Any], values: NDArray[Any], totals: NDArray[Any]) -> None:
        """Add the values of the leaves."""
        _add_leaves(self, block, values, totals)


@dataclass(frozen=True, slots=True, eq=False)
class Blender:
    """Evaluates all nodes of small trees."""

    program: blend.Program
    direct: Places
    sources: Places
    slot_starts: Integers
    leaf: NDArray[np.int32]

    @property
    def trees(self) -> int:
        """T."""
        return len(self.slot_starts) - 1

    @property
    def block_rows(self) -> int:
        """Enough to spread the cost of a call, and of wide rows half as many, for they take memory."""
        row = len(self.direct) + 2 * len(self.sources)
        return _MOST_ROWS if row * _MOST_ROWS <= _BLOCK_BYTES else _MOST_ROWS // 2

    def open(self, rows: int) -> tuple[NDArray[np.int8], NDArray[np.uint16], NDArray[np.int8]]:
        """(ranks of a byte [C, rows], ranks for lookups [S, rows], both of whole windows, the work area)."""
        padded = -(-rows // ROWS) * ROWS
        return (
            np.zeros((len(self.direct), padded), dtype=np.int8),
            np.zeros((len(self.sources), padded), dtype=np.uint16),
            blend.make_work(self.program),
        )

    def take_in(self, block: Block, inputs: Inputs, addresses: Addresses, first: int, rows: int) -> None:
        """Take in the values of a block."""
        direct, sources, _ = block
        for places, out in ((self.direct, direct), (self.sources, sources)):
            if len(places):
                places.fill(inputs, addresses, first, rows, out)

    def _windows(self, block: Block, rows: int) -> Iterator[tuple[int, int, NDArray[np.uint8]]]:
        columns, sources, work = block
        program = self.program
        found = work[program.found :].view(np.uint8).reshape(self.trees, ROWS)
        for first in range(0, rows, ROWS):
            blend.run(program, work, columns, sources, first)
            yield first, min(first + ROWS, rows), found

    def leaves(self, block: Block, rows: int) -> Iterator[tuple[int, int, Leaves]]:
        """Window by window."""
        for first, last, found in self._windows(block, rows):
            leaves = np.empty(found.shape, dtype=np.int32)
            blend.name_leaves(found, self.slot_starts, self.leaf, leaves)
            yield first, last, leaves

    def arrange(self, values: NDArray[Any]) -> NDArray[Any]:
        """By slot, where there is one value for each leaf."""
        return values[self.leaf] if values.shape[1] == 1 else values

    def add(self, block: Block, values: NDArray[Any], totals: NDArray[Any]) -> None:
        """Add the values of the leaves."""
        if values.shape[1] != 1:
            _add_leaves(self, block, values, totals)
            return
        add = blend.add_slot_floats if values.dtype == np.float32 else blend.add_slot_doubles
        flat, flat_totals = values.reshape(-1), totals.reshape(-1)
        for first, last, found in self._windows(block, len(totals)):
            add(found, self.slot_starts, flat, flat_totals[first:last])


@dataclass(frozen=True, slots=True, eq=False)
class Comparer:
    """Walks down few trees by the values themselves."""

    comparisons: compare.Comparisons

    @property
    def trees(self) -> int:
        """T."""
        return len(self.comparisons.roots)

    @property
    def block_rows(self) -> int:
        """As many as a block holds."""
        return self.comparisons.block_rows

    def open(self, rows: int) -> NDArray[np.float64]:
        """Room for the values."""
        return self.comparisons.open_block()

    def take_in(self, block: NDArray[np.float64], inputs: Inputs, addresses: Addresses, first: int, rows: int) -> None:
        """Take in the values of a block."""
        compare.copy_values(addresses.table, first, rows, block)

    def leaves(self, block: NDArray[np.float64], rows: int) -> Iterator[tuple[int, int, Leaves]]:
        """The whole block at once."""
        yield 0, rows, compare.find_leaves(self.comparisons, block, -(-rows // LANES) * LANES)

    def arrange(self, values: NDArray[Any]) -> NDArray[Any]:
        """As they are."""
        return values

    def add(self, block: NDArray[np.float64], values: NDArray[Any], totals: NDArray[Any]) -> None:
        """Add the values of the leaves."""
        _add_leaves(self, block, values, totals)


Made = tuple[Inputs, Engine]
"""The inputs in the order in which the engine takes them in."""


def make_comparer(cuts: Cuts) -> Made | None:
    """None where not all columns are numeric."""
    inputs, owner = find_inputs(cuts)
    if cuts.numeric < len(cuts.features):
        return None
    return inputs, Comparer(compare.lay_out_comparisons(cuts, owner, len(inputs)))


def make_blender(cuts: Cuts) -> Made | None:
    """None where the forest's shape does not allow it."""
    layout = lay_out_groups(cuts)
    if layout is None:
        return None
    inputs, owner = find_inputs(cuts)
    return inputs, Blender(
        layout.program,
        make_places(cuts, owner, layout.direct, -128, EXIT),
        make_places(cuts, owner, layout.sources, 0, None),
        layout.slot_starts,
        layout.leaf,
    )


def make_walker(cuts: Cuts) -> Made:
    """Of any forest."""
    inputs, owner = find_inputs(cuts)
    places = make_places(cuts, owner, np.arange(len(cuts.features)), 0, -1)
    return inputs, Walker(walk.lay_out_records(cuts), places)


def choose_engine(graphs: list[Graph]) -> Made:
    """Comparing where few nodes stand on a row's way, blending where the forest's shape allows it, else walking.

    Measured on one core of an EPYC (Zen 3), ns a row, of I inputs and S nodes on the way in trees of depth 6: comparing
    0.7 I + 1.1 S, blending 2.4 I + 0.25 S, walking 2.9 I + S. The list of the graph's parts is empty afterwards.
    """
    cuts = find_cuts(graphs)
    graphs.clear()
    steps = _count_steps(cuts) / max(len(np.unique(cuts.features)), 1)
    makers: list[Callable[[Cuts], Made | None]] = [make_blender, make_walker]
    if steps <= _SOME_STEPS:
        makers.insert(0 if steps <= _FEW_STEPS else 1, make_comparer)
    return next(made for make in makers if (made := make(cuts)) is not None)


def _count_steps(cuts: Cuts) -> float:
    """How many nodes a row passes, if trees are of one size and balanced."""
    trees = max(len(cuts.roots), 1)
    return trees * math.log2(len(cuts.column) / trees + 1)
