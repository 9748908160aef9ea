"""RegressionModel's elements (specification: Regression)."""

from __future__ import annotations

from sparkpmml.pmml.expressions import FieldRef
from sparkpmml.pmml.model import Model
from sparkpmml.pmml.node import Node, attribute, children, element, integer, number, one_of

NORMALIZATIONS = (
    "none",
    "simplemax",
    "softmax",
    "logit",
    "probit",
    "cloglog",
    "exp",
    "loglog",
    "cauchit",
)


@element("NumericPredictor")
class NumericPredictor(Node):
    """coefficient * field ** exponent."""

    field: str = attribute(name="name", older="field")
    exponent: int = attribute(integer, default=1)
    coefficient: float = attribute(number)


@element("CategoricalPredictor")
class CategoricalPredictor(Node):
    """The coefficient where the field has the value."""

    field: str = attribute(name="name", older="field")
    value: str = attribute()
    coefficient: float = attribute(number)


@element("PredictorTerm")
class PredictorTerm(Node):
    """coefficient * the product of the fields."""

    name: str | None = attribute(default=None)
    coefficient: float = attribute(number)
    fields: tuple[FieldRef, ...] = children(FieldRef)


@element("RegressionTable")
class RegressionTable(Node):
    """The terms of one linear function."""

    intercept: float = attribute(number, default=0.0)
    target_category: str | None = attribute(default=None)
    target_field: str | None = attribute(name="x-targetField", default=None)
    numeric: tuple[NumericPredictor, ...] = children(NumericPredictor)
    categorical: tuple[CategoricalPredictor, ...] = children(CategoricalPredictor)
    terms: tuple[PredictorTerm, ...] = children(PredictorTerm)

    @property
    def is_default(self) -> bool:
        """Does the table say nothing, as the last class's table of a logistic regression does?"""
        return not (self.numeric or self.categorical or self.terms or self.intercept)


@element("RegressionModel", ignores=("modelType",))
class RegressionModel(Model):
    """Linear regression and what is built on it."""

    normalization: str = attribute(one_of(*NORMALIZATIONS), name="normalizationMethod", default="none")
    target_field: str | None = attribute(name="targetFieldName", older="targetField targetVariableName", default=None)
    tables: tuple[RegressionTable, ...] = children(RegressionTable)

    @property
    def target_name(self) -> str | None:
        return super().target_name or self.target_field
