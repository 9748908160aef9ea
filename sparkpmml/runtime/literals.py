"""A document's literals as a column to pick from: what bins, mapped values and defaults are answered with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sparkpmml.datatypes import DataType
from sparkpmml.runtime.cast import cast
from sparkpmml.runtime.column import Array, Column, from_strings


@dataclass(frozen=True, slots=True, eq=False)
class Literals:
    """Values of one type by position; position -1 is the missing value."""

    column: Column

    @classmethod
    def of(cls, texts: Sequence[str | None], data_type: DataType) -> Literals:
        """None is missing; ValueError when a text is no value of the type."""
        column = cast(from_strings([*texts, None, None]), data_type)  # two: a column of one row is a constant
        if column.failed is not None:
            wrong = texts[int(np.argmax(column.failed))]
            raise ValueError(f"answers {wrong!r}, which is no {data_type}")
        return cls(column)

    def pick(self, positions: Array) -> Column:
        """The values at int[n] positions."""
        return self.column.take(positions)
