"""Histories whose items are of several fields: the members of their lists that stand at one place, side by side."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sparkpmml.runtime.aligned import Aligned
from sparkpmml.runtime.column import Column, integers
from sparkpmml.runtime.encode import Encoder
from sparkpmml.runtime.lists import ListColumn


@dataclass(frozen=True, slots=True, eq=False)
class Together:
    """The operation: the items' places in the model's list of them, -1 for any other value, field after field.

    `places`: by each field's code, int64[values + 2]; the last two are those of other and of missing values. Missing
    where the lists differ in length.
    """

    encoders: tuple[Encoder, ...]
    places: tuple[NDArray[np.int64], ...]

    def __call__(self, *lists: ListColumn) -> ListColumn:
        aligned = Aligned.of(*lists)
        codes = [
            places[np.broadcast_to(encoder.encode(each.child), len(each.child))[positions]]
            for encoder, places, each, positions in zip(
                self.encoders, self.places, lists, aligned.positions, strict=True
            )
        ]
        sizes = np.bincount(aligned.rows, minlength=len(lists[0])) * len(lists)
        offsets = np.concatenate(([0], np.cumsum(sizes)))
        return ListColumn(integers(np.column_stack(codes).reshape(-1)), offsets, aligned.apart)


@dataclass(frozen=True, slots=True)
class OrderOfAll:
    """The operation: the order of such items, each value `fields` times.

    Inputs: the order's lists, then the items' lists; or these items' alone, whose order is that of their places.
    """

    fields: int

    def __call__(self, first: ListColumn, *others: ListColumn) -> ListColumn:
        aligned = Aligned.of(first, *others)
        sizes = np.bincount(aligned.rows, minlength=len(first))
        if others:
            child = _repeated(first.child, np.repeat(aligned.positions[0], self.fields))
        else:
            within = np.arange(len(aligned.rows)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
            child = integers(np.repeat(within, self.fields))
        return ListColumn(child, np.concatenate(([0], np.cumsum(sizes * self.fields))), first.missing)


def _repeated(column: Column, positions: NDArray[np.int64]) -> Column:
    missing = None if column.missing is None else column.missing[positions]
    return replace(column, values=column.values[positions], missing=missing, invalid=None, failed=None)
