"""Scorecard: partial scores and their sum (specification: Scorecard, scoring procedure).

Of a characteristic's attributes the first whose condition is true scores. When none is, or a calculated partial score
is missing, the row has no score.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.expressions import lower_expression, number_slot
from sparkpmml.compiler.lowering import register
from sparkpmml.compiler.result import Result, target_info
from sparkpmml.compiler.scope import Scope
from sparkpmml.datatypes import DataType
from sparkpmml.models.scorecard.attributes import Held, find_held
from sparkpmml.models.scorecard.nodes import Characteristic, Scorecard
from sparkpmml.models.scorecard.reasons import lower_reason_codes
from sparkpmml.runtime.column import Column


@dataclass(frozen=True, slots=True)
class Calculated:
    """The operation: partial scores, those of the attributes at `positions` from the further columns, in order."""

    positions: tuple[int, ...]

    def __call__(self, partial: Column, index: Column, *columns: Column) -> Column:
        values = partial.values
        for position, column in zip(self.positions, columns, strict=True):
            values = np.where(index.values == position, column.as_double(), values)
        return Column(DataType.DOUBLE, values)


@dataclass(frozen=True, slots=True)
class Sum:
    """The operation: a start value plus the columns, added in order, in single precision if asked for."""

    start: float
    single: bool

    def __call__(self, *columns: Column) -> Column:
        kind = np.float32 if self.single else np.float64
        total = np.full(1, self.start, dtype=kind)
        for column in columns:
            total = total + column.values.astype(kind, copy=False)
        return Column(DataType.FLOAT if self.single else DataType.DOUBLE, total)


@register
def _scorecard(node: Scorecard, scope: Scope) -> Result:
    characteristics = node.characteristics.characteristics
    if not characteristics:
        raise ValueError("has no Characteristic")
    held = [find_held(each, scope) for each in characteristics]
    partials = [_partial_score(node, each, scope) for node, each in zip(characteristics, held, strict=True)]
    value = scope.builder.emit(Sum(node.initial_score, node.math_context == "float"), *partials)
    features = {}
    if node.use_reason_codes:
        reasons = lower_reason_codes(node, value, held, partials, scope)
        if reasons:
            features["reasonCode"] = reasons
    return Result(info=target_info(node, scope.compilation), value=value, features=features)


def _partial_score(node: Characteristic, held: Held, scope: Scope) -> Slot:
    scores = [np.nan if each.partial_score is None else each.partial_score for each in node.attributes]
    partial = held.look_up(np.array([*scores, np.nan]), DataType.DOUBLE, scope)
    calculated = {
        position: each.complex_score for position, each in enumerate(node.attributes) if each.complex_score is not None
    }
    if not calculated:
        return partial
    index = held.look_up(np.arange(len(scores) + 1), DataType.INTEGER, scope)
    columns = []
    for position, each in calculated.items():
        with scope.builder.guarded(scope.builder.emit(IsIndex(position), index)):
            slot = lower_expression(each.expression, scope)
            with scope.compilation.at(each):
                columns.append(number_slot(slot, scope, "a partial score"))
    return scope.builder.emit(Calculated(tuple(calculated)), partial, index, *columns)


@dataclass(frozen=True, slots=True)
class IsIndex:
    """The operation: is it this attribute that holds? What an expression fails at elsewhere does not count."""

    position: int

    def __call__(self, index: Column) -> Column:
        return Column(DataType.BOOLEAN, index.values == self.position)
