"""Conditions as steps: a predicate is a boolean column, missing where it is unknown (specification: TreeModel).

Three-valued logic: a comparison with a missing value is unknown; `and`, `or` and `xor` follow Kleene's tables; a
surrogate is asked when all before it are unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch

import numpy as np

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.prepare import ValueSet
from sparkpmml.compiler.scope import Field, Scope
from sparkpmml.datatypes import DataType, OpType
from sparkpmml.pmml.node import Node
from sparkpmml.pmml.predicates import (
    CompoundPredicate,
    FalsePredicate,
    Predicate,
    SimplePredicate,
    SimpleSetPredicate,
    TruePredicate,
)
from sparkpmml.runtime.builtin import Call
from sparkpmml.runtime.column import Column, Mask, booleans, either

_FUNCTIONS = {
    "equal": "equal",
    "notEqual": "notEqual",
    "lessThan": "lessThan",
    "lessOrEqual": "lessOrEqual",
    "greaterThan": "greaterThan",
    "greaterOrEqual": "greaterOrEqual",
}


@dataclass(frozen=True, slots=True, eq=False)
class IsIn:
    """The operation: is the value in a set; unknown where it is missing."""

    values: ValueSet
    negated: bool

    def __call__(self, column: Column) -> Column:
        held = self.values.holds(column)
        return booleans(~held if self.negated else held, column.is_missing())


@dataclass(frozen=True, slots=True)
class Surrogate:
    """The operation: the first of several conditions that is not unknown."""

    def __call__(self, *conditions: Column) -> Column:
        first, *rest = conditions
        values, missing = first.values, first.is_missing()
        for each in rest:
            values = np.where(missing, each.values, values)
            missing = missing & each.is_missing()
        return booleans(values, missing)


@dataclass(frozen=True, slots=True)
class ExclusiveOr:
    """The operation: an odd number of conditions is true; unknown where any is unknown."""

    def __call__(self, *conditions: Column) -> Column:
        values = np.logical_xor.reduce(np.broadcast_arrays(*[each.values.astype(np.bool_) for each in conditions]))
        missing: Mask | None = either(*[each.is_missing() for each in conditions])
        return booleans(values, missing)


@dataclass(frozen=True, slots=True, eq=False)
class Rank:
    """The operation: an ordinal field's values as their place in the declared order; missing where undeclared."""

    categories: tuple[str, ...]

    def __call__(self, column: Column) -> Column:
        order = {category: rank for rank, category in enumerate(self.categories)}
        ranks = column.translate(order, unknown=-1, missing=-1)
        return Column(DataType.INTEGER, ranks.astype(np.int64), missing=ranks < 0)


def lower_predicate(node: Predicate, scope: Scope) -> Slot:
    """The slot that holds the condition's value; a ModelError at the element when its types do not fit."""
    with scope.compilation.at(node):
        return _lower(node, scope)


@singledispatch
def _lower(node: Node, scope: Scope) -> Slot:
    raise scope.compilation.error(node, "cannot be lowered: no lowering is registered for this predicate")


register = _lower.register


@register
def _true(node: TruePredicate, scope: Scope) -> Slot:
    return scope.builder.literal("true", DataType.BOOLEAN)


@register
def _false(node: FalsePredicate, scope: Scope) -> Slot:
    return scope.builder.literal("false", DataType.BOOLEAN)


@register
def _simple(node: SimplePredicate, scope: Scope) -> Slot:
    field = scope.field(node.field, node)
    return compare(field, node.operator, node.value, scope)


def compare(field: Field, operator: str, value: str | None, scope: Scope) -> Slot:
    """A field compared with a literal; a literal that is no value of the field's type is a ValueError."""
    builder = scope.builder
    if operator in ("isMissing", "isNotMissing"):
        return builder.emit(Call(operator), field.slot)
    text = value or ""
    if is_ranked(field, operator) and text in field.categories:
        ranks = builder.emit(Rank(field.categories), field.slot)
        return builder.emit(Call(operator), ranks, builder.literal(str(field.categories.index(text)), DataType.INTEGER))
    return builder.emit(Call(_FUNCTIONS[operator]), field.slot, builder.literal(text, literal_type(field, text)))


def is_ranked(field: Field, operator: str) -> bool:
    """Does the operator ask for the declared order of an ordinal field's text values?"""
    ordered = operator not in ("equal", "notEqual")
    return ordered and field.data_type is DataType.STRING and field.op_type is OpType.ORDINAL and bool(field.categories)


def literal_type(field: Field, text: str) -> DataType:
    """The type to read a literal as: the field's own, but a fraction beside an integer field is a double."""
    if field.data_type is DataType.INTEGER and not float(text).is_integer():
        return DataType.DOUBLE
    return field.data_type


@register
def _set(node: SimpleSetPredicate, scope: Scope) -> Slot:
    field = scope.field(node.field, node)
    values = ValueSet.of(node.array.items, field.data_type)
    return scope.builder.emit(IsIn(values, node.boolean_operator == "isNotIn"), field.slot)


@register
def _compound(node: CompoundPredicate, scope: Scope) -> Slot:
    conditions = [lower_predicate(each, scope) for each in node.predicates]
    if not conditions:
        raise ValueError("has no conditions")
    if node.boolean_operator == "surrogate":
        return scope.builder.emit(Surrogate(), *conditions)
    if len(conditions) == 1:
        return conditions[0]
    if node.boolean_operator == "xor":
        return scope.builder.emit(ExclusiveOr(), *conditions)
    return scope.builder.emit(Call(node.boolean_operator), *conditions)
