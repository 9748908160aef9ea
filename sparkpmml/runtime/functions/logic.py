"""and, or and not; `if` is the compiler's, since a branch not taken must not fail.

Logic has three values (Kleene's): a missing argument is unknown, and `false and unknown` is false all the same.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sparkpmml.datatypes import DataType
from sparkpmml.runtime.builtin import builtin
from sparkpmml.runtime.cast import cast
from sparkpmml.runtime.column import Column, Mask, booleans, either


def _truth(argument: Column) -> tuple[Mask, Mask, Mask | None]:
    """(bool[n] certainly true, bool[n] certainly false, where the argument is no truth value)."""
    column = cast(argument.plain(), DataType.BOOLEAN)
    missing = column.is_missing()
    return column.values & ~missing, ~column.values & ~missing, column.failed


def _result(true: Mask, false: Mask, failed: Mask | None) -> Column:
    unknown = ~(true | false)
    result = booleans(true, unknown if unknown.any() else None)
    if failed is None:
        return result
    return replace(result, failed=np.broadcast_to(failed, true.shape))


@builtin("and", 1, None, strict=False)
def conjunction(*arguments: Column) -> Column:
    true, false, failed = _truth(arguments[0])
    for argument in arguments[1:]:
        also_true, also_false, also_failed = _truth(argument)
        true, false, failed = true & also_true, false | also_false, either(failed, also_failed)
    return _result(true, false, failed)


@builtin("or", 1, None, strict=False)
def disjunction(*arguments: Column) -> Column:
    true, false, failed = _truth(arguments[0])
    for argument in arguments[1:]:
        also_true, also_false, also_failed = _truth(argument)
        true, false, failed = true | also_true, false & also_false, either(failed, also_failed)
    return _result(true, false, failed)


@builtin("not", 1, strict=False)
def negation(argument: Column) -> Column:
    true, false, failed = _truth(argument)
    return _result(false, true, failed)
