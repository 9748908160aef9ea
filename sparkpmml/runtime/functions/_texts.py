"""Functions of text, applied to distinct values only: once per dictionary entry or combination of entries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sparkpmml.datatypes import DataType
from sparkpmml.runtime.cast import cast
from sparkpmml.runtime.column import MISSING_CODE, Array, Column, Mask, codes, storage_type

Function = Callable[..., Any]


def text(column: Column) -> Column:
    """The argument as strings: numbers, dates and truth values as the document would write them."""
    return cast(column.plain(), DataType.STRING)


@dataclass(frozen=True, slots=True)
class _Distinct:
    """A column's distinct values: `values[k]` (None for missing), and which of them each row has."""

    values: Sequence[Any]
    positions: Array


def _distinct(column: Column) -> _Distinct:
    if column.data_type is DataType.STRING:
        entries = column.dictionary if column.dictionary is not None else np.empty(0, dtype=object)
        if len(entries) <= len(column):
            return _Distinct([*entries, None], np.where(column.values < 0, len(entries), column.values))
    missing = column.is_missing()
    found, positions = np.unique(column.values, return_inverse=True)
    positions = np.where(missing, len(found), positions.reshape(column.values.shape))
    if column.data_type is DataType.STRING and column.dictionary is not None:
        return _Distinct([*(column.dictionary[code] if code >= 0 else None for code in found), None], positions)
    return _Distinct([*found.tolist(), None], positions)


def map_distinct(function: Function, data_type: DataType, *columns: Column, strict: bool = True) -> Column:
    """The function's results as a column of the data type.

    It is called once per combination of stored values that some row has: str for strings, int for dates and so on;
    not at all where one of them is None (missing), unless not `strict`. None from it is missing; a ValueError from it
    means that the rows have no result: missing and marked failed.
    """
    parts = [_distinct(column) for column in columns]
    rows = np.broadcast_shapes(*[part.positions.shape for part in parts])
    combined: Array = np.zeros(1, dtype=np.int64)
    for part in parts:
        combined = combined * len(part.values) + part.positions
    combined = np.broadcast_to(combined, rows)
    if len(columns) == 1:
        found, positions = np.arange(len(parts[0].values)), combined
    else:
        found, positions = np.unique(combined, return_inverse=True)
    arguments = _decode(found, parts)
    results, bad = _call(function, arguments, strict)
    return _column(results, bad, positions.reshape(rows), data_type)


def _decode(combined: Array, parts: list[_Distinct]) -> list[tuple[Any, ...]]:
    """The argument values of each combination."""
    digits = []
    for part in reversed(parts):
        combined, digit = np.divmod(combined, len(part.values))
        digits.append([part.values[i] for i in digit])
    return list(zip(*reversed(digits), strict=True))


def _call(function: Function, arguments: list[tuple[Any, ...]], strict: bool) -> tuple[list[Any], Mask]:
    results: list[Any] = []
    bad = np.zeros(len(arguments), dtype=np.bool_)
    for i, values in enumerate(arguments):
        result = None
        if not strict or None not in values:
            try:
                result = function(*values)
            except ValueError:
                bad[i] = True
        results.append(result)
    return results, bad


def _column(results: list[Any], bad: Mask, positions: Array, data_type: DataType) -> Column:
    failed = bad[positions] if bad.any() else None
    if data_type is DataType.STRING:
        index: dict[str, int] = {}
        table = [MISSING_CODE if each is None else index.setdefault(each, len(index)) for each in results]
        strings = codes(np.array(table, dtype=np.int32)[positions], list(index))
        return Column(DataType.STRING, strings.values, dictionary=strings.dictionary, failed=failed)
    missing = np.array([each is None for each in results], dtype=np.bool_)
    stored = np.array([0 if each is None else each for each in results], dtype=storage_type(data_type))
    if data_type.is_floating:
        stored[missing] = np.nan
        return Column(data_type, stored[positions], failed=failed)
    return Column(data_type, stored[positions], missing[positions] if missing.any() else None, failed=failed)
