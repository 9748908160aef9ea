"""The vectors of a VectorDictionary, as they are read."""

from __future__ import annotations

import math
from array import array
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparkpmml.pmml.array import Array
from sparkpmml.pmml.columns import Texts, as_array
from sparkpmml.pmml.sparse_array import SparseArray

_DENSE, _UNSAID = -math.inf, math.nan
"""In place of the length that a sparse vector says it has: it is not sparse, and it does not say."""


class Vectors:
    """The values of all vectors one after another, those of the sparse ones with their places.

    Whether they have the length that they should have is asked of those that machines refer to, by `dense`.
    """

    def __init__(self) -> None:
        self.ids = Texts()
        self._values = array("d")
        self._value_starts = array("q", [0])
        self._places = array("d")
        self._place_starts = array("q", [0])
        self._lengths = array("d")
        self._defaults = array("d")

    def __len__(self) -> int:
        return len(self._lengths)

    def add(self, values: dict[str, Any]) -> None:
        """See `Columns`: the fields of a VectorInstance."""
        self.ids.append(values["id"])
        self.ids.pack()
        sparse: SparseArray | None = values.get("sparse_array")
        if sparse is None:
            self._add_dense(values.get("array"))
        else:
            self._values.extend(sparse.values)
            self._places.extend(sparse.places)
            self._lengths.append(_UNSAID if sparse.n is None else sparse.n)
            self._defaults.append(sparse.default_value)
        self._value_starts.append(len(self._values))
        self._place_starts.append(len(self._places))

    def _add_dense(self, values: Array | None) -> None:
        items = values.items if values is not None else ()
        try:
            self._values.extend(map(float, items))
        except ValueError as error:
            raise ValueError(f"has a value that is no number: {error}") from None
        self._lengths.append(_DENSE)
        self._defaults.append(0.0)

    def dense(self, chosen: NDArray[np.int32], width: int) -> NDArray[np.float64]:
        """float64[m, width]: the vectors at these places; ValueError when one has another length."""
        dense = np.empty((len(chosen), width))
        values, places = as_array(self._values), as_array(self._places)
        for row, vector in zip(dense, chosen.tolist(), strict=True):
            start, stop = self._value_starts[vector : vector + 2]
            if self._lengths[vector] != _DENSE:
                place_start, place_stop = self._place_starts[vector : vector + 2]
                self._fill(row, vector, places[place_start:place_stop], values[start:stop])
            elif stop - start == width:
                row[:] = values[start:stop]
            else:
                name = self.ids[vector]
                raise ValueError(f"vector {name!r} has {stop - start} values, there are {width} vector fields")
        return dense

    def _fill(
        self, row: NDArray[np.float64], vector: int, places: NDArray[np.float64], values: NDArray[np.float64]
    ) -> None:
        length, width = self._lengths[vector], len(row)
        if len(places) != len(values):
            raise ValueError(f"has {len(places)} indices for {len(values)} entries")
        if not (math.isnan(length) or length == width):
            raise ValueError(f"says n={length:.0f}, {width} values are needed")
        if len(places) and not (places.min() >= 1 and places.max() <= width):
            raise ValueError(f"has an index outside 1 to {width}")
        row.fill(self._defaults[vector])
        row[places.astype(np.int64) - 1] = values
