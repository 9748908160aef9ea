"""Discretize: intervals of numbers as values (specification: Transformations, Discretization)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.expressions import number_slot, register
from sparkpmml.compiler.scope import Scope
from sparkpmml.datatypes import DataType
from sparkpmml.pmml.dictionary import Interval, data_type
from sparkpmml.pmml.expressions import Expression
from sparkpmml.pmml.node import Node, attribute, child, children, element
from sparkpmml.runtime.column import Column
from sparkpmml.runtime.literals import Literals


@element("DiscretizeBin")
class DiscretizeBin(Node):
    """The value of one interval."""

    value: str = attribute(name="binValue")
    interval: Interval = child(Interval, required=True)


@element("Discretize")
class Discretize(Expression):
    """A number by the interval that it falls into."""

    field: str = attribute()
    map_missing_to: str | None = attribute(default=None)
    default_value: str | None = attribute(default=None)
    data_type: DataType | None = attribute(data_type, default=None)
    bins: tuple[DiscretizeBin, ...] = children(DiscretizeBin)


@dataclass(frozen=True, slots=True, eq=False)
class Bins:
    """The operation. Bin i holds the numbers from `low[i]` to `high[i]`, both included.

    An open margin is kept as the next number inside. Where `disjoint`, the bins are in ascending order; else the first
    one that holds a number counts. `values` are the bins' values, then the default, then what missing is mapped to.
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    disjoint: bool
    values: Literals

    @classmethod
    def of(cls, node: Discretize) -> Bins:
        low = np.array([_low(each.interval) for each in node.bins], dtype=np.float64)
        high = np.array([_high(each.interval) for each in node.bins], dtype=np.float64)
        texts = [each.value for each in node.bins]
        order = np.lexsort((high, low))
        disjoint = bool(np.all(high[order][:-1] < low[order][1:]) and np.all(low <= high))
        if disjoint:
            low, high, texts = low[order], high[order], [texts[i] for i in order]
        answers = [*texts, node.default_value, node.map_missing_to]
        return cls(low, high, disjoint, Literals.of(answers, node.data_type or DataType.STRING))

    def __call__(self, column: Column) -> Column:
        numbers = column.as_double()
        bins = self._search(numbers) if self.disjoint else self._try(numbers)
        return self.values.pick(np.where(np.isnan(numbers), len(self.low) + 1, bins))

    def _search(self, numbers: NDArray[np.float64]) -> NDArray[np.int64]:
        """int64[n]: the bin, k for none."""
        nowhere = len(self.low)
        if not nowhere:
            return np.zeros(len(numbers), dtype=np.int64)
        place = np.searchsorted(self.low, numbers, side="right") - 1
        inside = (place >= 0) & (numbers <= self.high[place])
        return np.where(inside, place, nowhere)

    def _try(self, numbers: NDArray[np.float64]) -> NDArray[np.int64]:
        result = np.full(len(numbers), len(self.low), dtype=np.int64)
        for i in reversed(range(len(self.low))):
            result[(numbers >= self.low[i]) & (numbers <= self.high[i])] = i
        return result


def _low(interval: Interval) -> float:
    if interval.left_margin is None:
        return -np.inf
    closed = interval.closure.startswith("closed")
    return interval.left_margin if closed else float(np.nextafter(interval.left_margin, np.inf))


def _high(interval: Interval) -> float:
    if interval.right_margin is None:
        return np.inf
    closed = interval.closure.endswith("Closed")
    return interval.right_margin if closed else float(np.nextafter(interval.right_margin, -np.inf))


@register
def _lower(node: Discretize, scope: Scope) -> Slot:
    slot = number_slot(scope.field(node.field, node).slot, scope, f"field {node.field!r}")
    return scope.builder.emit(Bins.of(node), slot)
