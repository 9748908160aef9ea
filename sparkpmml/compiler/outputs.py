"""Output fields: a table of features, one function each (specification: Output, result features)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.expressions import cast_slot, convert_slot, lower_expression
from sparkpmml.compiler.result import OutputValue, Result, Scores
from sparkpmml.compiler.scope import Field, Scope
from sparkpmml.compiler.scores import NoScore, score_of, score_of_value
from sparkpmml.datatypes import DataType, OpType
from sparkpmml.errors import nearest
from sparkpmml.pmml.model import Model
from sparkpmml.pmml.output import OutputField
from sparkpmml.runtime.cast import cast, format_value, parse_value
from sparkpmml.runtime.column import Column, codes
from sparkpmml.runtime.lists import ListColumn

T = TypeVar("T")
Lowering = Callable[[OutputField, Result, Scope], Slot]

FEATURES: dict[str, Lowering] = {}
"""By feature name: the function that gives an output field's slot."""


def feature(*names: str) -> Callable[[Lowering], Lowering]:
    """Enter the decorated function into the table."""

    def enter(function: Lowering) -> Lowering:
        FEATURES.update(dict.fromkeys(names, function))
        return function

    return enter


def lower_outputs(result: Result, model: Model, scope: Scope) -> Result:
    """The result with the model's output fields: each may refer to those before it, and to what the model itself sees.

    The target's name means its actual value then, an input, as for the feature `residual`. The predicted one is an
    output field's (feature `predictedValue`).
    """
    if model.output is None:
        return result
    inner = Scope(scope.compilation, None, scope)
    fields = dict(result.fields)
    outputs = []
    for output in model.output.fields:
        with scope.compilation.at(output):
            addressed = _addressed(output, result)
            if addressed is None:
                slot = scope.builder.missing(output.data_type or DataType.STRING)
            else:
                slot = _lower_field(output, addressed, inner)
        field = Field(output.name, slot, output.op_type or OpType.CATEGORICAL)
        inner.define(field)
        fields[output.name] = field
        if output.is_final_result:
            outputs.append(OutputValue(output, slot))
    return replace(result, outputs=result.outputs + tuple(outputs), fields=fields)


def _addressed(output: OutputField, result: Result) -> Result | None:
    """The result that the field speaks of: a segment's, a target's, or the model's own; None for a segment not there.

    (Specification, Output: where no Segment matches segmentId, the result is missing.)
    """
    if output.segment_id is not None:
        if not result.segments:
            raise ValueError(f"{output.name!r} asks for segment {output.segment_id!r}, but the model has no segments")
        if output.segment_id not in result.segments:
            return None
        result = result.segments[output.segment_id]
    if output.target_field is not None and output.target_field in result.targets:
        return result.targets[output.target_field]
    return result


def _lower_field(output: OutputField, result: Result, scope: Scope) -> Slot:
    name = output.feature.removeprefix("x-")
    lowering, lookup = FEATURES.get(name), result.lookups.get(name)
    if lookup is not None:
        slot = lookup(output)
    elif lowering is not None:
        slot = lowering(output, result, scope)
    else:
        known = [*FEATURES, *result.lookups]
        raise ValueError(f"has feature {output.feature!r}, which is not known{nearest(name, known)}")
    if isinstance(slot.sample, ListColumn):  # what is declared is the type of its values, or of a text
        return slot
    convert = cast_slot if output.expression is None else convert_slot
    return convert(slot, output.data_type, scope, f"output {output.name}")


def _given(what: T | None, output: OutputField, needed: str) -> T:
    if what is None:
        raise ValueError(f"{output.name!r} asks for feature {output.feature!r}, but the model gives no {needed}")
    return what


@feature("predictedValue")
def _predicted_value(output: OutputField, result: Result, scope: Scope) -> Slot:
    if result.value is None and result.targets:
        named = output.name.removeprefix("predicted_")  # as nyoka says which target it is
        if named in result.targets:
            return _predicted_value(output, result.targets[named], scope)
        raise ValueError(f"{output.name!r} does not say which of the targets it is about: {', '.join(result.targets)}")
    return _given(result.value, output, "prediction")


@dataclass(frozen=True, slots=True, eq=False)
class Display:
    """The operation: a value's display text, or the value itself as text."""

    texts: tuple[tuple[str, str], ...]

    def __call__(self, column: Column) -> Column:
        shown = cast(column, DataType.STRING)
        known = dict(self.texts)
        entries = shown.dictionary if shown.dictionary is not None else ()
        return replace(codes(shown.values, [known.get(entry, entry) for entry in entries]), failed=shown.failed)


@feature("predictedDisplayValue")
def _predicted_display_value(output: OutputField, result: Result, scope: Scope) -> Slot:
    if result.display is not None:
        return result.display
    value = _predicted_value(output, result, scope)
    info = result.info
    declared = [(each.value, each.display_value) for each in (info.declared.values if info.declared else ())]
    stated = [(each.value, each.display_value) for each in (info.target.values if info.target else ())]
    texts = {
        _as_shown(info.label(text), value.data_type): display
        for text, display in (*declared, *stated)
        if text is not None and display is not None
    }
    return scope.builder.emit(Display(tuple(texts.items())), value) if texts else value


