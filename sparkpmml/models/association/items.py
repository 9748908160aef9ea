"""The items of a transaction, as codes, from the columns that hold them (specification: AssociationRules, Item).

A transaction is a list in one column (what `usageType="group"` groups is grouped by who makes the table), or a row
whose columns are items: flags named as the item, or categorical fields with an item per category ("Day=Weekday").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.scope import Scope
from sparkpmml.datatypes import DataType
from sparkpmml.models.association.nodes import Item
from sparkpmml.models.list_inputs import checked_list
from sparkpmml.pmml.model import Model
from sparkpmml.runtime.column import Column, Mask, either, integers
from sparkpmml.runtime.encode import Encoder
from sparkpmml.runtime.lists import ListColumn

_TRUE = frozenset({"true", "t", "1"})
"""What a flag that is a text says where the row has the item."""

Codes = NDArray[np.int32]
Pairs = tuple[NDArray[np.int64], Codes]
"""Rows, ascending, and the item that each holds."""


class ItemReader(Protocol):
    """Finds items in one column."""

    def read(self, column: Column | ListColumn, rows: int) -> Pairs: ...


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """Each known value, of a row or in its list, is an item: value i is item `items[i]`; the last two are -1."""

    encoder: Encoder
    items: Codes

    @classmethod
    def of(cls, values: Sequence[tuple[str, int]], data_type: DataType) -> Values:
        encoder = Encoder.of([text for text, _ in values], data_type)
        return cls(encoder, np.array([*(code for _, code in values), -1, -1], dtype=np.int32))

    def read(self, column: Column | ListColumn, rows: int) -> Pairs:
        values = column.child if isinstance(column, ListColumn) else column
        codes = self.items[self.encoder.encode(values)]
        if isinstance(column, ListColumn):
            owners = np.repeat(np.arange(len(column)), np.diff(column.offsets))
            codes = np.broadcast_to(codes, owners.shape)
        else:
            owners, codes = np.arange(rows), np.broadcast_to(codes, rows)
        known = codes >= 0
        return owners[known], codes[known]


@dataclass(frozen=True, slots=True)
class Flag:
    """A true (or 1) in a row is the item."""

    item: int

    def read(self, column: Column | ListColumn, rows: int) -> Pairs:
        if isinstance(column, ListColumn):
            raise TypeError("a flag is one value per row")
        holders = np.flatnonzero(np.broadcast_to(_is_true(column), rows))
        return holders, np.full(len(holders), self.item, dtype=np.int32)


def _is_true(column: Column) -> Mask:
    if column.data_type is DataType.STRING:
        entries = column.dictionary if column.dictionary is not None else ()
        known = np.array([*(entry.strip().lower() in _TRUE for entry in entries), False], dtype=np.bool_)
        return known[column.values]
    result: Mask = (column.values == 1) & ~column.is_missing()
    return result


@dataclass(frozen=True, slots=True)
class Transactions:
    """The operation: the item codes of each row as lists; missing where a list is."""

    readers: tuple[ItemReader, ...]

    def __call__(self, *columns: Column | ListColumn) -> ListColumn:
        rows = next((len(column) for column in columns if len(column) != 1), 1)  # else all are constants, or one row
        pairs = [reader.read(column, rows) for reader, column in zip(self.readers, columns, strict=True)]
        owners = np.concatenate([owner for owner, _ in pairs])
        codes = np.concatenate([code for _, code in pairs])
        if len(pairs) > 1:
            order = np.argsort(owners, kind="stable")
            owners, codes = owners[order], codes[order]
        offsets = np.concatenate(([0], np.cumsum(np.bincount(owners, minlength=rows))))
        missing = either(*(column.missing for column in columns if isinstance(column, ListColumn)))
        return ListColumn(integers(codes), offsets, missing)


@dataclass(frozen=True, slots=True)
class Basket:
    """The transactions' item codes, and columns that say which of them cannot be scored."""

    slot: Slot
    checks: tuple[Slot, ...]


def lower_items(items: Sequence[Item], node: Model, scope: Scope) -> Basket:
    """The item codes of each row; an item's code is its place in `items`."""
    places = [_place(item, node, scope) for item in items]
    if None in places or _is_grouped(node):
        return _from_lists(items, node, scope)
    return _from_row(items, [place for place in places if place is not None], node, scope)


def _is_grouped(node: Model) -> bool:
    return any(field.usage_type == "group" for field in node.mining_schema.fields)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a row says whether it has the item: in a field's category, or in a flag (no category)."""

    field: str
    category: str | None


def _place(item: Item, node: Model, scope: Scope) -> _Place | None:
    if item.field is not None:
        return _Place(item.field, item.category)
    names = scope.names()
    if item.value in names:
        return _Place(item.value, None)
    field, equals, category = item.value.partition("=")
    return _Place(field, category) if equals and field in names else None


def _from_lists(items: Sequence[Item], node: Model, scope: Scope) -> Basket:
    default = _items_field(items, node, scope)
    values: dict[str, list[tuple[str, int]]] = {}
    for code, item in enumerate(items):
        value = item.value if item.category is None else item.category
        values.setdefault(item.field or default, []).append((value, code))
    readers, slots, checks = [], [], []
    for name, known in values.items():
        slot, check = checked_list(name, node, scope)
        readers.append(Values.of(known, slot.data_type))
        slots.append(slot)
        checks.append(check)
    return Basket(_emit(readers, slots, scope), tuple(checks))


def _items_field(items: Sequence[Item], node: Model, scope: Scope) -> str:
    """The field of the items: the one that is no group; of several the last, as in the specification's examples."""
    active = [field.name for field in node.mining_schema.active]
    if not active and scope.compilation.document.version.startswith("1"):
        return _declared_items_field(items, scope)
    if not active:
        raise ValueError("has no active field that could hold a transaction's items")
    return active[-1]


def _declared_items_field(items: Sequence[Item], scope: Scope) -> str:
    """Of a model without MiningSchema, as in PMML 1.1: the only data field, or the one that declares all items."""
    declared = scope.compilation.data_fields
    values = {item.value for item in items}
    fits = [name for name, field in declared.items() if len(declared) == 1 or values <= set(field.categories)]
    if len(fits) != 1:
        raise ValueError(
            f"has no MiningSchema, and none or several of the data fields {', '.join(declared)} declare all items as "
            "values: add a MiningSchema with the field that holds them"
        )
    return fits[0]


def _from_row(items: Sequence[Item], places: Sequence[_Place], node: Model, scope: Scope) -> Basket:
    readers: list[ItemReader] = []
    slots = []
    categories: dict[str, list[tuple[str, int]]] = {}
    for code, place in enumerate(places):
        if place.category is None:
            readers.append(Flag(code))
            slots.append(scope.field(place.field, items[code]).slot)
        else:
            categories.setdefault(place.field, []).append((place.category, code))
    for name, known in categories.items():
        slot = scope.field(name, node).slot
        readers.append(Values.of(known, slot.data_type))
        slots.append(slot)
    return Basket(_emit(readers, slots, scope), ())


def _emit(readers: Sequence[ItemReader], slots: Sequence[Slot], scope: Scope) -> Slot:
    if not readers:
        raise ValueError("has no Item")
    return scope.builder.emit(Transactions(tuple(readers)), *slots)
