"""Fields whose column holds a list per row: the rows of a group, or the history of a series."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.prepare import Prepare, make_prepare
from sparkpmml.compiler.scope import Scope, unsupported
from sparkpmml.pmml.dictionary import MiningField
from sparkpmml.pmml.node import Node
from sparkpmml.runtime.column import Column
from sparkpmml.runtime.functions._numeric import fail
from sparkpmml.runtime.groups import any_member
from sparkpmml.runtime.lists import ListColumn
from sparkpmml.transformations._derived_lists import derived_list


@dataclass(frozen=True, slots=True, eq=False)
class PrepareMembers:
    """The operation: the treatment of a mining field, applied to each member of the lists."""

    prepare: Prepare

    def __call__(self, lists: ListColumn) -> ListColumn:
        return replace(lists, child=self.prepare(lists.child))


def list_field(name: str, node: Node, scope: Scope, window: int | None = None, is_series: bool = False) -> Slot:
    """The slot of the data field's lists, treated as its mining field says, or of what a derived field makes of such.

    `window`: how many of the last values are looked at, None for all. `is_series`: the last value is the row's own.

    UnsupportedMarkupError for a derived field that has one value for the whole group; TypeError for a field that is
    also read as a single value, unless it is a series.
    """
    compilation = scope.compilation
    declared = compilation.data_fields.get(name)
    if declared is not None:
        known = compilation.document.model.mining_schema.fields
        mining = next((field for field in known if field.name == name), MiningField(name=name))
        raw = scope.builder.input(name, declared.type, is_list=True, window=window, is_series=is_series)
        with compilation.at(node):
            prepare = make_prepare(declared, mining, declared.type)
        return scope.builder.emit(PrepareMembers(prepare), raw)
    slot = derived_list(name, node, scope, window, is_series)
    if slot is None:
        what = f"<{node.tag}> of field {name!r}, which has one value, and not one for each member of a group"
        raise unsupported(node, what, scope)
    return slot


def with_failures(result: Column, lists: ListColumn) -> Column:
    """The result, failed for rows with a member that is not valid."""
    failed = lists.child.failed
    return result if failed is None else fail(result, any_member(lists, failed))
