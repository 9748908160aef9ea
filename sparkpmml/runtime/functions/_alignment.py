"""Two columns of any types as two arrays that numpy can compare."""

from __future__ import annotations

import numpy as np

from sparkpmml.datatypes import DataType
from sparkpmml.runtime.cast import cast
from sparkpmml.runtime.column import Array, Column, Mask, merge_dictionaries, missing_column
from sparkpmml.runtime.functions._numeric import is_missing_constant

_TIMES = frozenset({DataType.TIME, DataType.TIME_SECONDS})


def aligned(first: Column, second: Column, ordered: bool) -> tuple[Array, Array, Mask | None]:
    """(values of first, values of second, where they have no counterpart in each other's type).

    Numbers are compared in the wider type, strings by their text, a string with anything else by the value that it
    spells in the other's type, and points in time on one scale. TypeError for types that have nothing in common.
    `ordered`: the arrays must sort as the values do; else it is enough that equal values are equal.
    """
    first, second = _fit_constant(first, second), _fit_constant(second, first)
    if first.data_type is DataType.STRING and second.data_type is DataType.STRING:
        return _strings(first, second, ordered)
    unlike: Mask | None = None
    if first.data_type is DataType.STRING:
        first = _parsed(first, second.data_type)
        unlike = first.failed
    elif second.data_type is DataType.STRING:
        second = _parsed(second, first.data_type)
        unlike = second.failed
    left, right = _same_scale(first, second)
    return left.values, right.values, unlike


def _fit_constant(column: Column, other: Column) -> Column:
    return missing_column(other.data_type) if is_missing_constant(column) else column


def _strings(first: Column, second: Column, ordered: bool) -> tuple[Array, Array, Mask | None]:
    left, right, entries = merge_dictionaries(first, second)
    if not ordered or not len(entries):
        return left, right, None
    ranks = np.empty(len(entries), dtype=np.int64)
    ranks[np.argsort(entries)] = np.arange(len(entries))
    return ranks[left], ranks[right], None


def _parsed(column: Column, data_type: DataType) -> Column:
    """The text "1.5" can be compared with integers, too."""
    return cast(column.plain(), DataType.DOUBLE if data_type is DataType.INTEGER else data_type)


def _same_scale(first: Column, second: Column) -> tuple[Column, Column]:
    left, right = first.plain(), second.plain()
    kinds = {left.data_type, right.data_type}
    if len(kinds) == 1 or all(_is_plain_number(kind) for kind in kinds):
        return left, right
    if kinds <= _TIMES:
        return cast(left, DataType.TIME), cast(right, DataType.TIME)
    if all(_is_moment(kind) for kind in kinds):
        return cast(left, DataType.DATE_TIME), cast(right, DataType.DATE_TIME)
    if all(_is_plain_number(kind) or _is_count(kind) for kind in kinds):
        return left, right
    raise TypeError(f"a {left.data_type} cannot be compared with a {right.data_type}")


def _is_plain_number(kind: DataType) -> bool:
    return kind.is_numeric or kind is DataType.BOOLEAN


def _is_moment(kind: DataType) -> bool:
    return kind in (DataType.DATE, DataType.DATE_TIME) or kind.is_days_since or kind.is_seconds_since


def _is_count(kind: DataType) -> bool:
    return kind is DataType.TIME_SECONDS or kind.is_days_since or kind.is_seconds_since