def _as_shown(label: str, data_type: DataType) -> str:
    """A class as the text that its value becomes: of doubles, "2" is 2.0."""
    try:
        shown = parse_value(label, data_type)
    except ValueError:
        return label
    return shown if isinstance(shown, str) else format_value(shown, data_type)


@feature("transformedValue", "decision")
def _transformed_value(output: OutputField, result: Result, scope: Scope) -> Slot:
    if output.expression is not None:
        return lower_expression(output.expression, scope)
    if output.value is None:
        raise ValueError(f"{output.name!r} has feature {output.feature!r} but no expression")
    if output.value not in result.fields:
        raise ValueError(f"{output.name!r} refers to output {output.value!r}, which the segment does not have")
    return result.fields[output.value].slot


def _class_score(scores: Scores | None, output: OutputField, result: Result, scope: Scope, what: str) -> Slot:
    scores = _given(scores, output, what)
    if output.value is None:
        return score_of_value(scope.builder, scores, _predicted_value(output, result, scope))
    label = result.info.label(output.value)
    slot = score_of(scope.builder, scores, label)
    if slot is not None:
        return slot
    if label in result.info.categories:  # declared, but the model never predicts it
        return scope.builder.emit(NoScore(), scores.slot)
    return scope.builder.missing(DataType.DOUBLE)


@feature("probability")
def _probability(output: OutputField, result: Result, scope: Scope) -> Slot:
    return _class_score(result.probability, output, result, scope, "probabilities")


@feature("confidence")
def _confidence(output: OutputField, result: Result, scope: Scope) -> Slot:
    if "confidence" in result.features:
        return _ranked(output, result, scope)
    return _class_score(result.confidence or result.probability, output, result, scope, "confidences")


@feature("affinity", "clusterAffinity", "entityAffinity")
def _affinity(output: OutputField, result: Result, scope: Scope) -> Slot:
    if output.value is None and "affinity" in result.features:
        return _ranked(output, result, scope, "affinity")
    return _class_score(result.affinity, output, result, scope, "affinities")


@dataclass(frozen=True, slots=True)
class Difference:
    """The operation: expected minus predicted; of a class, 1 or 0 minus its probability."""

    def __call__(self, expected: Column, predicted: Column) -> Column:
        return Column(DataType.DOUBLE, expected.as_double() - predicted.as_double())


@dataclass(frozen=True, slots=True)
class Agrees:
    """The operation: 1 where two columns hold the same value, 0 where they do not, missing where either is missing."""

    def __call__(self, first: Column, second: Column) -> Column:
        left, right = cast(first, DataType.STRING), cast(second, DataType.STRING)
        same = np.array(left.strings() == right.strings(), dtype=np.float64)
        return Column(DataType.DOUBLE, np.where(left.is_missing() | right.is_missing(), np.nan, same))


@feature("residual")
def _residual(output: OutputField, result: Result, scope: Scope) -> Slot:
    """The actual value of the target is an input then, a missing one replaced as its mining field says."""
    info, value = result.info, _predicted_value(output, result, scope)
    if info.declared is None or info.data_type is None:
        raise ValueError(f"{output.name!r} asks for a residual, but the target is not a data field")
    mining = replace(scope.mining_field(info.declared.name), invalid_value_treatment="asIs")
    actual = scope.treated_input(mining).slot
    if result.probability is None:
        return scope.builder.emit(Difference(), actual, value)
    agrees = scope.builder.emit(Agrees(), actual, value)
    probability = score_of_value(scope.builder, result.probability, value)
    return scope.builder.emit(Difference(), agrees, probability)


@feature(
    "entityId",
    "clusterId",
    "reasonCode",
    "standardError",
    "standardDeviation",
    "confidenceIntervalLower",
    "confidenceIntervalUpper",
    "antecedent",
    "consequent",
    "rule",
    "ruleId",
    "ruleValue",
    "support",
    "lift",
    "leverage",
    "warning",
)
def _ranked_feature(output: OutputField, result: Result, scope: Scope) -> Slot:
    return _ranked(output, result, scope)


def _ranked(output: OutputField, result: Result, scope: Scope, name: str | None = None) -> Slot:
    name = name or output.feature
    ranked = result.features.get(name) or result.features.get("entityId" if name == "clusterId" else name)
    if ranked is None:
        raise ValueError(f"{output.name!r} asks for feature {output.feature!r}, which the model does not give")
    if output.rank < 1:
        raise ValueError(f"{output.name!r} has rank {output.rank}; ranks start at 1")
    if output.rank > len(ranked):
        return scope.builder.missing(ranked[0].data_type)
    return ranked[output.rank - 1]


@feature("report")
def _report(output: OutputField, result: Result, scope: Scope) -> Slot:
    """A vendor's trace of the computation, for people; it has no counterpart in columns and is always missing."""
    return scope.builder.missing(DataType.STRING)
