"""min, max, sum, avg, median and product of the arguments; missing arguments are left out.

The result is missing when all arguments are. Its type is the widest of the arguments' types; the average and the
median of integers are doubles.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from sparkpmml.datatypes import DataType
from sparkpmml.runtime.builtin import builtin
from sparkpmml.runtime.column import Array, Column, Mask
from sparkpmml.runtime.functions._numeric import common_type, double_result, largest, of_numbers, whole


def _fold(operation: Callable[[Any, Any], Any], columns: Sequence[Column], neutral: float) -> tuple[Array, Array]:
    """float64[n]: the operation over the values that are there, from the first argument on; int64[n]: their count."""
    total: Array = np.full(1, neutral)
    count: Array = np.zeros(1, dtype=np.int64)
    with np.errstate(all="ignore"):
        for column in columns:
            missing = column.is_missing()
            total = operation(total, np.where(missing, neutral, column.values))
            count = count + ~missing
    return total, count


def _fold_integers(operation: Callable[[Any, Any], Any], columns: Sequence[Column], neutral: int) -> tuple[Array, Mask]:
    """As `_fold`, in int64, for arguments that cannot leave 64 bits; bool[n]: where all arguments are missing."""
    total: Array = np.full(1, neutral, dtype=np.int64)
    empty: Mask = np.ones(1, dtype=np.bool_)
    for column in columns:
        missing = column.is_missing()
        total = operation(total, np.where(missing, neutral, column.values))
        empty = empty & missing
    return total, empty


def _empty(values: Array, count: Array) -> Array:
    return np.where(count == 0, np.nan, values)


@builtin("sum", 1, None, strict=False)
@of_numbers()
def total(*arguments: Column) -> Column:
    kind = common_type(*arguments)
    if kind is DataType.INTEGER and sum(largest(each.values) for each in arguments) < 2**63:
        return whole(*_fold_integers(np.add, arguments, 0))
    return double_result(_empty(*_fold(np.add, arguments, 0.0)), kind)


@builtin("product", 1, None, strict=False)
@of_numbers()
def product(*arguments: Column) -> Column:
    kind = common_type(*arguments)
    if kind is DataType.INTEGER and np.prod([float(largest(each.values)) for each in arguments]) < 2.0**62:
        return whole(*_fold_integers(np.multiply, arguments, 1))
    return double_result(_empty(*_fold(np.multiply, arguments, 1.0)), kind)


@builtin("avg", 1, None, strict=False)
@of_numbers()
def average(*arguments: Column) -> Column:
    values, count = _fold(np.add, arguments, 0.0)
    with np.errstate(invalid="ignore"):
        return double_result(values / count, _fraction_type(arguments))


@builtin("min", 1, None, strict=False)
@of_numbers()
def least(*arguments: Column) -> Column:
    return _extreme(np.minimum, np.fmin, arguments)


@builtin("max", 1, None, strict=False)
@of_numbers()
def greatest(*arguments: Column) -> Column:
    return _extreme(np.maximum, np.fmax, arguments)


def _extreme(
    of_integers: Callable[[Any, Any], Any], of_doubles: Callable[[Any, Any], Any], arguments: Sequence[Column]
) -> Column:
    kind = common_type(*arguments)
    if kind is DataType.INTEGER:
        limit = np.iinfo(np.int64)
        return whole(*_fold_integers(of_integers, arguments, limit.max if of_integers is np.minimum else limit.min))
    values = arguments[0].as_double()
    for column in arguments[1:]:
        values = of_doubles(values, column.as_double())  # the one that is not NaN
    return double_result(values, kind)


@builtin("median", 1, None, strict=False)
@of_numbers()
def median(*arguments: Column) -> Column:
    """The middle value, or the mean of the two middle values."""
    table = np.sort(np.stack(np.broadcast_arrays(*[each.as_double() for each in arguments]), axis=1), axis=1)
    count = (~np.isnan(table)).sum(axis=1)  # NaN sorts to the end
    rows = np.arange(len(table))
    low = table[rows, np.maximum(count - 1, 0) // 2]
    high = table[rows, np.minimum(count // 2, table.shape[1] - 1)]
    with np.errstate(all="ignore"):
        return double_result(np.where(low == high, low, low + (high - low) / 2), _fraction_type(arguments))


def _fraction_type(arguments: Sequence[Column]) -> DataType:
    kind = common_type(*arguments)
    return DataType.DOUBLE if kind is DataType.INTEGER else kind
