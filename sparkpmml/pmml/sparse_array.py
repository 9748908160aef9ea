"""Arrays that name only some of their values (specification: GeneralStructure, Sparse Array)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sparkpmml.pmml.node import Node, attribute, children, content, element, integer, number


def _integers(text: str) -> NDArray[np.float64]:
    return np.array([integer(item) for item in text.split()], dtype=np.float64)


def _numbers(text: str) -> NDArray[np.float64]:
    return np.array([number(item) for item in text.split()], dtype=np.float64)


@element("Indices")
class Indices(Node):
    """The places, from 1, of the values that are named."""

    places: NDArray[np.float64] = content(_integers)


@element("REAL-Entries", "INT-Entries")
class Entries(Node):
    """The values at those places."""

    values: NDArray[np.float64] = content(_numbers)


@element("REAL-SparseArray", "INT-SparseArray")
class SparseArray(Node):
    """A list of numbers most of which are the default."""

    n: int | None = attribute(integer, default=None)
    default_value: float = attribute(number, default=0.0)
    indices: tuple[Indices, ...] = children(Indices)
    entries: tuple[Entries, ...] = children(Entries)

    def dense(self, size: int) -> NDArray[np.float64]:
        """float64[size]; ValueError when the array's parts, or its length, do not fit."""
        places = [place for each in self.indices for place in each.places]
        values = [value for each in self.entries for value in each.values]
        if len(places) != len(values):
            raise ValueError(f"has {len(places)} indices for {len(values)} entries")
        if self.n is not None and self.n != size:
            raise ValueError(f"says n={self.n}, {size} values are needed")
        if any(not 1 <= place <= size for place in places):
            raise ValueError(f"has an index outside 1 to {size}")
        dense = np.full(size, self.default_value)
        dense[np.array(places, dtype=np.int64) - 1] = values
        return dense
