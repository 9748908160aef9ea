"""Values of a field as the model's own small integers, one look-up per distinct value where it can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sparkpmml.datatypes import DataType
from sparkpmml.runtime.cast import parse_value
from sparkpmml.runtime.column import Array, Column, storage_type


@dataclass(frozen=True, slots=True, eq=False)
class Encoder:
    """The model's known values of a field: value i has code i, an unknown one their count, a missing one -1."""

    texts: dict[str, int]
    stored: Array
    order: Array
    size: int

    @classmethod
    def of(cls, texts: Sequence[str], data_type: DataType) -> Encoder:
        """ValueError when a text is no value of the type."""
        if data_type is DataType.STRING:
            return cls({text: i for i, text in enumerate(texts)}, np.empty(0), np.empty(0, np.int32), len(texts))
        values = np.array([parse_value(text, data_type) for text in texts], dtype=storage_type(data_type))
        order = np.argsort(values, kind="stable").astype(np.int32)
        return cls({}, values[order], order, len(texts))

    def encode(self, column: Column) -> NDArray[np.int32]:
        """int32[n], codes as the class says."""
        if column.data_type is DataType.STRING:
            return column.translate(self.texts, unknown=self.size, missing=-1)
        missing = column.is_missing()
        if not self.size:
            return np.where(missing, -1, 0).astype(np.int32)
        place = np.minimum(np.searchsorted(self.stored, column.values), self.size - 1)
        known = self.stored[place] == column.values
        return np.where(missing, -1, np.where(known, self.order[place], self.size)).astype(np.int32)
