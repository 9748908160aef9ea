"""Columns of ranks, as engines read them, made of the inputs of a block of rows in one call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import types
from numpy.typing import NDArray

from sparkpmml.kernels.addresses import Addresses
from sparkpmml.kernels.cuts import Cuts, Integers
from sparkpmml.kernels.inputs import Inputs, rank_input
from sparkpmml.kernels.jit import array, inline, kernel
from sparkpmml.kernels.ranks import MISSING, Positions

LANES = 8
"""Rows whose ranks stand together in groups."""


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Columns of ranks: what each is made of. A rank is the position + shift, or `missing`, of which -1 is the highest
    number that an unsigned type holds."""

    columns: Integers  # [C, 3], by input: column, shift, missing
    starts: Integers  # [inputs + 1], where each input's columns begin

    def __len__(self) -> int:
        return len(self.columns)

    def fill(self, inputs: Inputs, addresses: Addresses, first: int, rows: int, out: NDArray[Any]) -> None:
        """Write the columns for `rows` rows from `first` on.

        out: int8 or uint16[C, at least rows]; or uint16 or uint32[at least rows / 8, columns, 8], in groups.
        """
        positions = np.empty(rows, dtype=np.uint32)
        source = (addresses.table, first, inputs.thresholds, inputs.before, inputs.scales, inputs.spans)
        _FILL[out.dtype, out.ndim](*source, self.columns, self.starts, positions, out)


def make_places(cuts: Cuts, owner: Integers, columns: Integers, shift: int, exit_: int | None) -> Places:
    """Places for some columns of the cuts, every rank raised by `shift`.

    A number's missing ranks where the cuts want it, one that exits becomes `exit_`; with None above all its others, for
    tables.
    """
    is_set = columns >= cuts.numeric
    counts = np.array([len(cuts.thresholds[column]) for column in columns], dtype=np.int64)
    missing = counts + 1
    if exit_ is not None:
        missing = np.where(cuts.missing_right[columns], counts, 0)
        missing = np.where(cuts.missing_exits[columns], exit_ - shift, missing)
    order = np.argsort(owner[columns], kind="stable")
    starts = np.searchsorted(owner[columns][order], np.arange(owner.max(initial=-1) + 2))
    made = np.stack([np.arange(len(columns)), shift + is_set, shift + np.where(is_set, 0, missing)], axis=1)
    return Places(np.ascontiguousarray(made[order]), starts)


@inline
def _fill_columns(table, first, thresholds, before, scales, spans, columns, starts, positions, out):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    for number in range(len(table)):
        if starts[number] == starts[number + 1]:
            continue
        rank_input(table, number, first, positions, thresholds, before, scales, spans)
        for place in range(starts[number], starts[number + 1]):
            target, shift, missing = out[columns[place, 0]], columns[place, 1], columns[place, 2]
            for row in range(len(positions)):
                at = positions[row]
                target[row] = missing if at == np.uint32(MISSING) else np.int64(at) + shift


@inline
def _fill_groups(table, first, thresholds, before, scales, spans, columns, starts, positions, out):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    whole = len(positions) // LANES
    for number in range(len(table)):
        rank_input(table, number, first, positions, thresholds, before, scales, spans)
        for place in range(starts[number], starts[number + 1]):
            column, shift, missing = columns[place, 0], columns[place, 1], columns[place, 2]
            for group in range(whole):
                target, ranks = out[group, column], positions[group * LANES : (group + 1) * LANES]
                for lane in range(LANES):
                    at = ranks[lane]
                    target[lane] = missing if at == np.uint32(MISSING) else np.int64(at) + shift
            for row in range(whole * LANES, len(positions)):
                at = positions[row]
                rest = row - whole * LANES
                out[whole, column, rest] = missing if at == np.uint32(MISSING) else np.int64(at) + shift


_SOURCE = (
    array(types.int64, 2),
    types.int64,
    array(types.float64),
    array(types.uint32),
    array(types.float64, 2),
    array(types.int64, 2),
    array(types.int64, 2),
    array(types.int64),
    types.Array(types.uint32, 1, "C"),
)


@kernel(*_SOURCE, types.Array(types.int8, 2, "C"))
def fill_bytes(
    table: Integers,
    first: int,
    thresholds: NDArray[np.float64],
    before: Positions,
    scales: NDArray[np.float64],
    spans: Integers,
    columns: Integers,
    starts: Integers,
    positions: Positions,
    out: NDArray[np.int8],
) -> None:
    """See `Places.fill`; positions is room for a rank of each row."""
    _fill_columns(table, first, thresholds, before, scales, spans, columns, starts, positions, out)


@kernel(*_SOURCE, types.Array(types.uint16, 2, "C"))
def fill_shorts(
    table: Integers,
    first: int,
    thresholds: NDArray[np.float64],
    before: Positions,
    scales: NDArray[np.float64],
    spans: Integers,
    columns: Integers,
    starts: Integers,
    positions: Positions,
    out: NDArray[np.uint16],
) -> None:
    """As `fill_bytes`."""
    _fill_columns(table, first, thresholds, before, scales, spans, columns, starts, positions, out)


@kernel(*_SOURCE, types.Array(types.uint16, 3, "C"))
def fill_short_groups(
    table: Integers,
    first: int,
    thresholds: NDArray[np.float64],
    before: Positions,
    scales: NDArray[np.float64],
    spans: Integers,
    columns: Integers,
    starts: Integers,
    positions: Positions,
    out: NDArray[np.uint16],
) -> None:
    """As `fill_bytes`, in groups."""
    _fill_groups(table, first, thresholds, before, scales, spans, columns, starts, positions, out)


@kernel(*_SOURCE, types.Array(types.uint32, 3, "C"))
def fill_word_groups(
    table: Integers,
    first: int,
    thresholds: NDArray[np.float64],
    before: Positions,
    scales: NDArray[np.float64],
    spans: Integers,
    columns: Integers,
    starts: Integers,
    positions: Positions,
    out: NDArray[np.uint32],
) -> None:
    """As `fill_bytes`, in groups."""
    _fill_groups(table, first, thresholds, before, scales, spans, columns, starts, positions, out)


_FILL: dict[tuple[np.dtype[Any], int], Callable[..., None]] = {
    (np.dtype(np.int8), 2): fill_bytes,
    (np.dtype(np.uint16), 2): fill_shorts,
    (np.dtype(np.uint16), 3): fill_short_groups,
    (np.dtype(np.uint32), 3): fill_word_groups,
}
