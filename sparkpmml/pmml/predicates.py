"""Conditions on fields (specification: TreeModel, predicates)."""

from __future__ import annotations

from sparkpmml.pmml.array import Array
from sparkpmml.pmml.node import Node, attribute, child, children, element, family, one_of

OPERATORS = (
    "equal",
    "notEqual",
    "lessThan",
    "lessOrEqual",
    "greaterThan",
    "greaterOrEqual",
    "isMissing",
    "isNotMissing",
)
BOOLEAN_OPERATORS = ("or", "and", "xor", "surrogate")


@family
class Predicate(Node):
    """Any condition; its value is true, false or unknown."""


@element("True")
class TruePredicate(Predicate):
    """Always true."""


@element("False")
class FalsePredicate(Predicate):
    """Never true."""


@element("SimplePredicate", "Predicate")
class SimplePredicate(Predicate):
    """A field compared with a value."""

    field: str = attribute()
    operator: str = attribute(one_of(*OPERATORS))
    value: str | None = attribute(default=None)

    def __post_init__(self) -> None:
        if self.value is None and self.operator not in ("isMissing", "isNotMissing"):
            raise ValueError(f"with operator {self.operator} lacks the attribute value")


@element("SimpleSetPredicate")
class SimpleSetPredicate(Predicate):
    """A field compared with a set of values."""

    field: str = attribute()
    boolean_operator: str = attribute(one_of("isIn", "isNotIn"))
    array: Array = child(Array, required=True)


@element("CompoundPredicate", "CompositePredicate")
class CompoundPredicate(Predicate):
    """Conditions joined by a logical operator, or a condition with surrogates."""

    boolean_operator: str = attribute(one_of(*BOOLEAN_OPERATORS))
    predicates: tuple[Predicate, ...] = children(Predicate)
