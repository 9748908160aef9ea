"""From the caller's columns to the ranks that a layout asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparkpmml.kernels.cuts import Cuts, Integers
from sparkpmml.kernels.ranks import PLACE, Positions, Ruler, make_ruler, rank_codes


@dataclass(frozen=True, slots=True, eq=False)
class Input:
    """A feature that some test reads."""

    feature: int
    ruler: Ruler | None  # None for a feature with categories
    categories: int

    def cut(self, columns: Sequence[Any], first: int, last: int) -> NDArray[Any]:
        """The column's values in these rows; of a constant, one value."""
        values: NDArray[Any] = columns[self.feature]
        return values if len(values) == 1 else values[first:last]

    def rank(self, values: NDArray[Any], rows: int) -> Positions:
        """uint32[rows]: thresholds below the value, or the code; MISSING where missing."""
        values = np.ascontiguousarray(values if len(values) == rows else np.broadcast_to(values, rows))
        return rank_codes(values, self.categories) if self.ruler is None else self.ruler.rank(values)


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Columns of ranks: what each is made of. A rank is the position + shift, or `missing`, of which -1 is the highest
    number that an unsigned type holds."""

    shift: Integers  # [C]
    missing: Integers  # [C]
    order: Integers  # [C], the columns by input
    starts: Integers  # [inputs + 1], where each input's columns begin in `order`

    def __len__(self) -> int:
        return len(self.shift)

    def of(self, input_: int) -> Iterator[tuple[int, int, int]]:
        """(column, shift, missing) of each column made of an input."""
        for column in self.order[self.starts[input_] : self.starts[input_ + 1]].tolist():
            yield column, int(self.shift[column]), int(self.missing[column])

    def place(self, input_: int, positions: Positions, out: NDArray[Any]) -> None:
        """Write the columns made of an input: out[C, rows], int8, uint16 or uint32, of any strides but int8."""
        place = PLACE[out.dtype]
        for column, shift, missing in self.of(input_):
            place(positions, shift, missing, out[column, : len(positions)])


def find_inputs(cuts: Cuts) -> tuple[tuple[Input, ...], Integers]:
    """(the inputs, int64[C]: the input of each column of the cuts)."""
    is_set = np.arange(len(cuts.features)) >= cuts.numeric
    _, first, owner = np.unique(cuts.features * 2 + is_set, return_index=True, return_inverse=True)
    inputs = tuple(
        Input(
            int(cuts.features[column]),
            None if is_set[column] else make_ruler(cuts.thresholds[column]),
            int(cuts.categories[column]),
        )
        for column in first
    )
    return inputs, owner.reshape(-1).astype(np.int64)


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
    return Places(shift + is_set, shift + np.where(is_set, 0, missing), order, starts)
