"""Embedded models as the model elements that they are short forms of (specification: MultipleModels).

The specification calls them "defeatured copies of standalone model elements": a Regression is scored as a
RegressionModel, a DecisionTree as a TreeModel, and a ResultField as an OutputField that only models after it see.
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any, cast

from sparkpmml.models.embedded_nodes import DecisionTree, EmbeddedModel, Regression, ResultField
from sparkpmml.models.regression.nodes import RegressionModel
from sparkpmml.models.tree.nodes import RootNode, TreeModel
from sparkpmml.pmml.dictionary import MiningField, MiningSchema
from sparkpmml.pmml.model import Model
from sparkpmml.pmml.output import Output, OutputField


class _Regression(RegressionModel):
    tag = "Regression"


class _DecisionTree(TreeModel):
    tag = "DecisionTree"


def answering(node: EmbeddedModel, parent: Model) -> Model:
    """The embedded model as a model element that answers for `parent`: its target is the parent's.

    ValueError where the two differ in what they do.
    """
    function = node.function_name or parent.function_name
    if function != parent.function_name:
        raise ValueError(f'says functionName="{function}" where it answers for a model of "{parent.function_name}"')
    targets = [
        MiningField(name=field.name, usage_type="target", op_type=field.op_type)
        for field in parent.mining_schema.targets
    ]
    return _standalone(node, _common(node, parent, function, tuple(targets)))


def preparing(node: EmbeddedModel, parent: Model) -> Model:
    """The embedded model as a model element that has no target: its results are new fields."""
    return _standalone(node, _common(node, parent, node.function_name, ()))


def _common(node: EmbeddedModel, parent: Model, function: str, fields: tuple[MiningField, ...]) -> dict[str, Any]:
    return {
        "position": node.position,
        "function_name": function,
        "is_scorable": True,
        "math_context": parent.math_context,
        "mining_schema": MiningSchema(fields=fields),
        "output": _output(node),
        "targets": node.targets,
        "local_transformations": node.local_transformations,
    }


def _output(node: EmbeddedModel) -> Output | None:
    declared = node.output.fields if node.output is not None else ()
    fields = (*map(_output_field, node.result_fields), *declared)
    return Output(position=node.position, fields=fields) if fields else None


def _output_field(node: ResultField) -> OutputField:
    return OutputField(
        position=node.position,
        name=node.name,
        op_type=node.op_type,
        data_type=node.data_type,
        feature=node.feature,
        value=node.value,
        rank=1,
        is_final_result=False,
        decisions=None,
        expression=None,
    )


@singledispatch
def _standalone(node: EmbeddedModel, common: dict[str, Any]) -> Model:
    raise ValueError(f"holds a {node.tag}, which cannot be scored")


@_standalone.register
def _regression(node: Regression, common: dict[str, Any]) -> Model:
    return _Regression(normalization=node.normalization, tables=node.tables, target_field=None, **common)


@_standalone.register
def _decision_tree(node: DecisionTree, common: dict[str, Any]) -> Model:
    return _DecisionTree(
        missing_value_strategy=node.missing_value_strategy,
        missing_value_penalty=node.missing_value_penalty,
        no_true_child_strategy=node.no_true_child_strategy,
        root=cast(RootNode, node.root),
        **common,
    )
