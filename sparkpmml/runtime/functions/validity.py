"""isMissing, isNotMissing, isValid and isNotValid: the functions that see what a value is, not which."""

from __future__ import annotations

from sparkpmml.runtime.builtin import builtin
from sparkpmml.runtime.column import Column, Mask, booleans


@builtin("isMissing", 1, strict=False)
def is_missing(argument: Column) -> Column:
    return booleans(argument.is_missing())


@builtin("isNotMissing", 1, strict=False)
def is_not_missing(argument: Column) -> Column:
    return booleans(~argument.is_missing())


@builtin("isValid", 1, strict=False)
def is_valid(argument: Column) -> Column:
    return booleans(_valid(argument))


@builtin("isNotValid", 1, strict=False)
def is_not_valid(argument: Column) -> Column:
    return booleans(~_valid(argument))


def _valid(argument: Column) -> Mask:
    """bool[n]: there, and among the values that its field declares."""
    there = ~argument.is_missing()
    return there if argument.invalid is None else there & ~argument.invalid
