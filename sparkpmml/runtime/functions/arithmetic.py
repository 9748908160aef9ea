"""+ - * / and modulo.

Two integers give an integer, a float with a float or an integer gives a float, everything else a double. Integers
divide like Java's: the quotient is cut towards zero, and dividing by zero has no result; so has an integer that
leaves 64 bits. Floating numbers divide by zero to an infinity.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from sparkpmml.datatypes import DataType
from sparkpmml.runtime.builtin import builtin
from sparkpmml.runtime.column import Array, Column, numbers
from sparkpmml.runtime.functions._numeric import common_type, fail, largest, of_numbers, whole

_LIMIT = 2**63


def _floating(operation: Callable[[Any, Any], Any], first: Column, second: Column) -> Column:
    kind = common_type(first, second)
    left: Array = first.values
    right: Array = second.values
    if left.dtype != np.float32 or right.dtype != np.float32:  # one rounding, at the end
        left, right = first.as_double(), second.as_double()
    with np.errstate(all="ignore"):
        return numbers(operation(left, right), kind)


def _exact(operation: Callable[[Any, Any], Any], first: Column, second: Column, bound: int) -> Column:
    """On int64; where the result could leave 64 bits (`bound`), each row is checked against its float64."""
    with np.errstate(all="ignore"):
        values = operation(first.values, second.values)
        result = whole(values, first.missing, second.missing)
        if bound < _LIMIT:
            return result
        estimate = operation(first.values.astype(np.float64), second.values.astype(np.float64))
    return fail(result, ~result.is_missing() & (np.abs(estimate - values) > 2.0**62))


def _are_integers(first: Column, second: Column) -> bool:
    return common_type(first, second) is DataType.INTEGER


@builtin("+", 2)
@of_numbers()
def add(first: Column, second: Column) -> Column:
    if _are_integers(first, second):
        return _exact(np.add, first, second, largest(first.values) + largest(second.values))
    return _floating(np.add, first, second)


@builtin("-", 2)
@of_numbers()
def subtract(first: Column, second: Column) -> Column:
    if _are_integers(first, second):
        return _exact(np.subtract, first, second, largest(first.values) + largest(second.values))
    return _floating(np.subtract, first, second)


@builtin("*", 2)
@of_numbers()
def multiply(first: Column, second: Column) -> Column:
    if _are_integers(first, second):
        return _exact(np.multiply, first, second, largest(first.values) * largest(second.values))
    return _floating(np.multiply, first, second)


@builtin("/", 2)
@of_numbers()
def divide(first: Column, second: Column) -> Column:
    if not _are_integers(first, second):
        return _floating(np.true_divide, first, second)
    divisor = np.where(second.values == 0, 1, second.values)
    quotient = np.floor_divide(first.values, divisor)
    inexact = quotient * divisor != first.values
    quotient = quotient + (inexact & (quotient < 0))  # towards zero
    return _integer_result(quotient, first, second)


@builtin("modulo", 2)
@builtin("%", 2)
@of_numbers()
def modulo(first: Column, second: Column) -> Column:
    """The remainder with the divisor's sign: `modulo(-7, 3)` is 2."""
    if not _are_integers(first, second):
        return _floating(np.mod, first, second)
    divisor = np.where(second.values == 0, 1, second.values)
    return _integer_result(np.mod(first.values, divisor), first, second)


def _integer_result(values: Array, first: Column, second: Column) -> Column:
    """The integers of a division, failed where the divisor is zero."""
    result = whole(values, first.missing, second.missing)
    return fail(result, ~result.is_missing() & (second.values == 0))
