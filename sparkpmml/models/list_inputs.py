"""Inputs of models that score a group: lists in a field's column, checked."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.scope import Scope
from sparkpmml.datatypes import DataType
from sparkpmml.errors import Finding, UnsupportedMarkupError
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


def checked_list(name: str, node: Node, scope: Scope) -> tuple[Slot, Slot]:
    """The data field's lists, and a column that says which of them cannot be scored: it must be read, too."""
    slot = list_field(name, node, scope)
    valid = scope.builder.emit(AllValid(), slot)
    return slot, scope.builder.checked(valid, f"{name} holds a value that is not valid")


def recent(name: str, most: int, node: Node, scope: Scope) -> Slot:
    """The last members of the field's lists. UnsupportedMarkupError for a derived field: it has one value per row."""
    if name not in scope.compilation.data_fields:
        raise unsupported(
            node, f"<{node.tag}> of field {name!r}, which is derived: a group's values are lists in a data field", scope
        )
    return scope.builder.emit(Recent(most), *checked_list(name, node, scope))


def unsupported(node: Node, what: str, scope: Scope) -> UnsupportedMarkupError:
    """The error that says that this markup cannot be scored."""
    finding = Finding(node.position.line, node.position.column, what)
    return UnsupportedMarkupError([finding], scope.compilation.source)


@dataclass(frozen=True, slots=True, eq=False)
class Aligned:
    """Members of several lists that belong together: int64[m] rows, ascending, and each list's int64[m] positions.

    Rows whose lists differ in length, or are missing, have no members: `apart` bool[n].
    """

    rows: NDArray[np.int64]
    positions: tuple[NDArray[np.int64], ...]
    apart: NDArray[np.bool_]

    @classmethod
    def of(cls, *lists: ListColumn) -> Aligned:
        sizes = [np.diff(each.offsets) for each in lists]
        apart = np.zeros(len(lists[0]), dtype=np.bool_)
        for each, size in zip(lists, sizes, strict=True):
            apart |= size != sizes[0]
            if each.missing is not None:
                apart |= each.missing
        kept = np.where(apart, 0, sizes[0])
        rows = np.repeat(np.arange(len(kept)), kept)
        within = np.arange(len(rows)) - np.repeat(np.cumsum(kept) - kept, kept)
        return cls(rows, tuple(each.offsets[rows] + within for each in lists), apart)
