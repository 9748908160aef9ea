"""Items, sets of them, and rules, of which a document may have a million (specification: AssociationRules)."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparkpmml.pmml.columns import Stated, Texts, as_array, text_list
from sparkpmml.pmml.node import Node, attribute, columns, element, integer, number


@element("Item", "AssocItem", ignores=("mappedValue", "weight"))
class Item(Node):
    """An item: a value in a list of items, or a field's category."""

    id: str = attribute()
    value: str = attribute()
    field: str | None = attribute(default=None)
    category: str | None = attribute(default=None)


@element("ItemRef", "AssocItemRef")
class ItemRef(Node):
    """A reference to an item."""

    item: str = attribute(name="itemRef")


@element("Itemset", "AssocItemset", ignores=("numberOfItems",))
class Itemset(Node):
    """A set of items."""

    id: str = attribute()
    support: float | None = attribute(number, default=None)
    size: int | None = attribute(integer, name="numberOfItems", default=None)
    items: Sequence[str] = columns(ItemRef, text_list("item"))


class Itemsets:
    """Itemsets, column by column: those of set i refer to `items` from `offsets[i]` to `offsets[i + 1]`."""

    def __init__(self) -> None:
        self.ids = Texts()
        self.supports = Stated()
        self.items = Texts()
        self._offsets = array("q", [0])
        self._count = 0

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __iter__(self) -> Iterator[tuple[str, list[str]]]:
        """The id of each, and those of its items."""
        items = self.items.to_list()
        for place, name in enumerate(self.ids.to_list()):
            yield name, items[self._offsets[place] : self._offsets[place + 1]]

    def add(self, values: dict[str, Any]) -> None:
        """See `Columns`: the fields of an Itemset."""
        items = values.get("items", ())
        self.ids.append(values["id"])
        self.ids.pack()
        self.supports.append(values["support"])
        self.items.extend(items)
        self.items.pack()
        self._count += len(items)
        self._offsets.append(self._count)

    @property
    def offsets(self) -> NDArray[np.int64]:
        return as_array(self._offsets)


@element("AssociationRule", "AssocRule")
class AssociationRule(Node):
    """If the antecedent's items, then the consequent's."""

    id: str | None = attribute(default=None)
    antecedent: str = attribute()
    consequent: str = attribute()
    support: float = attribute(number)
    confidence: float = attribute(number)
    lift: float | None = attribute(number, default=None)
    leverage: float | None = attribute(number, default=None)
    affinity: float | None = attribute(number, default=None)


MEASURES = ("support", "confidence", "lift", "leverage", "affinity")


class Rules:
    """Rules, column by column."""

    def __init__(self) -> None:
        self.ids = Texts()
        self.antecedents = Texts()
        self.consequents = Texts()
        self.measures = {name: Stated() for name in MEASURES}

    def __len__(self) -> int:
        return len(self.ids)

    def add(self, values: dict[str, Any]) -> None:
        """See `Columns`: the fields of an AssociationRule."""
        self.ids.append(values["id"])
        self.antecedents.append(values["antecedent"])
        self.consequents.append(values["consequent"])
        for name, column in self.measures.items():
            column.append(values[name])
        self.ids.pack()
        self.antecedents.pack()
        self.consequents.pack()
