"""Values of a field as the model's own small integers, one look-up per distinct value where it can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sparkpmml.datatypes import DataType
from sparkpmml.runtime.cast import parse_value
from sparkpmml.runtime.column import Array, Column, storage_type
from sparkpmml.runtime.known_texts import FewTexts, KnownTexts, known_texts


@dataclass(frozen=True, slots=True, eq=False)
class Encoder:
    """The model's known values of a field: value i has code i, an unknown one their count, a missing one -1."""

    texts: KnownTexts
    stored: Array
    order: Array
    size: int

    @classmethod
    def of(cls, texts: Sequence[str] | pa.Array, data_type: DataType) -> Encoder:
        """ValueError when a text is no value of the type."""
        if data_type is DataType.STRING:
            return cls(known_texts(texts), np.empty(0), np.empty(0, np.int32), len(texts))
        texts = texts.to_pylist() if isinstance(texts, pa.Array) else texts
        values = np.array([parse_value(text, data_type) for text in texts], dtype=storage_type(data_type))
        order = np.argsort(values, kind="stable").astype(np.int32)
        return cls(FewTexts({}), values[order], order, len(texts))

    def encode(self, column: Column) -> NDArray[np.int32]:
        """int32[n], codes as the class says."""
        if column.data_type is DataType.STRING:
            return self._codes_of(column)
        missing = column.is_missing()
        if not self.size:
            return np.where(missing, -1, 0).astype(np.int32)
        place = np.minimum(np.searchsorted(self.stored, column.values), self.size - 1)
        known = self.stored[place] == column.values
        return np.where(missing, -1, np.where(known, self.order[place], self.size)).astype(np.int32)

    def _codes_of(self, column: Column) -> NDArray[np.int32]:
        """Each of the batch's different texts is looked up once."""
        codes = np.append(self.texts.find(column.entries, self.size), np.int32(-1))
        result: NDArray[np.int32] = codes.take(column.values)  # a missing value's -1 is the last entry
        return result
