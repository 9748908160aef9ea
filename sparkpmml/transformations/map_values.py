"""MapValues: a table that maps combinations of values to a value (specification: Transformations, Map Values)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.expressions import cast_slot, register
from sparkpmml.compiler.scope import Scope
from sparkpmml.datatypes import DataType
from sparkpmml.pmml.dictionary import data_type
from sparkpmml.pmml.expressions import Expression
from sparkpmml.pmml.node import Node, attribute, child, children, element
from sparkpmml.pmml.table import Cells, InlineTable, column_name
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


@dataclass(frozen=True, slots=True, eq=False)
class _Coded:
    """A column of the table: its different values by code, each as the first cell spells it, and each row's code.

    The code is -1 where the row has no cell, or one that is no value of the field's type and equals none.
    """

    texts: pa.Array
    codes: NDArray[np.int64]

    @classmethod
    def of(cls, cells: pa.ChunkedArray, kind: DataType) -> _Coded:
        encoded = cells.dictionary_encode().combine_chunks()
        pa.default_memory_pool().release_unused()  # the hash table's, several times what the texts take
        texts, codes = encoded.dictionary, encoded.indices.fill_null(-1).to_numpy().astype(np.int64)
        if kind is DataType.STRING:
            return cls(texts, codes)
        values: dict[Any, int] = {}
        of_text = [_code(text, kind, values) for text in texts.to_pylist()]
        first = np.unique([code for code in of_text if code >= 0], return_index=True)[1]
        usable = np.flatnonzero(np.array(of_text, dtype=np.int64) >= 0)
        return cls(texts.take(pa.array(usable[first])), np.array([*of_text, -1], dtype=np.int64)[codes])


def _code(text: str, kind: DataType, values: dict[Any, int]) -> int:
    try:
        return values.setdefault(parse_value(text, kind), len(values))
    except ValueError:
        return -1


def _levels(columns: list[_Coded], types: list[DataType]) -> tuple[tuple[Level, ...], NDArray[np.int64]]:
    """The levels, and for each row its entry in the last level, -1 for a row that can never match."""
    usable = np.logical_and.reduce([column.codes >= 0 for column in columns])
    entries = np.zeros(int(usable.sum()), dtype=np.int64)
    levels = []
    for column, kind in zip(columns, types, strict=True):
        encoder = Encoder.of(column.texts, kind)
        wanted = entries * (encoder.size + 1) + column.codes[usable]
        keys, entries = np.unique(wanted, return_inverse=True)
        levels.append(Level(encoder, keys))
    found = np.full(len(usable), -1, dtype=np.int64)
    found[usable] = entries.reshape(-1)
    return tuple(levels), found


def _literals(node: MapValues, texts: pa.Array) -> Literals:
    """The answers of the table's rows, then the default, then missing's; as texts where one of them is no value of
    the MapValues' type: the rows that it answers fail, and the others need not."""
    answers = pa.concat_arrays([texts, pa.array([node.default_value, node.map_missing_to], pa.string())])
    try:
        return Literals.of(answers, node.data_type or DataType.STRING)
    except ValueError:
        return Literals.of(answers, DataType.STRING)


def _make_lookup(node: MapValues, types: list[DataType]) -> Lookup | None:
    """None when the table has no row that can match."""
    cells = node.table.rows if node.table is not None else Cells()
    outputs = cells.texts(node.output_column)
    if outputs.null_count:
        raise ValueError(f"has a row without the column {node.output_column!r}")
    columns = [_Coded.of(cells.texts(pair.column), kind) for pair, kind in zip(node.pairs, types, strict=True)]
    levels, entries = _levels(columns, types)
    matched, first = np.unique(entries, return_index=True)
    first = first[matched >= 0]  # of rows that are alike the first counts
    if not len(first):
        return None
    return Lookup(levels, _literals(node, outputs.take(pa.array(first)).combine_chunks()))


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
    slot = scope.builder.emit(NoMatch(_literals(node, pa.array([], pa.string()))) if lookup is None else lookup, *slots)
    return cast_slot(slot, node.data_type, scope, "an answer of MapValues")
