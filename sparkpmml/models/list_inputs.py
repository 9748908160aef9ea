"""Inputs of models that score a group: lists in a field's column, checked."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.scope import Scope
from sparkpmml.datatypes import DataType
from sparkpmml.pmml.node import Node
from sparkpmml.runtime.column import Column
from sparkpmml.runtime.groups import any_member
from sparkpmml.runtime.lists import ListColumn
from sparkpmml.transformations._lists import list_field


@dataclass(frozen=True, slots=True)
class AllValid:
    """The operation: true, failed for lists that hold a value which is not valid."""

    def __call__(self, lists: ListColumn) -> Column:
        failed = lists.child.failed
        true = np.ones(len(lists), dtype=np.bool_)
        return Column(DataType.BOOLEAN, true, failed=None if failed is None else any_member(lists, failed))


@dataclass(frozen=True, slots=True)
class Recent:
    """The operation: the last `most` members of each list, all for 0.

    A further column is not read: it says which rows cannot be scored.
    """

    most: int

    def __call__(self, lists: ListColumn, _: Column) -> ListColumn:
        sizes = np.diff(lists.offsets)
        if not self.most or not (sizes > self.most).any():
            return lists
        kept = np.minimum(sizes, self.most)
        offsets = np.concatenate(([0], np.cumsum(kept)))
        within = np.arange(offsets[-1]) - np.repeat(offsets[:-1], kept)
        positions = np.repeat(lists.offsets[1:] - kept, kept) + within
        child = lists.child
        taken = replace(
            child,
            values=child.values[positions],
            missing=None if child.missing is None else child.missing[positions],
            invalid=None,
            failed=None,
        )
        return ListColumn(taken, offsets, lists.missing)


def checked_list(name: str, node: Node, scope: Scope, is_series: bool = False) -> tuple[Slot, Slot]:
    """The field's lists, and a column that says which of them cannot be scored: it must be read, too.

    UnsupportedMarkupError for a derived field that has one value for the whole group.
    """
    slot = list_field(name, node, scope, is_series=is_series)
    valid = scope.builder.emit(AllValid(), slot)
    return slot, scope.builder.checked(valid, f"{name} holds a value that is not valid")


def recent(name: str, most: int, node: Node, scope: Scope, is_series: bool = False) -> Slot:
    """The last members of the field's lists, all for 0. `is_series`: the last one is the row's own."""
    return scope.builder.emit(Recent(most), *checked_list(name, node, scope, is_series))
