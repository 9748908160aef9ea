"""Aggregate: a summary of a group's values (specification: Transformations, Aggregations).

The group is a list in the field's column: who makes the table has grouped its rows already, so `groupField` only says
by what. A selection of the group's rows (`sqlWhere`) is markup that cannot be scored.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.expressions import register
from sparkpmml.compiler.scope import Scope
from sparkpmml.pmml.expressions import Expression
from sparkpmml.pmml.node import attribute, element, one_of
from sparkpmml.runtime.column import Column
from sparkpmml.runtime.groups import Members, summarize
from sparkpmml.runtime.lists import ListColumn
from sparkpmml.transformations._lists import list_field, with_failures


@element("Aggregate", ignores=("groupField",))
class Aggregate(Expression):
    """A summary of the values in a list; missing ones are left out."""

    field: str = attribute()
    function: str = attribute(one_of("count", "sum", "average", "min", "max", "multiset"))


@dataclass(frozen=True, slots=True)
class Summary:
    """The operation: one number per list; missing for a missing or (but for `count`) an empty one."""

    function: str

    def __call__(self, lists: ListColumn) -> Column:
        result = summarize(self.function, Members.of(lists))
        if lists.missing is not None:
            result = replace(result, missing=lists.missing) if self.function == "count" else result
        return with_failures(result, lists)


@dataclass(frozen=True, slots=True)
class Multiset:
    """The operation: the lists without their missing members."""

    def __call__(self, lists: ListColumn) -> ListColumn:
        return replace(Members.of(lists).as_list(), missing=lists.missing)


@register
def _lower(node: Aggregate, scope: Scope) -> Slot:
    lists = list_field(node.field, node, scope)
    if node.function == "multiset":
        return scope.builder.emit(Multiset(), lists)
    slot = scope.builder.emit(Summary(node.function), lists)
    return scope.builder.checked(slot, f"{node.field} holds a value that is not valid")
