"""What a model is asked to give (specification: Targets, Output)."""

from __future__ import annotations

from sparkpmml.datatypes import DataType, OpType
from sparkpmml.pmml.dictionary import data_type, op_type
from sparkpmml.pmml.expressions import Expression
from sparkpmml.pmml.node import Node, attribute, boolean, child, children, element, integer, number, one_of


@element("TargetValue", ignores=("Partition",))
class TargetValue(Node):
    """A value of the target: its display value, prior probability, or the default prediction."""

    value: str | None = attribute(default=None)
    display_value: str | None = attribute(default=None)
    prior_probability: float | None = attribute(number, default=None)
    default_value: float | None = attribute(number, default=None)


@element("Target")
class Target(Node):
    """How a raw prediction becomes the target's value."""

    field: str | None = attribute(default=None)
    op_type: OpType | None = attribute(op_type, name="optype", default=None)
    cast_integer: str | None = attribute(one_of("round", "ceiling", "floor"), default=None)
    min: float | None = attribute(number, default=None)
    max: float | None = attribute(number, default=None)
    rescale_constant: float = attribute(number, default=0.0)
    rescale_factor: float = attribute(number, default=1.0)
    values: tuple[TargetValue, ...] = children(TargetValue)


@element("Targets")
class Targets(Node):
    """A Target per target field."""

    targets: tuple[Target, ...] = children(Target)


@element("Decision", ignores=("description", "displayValue"))
class Decision(Node):
    """A value that a decision may take."""

    value: str = attribute()


@element("Decisions", ignores=("businessProblem", "description"))
class Decisions(Node):
    """What decisions mean."""

    decisions: tuple[Decision, ...] = children(Decision)


RULE_FEATURES = (
    "antecedent",
    "consequent",
    "rule",
    "ruleId",
    "confidence",
    "support",
    "lift",
    "leverage",
    "affinity",
)


def any_op_type(text: str) -> OpType | None:
    """The attribute `optype`, None for what is none: it changes no result, and producers write a field's name."""
    try:
        return op_type(text)
    except ValueError:
        return None


@element("OutputField", ignores=("Value",))
class OutputField(Node):
    """One result of a model."""

    name: str = attribute()
    display_name: str | None = attribute(default=None)
    op_type: OpType | None = attribute(any_op_type, name="optype", older="opType", default=None)
    data_type: DataType | None = attribute(data_type, default=None)
    target_field: str | None = attribute(default=None)
    feature: str = attribute(default="predictedValue")
    value: str | None = attribute(default=None)
    rule_feature: str = attribute(one_of(*RULE_FEATURES), default="consequent")
    algorithm: str = attribute(
        one_of("recommendation", "exclusiveRecommendation", "ruleAssociation"), default="exclusiveRecommendation"
    )
    rank: int = attribute(integer, default=1)
    rank_basis: str = attribute(one_of("confidence", "support", "lift", "leverage", "affinity"), default="confidence")
    rank_order: str = attribute(one_of("ascending", "descending"), default="descending")
    is_multi_valued: bool = attribute(boolean, default=False)
    segment_id: str | None = attribute(default=None)
    is_final_result: bool = attribute(boolean, default=True)
    report_field: str | None = attribute(name="x-reportField", default=None)
    decisions: Decisions | None = child(Decisions)
    expression: Expression | None = child(Expression)


@element("Output")
class Output(Node):
    """The results of a model."""

    fields: tuple[OutputField, ...] = children(OutputField)
