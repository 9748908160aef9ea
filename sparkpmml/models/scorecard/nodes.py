"""Scorecard as written (specification: Scorecard)."""

from __future__ import annotations

from sparkpmml.pmml.expressions import Expression
from sparkpmml.pmml.model import Model
from sparkpmml.pmml.node import Node, attribute, boolean, child, children, element, number, one_of
from sparkpmml.pmml.predicates import Predicate


@element("ComplexPartialScore")
class ComplexPartialScore(Node):
    """A partial score that is calculated."""

    expression: Expression = child(Expression, required=True)


@element("Attribute")
class ScoreAttribute(Node):
    """A condition and what it scores."""

    reason_code: str | None = attribute(default=None)
    partial_score: float | None = attribute(number, default=None)
    predicate: Predicate = child(Predicate, required=True)
    complex_score: ComplexPartialScore | None = child(ComplexPartialScore)

    def __post_init__(self) -> None:
        if self.partial_score is None and self.complex_score is None:
            raise ValueError("has neither a partialScore nor a ComplexPartialScore")


@element("Characteristic", ignores=("name",))
class Characteristic(Node):
    """Conditions of which the first that holds scores."""

    reason_code: str | None = attribute(default=None)
    baseline_score: float | None = attribute(number, default=None)
    attributes: tuple[ScoreAttribute, ...] = children(ScoreAttribute)


@element("Characteristics")
class Characteristics(Node):
    """All characteristics; their partial scores add up."""

    characteristics: tuple[Characteristic, ...] = children(Characteristic)


# baselineMethod only says how the baselines were found
@element("Scorecard", ignores=("baselineMethod",))
class Scorecard(Model):
    """A sum of partial scores, with the reasons for a low (or high) one."""

    initial_score: float = attribute(number, default=0.0)
    use_reason_codes: bool = attribute(boolean, default=True)
    reason_code_algorithm: str = attribute(one_of("pointsAbove", "pointsBelow"), default="pointsBelow")
    baseline_score: float | None = attribute(number, default=None)
    characteristics: Characteristics = child(Characteristics, required=True)
