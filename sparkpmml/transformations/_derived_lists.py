"""Derived fields of a group: a list per row, made member by member of the lists in data fields."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sparkpmml.compiler.builder import Builder, Slot
from sparkpmml.compiler.scope import Compilation, Scope
from sparkpmml.pmml.node import Node
from sparkpmml.runtime.aligned import Aligned
from sparkpmml.runtime.arrow import broadcast
from sparkpmml.runtime.column import Array, Column, either
from sparkpmml.runtime.lists import ListColumn
from sparkpmml.runtime.program import Program


@dataclass(frozen=True, slots=True, eq=False)
class EachMember:
    """The operation: the program's value in `slot` for each member of the lists, which are the program's inputs.

    Missing where the lists are, or differ in length; a member that cannot be scored is marked failed.
    """

    program: Program
    slot: int

    def __call__(self, *lists: ListColumn) -> ListColumn:
        aligned = Aligned.of(*lists)
        count = len(aligned.rows)
        columns = [_at(each.child, positions) for each, positions in zip(lists, aligned.positions, strict=True)]
        values = self.program.run(columns)
        result: Column = broadcast(values[self.slot], count)
        result = replace(result, failed=either(result.failed, self.program.failed(values, count)))
        sizes = np.bincount(aligned.rows, minlength=len(lists[0]))
        return ListColumn(result, np.concatenate(([0], np.cumsum(sizes))), aligned.apart)


def _at(column: Column, positions: Array) -> Column:
    """The raw values at int64[n] positions; unlike `take` it sees no constant in a single value."""
    if len(positions) == len(column):
        return column
    missing = None if column.missing is None else column.missing[positions]
    return replace(column, values=column.values[positions], missing=missing)


def derived_list(name: str, node: Node, scope: Scope, window: int | None, is_series: bool) -> Slot | None:
    """The lists of the derived field; None where it is not made of single values of data fields alone.

    `window`: how many of the last values are looked at, None for all. `is_series`: the last value is the row's own.
    """
    builder = Builder()
    slot = _mirrored(scope, builder).field(name, node).slot
    steps, checks, constants = builder.pruned([slot.index])
    read = {slot.index, *(index for step in steps for index in step.inputs)}
    inputs = tuple(each for each in builder.inputs.values() if each.slot in read)
    if not inputs or any(each.is_list for each in inputs):
        return None
    program = Program("", name, inputs, tuple(steps), (), tuple(checks), constants)
    lists = [scope.builder.input(each.name, each.data_type, True, window, is_series) for each in inputs]
    return scope.builder.emit(EachMember(program, slot.index), *lists)


def _mirrored(scope: Scope, builder: Builder) -> Scope:
    """The same names in a program of its own; the results of earlier models are not among them."""
    if scope.parent is not None:
        parent = _mirrored(scope.parent, builder)
        return scope.mirrored(parent.compilation, parent)
    return scope.mirrored(Compilation(scope.compilation.document, scope.compilation.source, builder), None)
