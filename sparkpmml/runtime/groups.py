"""Lists of values, one per row, summarized."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparkpmml.datatypes import DataType
from sparkpmml.runtime.column import Array, Column, Mask, integers, missing_column
from sparkpmml.runtime.functions._numeric import double_result, number
from sparkpmml.runtime.lists import ListColumn


def pick(column: Column, positions: Array) -> Column:
    """The values at int[n] positions, without marks; the position after the last one stands for a missing value.

    Unlike `take` it does not see a constant in a column of one row.
    """
    nothing = missing_column(column.data_type)
    values = np.append(column.values, nothing.values)[positions]
    missing = None if nothing.missing is None else np.append(column.is_missing(), nothing.missing)[positions]
    return Column(column.data_type, values, missing, column.dictionary)


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """Values and the row that each belongs to: int64[m] rows, ascending, of `count` rows; missing values left out."""

    values: Column
    rows: NDArray[np.int64]
    count: int

    @classmethod
    def of(cls, lists: ListColumn, first: Array | None = None, last: Array | None = None) -> Members:
        """The members from position `first` to before `last` of the child column, row by row; all unless given."""
        rows = np.repeat(np.arange(len(lists)), np.diff(lists.offsets))
        chosen = ~lists.child.is_missing()
        if first is not None and last is not None:
            positions = np.arange(len(rows))
            chosen &= (positions >= first[rows]) & (positions < last[rows])
        return cls(pick(lists.child, np.flatnonzero(chosen)), rows[chosen], len(lists))

    @property
    def sizes(self) -> NDArray[np.int64]:
        return np.bincount(self.rows, minlength=self.count)

    def as_list(self) -> ListColumn:
        """The members as lists again."""
        return ListColumn(self.values.plain(), np.concatenate(([0], np.cumsum(self.sizes))))


def summarize(function: str, members: Members) -> Column:
    """count, sum, average, min, max, median, product or stddev of each row's members; missing where it has none.

    Sums and extremes keep the members' type. TypeError for anything but a count of members that are no numbers.
    """
    if function == "count":
        return integers(members.sizes)
    values = number(members.values).as_double()
    kind = number(members.values).data_type
    if function in _EXACT:
        result = _EXACT[function](values, members)
    else:
        result = _FRACTIONAL[function](values, members)
        kind = DataType.FLOAT if kind is DataType.FLOAT else DataType.DOUBLE
    return double_result(np.where(members.sizes == 0, np.nan, result), kind)


def _sum(values: Array, members: Members) -> Array:
    return np.bincount(members.rows, weights=values, minlength=members.count).astype(np.float64, copy=False)


def _accumulate(operation: Any, start: float, values: Array, members: Members) -> Array:
    """`operation` is a ufunc of two arguments."""
    result = np.full(members.count, start)
    operation.at(result, members.rows, values)
    return result


def _average(values: Array, members: Members) -> Array:
    with np.errstate(invalid="ignore"):
        return _sum(values, members) / members.sizes


def _deviation(values: Array, members: Members) -> Array:
    """The standard deviation of a sample; not there for fewer than two."""
    difference = values - _average(values, members)[members.rows]
    with np.errstate(all="ignore"):
        return np.sqrt(np.where(members.sizes > 1, _sum(difference**2, members) / (members.sizes - 1), np.nan))


def _median(values: Array, members: Members) -> Array:
    order = np.lexsort((values, members.rows))
    ends = np.cumsum(members.sizes)
    starts = ends - members.sizes
    ordered = np.append(values[order], np.nan)
    last = len(values)
    low = ordered[np.minimum(starts + np.maximum(members.sizes - 1, 0) // 2, last)]
    high = ordered[np.minimum(starts + members.sizes // 2, last)]
    middle: Array = (low + high) / 2
    return middle


_Summary = Callable[[Array, Members], Array]
_EXACT: dict[str, _Summary] = {
    "sum": _sum,
    "min": lambda values, members: _accumulate(np.minimum, np.inf, values, members),
    "max": lambda values, members: _accumulate(np.maximum, -np.inf, values, members),
    "product": lambda values, members: _accumulate(np.multiply, 1.0, values, members),
}
_FRACTIONAL: dict[str, _Summary] = {"average": _average, "median": _median, "stddev": _deviation}


def any_member(lists: ListColumn, marked: Mask) -> Mask:
    """bool[n]: is any member of the row's list marked (bool[members])?"""
    rows = np.repeat(np.arange(len(lists)), np.diff(lists.offsets))
    return np.bincount(rows[marked], minlength=len(lists)) > 0
