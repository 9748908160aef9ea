"""Expressions as steps: one `lower` function per kind of node, found by its type.

An expression's value is a slot that holds a column. What may fail for a row (a text that is no number, a division of
integers by zero) is checked under the guards in force, so that the branch of an `if` that is not taken cannot fail.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import singledispatch

import numpy as np

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.scope import Field, LocalScope, ParameterScope, Scope
from sparkpmml.datatypes import DataType, OpType
from sparkpmml.errors import nearest
from sparkpmml.pmml.expressions import Apply, Constant, DefineFunction, DerivedField, Expression, FieldRef
from sparkpmml.pmml.node import Node
from sparkpmml.runtime.builtin import Builtin, Call, builtins
from sparkpmml.runtime.cast import cast, is_convertible
from sparkpmml.runtime.column import Column, Mask, booleans, choose, with_missing

_CALENDAR = {DataType.DATE, DataType.TIME, DataType.DATE_TIME}
_COUNTING = "days and seconds are counted by dateDaysSinceYear and its like, or by types such as dateDaysSince[1970]"
_INTEGER = re.compile(r"\s*[+-]?\d+\s*")


@dataclass(frozen=True, slots=True)
class Cast:
    """The operation: a column as another data type."""

    data_type: DataType

    def __call__(self, column: Column) -> Column:
        return cast(column, self.data_type)


@dataclass(frozen=True, slots=True)
class Truncate:
    """The operation: floating numbers without their fractions."""

    def __call__(self, column: Column) -> Column:
        return replace(column, values=np.trunc(column.values))


@dataclass(frozen=True, slots=True)
class ReplaceMissing:
    """The operation: the second column's value wherever the first is missing (but did not fail)."""

    def __call__(self, column: Column, replacement: Column) -> Column:
        missing = column.is_missing()
        if column.failed is not None:
            missing = missing & ~column.failed
        return choose(missing, replacement, column) if missing.any() else column


@dataclass(frozen=True, slots=True)
class ReplaceFailed:
    """The operation: a missing value, or a given one, where the column failed."""

    def __call__(self, column: Column, *replacement: Column) -> Column:
        if column.failed is None:
            return column
        failed: Mask = column.failed
        plain = column.plain()
        return choose(failed, replacement[0], plain) if replacement else with_missing(plain, failed)


@dataclass(frozen=True, slots=True)
class IsTrue:
    """The operation: true where a boolean column is true, or else (`holds=False`) where it is not; never unknown."""

    holds: bool

    def __call__(self, column: Column) -> Column:
        true = column.values.astype(np.bool_) & ~column.is_missing()
        return booleans(true if self.holds else ~true)


def lower_expression(node: Expression, scope: Scope) -> Slot:
    """The slot that holds the expression's value; a ModelError at the element when its types do not fit."""
    with scope.compilation.at(node):
        return _lower(node, scope)


@singledispatch
def _lower(node: Node, scope: Scope) -> Slot:
    raise scope.compilation.error(node, "cannot be lowered: no lowering is registered for this expression")


register = _lower.register
"""Decorator: the function that lowers nodes of the annotated type, `(node, scope) -> Slot`."""


def cast_slot(slot: Slot, data_type: DataType | None, scope: Scope, what: str) -> Slot:
    """The slot's column as a data type; None leaves it as it is. `what` names the value in messages.

    TypeError for types that have nothing in common, such as numbers and dates.
    """
    if data_type is None or slot.data_type is data_type:
        return slot
    if not is_convertible(slot.data_type, data_type):
        hint = f"; {_COUNTING}" if {slot.data_type, data_type} & _CALENDAR else ""
        raise TypeError(f"{what} is of type {slot.data_type}, which cannot become a {data_type}{hint}")
    casted = scope.builder.emit(Cast(data_type), slot)
    return scope.builder.checked(casted, f"{what} is no {data_type}", slot)


def number_slot(slot: Slot, scope: Scope, what: str) -> Slot:
    """The slot's column as numbers to calculate with: a text is the double that it spells, or fails its row.

    TypeError for dates and times: functions count their days or seconds, from a beginning that they name.
    """
    if slot.data_type in _CALENDAR:
        raise TypeError(f"calculates with {what}, which is no number: a {slot.data_type}; {_COUNTING}")
    return cast_slot(slot, DataType.DOUBLE, scope, what) if slot.data_type is DataType.STRING else slot


