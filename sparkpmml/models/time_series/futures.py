"""The inputs that say what becomes of regressors after the end of a series."""

from __future__ import annotations

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.scope import Scope
from sparkpmml.models.list_inputs import recent
from sparkpmml.pmml.node import Node
from sparkpmml.runtime.lists import ListColumn


def future_values(fields: tuple[str, ...], node: Node, scope: Scope) -> tuple[Slot, ...]:
    """The lists of these fields: what rows hold, or what an earlier model of a chain has forecast.

    TypeError for lists of anything but numbers.
    """
    return tuple(_lists(name, node, scope) for name in fields)


def _lists(name: str, node: Node, scope: Scope) -> Slot:
    known = scope.result(name)
    slot = recent(name, 0, node, scope) if known is None else known.slot
    if not isinstance(slot.sample, ListColumn) or not slot.data_type.is_numeric:
        raise TypeError(f"has a DynamicRegressor {name!r} whose field holds no lists of numbers")
    return slot
