"""What the functions of numbers share: result types, plain arrays, rows that have no result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps

import numpy as np
from numpy.typing import NDArray

from sparkpmml.datatypes import DataType
from sparkpmml.runtime.cast import cast
from sparkpmml.runtime.column import Array, Column, Mask, either, integers, missing_column, with_missing

_CALENDAR = frozenset({DataType.DATE, DataType.TIME, DataType.DATE_TIME})


def is_missing_constant(column: Column) -> bool:
    """A literal that is missing: it has no type of its own and fits any argument."""
    return column.data_type is DataType.STRING and len(column) == 1 and bool(column.values[0] < 0)


def of_numbers(*places: int) -> Callable[[Callable[..., Column]], Callable[..., Column]]:
    """Decorator: give the function numbers (see `number`) for the arguments at these places, or for all of them.

    A text is the double that it spells; a row whose text spells none has no result.
    """

    def decorate(function: Callable[..., Column]) -> Callable[..., Column]:
        @wraps(function)
        def apply(*arguments: Column) -> Column:
            given, unreadable = list(arguments), None
            for place in places or range(len(arguments)):
                if arguments[place].data_type is DataType.STRING:
                    given[place] = cast(arguments[place].plain(), DataType.DOUBLE)
                    unreadable = either(unreadable, given[place].failed)
                given[place] = number(given[place])
            result = function(*given)
            return result if unreadable is None else fail(result, unreadable)

        return apply

    return decorate


def number(column: Column) -> Column:
    """The column as numbers: a count of days or seconds, and a boolean, is an integer.

    TypeError for strings, dates and times.
    """
    kind = column.data_type
    if kind.is_numeric:
        return column
    if is_missing_constant(column):
        return missing_column(DataType.DOUBLE)
    if kind is DataType.STRING or kind in _CALENDAR:
        raise TypeError(f"a number is needed here, not a {kind}")
    return replace(column, data_type=DataType.INTEGER, values=column.values.astype(np.int64))


def common_type(*columns: Column) -> DataType:
    """The widest type of columns of numbers: integer, float, double."""
    kinds = {column.data_type for column in columns}
    if DataType.DOUBLE in kinds:
        return DataType.DOUBLE
    return DataType.FLOAT if DataType.FLOAT in kinds else DataType.INTEGER


def double_result(values: Array, data_type: DataType, failed: Mask | None = None) -> Column:
    """Results computed as float64[n], NaN where missing, in the type that the function gives.

    A number without counterpart in the type (a fraction or an infinity as an integer) is a failure.
    """
    column = cast(Column(DataType.DOUBLE, values), data_type)
    return replace(column, failed=either(column.failed, failed))


def whole(values: Array, *missing: Mask | None) -> Column:
    """An integer column from int64[n], missing where any of the masks (bool[n] or bool[1]) says so."""
    where = either(*missing)
    return integers(values, None if where is None else np.broadcast_to(where, values.shape))


def fail(column: Column, where: Mask) -> Column:
    """The column without a result at the rows `where` (bool[n] or bool[1])."""
    if not where.any():
        return column
    column = with_missing(column, where)
    where = np.broadcast_to(where, column.values.shape)
    return replace(column, failed=either(column.failed, where))


def largest(values: NDArray[np.int64]) -> int:
    """The largest absolute value in an int64 array, exactly; 0 for no rows."""
    if not len(values):
        return 0
    return max(abs(int(values.min())), abs(int(values.max())))
