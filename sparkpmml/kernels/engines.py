"""The two ways to find leaves behind one interface: blending for forests of small trees, walking for all others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sparkpmml.kernels import blend, walk
from sparkpmml.kernels.cuts import Cuts, Integers
from sparkpmml.kernels.inputs import Places, make_places
from sparkpmml.kernels.layout import lay_out_groups
from sparkpmml.kernels.ranks import Positions
from sparkpmml.kernels.totals import add_doubles, add_floats
from sparkpmml.kernels.vector import ROWS

Leaves = NDArray[np.int32]
Block = Any  # what an engine keeps of a block of rows: its own affair

_BLOCK_BYTES = 1 << 16  # of ranks: what stays in a core's second-level cache beside the nodes
_LANES = 8
_MOST_ROWS = 4096


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

    def place(self, block: Block, input_: int, positions: Positions) -> None:
        """Take in one input."""

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
        """As many as keep the ranks in the second-level cache."""
        size = max(len(self.places), 1) * self._rank_type().itemsize
        return min(max(_BLOCK_BYTES // size // _LANES * _LANES, _LANES), _MOST_ROWS)

    @property
    def _rank_type(self) -> type[np.unsignedinteger[Any]]:
        return np.uint32 if self.records.records.ndim == 2 else np.uint16

    def open(self, rows: int) -> NDArray[Any]:
        """Ranks [rows padded to whole lanes, columns]."""
        padded = -(-rows // _LANES) * _LANES
        return np.zeros((padded, max(len(self.places), 1)), dtype=self._rank_type)

    def place(self, block: NDArray[Any], input_: int, positions: Positions) -> None:
        """Take in one input."""
        self.places.place(input_, positions, block.T)

    def leaves(self, block: NDArray[Any], rows: int) -> Iterator[tuple[int, int, Leaves]]:
        """The whole block at once."""
        yield 0, rows, walk.find_leaves(self.records, block)

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
        """Enough to spread the cost of a call."""
        return _MOST_ROWS

    def open(self, rows: int) -> tuple[NDArray[np.int8], NDArray[np.uint16], NDArray[np.int8]]:
        """(ranks of a byte [C, rows], ranks for lookups [S, rows], the work area), rows in whole windows."""
        padded = -(-rows // ROWS) * ROWS
        return (
            np.zeros((len(self.direct), padded), dtype=np.int8),
            np.zeros((len(self.sources), padded), dtype=np.uint16),
            blend.make_work(self.program),
        )

    def place(self, block: Block, input_: int, positions: Positions) -> None:
        """Take in one input."""
        self.direct.place(input_, positions, block[0])
        self.sources.place(input_, positions, block[1])

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


def choose_engine(cuts: Cuts, owner: Integers) -> Engine:
    """Blending where the forest's shape allows it."""
    layout = lay_out_groups(cuts)
    if layout is None:
        places = make_places(cuts, owner, np.arange(len(cuts.features)), 0, False)
        return Walker(walk.lay_out_records(cuts), places)
    return Blender(
        layout.program,
        make_places(cuts, owner, layout.direct, -128, False),
        make_places(cuts, owner, layout.sources, 0, True),
        layout.slot_starts,
        layout.leaf,
    )
