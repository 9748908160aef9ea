"""Logarithms, powers, roots and trigonometry: doubles whatever the argument's type, NaN (missing) where undefined."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from sparkpmml.runtime.builtin import builtin
from sparkpmml.runtime.column import Column, numbers
from sparkpmml.runtime.functions._numeric import common_type, double_result, of_numbers

_UNARY: dict[str, Callable[[Any], Any]] = {
    "log10": np.log10,
    "ln": np.log,
    "sqrt": np.sqrt,
    "exp": np.exp,
    "expm1": np.expm1,
    "ln1p": np.log1p,
    "sin": np.sin,
    "asin": np.arcsin,
    "sinh": np.sinh,
    "cos": np.cos,
    "acos": np.arccos,
    "cosh": np.cosh,
    "tan": np.tan,
    "atan": np.arctan,
    "tanh": np.tanh,
}

_BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "hypot": np.hypot,
    "atan2": np.arctan2,
}


def _enter_unary(name: str, operation: Callable[[Any], Any]) -> None:
    @of_numbers()
    def apply(argument: Column) -> Column:
        with np.errstate(all="ignore"):
            return numbers(operation(argument.as_double()))

    builtin(name, 1)(apply)


def _enter_binary(name: str, operation: Callable[[Any, Any], Any]) -> None:
    @of_numbers()
    def apply(first: Column, second: Column) -> Column:
        with np.errstate(all="ignore"):
            return numbers(operation(first.as_double(), second.as_double()))

    builtin(name, 2)(apply)


for _name, _operation in _UNARY.items():
    _enter_unary(_name, _operation)
for _name, _pair_operation in _BINARY.items():
    _enter_binary(_name, _pair_operation)


@builtin("pow", 2)
@of_numbers()
def power(base: Column, exponent: Column) -> Column:
    """base ** exponent in the wider of the two types; a fraction from two integers has no result."""
    with np.errstate(all="ignore"):
        values = np.power(base.as_double(), exponent.as_double())
    known = np.isnan(base.as_double()) | np.isnan(exponent.as_double())  # 1 ** NaN is 1, x ** NaN 0 too
    return double_result(np.where(known, np.nan, values), common_type(base, exponent))


@builtin("threshold", 2)
@of_numbers()
def threshold(value: Column, limit: Column) -> Column:
    """1 where the value is greater than the limit, else 0, in the wider of the two types."""
    first, second = value.as_double(), limit.as_double()
    missing = np.isnan(first) | np.isnan(second)
    values = np.where(missing, np.nan, (first > second).astype(np.float64))
    return double_result(values, common_type(value, limit))
