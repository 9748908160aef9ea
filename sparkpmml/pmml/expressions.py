"""Transformations as written (specification: Transformations, Functions)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields

from sparkpmml.datatypes import DataType, OpType
from sparkpmml.pmml.dictionary import INVALID_TREATMENTS, Value, data_type, op_type
from sparkpmml.pmml.node import Node, attribute, boolean, child, children, content, element, family, one_of


@family
class Expression(Node):
    """Any transformation expression."""


@element("Constant")
class Constant(Expression):
    """A literal; without a data type, what its text looks like."""

    data_type: DataType | None = attribute(data_type, default=None)
    missing: bool = attribute(boolean, default=False)
    text: str = content()


@element("FieldRef")
class FieldRef(Expression):
    """The value of a field."""

    field: str = attribute()
    map_missing_to: str | None = attribute(default=None)


@element("Apply")
class Apply(Expression):
    """A built-in or defined function, called."""

    function: str = attribute()
    map_missing_to: str | None = attribute(default=None)
    default_value: str | None = attribute(default=None)
    invalid_value_treatment: str = attribute(one_of(*INVALID_TREATMENTS), default="returnInvalid")
    arguments: tuple[Expression, ...] = children(Expression)


@element("DerivedField", ignores=("displayName", "Interval"))  # as of PMML 3: nothing asks whether a result is valid
class DerivedField(Node):
    """A field computed from others."""

    name: str = attribute(default="")
    op_type: OpType = attribute(op_type, name="optype", older="opType", default=OpType.CONTINUOUS)
    data_type: DataType | None = attribute(data_type, default=None)
    expression: Expression = child(Expression, required=True)
    values: tuple[Value, ...] = children(Value)


@element("ParameterField", ignores=("displayName",))
class ParameterField(Node):
    """A parameter of a defined function."""

    name: str = attribute()
    op_type: OpType | None = attribute(op_type, name="optype", default=None)
    data_type: DataType | None = attribute(data_type, default=None)


@element("DefineFunction")
class DefineFunction(Node):
    """A function defined by the document; `fields` are made of its parameters, for its expression (as by JPMML)."""

    name: str = attribute()
    op_type: OpType | None = attribute(op_type, name="optype", default=None)
    data_type: DataType | None = attribute(data_type, default=None)
    parameters: tuple[ParameterField, ...] = children(ParameterField)
    fields: tuple[DerivedField, ...] = children(DerivedField)
    expression: Expression = child(Expression, required=True)


@element("TransformationDictionary")
class TransformationDictionary(Node):
    """Functions and derived fields for all models of the document."""

    functions: tuple[DefineFunction, ...] = children(DefineFunction)
    fields: tuple[DerivedField, ...] = children(DerivedField)


@element("LocalTransformations")
class LocalTransformations(Node):
    """Derived fields of one model."""

    fields: tuple[DerivedField, ...] = children(DerivedField)


def fields_read(node: Node) -> Iterator[str]:
    """The names of the fields that an expression, or a derived field, refers to."""
    for each in fields(node):
        value = getattr(node, each.name)
        if each.name in ("field", "text_field"):
            yield value
        for part in value if isinstance(value, Sequence) and not isinstance(value, str) else (value,):
            if isinstance(part, Node):
                yield from fields_read(part)
