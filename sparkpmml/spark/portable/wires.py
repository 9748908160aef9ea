"""The two forms in which Spark hands columns to a function and takes them back: Arrow arrays, or pandas Series.

arrow_udf, of pyspark 4.1 and later, speaks Arrow; pandas_udf speaks pandas. In contrast to transport.py, which encodes
what pandas would spoil before it leaves the JVM, the functions here take what comes, and refuse what was spoilt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa

from sparkpmml.datatypes import DataType
from sparkpmml.errors import BindingError
from sparkpmml.spark.pandas_worker import ArrowColumn

if TYPE_CHECKING:
    from sparkpmml.runtime.program import ProgramInput

_EXACT = 2.0**53
"""Beyond it a double does not hold every whole number."""


class Wire(Protocol):
    """One of the forms."""

    def fields(self, column: Any) -> dict[str, Any] | None:
        """The columns of a struct by name; None of any other column."""

    def array(self, wanted: ProgramInput, column: Any) -> pa.Array:
        """The column for this input as Arrow."""

    def result(self, array: pa.Array) -> Any: ...


class ArrowWire:
    """arrow_udf."""

    def fields(self, column: Any) -> dict[str, Any] | None:
        if not pa.types.is_struct(column.type):
            return None
        return dict(zip((field.name for field in column.type), column.flatten(), strict=True))

    def array(self, wanted: ProgramInput, column: Any) -> pa.Array:
        return column

    def result(self, array: pa.Array) -> Any:
        return array


class PandasWire:
    """pandas_udf. A struct arrives, and is given back, as a DataFrame."""

    def fields(self, column: Any) -> dict[str, Any] | None:
        return {str(name): column[name] for name in column.columns} if isinstance(column, pd.DataFrame) else None

    def array(self, wanted: ProgramInput, column: Any) -> pa.Array:
        if column.dtype.kind != "f" or wanted.data_type.is_floating:
            return pa.array(column, from_pandas=True)
        return _restore_whole(wanted, column.to_numpy())

    def result(self, array: pa.Array) -> Any:
        if not pa.types.is_struct(array.type):
            return pd.Series(ArrowColumn(array))
        named = {field.name: ArrowColumn(part) for field, part in zip(array.type, array.flatten(), strict=True)}
        return pd.DataFrame(named, copy=False)


def _restore_whole(wanted: ProgramInput, values: np.ndarray[Any, Any]) -> pa.Array:
    """Floats for an input that is none: pandas makes them of whole numbers as soon as one is null.

    A BindingError where it cannot be told which they were, and it matters.
    """
    missing = np.isnan(values)
    present = values[~missing]
    if not len(present):
        return pa.nulls(len(values))
    if not missing.any() or (present != np.floor(present)).any():
        return pa.array(values, from_pandas=True)
    if wanted.data_type is DataType.STRING or (np.abs(present) >= _EXACT).any():
        raise BindingError(
            f"input {wanted.name!r} is {wanted.data_type}, and here numbers with nulls arrive as DOUBLE, whatever they"
            " were: cast the column to STRING"
        )
    return pa.array(np.where(missing, 0, values).astype(np.int64), mask=missing)
