"""Lag: an earlier value of a series (specification: Transformations, Lag).

The series is a list in the field's column, oldest value first, the row's own value last: rows of a distributed table
have no order of their own. A table in memory has one: there a plain column is a series (see `Model.predict`). Block
indicators are lists beside it; the series starts anew where one of them changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.expressions import register
from sparkpmml.compiler.scope import Scope
from sparkpmml.pmml.expressions import Expression
from sparkpmml.pmml.node import Node, attribute, children, element, integer, one_of
from sparkpmml.runtime.column import Array, Column, Mask, with_missing
from sparkpmml.runtime.functions._numeric import fail
from sparkpmml.runtime.groups import Members, pick, summarize
from sparkpmml.runtime.lists import ListColumn
from sparkpmml.transformations._lists import list_field, with_failures

_FUNCTIONS = {"avg": "average"}


@element("BlockIndicator")
class BlockIndicator(Node):
    """A field whose value is the same throughout a block of the series."""

    field: str = attribute()


@element("Lag")
class Lag(Expression):
    """The value `n` steps back, or a summary of the `n` values before the row's own, of those that there are."""

    field: str = attribute()
    n: int = attribute(integer, default=1)
    aggregate: str = attribute(
        one_of("none", "avg", "max", "median", "min", "product", "sum", "stddev"), default="none"
    )
    blocks: tuple[BlockIndicator, ...] = children(BlockIndicator)

    def __post_init__(self) -> None:
        if self.n < 0:
            raise ValueError(f"looks {self.n} steps back")


def block_starts(lists: ListColumn, blocks: tuple[ListColumn, ...]) -> tuple[Array, Mask]:
    """(int64[n] where each list's last block starts in the child column, bool[n] rows whose lists differ in length)."""
    starts, lengths = lists.offsets[:-1], np.diff(lists.offsets)
    uneven = reduce(
        np.logical_or, (np.diff(each.offsets) != lengths for each in blocks), np.zeros(len(lists), np.bool_)
    )
    for each in blocks:
        last = each.offsets[1:] - 1
        run = np.concatenate(([0], np.cumsum(_changes(each.child)))) if len(each.child) else np.zeros(1, np.int64)
        first = np.searchsorted(run, run[np.maximum(last, 0)]) if len(each.child) else np.zeros(len(lists), np.int64)
        within = np.maximum(first - each.offsets[:-1], 0)
        starts = np.maximum(starts, lists.offsets[:-1] + within)
    return starts, uneven


def _changes(column: Column) -> Mask:
    """bool[n - 1]: is a value other than the one before it?"""
    missing = column.is_missing()
    differs = (column.values[1:] != column.values[:-1]) & ~(missing[1:] & missing[:-1])
    changed: Mask = differs | (missing[1:] != missing[:-1])
    return changed


@dataclass(frozen=True, slots=True)
class Earlier:
    """The operation: the value `n` steps before the end of each list's last block; missing where it is shorter."""

    n: int

    def __call__(self, lists: ListColumn, *blocks: ListColumn) -> Column:
        starts, uneven = block_starts(lists, blocks)
        positions = lists.offsets[1:] - 1 - self.n
        short = positions < starts
        column = pick(lists.child, np.where(short, len(lists.child), positions))
        return _failing(with_missing(column, short), lists, uneven)


@dataclass(frozen=True, slots=True)
class Window:
    """The operation: a summary of the `n` values before the end of each list, of its last block."""

    function: str
    n: int

    def __call__(self, lists: ListColumn, *blocks: ListColumn) -> Column:
        starts, uneven = block_starts(lists, blocks)
        last = lists.offsets[1:] - 1
        first = np.maximum(last - self.n, starts)
        return _failing(summarize(self.function, Members.of(lists, first, last)), lists, uneven)


def _failing(result: Column, lists: ListColumn, uneven: Mask) -> Column:
    """The result, failed where a member is not valid or the indicators are more, or fewer, than the values."""
    result = with_failures(result, lists)
    return fail(result, uneven) if uneven.any() else result


@register
def _lower(node: Lag, scope: Scope) -> Slot:
    lists = list_field(node.field, node, scope, window=node.n + 1, is_series=True)
    blocks = [list_field(each.field, each, scope, window=node.n + 1, is_series=True) for each in node.blocks]
    function = _FUNCTIONS.get(node.aggregate, node.aggregate)
    operation = Earlier(node.n) if function == "none" else Window(function, node.n)
    slot = scope.builder.emit(operation, lists, *blocks)
    return scope.builder.checked(slot, f"{node.field} holds a value that is not valid, or its blocks do not fit it")