def convert_slot(slot: Slot, data_type: DataType | None, scope: Scope, what: str) -> Slot:
    """As `cast_slot`, for values that the document computes: as an integer, a number loses its fraction.

    The specification does not say. Exporters write so what they truncate: casts of SQL, NumPy and R, Python's int().
    """
    if data_type is DataType.INTEGER and slot.data_type.is_floating:
        slot = scope.builder.emit(Truncate(), slot)
    return cast_slot(slot, data_type, scope, what)


def replace_missing(slot: Slot, text: str | None, scope: Scope) -> Slot:
    """`mapMissingTo`, `defaultValue` and their like: a literal where the value is missing; None replaces nothing."""
    if text is None:
        return slot
    slot, literal = _with_literal(slot, text, scope)
    return scope.builder.emit(ReplaceMissing(), slot, literal)


def _with_literal(slot: Slot, text: str, scope: Scope) -> tuple[Slot, Slot]:
    """The slot and a literal of its type; of integers and a fraction both become doubles."""
    builder = scope.builder
    try:
        return slot, builder.literal(text, slot.data_type)
    except ValueError:
        if slot.data_type is not DataType.INTEGER:
            raise
    return builder.emit(Cast(DataType.DOUBLE), slot), builder.literal(text, DataType.DOUBLE)


def lower_derived_field(node: DerivedField, scope: Scope) -> Field:
    """A derived field: its expression's value as the field's data type."""
    slot = lower_expression(node.expression, scope)
    with scope.compilation.at(node):
        slot = convert_slot(slot, node.data_type, scope, f"derived field {node.name}")
    categories = tuple(value.value for value in node.values if value.property == "valid")
    return Field(node.name, slot, node.op_type, categories)


@register
def _constant(node: Constant, scope: Scope) -> Slot:
    data_type = node.data_type or _looks_like(node.text)
    if node.missing:
        return scope.builder.missing(data_type)
    text = node.text if data_type is DataType.STRING else node.text.strip()
    return scope.builder.literal(text, data_type)


def _looks_like(text: str) -> DataType:
    """The type of a literal that does not say: a whole number, a number, or text (specification: Constant)."""
    if _INTEGER.fullmatch(text):
        return DataType.INTEGER
    try:
        float(text)
    except ValueError:
        return DataType.STRING
    return DataType.DOUBLE


@register
def _field_ref(node: FieldRef, scope: Scope) -> Slot:
    return replace_missing(scope.field(node.field, node).slot, node.map_missing_to, scope)


@register
def _apply(node: Apply, scope: Scope) -> Slot:
    defined = scope.compilation.functions.get(node.function)
    if defined is not None:
        slot = _call_defined(defined, node, scope)
    elif node.function.removeprefix("x-") == "if":
        slot = _call_if(node, scope)
    else:
        slot = _call_builtin(node, scope)
    return _treat_result(slot, node, scope)


def _treat_result(slot: Slot, node: Apply, scope: Scope) -> Slot:
    """`mapMissingTo` answers for missing arguments, `defaultValue` for a missing result, failures by treatment."""
    builder = scope.builder
    if node.invalid_value_treatment == "asMissing":
        slot = builder.emit(ReplaceFailed(), slot)
    else:
        slot = builder.checked(slot, f"{node.function}() has no value")
    return replace_missing(slot, node.default_value, scope)


def _call_builtin(node: Apply, scope: Scope) -> Slot:
    function = _find_builtin(node, scope)
    arguments = [lower_expression(argument, scope) for argument in node.arguments]
    _check_count(function, len(arguments), node, scope)
    slot = scope.builder.emit(Call(function.name), *arguments)
    return _map_missing_arguments(slot, arguments, node, scope)


def _find_builtin(node: Apply, scope: Scope) -> Builtin:
    table = builtins()
    function = table.get(node.function) or table.get(node.function.removeprefix("x-"))
    if function is None:
        known = sorted([*table, *scope.compilation.functions])
        raise ValueError(f"calls function {node.function!r}, which is not known{nearest(node.function, known)}")
    return function


