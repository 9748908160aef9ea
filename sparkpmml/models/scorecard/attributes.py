"""Which of a characteristic's attributes holds (specification: Scorecard): the first whose condition is true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.predicates import lower_predicate
from sparkpmml.compiler.scope import Scope
from sparkpmml.datatypes import DataType
from sparkpmml.models.scorecard.bins import find_bins
from sparkpmml.models.scorecard.nodes import Characteristic
from sparkpmml.runtime.column import Array, Column, integers


class Held(Protocol):
    """Each row's attribute, by which entries are looked up."""

    def look_up(self, entries: Array, data_type: DataType, scope: Scope) -> Slot:
        """The slot of each row's entry: `entries` has one for each attribute and at last one for none that holds."""


@dataclass(frozen=True, slots=True)
class FirstTrue:
    """The operation: which of the conditions is the first that is true, from 0; their count where none is."""

    def __call__(self, *conditions: Column) -> Column:
        index = np.full(1, len(conditions))
        for position, condition in reversed(list(enumerate(conditions))):
            index = np.where(condition.values & ~condition.is_missing(), position, index)
        return integers(index)


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """The operation: `entries[index]`, of the numbers that hold `data_type`."""

    entries: Array
    data_type: DataType

    def __call__(self, index: Column) -> Column:
        return Column(self.data_type, self.entries[index.values])


@dataclass(frozen=True, slots=True)
class Conditions:
    """Attributes of any conditions, all of which are asked; `index` is the slot of `FirstTrue`."""

    index: Slot

    def look_up(self, entries: Array, data_type: DataType, scope: Scope) -> Slot:
        """See `Held`."""
        return scope.builder.emit(Entries(entries, data_type), self.index)


def find_held(node: Characteristic, scope: Scope) -> Held:
    """The shortest way to the attribute that holds."""
    with scope.compilation.at(node):
        if not node.attributes:
            raise ValueError("has no Attribute")
    predicates = [each.predicate for each in node.attributes]
    binning = find_bins(predicates, scope)
    if binning is not None:
        return binning
    return Conditions(scope.builder.emit(FirstTrue(), *[lower_predicate(each, scope) for each in predicates]))
