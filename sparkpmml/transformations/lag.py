"""Lag: an earlier value of a series (specification: Transformations, Lag).

The series is a list in the field's column, oldest value first, the row's own value last: rows of a distributed table
have no order of their own. A table in memory has one: there a plain column is a series (see `Model.predict`). Blocks
within a series (`BlockIndicator`) are markup that cannot be scored.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.expressions import register
from sparkpmml.compiler.scope import Scope
from sparkpmml.pmml.expressions import Expression
from sparkpmml.pmml.node import attribute, element, integer, one_of
from sparkpmml.runtime.column import Column, with_missing
from sparkpmml.runtime.groups import Members, pick, summarize
from sparkpmml.runtime.lists import ListColumn
from sparkpmml.transformations._lists import list_field, with_failures

_FUNCTIONS = {"avg": "average"}


@element("Lag")
class Lag(Expression):
    """The value `n` steps back, or a summary of the `n` values before the row's own, of those that there are."""

    field: str = attribute()
    n: int = attribute(integer, default=1)
    aggregate: str = attribute(
        one_of("none", "avg", "max", "median", "min", "product", "sum", "stddev"), default="none"
    )

    def __post_init__(self) -> None:
        if self.n < 0:
            raise ValueError(f"looks {self.n} steps back")


@dataclass(frozen=True, slots=True)
class Earlier:
    """The operation: the value `n` steps before the end of each list; missing where the list is shorter."""

    n: int

    def __call__(self, lists: ListColumn) -> Column:
        positions = lists.offsets[1:] - 1 - self.n
        short = positions < lists.offsets[:-1]
        column = pick(lists.child, np.where(short, len(lists.child), positions))
        return with_failures(with_missing(column, short), lists)


@dataclass(frozen=True, slots=True)
class Window:
    """The operation: a summary of the `n` values before the end of each list."""

    function: str
    n: int

    def __call__(self, lists: ListColumn) -> Column:
        last = lists.offsets[1:] - 1
        first = np.maximum(last - self.n, lists.offsets[:-1])
        return with_failures(summarize(self.function, Members.of(lists, first, last)), lists)


@register
def _lower(node: Lag, scope: Scope) -> Slot:
    lists = list_field(node.field, node, scope, window=node.n + 1)
    function = _FUNCTIONS.get(node.aggregate, node.aggregate)
    slot = scope.builder.emit(Earlier(node.n) if function == "none" else Window(function, node.n), lists)
    return scope.builder.checked(slot, f"{node.field} holds a value that is not valid")
