"""A batch of one field's values, as plain arrays.

How a value is held, by data type (n rows):

| data type                     | values                                             | a missing value        |
|-------------------------------|----------------------------------------------------|------------------------|
| double, float                 | float64[n], float32[n]                             | NaN                    |
| string                        | int32[n], codes into `dictionary` (object[k])      | code -1                |
| integer, ...Since, timeSeconds| int64[n]                                           | `missing[n]` is true   |
| boolean                       | bool[n]                                            | `missing[n]` is true   |
| date                          | int64[n], days since 1970-01-01                    | `missing[n]` is true   |
| dateTime                      | int64[n], microseconds since 1970-01-01T00:00      | `missing[n]` is true   |
| time                          | int64[n], microseconds since midnight              | `missing[n]` is true   |

A constant is a column of one row: numpy's broadcasting makes it fit any batch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sparkpmml.datatypes import DataType

Mask: TypeAlias = NDArray[np.bool_]
Array: TypeAlias = NDArray[Any]

_STORAGE: dict[DataType, type[np.generic]] = {
    DataType.DOUBLE: np.float64,
    DataType.FLOAT: np.float32,
    DataType.STRING: np.int32,
    DataType.BOOLEAN: np.bool_,
}

MISSING_CODE = -1


def storage_type(data_type: DataType) -> type[np.generic]:
    """The numpy type that holds values of a PMML data type."""
    return _STORAGE.get(data_type, np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """Values of one field, one per row.

    `missing` is used only by types that cannot hold a missing value in `values` (see the table above).
    `invalid` marks values outside the field's declared values that were let through (`invalidValueTreatment="asIs"`):
    they score like any value, and only `isValid` and `isNotValid` see the mark.
    `failed` marks rows for which the value could not be computed; the value is missing there.
    """

    data_type: DataType
    values: Array
    missing: Mask | None = None
    dictionary: Array | None = None
    invalid: Mask | None = None
    failed: Mask | None = None

    def __len__(self) -> int:
        return len(self.values)

    def is_missing(self) -> Mask:
        """bool[n]: where the value is missing."""
        if self.data_type.is_floating:
            return np.isnan(self.values)
        if self.data_type is DataType.STRING:
            return np.less(self.values, 0)
        if self.missing is None:
            return np.zeros(len(self.values), dtype=np.bool_)
        return self.missing

    def as_double(self) -> NDArray[np.float64]:
        """float64[n] with NaN for missing; a boolean is 1 or 0. Strings have no number: a TypeError."""
        if self.data_type is DataType.STRING:
            raise TypeError("a string column has no numeric value")
        if self.data_type is DataType.DOUBLE:
            return self.values
        numbers: NDArray[np.float64] = self.values.astype(np.float64)
        if self.missing is not None:
            numbers = np.where(self.missing, np.nan, numbers)
        return numbers

    def strings(self) -> Array:
        """object[n] of str, None where missing. For small columns and error messages: it touches every row."""
        entries = np.append(self.entries, np.array([None]))
        result: Array = entries[self.values]
        return result

    @property
    def entries(self) -> Array:
        """object[k]: the strings that the codes stand for."""
        return self.dictionary if self.dictionary is not None else np.empty(0, dtype=object)

    def translate(self, codes: Mapping[str, int], unknown: int, missing: int) -> NDArray[np.int32]:
        """int32[n]: each string replaced by its code; the dictionary is looked up once per entry, not per row."""
        table = [codes.get(entry, unknown) for entry in self.entries]
        lookup = np.array([*table, missing], dtype=np.int32)
        result: NDArray[np.int32] = lookup.take(self.values)  # code -1 is the last entry
        return result

    def take(self, rows: Array | slice) -> Column:
        """The given rows (int64 positions, a bool mask, a range), in that order; a constant stays a constant."""
        if len(self.values) == 1:
            return self
        return replace(
            self,
            values=self.values[rows],
            missing=None if self.missing is None else self.missing[rows],
            invalid=None if self.invalid is None else self.invalid[rows],
            failed=None if self.failed is None else self.failed[rows],
        )

    def plain(self) -> Column:
        """The same values without the marks `invalid` and `failed`."""
        if self.invalid is None and self.failed is None:
            return self
        return replace(self, invalid=None, failed=None)


def numbers(values: Array, data_type: DataType = DataType.DOUBLE) -> Column:
    """A float or double column from an array that has NaN where missing."""
    return Column(data_type, np.asarray(values, dtype=storage_type(data_type)))


def integers(values: Array, missing: Mask | None = None, data_type: DataType = DataType.INTEGER) -> Column:
    """A column of an int64-backed type; `missing` bool[n] or None where nothing is missing."""
    return Column(data_type, np.asarray(values, dtype=np.int64), missing=missing)


def booleans(values: Array, missing: Mask | None = None) -> Column:
    """A boolean column; `missing` bool[n] (the logic's UNKNOWN) or None."""
    return Column(DataType.BOOLEAN, np.asarray(values, dtype=np.bool_), missing=missing)


def codes(values: Array, dictionary: Sequence[str] | Array) -> Column:
    """A string column from int32 codes (-1 missing) and the strings they stand for."""
    entries = np.empty(len(dictionary), dtype=object)
    entries[:] = dictionary
    return Column(DataType.STRING, np.asarray(values, dtype=np.int32), dictionary=entries)


def from_strings(values: Sequence[str | None]) -> Column:
    """A string column from Python strings, for constants and tests: not for batches."""
    index: dict[str, int] = {}
    coded = [MISSING_CODE if value is None else index.setdefault(value, len(index)) for value in values]
    return codes(np.array(coded, dtype=np.int32), list(index))


def missing_column(data_type: DataType, rows: int = 1) -> Column:
    """A column in which every value is missing."""
    if data_type.is_floating:
        return Column(data_type, np.full(rows, np.nan, dtype=storage_type(data_type)))
    if data_type is DataType.STRING:
        return codes(np.full(rows, MISSING_CODE, dtype=np.int32), [])
    values = np.zeros(rows, dtype=storage_type(data_type))
    return Column(data_type, values, missing=np.ones(rows, dtype=np.bool_))


def empty_column(data_type: DataType) -> Column:
    """A column without rows: what the compiler runs operations on to learn their result types."""
    return missing_column(data_type, rows=0)


def either(*masks: Mask | None) -> Mask | None:
    """The union of masks, None standing for nowhere."""
    present = [mask for mask in masks if mask is not None]
    if not present:
        return None
    result = present[0]
    for mask in present[1:]:
        result = result | mask
    return result


def with_missing(column: Column, where: Mask) -> Column:
    """The same column with the rows at `where` (bool[n] or bool[1]) made missing."""
    if column.data_type.is_floating:
        nan = storage_type(column.data_type)(np.nan)
        return replace(column, values=np.where(where, nan, column.values))
    if column.data_type is DataType.STRING:
        return replace(column, values=np.where(where, np.int32(MISSING_CODE), column.values))
    values, missing = np.broadcast_arrays(column.values, where if column.missing is None else column.missing | where)
    return replace(column, values=values, missing=missing)


def merge_dictionaries(first: Column, second: Column) -> tuple[Array, Array, Array]:
    """Two string columns' codes over one dictionary: (codes of first, codes of second, dictionary)."""
    index: dict[str, int] = {}
    parts = []
    for column in (first, second):
        lookup = [index.setdefault(entry, len(index)) for entry in column.entries]
        parts.append(np.array([*lookup, MISSING_CODE], dtype=np.int32)[column.values])
    entries = np.empty(len(index), dtype=object)
    entries[:] = list(index)
    return parts[0], parts[1], entries


def choose(condition: Mask, then: Column, otherwise: Column) -> Column:
    """Row by row, `then` where the condition (bool[n] or bool[1]) holds, else `otherwise`; both of one data type."""
    entries: Array | None = None
    left, right = then.values, otherwise.values
    if then.data_type is DataType.STRING:
        left, right, entries = merge_dictionaries(then, otherwise)
    values = np.where(condition, left, right)

    def mask(of_then: Mask | None, of_otherwise: Mask | None) -> Mask | None:
        chosen = _choose_mask(condition, of_then, of_otherwise)
        return None if chosen is None else np.broadcast_to(chosen, values.shape)

    return Column(
        then.data_type,
        values,
        mask(then.missing, otherwise.missing),
        entries,
        mask(then.invalid, otherwise.invalid),
        mask(then.failed, otherwise.failed),
    )


def _choose_mask(condition: Mask, then: Mask | None, otherwise: Mask | None) -> Mask | None:
    if then is None and otherwise is None:
        return None
    nowhere = np.zeros(1, dtype=np.bool_)
    return np.where(condition, nowhere if then is None else then, nowhere if otherwise is None else otherwise)
