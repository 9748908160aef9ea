"""NeuralNetwork: layers of neurons (specification: NeuralNetwork)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.expressions import cast_slot, lower_derived_field, lower_expression, number_slot
from sparkpmml.compiler.lowering import register
from sparkpmml.compiler.result import Result, Scores, TargetInfo, target_info
from sparkpmml.compiler.scope import Scope
from sparkpmml.compiler.scores import Matrix, ScoreOf, Winner, label_column, winner
from sparkpmml.compiler.targets import apply_targets
from sparkpmml.datatypes import DataType
from sparkpmml.models.neural_network.layers import make_network
from sparkpmml.models.neural_network.nodes import NeuralInput, NeuralNetwork, NeuralOutput
from sparkpmml.models.regression.lowering import in_target_order
from sparkpmml.pmml.expressions import DerivedField, Expression, FieldRef
from sparkpmml.transformations.norm_continuous import NormContinuous, PiecewiseLinear
from sparkpmml.transformations.norm_discrete import NormDiscrete


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the neuron in column `column` of the outputs says about a target, and how."""

    column: int
    neuron: str
    target: str
    expression: FieldRef | NormContinuous | NormDiscrete


@dataclass(frozen=True, slots=True)
class ClassScores:
    """The operation: the columns of one target's classes.

    `is_share`: there is one class only, of two; the other has what is left of 1.
    """

    columns: tuple[int, ...]
    is_share: bool

    def __call__(self, values: Matrix) -> Matrix:
        scores = values[:, list(self.columns)]
        return np.concatenate([scores, 1 - scores], axis=1) if self.is_share else scores


@register
def _neural_network(node: NeuralNetwork, scope: Scope) -> Result:
    meanings = [_meaning(place, output, scope) for place, output in enumerate(node.outputs.outputs)]
    if not meanings:
        raise ValueError("has no NeuralOutput")
    network = make_network(node, [meaning.neuron for meaning in meanings])
    inputs = [_input(each, scope) for each in node.inputs.inputs]
    values = scope.builder.emit(network, *inputs, sample=np.empty((0, len(meanings))))
    by_target: dict[str, list[Meaning]] = {}
    for meaning in meanings:
        by_target.setdefault(meaning.target, []).append(meaning)
    results = {name: _of_target(node, name, each, values, scope) for name, each in by_target.items()}
    first = next(iter(results.values()))
    if len(results) == 1:
        return first
    targets = {name: apply_targets(result, scope.builder) for name, result in results.items()}
    return Result(info=target_info(node, scope.compilation), targets=targets)


def _input(node: NeuralInput, scope: Scope) -> Slot:
    if node.derived is not None:
        slot = lower_derived_field(node.derived, scope).slot
    elif node.expression is not None:
        slot = lower_expression(node.expression, scope)
    else:
        raise ValueError(f"has an input {node.id!r} without an expression")
    return number_slot(slot, scope, f"input {node.id}")


def _meaning(column: int, node: NeuralOutput, scope: Scope) -> Meaning:
    expression = node.derived.expression if node.derived is not None else node.expression
    seen: set[str] = set()
    while isinstance(expression, FieldRef) and expression.field not in seen:
        seen.add(expression.field)
        derived = _find_derived(expression.field, scope)
        if derived is None:
            break
        expression = derived.expression
    if not isinstance(expression, FieldRef | NormContinuous | NormDiscrete):
        raise ValueError(f"has an output of neuron {node.neuron!r} that cannot be read backwards: {_name(expression)}")
    return Meaning(column, node.neuron, expression.field, expression)


def _name(node: Expression | None) -> str:
    return "no expression" if node is None else f"<{node.tag}>"


def _find_derived(name: str, scope: Scope) -> DerivedField | None:
    """The derived field of that name as written, the innermost first; None for a data field."""
    current: Scope | None = scope
    while current is not None:
        local = current.model.local_transformations if current.model is not None else None
        for field in local.fields if local is not None else ():
            if field.name == name:
                return field
        current = current.parent
    return scope.compilation.global_fields.get(name)


def _of_target(node: NeuralNetwork, name: str, meanings: list[Meaning], values: Slot, scope: Scope) -> Result:
    info = target_info(node, scope.compilation, name)
    classes = [each for each in meanings if isinstance(each.expression, NormDiscrete)]
    if classes and len(classes) == len(meanings):
        return _classification(classes, values, info, scope)
    if len(meanings) != 1:
        raise ValueError(f"has {len(meanings)} outputs for the one number {name!r}")
    return _regression(node, meanings[0], values, info, scope)


def _regression(node: NeuralNetwork, meaning: Meaning, values: Slot, info: TargetInfo, scope: Scope) -> Result:
    value = scope.builder.emit(ScoreOf(meaning.column), values)
    if isinstance(meaning.expression, NormContinuous):
        value = scope.builder.emit(PiecewiseLinear.of(meaning.expression).inverse(), value)
    kind = DataType.FLOAT if node.math_context == "float" else DataType.DOUBLE
    return Result(info=info, value=cast_slot(value, kind, scope, "the value"))


def _classification(meanings: Sequence[Meaning], values: Slot, info: TargetInfo, scope: Scope) -> Result:
    texts = [each.expression.value for each in meanings if isinstance(each.expression, NormDiscrete)]
    labels = tuple(info.label(text) for text in texts)
    if len(set(labels)) != len(labels):
        raise ValueError(f"has several outputs for one class: {list(labels)}")
    others = tuple(category for category in info.categories if category not in labels)
    is_share = len(labels) == 1 and len(others) == 1
    labels = labels + others if is_share else labels
    columns = ClassScores(tuple(each.column for each in meanings), is_share)
    raw = Scores(labels, scope.builder.emit(columns, values, sample=np.empty((0, len(labels)))))
    probability = in_target_order(raw, info, scope.builder)
    neurons = dict(zip(labels, [each.neuron for each in meanings] * (2 if is_share else 1), strict=True))
    ids = label_column(tuple(neurons[label] for label in probability.labels), DataType.STRING)
    entity = scope.builder.emit(Winner(ids), probability.slot)
    return Result(
        info=info,
        value=winner(scope.builder, probability, info),
        probability=probability,
        features={"entityId": (entity,)},
    )
