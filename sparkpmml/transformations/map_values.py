"""MapValues: a table that maps combinations of values to a value (specification: Transformations, Map Values)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.expressions import cast_slot, register
from sparkpmml.compiler.scope import Scope
from sparkpmml.datatypes import DataType
from sparkpmml.pmml.dictionary import data_type
from sparkpmml.pmml.expressions import Expression
from sparkpmml.pmml.node import Node, attribute, child, children, element
from sparkpmml.pmml.table import InlineTable, Row, column_name
from sparkpmml.runtime.cast import parse_value
from sparkpmml.runtime.column import Column
from sparkpmml.runtime.encode import Encoder
from sparkpmml.runtime.literals import Literals


@element("FieldColumnPair")
class FieldColumnPair(Node):
    """A field and the column that its values are looked up in."""

    field: str = attribute()
    column: str = attribute(column_name)


@element("MapValues")
class MapValues(Expression):
    """The table's output column in the row where every pair's column holds the field's value."""

    map_missing_to: str | None = attribute(default=None)
    default_value: str | None = attribute(default=None)
    output_column: str = attribute(column_name)
    data_type: DataType | None = attribute(data_type, default=None)
    pairs: tuple[FieldColumnPair, ...] = children(FieldColumnPair)
    table: InlineTable | None = child(InlineTable)


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """One column of the table: a row that matched entry s of the levels before goes on to entry
    searchsorted(keys, s * (size + 1) + the value's code), if that key is there."""

    encoder: Encoder
    keys: NDArray[np.int64]

    def follow(self, state: NDArray[np.int64], codes: NDArray[np.int32]) -> NDArray[np.int64]:
        """int64[n]: the entry of this level, -1 where no row of the table has such a beginning."""
        wanted = state * (self.encoder.size + 1) + codes
        place = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        found = (state >= 0) & (codes >= 0) & (self.keys[place] == wanted)
        return np.where(found, place, -1)


@dataclass(frozen=True, slots=True, eq=False)
class Lookup:
    """The operation. `values` are the answers by the last level's entry, then the default, then missing's answer."""

    levels: tuple[Level, ...]
    values: Literals

    def __call__(self, *columns: Column) -> Column:
        state = np.zeros(1, dtype=np.int64)
        missing = np.zeros(1, dtype=np.bool_)
        for level, column in zip(self.levels, columns, strict=True):
            state = level.follow(state, level.encoder.encode(column))
            missing = missing | column.is_missing()
        default = len(self.levels[-1].keys)
        return self.values.pick(np.where(missing, default + 1, np.where(state < 0, default, state)))


def _levels(columns: list[list[str]], types: list[DataType]) -> tuple[tuple[Level, ...], NDArray[np.int64]]:
    """The levels, and for each row of cells, which come by column, its entry in the last level."""
    entries = np.zeros(len(columns[0]), dtype=np.int64)
    levels = []
    for cells, kind in zip(columns, types, strict=True):
        codes: dict[Any, int] = {}
        given = (codes.setdefault(parse_value(cell, kind), len(codes)) for cell in cells)
        numbers = np.fromiter(given, dtype=np.int64, count=len(cells))
        wanted = entries * (len(codes) + 1) + numbers
        del codes
        first = np.unique(numbers, return_index=True)[1]
        keys, entries = np.unique(wanted, return_inverse=True)
        levels.append(Level(Encoder.of([cells[row] for row in first.tolist()], kind), keys))
    return tuple(levels), entries.reshape(-1)


def _usable(row: Row, node: MapValues, types: list[DataType]) -> bool:
    """Can the row ever match? A cell that is no value of its field's type equals none."""
    if node.output_column not in row:
        raise ValueError(f"has a row without the column {node.output_column!r}")
    try:
        for pair, kind in zip(node.pairs, types, strict=True):
            parse_value(row[pair.column], kind)
    except (KeyError, ValueError):
        return False
    return True


def _literals(node: MapValues, texts: Sequence[str]) -> Literals:
    """The answers of the table's rows, then the default, then missing's; as texts where one of them is no value of
    the MapValues' type: the rows that it answers fail, and the others need not."""
    answers = [*texts, node.default_value, node.map_missing_to]
    try:
        return Literals.of(answers, node.data_type or DataType.STRING)
    except ValueError:
        return Literals.of(answers, DataType.STRING)


def _make_lookup(node: MapValues, types: list[DataType]) -> Lookup | None:
    """None when the table has no row that can match."""
    columns: list[list[str]] = [[] for _ in node.pairs]
    outputs: list[str] = []
    for row in node.table.rows if node.table is not None else ():
        if _usable(row, node, types):
            outputs.append(row[node.output_column])
            for column, pair in zip(columns, node.pairs, strict=True):
                column.append(row[pair.column])
    if not outputs:
        return None
    levels, entries = _levels(columns, types)
    answers = [outputs[row] for row in np.unique(entries, return_index=True)[1].tolist()]
    del columns, outputs
    return Lookup(levels, _literals(node, answers))


@dataclass(frozen=True, slots=True, eq=False)
class NoMatch:
    """The operation for an empty table: the default, or what missing is mapped to."""

    values: Literals

    def __call__(self, *columns: Column) -> Column:
        missing = np.logical_or.reduce(np.broadcast_arrays(*[column.is_missing() for column in columns]))
        return self.values.pick(missing.astype(np.int64))


@register
def _lower(node: MapValues, scope: Scope) -> Slot:
    fields = [scope.field(pair.field, pair) for pair in node.pairs]
    if not fields:
        raise ValueError("needs a FieldColumnPair")
    slots = [field.slot for field in fields]
    lookup = _make_lookup(node, [field.data_type for field in fields])
    slot = scope.builder.emit(NoMatch(_literals(node, ())) if lookup is None else lookup, *slots)
    return cast_slot(slot, node.data_type, scope, "an answer of MapValues")
