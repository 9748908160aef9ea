"""A document's literals as a column to pick from: what bins, mapped values and defaults are answered with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from sparkpmml.datatypes import DataType
from sparkpmml.runtime.arrow import from_arrow
from sparkpmml.runtime.cast import cast
from sparkpmml.runtime.column import Array, Column

_PARSED = 1 << 14
"""So many at a time: while they are parsed each text is held several times over."""


@dataclass(frozen=True, slots=True, eq=False)
class Literals:
    """Values of one type by position; position -1 is the missing value."""

    column: Column

    @classmethod
    def of(cls, texts: Sequence[str | None] | pa.Array, data_type: DataType) -> Literals:
        """None is missing; ValueError when a text is no value of the type."""
        stated = texts if isinstance(texts, pa.Array) else pa.array(texts, pa.string())
        every = pa.concat_arrays([stated, pa.nulls(2, pa.string())])  # two: a column of one row is a constant
        if data_type is DataType.STRING:
            return cls(from_arrow(every))
        parts = [_parse(every[start : start + _PARSED], data_type) for start in range(0, len(every), _PARSED)]
        masks = [part.missing for part in parts if part.missing is not None]
        values = np.concatenate([part.values for part in parts])
        return cls(Column(data_type, values, np.concatenate(masks) if masks else None))

    def pick(self, positions: Array) -> Column:
        """The values at int[n] positions."""
        return self.column.take(positions)


def _parse(texts: pa.Array, data_type: DataType) -> Column:
    column = cast(from_arrow(texts), data_type)
    if column.failed is not None:
        raise ValueError(f"answers {texts[int(np.argmax(column.failed))].as_py()!r}, which is no {data_type}")
    return column
