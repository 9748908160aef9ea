"""NormDiscrete: 1 for one value of a field, 0 for the others (specification: Transformations, Normalization)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.expressions import register, replace_missing
from sparkpmml.compiler.prepare import ValueSet
from sparkpmml.compiler.scope import Scope
from sparkpmml.pmml.expressions import Expression
from sparkpmml.pmml.node import attribute, element, one_of
from sparkpmml.runtime.column import Column, numbers


@element("NormDiscrete")
class NormDiscrete(Expression):
    """Does the field have the value? PMML 1's thermometer asks: this value, or one declared after it?"""

    field: str = attribute()
    value: str = attribute()
    method: str = attribute(one_of("indicator", "thermometer"), default="indicator")
    map_missing_to: str | None = attribute(default=None)


@dataclass(frozen=True, slots=True, eq=False)
class Indicator:
    """The operation: 1.0 for one of the values, 0.0 for any other, missing for missing."""

    values: ValueSet

    def __call__(self, column: Column) -> Column:
        found = self.values.holds(column).astype(np.float64)
        return numbers(np.where(column.is_missing(), np.nan, found))


@register
def _lower(node: NormDiscrete, scope: Scope) -> Slot:
    field = scope.field(node.field, node)
    values: tuple[str, ...] = (node.value,)
    if node.method == "thermometer":
        if node.value not in field.categories:
            raise ValueError(f"counts up to {node.value!r}, which is no declared value of {node.field!r}")
        values = field.categories[field.categories.index(node.value) :]
    indicator = Indicator(ValueSet.of(values, field.data_type))
    return replace_missing(scope.builder.emit(indicator, field.slot), node.map_missing_to, scope)
