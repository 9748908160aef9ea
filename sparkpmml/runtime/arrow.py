"""Between Arrow (or pandas, numpy) and columns, without a Python object per row."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from sparkpmml.datatypes import DataType
from sparkpmml.kernels.rows import every, row_after_row
from sparkpmml.runtime.column import Array, Column, Mask, codes, either, integers, missing_column, with_missing
from sparkpmml.runtime.lists import ListColumn

_ARROW = {
    DataType.STRING: pa.string(),
    DataType.DOUBLE: pa.float64(),
    DataType.FLOAT: pa.float32(),
    DataType.BOOLEAN: pa.bool_(),
    DataType.DATE: pa.date32(),
    DataType.DATE_TIME: pa.timestamp("us"),
    DataType.TIME: pa.string(),
}
_FEW_STRINGS = 16
_FEW_ROWS = 8192
"""Up to here to_numpy makes nulls NaN sooner than Arrow, which takes 6 us for a call and half as long for a row."""
_FLOATING = {pa.float64().id: DataType.DOUBLE, pa.float32().id: DataType.FLOAT}


def arrow_type(data_type: DataType) -> pa.DataType:
    """The Arrow type of a result field of a PMML data type."""
    return _ARROW.get(data_type, pa.int64())


def field_type(data_type: DataType) -> pa.DataType:
    """The Arrow type in which an input field's values are best sent."""
    return arrow_type(data_type)


def from_arrow(values: Any, is_list: bool = False) -> Any:
    """A raw input column from a pyarrow array, pandas Series or numpy array, in the type nearest to its own."""
    array = _as_arrow(values)
    if isinstance(array, Column):
        return array
    if is_list:
        return _list_column(array)
    return _column(array)


def whole(values: Any) -> Any:
    """An array of one chunk as this chunk, which is faster to slice; anything else as it is."""
    return values.chunk(0) if isinstance(values, pa.ChunkedArray) and values.num_chunks == 1 else values


def _as_arrow(values: Any) -> Any:
    if isinstance(values, pa.Array):
        return values
    if isinstance(values, pa.ChunkedArray):
        return values.combine_chunks() if values.num_chunks != 1 else values.chunk(0)
    if isinstance(values, pd.Series) and isinstance(values.dtype, np.dtype) and values.dtype.kind == "f":
        return _floating(values.to_numpy())
    if isinstance(values, np.ndarray) and values.dtype.kind == "f":
        return _floating(values)
    try:
        return _as_arrow_once(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError):  # a Series of mixed objects: text is what they have in common
        return _as_arrow_once(pd.Series(values, dtype=object).map(str, na_action="ignore"))


def _as_arrow_once(values: Any) -> pa.Array:
    array = pa.array(values, from_pandas=True)
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _floating(values: Array) -> Column:
    if values.dtype == np.float32:
        return Column(DataType.FLOAT, values)
    return Column(DataType.DOUBLE, values.astype(np.float64, copy=False))


def _column(array: pa.Array) -> Column:
    kind = array.type
    floating = _FLOATING.get(kind.id)
    if floating is not None:
        if array.null_count and len(array) > _FEW_ROWS:
            array = array.fill_null(pa.scalar(float("nan"), kind))
        return Column(floating, array.to_numpy(zero_copy_only=False))
    if pa.types.is_dictionary(kind):
        return _from_dictionary(array)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _from_dictionary(array.dictionary_encode())
    if pa.types.is_float16(kind):
        return _floating(array.cast(pa.float32()).to_numpy(zero_copy_only=False))
    if pa.types.is_decimal(kind):
        return _floating(array.cast(pa.float64()).to_numpy(zero_copy_only=False))
    missing = array.is_null().to_numpy(zero_copy_only=False) if array.null_count else None
    if pa.types.is_null(kind):
        return missing_column(DataType.DOUBLE, len(array))
    if pa.types.is_boolean(kind):
        return Column(DataType.BOOLEAN, array.fill_null(False).to_numpy(zero_copy_only=False), missing)
    if pa.types.is_integer(kind):
        return integers(array.fill_null(0).cast(pa.int64()).to_numpy(), missing)
    if pa.types.is_date(kind):
        days = array.cast(pa.date32()).cast(pa.int32()).fill_null(0).to_numpy()
        return integers(days, missing, DataType.DATE)
    if pa.types.is_timestamp(kind):
        micros = array.cast(pa.timestamp("us", tz=kind.tz), safe=False).cast(pa.int64()).fill_null(0)
        return integers(micros.to_numpy(), missing, DataType.DATE_TIME)
    if pa.types.is_time(kind):
        micros = array.cast(pa.time64("us"), safe=False).cast(pa.int64()).fill_null(0)
        return integers(micros.to_numpy(), missing, DataType.TIME)
    raise TypeError(f"values of Arrow type {kind} cannot be scored")


def _from_dictionary(array: pa.DictionaryArray) -> Column:
    values = array.dictionary
    positions = array.indices.cast(pa.int32()).fill_null(-1).to_numpy(zero_copy_only=False)
    if not (pa.types.is_string(values.type) or pa.types.is_large_string(values.type)):
        return _column(values).take(positions) if not array.null_count else _column(array.dictionary_decode())
    return codes(positions, values.to_numpy(zero_copy_only=False))


