"""equal, notEqual, lessThan, lessOrEqual, greaterThan, greaterOrEqual; see `_alignment` for values of two types.

A text that spells no value of the other argument's type is equal to none; how it compares cannot be said.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from sparkpmml.runtime.builtin import builtin
from sparkpmml.runtime.column import Column, Mask, booleans
from sparkpmml.runtime.functions._alignment import aligned
from sparkpmml.runtime.functions._numeric import fail


def equality(first: Column, second: Column) -> Mask:
    """bool[n]: are the values equal? Meaningless where one of them is missing."""
    left, right, unlike = aligned(first, second, ordered=False)
    result: Mask = np.equal(left, right)
    return result if unlike is None else result & ~unlike


@builtin("equal", 2)
def equal(first: Column, second: Column) -> Column:
    return booleans(equality(first, second))


@builtin("notEqual", 2)
def not_equal(first: Column, second: Column) -> Column:
    return booleans(~equality(first, second))


def _enter(name: str, operation: Callable[[Any, Any], Any]) -> None:
    def apply(first: Column, second: Column) -> Column:
        left, right, unlike = aligned(first, second, ordered=True)
        result = booleans(operation(left, right))
        return result if unlike is None else fail(result, unlike)

    builtin(name, 2)(apply)


_enter("lessThan", np.less)
_enter("lessOrEqual", np.less_equal)
_enter("greaterThan", np.greater)
_enter("greaterOrEqual", np.greater_equal)
