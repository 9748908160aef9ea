"""floor, ceil and round give integers; rint and abs keep the argument's type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from sparkpmml.datatypes import DataType
from sparkpmml.runtime.builtin import builtin
from sparkpmml.runtime.column import Array, Column, integers, numbers
from sparkpmml.runtime.functions._numeric import double_result, fail, largest, of_numbers


def _whole(operation: Callable[[Any], Any], column: Column) -> Column:
    if column.data_type is DataType.INTEGER:
        return column.plain()
    return double_result(operation(column.as_double()), DataType.INTEGER)


@builtin("floor", 1)
@of_numbers()
def floor(argument: Column) -> Column:
    return _whole(np.floor, argument)


@builtin("ceil", 1)
@of_numbers()
def ceil(argument: Column) -> Column:
    return _whole(np.ceil, argument)


@builtin("round", 1)
@of_numbers()
def round_half_up(argument: Column) -> Column:
    """The nearest integer; a half goes up: 2.5 to 3, -2.5 to -2."""
    return _whole(_round_half_up, argument)


def _round_half_up(values: Array) -> Array:
    below = np.floor(values)
    with np.errstate(invalid="ignore"):  # an infinity minus itself
        result: Array = below + (values - below >= 0.5)
    return result


@builtin("rint", 1)
@of_numbers()
def rint(column: Column) -> Column:
    """The nearest whole number; a half goes to the even one."""
    if column.data_type is DataType.INTEGER:
        return column.plain()
    return numbers(np.rint(column.values), column.data_type)


@builtin("abs", 1)
@of_numbers()
def absolute(column: Column) -> Column:
    if column.data_type is not DataType.INTEGER:
        return numbers(np.abs(column.values), column.data_type)
    result = integers(np.abs(column.values), column.missing)
    return result if largest(column.values) < 2**63 else fail(result, ~result.is_missing() & (result.values < 0))