def _check_count(function: Builtin, count: int, node: Apply, scope: Scope) -> None:
    if count < function.least or (function.most is not None and count > function.most):
        most = "or more" if function.most is None else f"to {function.most}"
        wanted = str(function.least) if function.least == function.most else f"{function.least} {most}"
        raise ValueError(f"calls {node.function} with {count} arguments, it takes {wanted}")


def _map_missing_arguments(slot: Slot, arguments: list[Slot], node: Apply, scope: Scope) -> Slot:
    """`mapMissingTo`: the result wherever an argument is missing."""
    if node.map_missing_to is None:
        return slot
    builder = scope.builder
    absent = [builder.emit(Call("isMissing"), argument) for argument in arguments]
    condition = builder.emit(Call("or"), *absent) if len(absent) > 1 else absent[0]
    slot, literal = _with_literal(slot, node.map_missing_to, scope)
    return builder.emit(Choose(), condition, literal, slot)


@dataclass(frozen=True, slots=True)
class Choose:
    """The operation: the second column where the first is true, the third elsewhere, as their common type."""

    def __call__(self, condition: Column, then: Column, otherwise: Column) -> Column:
        true = condition.values.astype(np.bool_) & ~condition.is_missing()
        kind = common_type(then.data_type, otherwise.data_type)
        if true.size and true.all():
            return cast(then, kind)
        return choose(true, cast(then, kind), cast(otherwise, kind))


_WIDTH = {DataType.INTEGER: 0, DataType.FLOAT: 1, DataType.DOUBLE: 2}


def common_type(first: DataType, second: DataType) -> DataType:
    """The type that holds values of both: the wider number, or text; TypeError where there is none."""
    if first is second:
        return first
    if first in _WIDTH and second in _WIDTH:
        return first if _WIDTH[first] > _WIDTH[second] else second
    if DataType.STRING in (first, second):
        return DataType.STRING
    raise TypeError(f"has values of types {first} and {second}, which have no common type")


def _call_if(node: Apply, scope: Scope) -> Slot:
    """`if(condition, then[, else])`: missing where the condition is unknown, or false and there is no else.

    `mapMissingTo` answers where the condition is unknown, or what it chooses is missing.
    """
    if not 2 <= len(node.arguments) <= 3:
        raise ValueError(f"calls if with {len(node.arguments)} arguments, it takes 2 to 3")
    builder = scope.builder
    condition = cast_slot(lower_expression(node.arguments[0], scope), DataType.BOOLEAN, scope, "the condition")
    then = _branch(node, 1, builder.emit(IsTrue(True), condition), scope)
    if len(node.arguments) == 3:
        otherwise = _branch(node, 2, builder.emit(IsTrue(False), condition), scope)
    else:
        otherwise = builder.missing(then.data_type)
    chosen = builder.emit(Choose(), condition, then, otherwise)
    unknown = builder.emit(Call("isMissing"), condition)
    chosen = builder.emit(Choose(), unknown, builder.missing(chosen.data_type), chosen)
    return _map_missing_arguments(chosen, [condition], node, scope)


def _branch(node: Apply, place: int, taken: Slot, scope: Scope) -> Slot:
    """An argument of `if` that is evaluated where it is chosen."""
    with scope.builder.guarded(taken):
        return replace_missing(lower_expression(node.arguments[place], scope), node.map_missing_to, scope)


def _call_defined(function: DefineFunction, node: Apply, scope: Scope) -> Slot:
    """A function of the document: its expression, with the arguments as the parameters' values."""
    names = [parameter.name for parameter in function.parameters]
    if len(names) != len(node.arguments):
        raise ValueError(f"calls {function.name} with {len(node.arguments)} arguments, it takes {len(names)}")
    values: dict[str, Field] = {}
    arguments = []
    for parameter, argument in zip(function.parameters, node.arguments, strict=True):
        slot = lower_expression(argument, scope)
        slot = convert_slot(slot, parameter.data_type, scope, f"argument {parameter.name} of {function.name}")
        values[parameter.name] = Field(parameter.name, slot, parameter.op_type or OpType.CONTINUOUS)
        arguments.append(slot)
    inner: Scope = ParameterScope(scope, values)
    for field in function.fields:  # each made of those before it: one may have a parameter's name
        inner = LocalScope(inner, (field,))
    slot = lower_expression(function.expression, inner)
    slot = convert_slot(slot, function.data_type, scope, f"the result of {function.name}")
    return _map_missing_arguments(slot, arguments, node, scope)
