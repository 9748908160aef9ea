"""Scorecard: partial scores and their sum (specification: Scorecard, scoring procedure).

Of a characteristic's attributes the first whose condition is true scores. When none is, or a calculated partial score
is missing, the row has no score.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.expressions import lower_expression, number_slot
from sparkpmml.compiler.lowering import register
from sparkpmml.compiler.predicates import lower_predicate
from sparkpmml.compiler.result import Result, target_info
from sparkpmml.compiler.scope import Scope
from sparkpmml.datatypes import DataType
from sparkpmml.models.scorecard_bins import lower_bins
from sparkpmml.models.scorecard_nodes import Characteristic, Scorecard
from sparkpmml.models.scorecard_reasons import lower_reason_codes
from sparkpmml.runtime.column import Column, integers


@dataclass(frozen=True, slots=True)
class FirstTrue:
    """The operation: which of the conditions is the first that is true, from 0; missing where none is."""

    def __call__(self, *conditions: Column) -> Column:
        index = np.full(1, -1)
        for position, condition in reversed(list(enumerate(conditions))):
            index = np.where(condition.values & ~condition.is_missing(), position, index)
        return integers(np.maximum(index, 0), index < 0)


@dataclass(frozen=True, slots=True, eq=False)
class PartialScore:
    """The operation: the score of the attribute that holds; `scores` has one per attribute and at last NaN for none.

    `calculated` says which attributes take theirs from the further columns, in order.
    """

    scores: NDArray[np.float64]
    calculated: tuple[int, ...]

    def __call__(self, index: Column, *columns: Column) -> Column:
        position = np.where(index.is_missing(), len(self.scores) - 1, index.values)
        values = self.scores[position]
        for attribute, column in zip(self.calculated, columns, strict=True):
            values = np.where(position == attribute, column.as_double(), values)
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
    builder = scope.builder
    held = [_first_true(each, scope) for each in characteristics]
    partials = [_partial_score(each, index, scope) for each, index in zip(characteristics, held, strict=True)]
    value = builder.emit(Sum(node.initial_score, node.math_context == "float"), *partials)
    features = {}
    if node.use_reason_codes:
        reasons = lower_reason_codes(node, held, partials, scope)
        if reasons:
            features["reasonCode"] = reasons
    return Result(info=target_info(node, scope.compilation), value=value, features=features)


def _first_true(node: Characteristic, scope: Scope) -> Slot:
    with scope.compilation.at(node):
        if not node.attributes:
            raise ValueError("has no Attribute")
    predicates = [each.predicate for each in node.attributes]
    binned = lower_bins(predicates, scope)
    if binned is not None:
        return binned
    return scope.builder.emit(FirstTrue(), *[lower_predicate(each, scope) for each in predicates])


def _partial_score(node: Characteristic, index: Slot, scope: Scope) -> Slot:
    scores, calculated, columns = [], [], []
    for position, each in enumerate(node.attributes):
        scores.append(np.nan if each.partial_score is None else each.partial_score)
        if each.complex_score is None:
            continue
        with scope.builder.guarded(scope.builder.emit(IsIndex(position), index)):
            slot = lower_expression(each.complex_score.expression, scope)
            with scope.compilation.at(each.complex_score):
                slot = number_slot(slot, scope, "a partial score")
        calculated.append(position)
        columns.append(slot)
    return scope.builder.emit(PartialScore(np.array([*scores, np.nan]), tuple(calculated)), index, *columns)


@dataclass(frozen=True, slots=True)
class IsIndex:
    """The operation: is it this attribute that holds? What an expression fails at elsewhere does not count."""

    position: int

    def __call__(self, index: Column) -> Column:
        return Column(DataType.BOOLEAN, (index.values == self.position) & ~index.is_missing())