def _list_column(array: pa.Array) -> ListColumn:
    if pa.types.is_null(array.type):
        array = array.cast(pa.list_(pa.float64()))
    if not (pa.types.is_list(array.type) or pa.types.is_large_list(array.type)):
        raise TypeError(f"an array column is needed here, got values of Arrow type {array.type}")
    lengths = pc.list_value_length(array).fill_null(0).to_numpy(zero_copy_only=False)
    offsets = np.concatenate(([0], np.cumsum(lengths)))
    missing = array.is_null().to_numpy(zero_copy_only=False) if array.null_count else None
    return ListColumn(_column(array.flatten()), offsets, missing)


def trailing_lists(values: Any, window: int) -> Any:
    """A column of single values as one of lists: each row's own value and up to `window` - 1 before it, oldest first.

    A column of lists is given back as it is.
    """
    array = pa.array(values, from_pandas=True) if not isinstance(values, pa.Array | pa.ChunkedArray) else values
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if isinstance(array, pa.ChunkedArray):  # of no chunks
        array = pa.array([], array.type)
    if pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
        return array
    rows = np.arange(len(array))
    lengths = np.minimum(rows + 1, window)
    offsets = np.concatenate(([0], np.cumsum(lengths)))
    within = np.arange(offsets[-1]) - np.repeat(offsets[:-1], lengths)
    positions = np.repeat(rows - lengths + 1, lengths) + within
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), array.take(pa.array(positions)))


def to_arrow(column: Column | ListColumn, rows: int, failed: Mask | None) -> pa.Array:
    """An Arrow array of `rows` values, null where the value is missing or the row failed (bool[rows])."""
    if isinstance(column, ListColumn):
        return _list_to_arrow(column, failed)
    if len(column) != rows:
        column = broadcast(column, rows)
    missing = either(column.is_missing(), failed)
    if missing is not None and not missing.any():
        missing = None  # without a mask nothing is copied
    if column.data_type is DataType.STRING:
        return _strings_to_arrow(column, missing)
    if column.data_type is DataType.TIME:
        from sparkpmml.runtime.cast import cast

        return _strings_to_arrow(cast(column, DataType.STRING), missing)
    kind = arrow_type(column.data_type)
    if column.data_type is DataType.DATE:
        return pa.array(column.values.astype(np.int32), mask=missing).cast(kind)
    if column.data_type is DataType.DATE_TIME:
        return pa.array(column.values, mask=missing).cast(kind)
    return pa.array(column.values, type=kind, mask=missing)


def _strings_to_arrow(column: Column, missing: Mask | None) -> pa.Array:
    dictionary: Any = column.dictionary if column.dictionary is not None else []
    if missing is None and len(column) <= _FEW_STRINGS:  # for them Arrow's calls take longer
        return pa.array([dictionary[code] for code in column.values.tolist()], pa.string())
    entries = pa.array(dictionary, type=pa.string())
    if missing is None:
        return entries.take(pa.array(column.values))
    positions = np.maximum(column.values, 0) if len(entries) else column.values
    return entries.take(pa.array(positions, mask=missing))


def broadcast(column: Column, rows: int) -> Column:
    """A constant as a column of `rows` values; any other column unchanged."""
    if len(column) == rows:
        return column

    def spread(mask: Mask | None) -> Mask | None:
        return None if mask is None else np.broadcast_to(mask, rows)

    return replace(
        column,
        values=np.broadcast_to(column.values, rows),
        missing=spread(column.missing),
        invalid=spread(column.invalid),
        failed=spread(column.failed),
    )


def _list_to_arrow(column: ListColumn, failed: Mask | None) -> pa.Array:
    child = to_arrow(column.child, len(column.child), None)
    missing = either(column.missing, failed)
    mask = None if missing is None else pa.array(missing)  # not null offsets: the row before would take the entries
    return pa.ListArray.from_arrays(pa.array(column.offsets.astype(np.int32)), child, mask=mask)


def to_arrow_map(matrix: Array, labels: tuple[str, ...], rows: int, failed: Mask | None) -> pa.Array:
    """MAP<STRING, DOUBLE> from float64[rows, labels]; a row whose values are all NaN, or that failed, is null."""
    matrix = np.broadcast_to(matrix, (rows, len(labels)))
    unknown = np.isnan(matrix)
    if failed is None and not unknown.any():  # nearly always: nothing is copied
        return pa.MapArray.from_arrays(
            _even_offsets(rows, len(labels)), _keys(labels, rows), pa.array(row_after_row(matrix).reshape(-1))
        )
    missing = either(every(unknown), failed)
    if missing is None or not missing.any():
        offsets = _even_offsets(rows, len(labels))
    else:  # a null offset only says that its row is null: the row's entries must not be there either
        matrix = matrix[~missing]
        ends = np.concatenate(([0], np.cumsum(~missing, dtype=np.int32))) * np.int32(len(labels))
        offsets = pa.array(ends, pa.int32(), mask=np.append(missing, False))
    items = pa.array(row_after_row(matrix).reshape(-1), from_pandas=True)
    return pa.MapArray.from_arrays(offsets, _keys(labels, len(matrix)), items)


@lru_cache(maxsize=32)
def _even_offsets(rows: int, width: int) -> pa.Array:
    return pa.array(np.arange(rows + 1, dtype=np.int32) * np.int32(width))


@lru_cache(maxsize=32)
def _keys(labels: tuple[str, ...], rows: int) -> pa.Array:
    """The labels, `rows` times over: the same for every batch of a size."""
    return pa.array(labels, pa.string()).take(pa.array(np.tile(np.arange(len(labels), dtype=np.int32), rows)))


def mark_missing(column: Column, where: Mask) -> Column:
    """The column with the rows at `where` made missing, only if there are any."""
    return with_missing(column, where) if where.any() else column
