"""Models inside other models: Regression and DecisionTree (specification: MultipleModels, model composition)."""

from __future__ import annotations

from sparkpmml.datatypes import DataType, OpType
from sparkpmml.models.regression.nodes import NORMALIZATIONS, RegressionTable
from sparkpmml.models.tree.strategies import TreeStrategies
from sparkpmml.pmml.dictionary import data_type, op_type
from sparkpmml.pmml.expressions import LocalTransformations
from sparkpmml.pmml.node import Node, attribute, child, children, element, family, one_of
from sparkpmml.pmml.output import Output, Targets


@element("ResultField")
class ResultField(Node):
    """A result of an embedded model, by the name under which the models after it know it."""

    name: str = attribute()
    op_type: OpType | None = attribute(op_type, name="optype", default=None)
    data_type: DataType | None = attribute(data_type, default=None)
    feature: str = attribute(default="predictedValue")
    value: str | None = attribute(default=None)


@family
class EmbeddedModel(Node):
    """A model without a MiningSchema: it sees the fields of the model that it is in."""

    function_name: str = attribute(one_of("classification", "regression"), name="functionName", default="")
    output: Output | None = child(Output)
    targets: Targets | None = child(Targets)
    local_transformations: LocalTransformations | None = child(LocalTransformations)
    result_fields: tuple[ResultField, ...] = children(ResultField)

    @property
    def is_bare(self) -> bool:
        """Is its prediction all that it says?"""
        more = (self.output, self.targets, self.local_transformations)
        return more == (None, None, None) and not self.result_fields


@element("Regression", ignores=("modelName", "algorithmName"))
class Regression(EmbeddedModel):
    """RegressionModel, embedded."""

    normalization: str = attribute(one_of(*NORMALIZATIONS), name="normalizationMethod", default="none")
    tables: tuple[RegressionTable, ...] = children(RegressionTable)

    @property
    def is_linear(self) -> bool:
        """Is it one linear function and nothing else?"""
        is_regression = self.function_name != "classification" and self.normalization == "none"
        return is_regression and len(self.tables) == 1 and self.is_bare


@element("DecisionTree", ignores=("modelName", "algorithmName", "splitCharacteristic"))
class DecisionTree(EmbeddedModel, TreeStrategies):
    """TreeModel, embedded."""

    root: Node = child("RootNode", required=True)
