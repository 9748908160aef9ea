"""selectFirst, selectAll, modelChain, multiModelChain (specification: MultipleModels).

In a chain every segment sees the output fields of those before it, and the last active segment answers. Under
`missingPredictionTreatment="returnMissing"` there is no answer where an active segment has none. `selectFirst` scores
no segment after the first active one, and output fields that name one of these by `segmentId` are missing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sparkpmml.compiler.builder import Builder, Slot
from sparkpmml.compiler.expressions import Choose, IsTrue, cast_slot
from sparkpmml.compiler.result import OutputValue, Result, Scores, TargetInfo, target_info
from sparkpmml.compiler.scope import Field, Scope
from sparkpmml.compiler.scores import Matrix, align
from sparkpmml.datatypes import DataType, OpType
from sparkpmml.models.mining.gathering import Gather
from sparkpmml.models.mining.nodes import Member, MiningModel, Segment
from sparkpmml.runtime.builtin import Call
from sparkpmml.runtime.column import Column, booleans, either, from_strings

LowerSegments = Callable[[Sequence[Segment], Scope], list[Member]]


@dataclass(frozen=True, slots=True)
class ChooseScores:
    """The operation: the second matrix's rows where the first column is true, else the third's."""

    def __call__(self, condition: Column, then: Matrix, otherwise: Matrix) -> Matrix:
        if condition.values.size and condition.values.all():
            return then
        return np.where(condition.values[:, None], then, otherwise)


@dataclass(frozen=True, slots=True)
class NoScores:
    """The operation: a row of NaN, of the given width."""

    width: int

    def __call__(self, column: Column) -> Matrix:
        return np.full((1, self.width), np.nan)


@dataclass(frozen=True, slots=True)
class Complete:
    """The operation: has every active segment a prediction? Inputs: s predictions, then where each is active."""

    def __call__(self, *columns: Column) -> Column:
        count = len(columns) // 2
        pairs = zip(columns[:count], columns[count:], strict=True)
        lost = either(*[active.values & prediction.is_missing() for prediction, active in pairs])
        return booleans(~np.asarray(lost))


def masked(member: Member, builder: Builder) -> Result:
    """A segment's result, missing where the segment is not active."""
    if member.active is None:
        return member.result
    return choose_result(member.active, member.result, None, member.result.info, builder)


def lower_selection(node: MiningModel, scope: Scope, lower: LowerSegments) -> Result:
    """The result of a selecting or chaining MiningModel."""
    method, segments = node.segmentation.method, node.segmentation.segments
    chained = method in ("modelChain", "multiModelChain")
    members: list[Member] = []
    scored: list[Member] = []  # the same, active only where they are scored
    passed_over: list[Slot] = []  # true where no segment so far is the first
    for place, segment in enumerate(segments, 1):
        with scope.builder.guarded(*passed_over):
            (member,) = lower((segment if segment.id else replace(segment, id=str(place)),), scope)
        members.append(member)
        scored.append(_where(passed_over, member, scope.builder))
        if chained:
            _declare(member, scope)
        elif method == "selectFirst":
            always = scope.builder.literal("true", DataType.BOOLEAN)
            passed_over.append(scope.builder.emit(IsTrue(False), member.active or always))
    result = _select(node, members, scope)
    if chained and node.segmentation.missing_prediction_treatment == "returnMissing":
        result = _withheld(result, members, scope.builder)
    return replace(result, segments={member.id: masked(member, scope.builder) for member in scored})


def _where(conditions: Sequence[Slot], member: Member, builder: Builder) -> Member:
    """The segment, active only where these conditions hold, too."""
    if not conditions:
        return member
    active = member.active or builder.literal("true", DataType.BOOLEAN)
    return replace(member, active=builder.emit(Call("and"), *conditions, active))


def _withheld(result: Result, members: Sequence[Member], builder: Builder) -> Result:
    """A chain's result, missing where one of its active segments has no prediction."""
    always = builder.literal("true", DataType.BOOLEAN)
    pairs = [(slot, member.active or always) for member in members for slot in _predictions(member.result)]
    if not pairs:
        return result
    predictions, active = zip(*pairs, strict=True)
    complete = builder.emit(Complete(), *predictions, *active)
    targets = {name: choose_result(complete, each, None, each.info, builder) for name, each in result.targets.items()}
    return replace(choose_result(complete, result, None, result.info, builder), targets=targets)


def _predictions(result: Result) -> list[Slot]:
    results = result.targets.values() if result.targets else (result,)
    return [each.value for each in results if each.value is not None and isinstance(each.value.sample, Column)]


def _declare(member: Member, scope: Scope) -> None:
    """Let later segments, and the chain's own outputs, refer to a segment's output fields."""
    for name, field in member.result.fields.items():
        if member.active is None:
            scope.define(field)
            continue
        before = scope.find(name)
        earlier = before.slot if before is not None else scope.builder.missing(field.slot.data_type)
        slot = _choose_slot(member.active, field.slot, earlier, scope.builder)
        scope.define(Field(name, slot, field.op_type))


def _select(node: MiningModel, members: Sequence[Member], scope: Scope) -> Result:
    method, builder = node.segmentation.method, scope.builder
    info = target_info(node, scope.compilation)
    if method == "multiModelChain" or (method == "modelChain" and len(node.mining_schema.targets) > 1):
        return _by_target(members, info, scope)
    if method == "selectAll":
        return _all_values(members, info, scope)
    first_wins = method == "selectFirst"
    ordered = list(reversed(members)) if first_wins else _answering(members, info)
    answer: Result | None = None
    for member in ordered:
        if member.active is None:
            answer = member.result
        else:
            answer = choose_result(member.active, member.result, answer, info, builder)
    if answer is None:
        raise ValueError("has no segments")
    answer = replace(answer, info=_known_info(answer.info, info), features=dict(answer.features))
    if first_wins:
        return replace(answer, features={**answer.features, "entityId": (_winner_id(members, builder),)})
    return replace(answer, outputs=_chain_outputs(members, builder), fields=_chain_fields(members, scope))


def _answering(members: Sequence[Member], info: TargetInfo) -> list[Member]:
    """A chain's segments, without the prediction of those whose target is another than the chain's own.

    When one of these is the last that is active, the chain has no prediction. The last segment always answers.
    """
    if info.name is None:
        return list(members)
    *earlier, last = members
    silent = [
        each if each.result.info.name == info.name else replace(each, result=_without_answer(each.result))
        for each in earlier
    ]
    return [*silent, last]


def _without_answer(result: Result) -> Result:
    return replace(result, value=None, display=None, probability=None, confidence=None, affinity=None)


def _known_info(of_segment: TargetInfo, own: TargetInfo) -> TargetInfo:
    """The segment's target, but the chain's own `Targets` (the segment's has been applied)."""
    base = own if own.declared is not None else of_segment
    return replace(base, target=own.target)


def _winner_id(members: Sequence[Member], builder: Builder) -> Slot:
    slot = builder.missing(DataType.STRING)
    for member in reversed(members):
        name = builder.constant(from_strings([member.id]))
        slot = name if member.active is None else _choose_slot(member.active, name, slot, builder)
    return slot


def _chain_outputs(members: Sequence[Member], builder: Builder) -> tuple[OutputValue, ...]:
    """The segments' outputs, each missing where its segment is not active."""
    by_name: dict[str, OutputValue] = {}
    for member in members:
        for output in member.result.outputs:
            slot = output.slot
            if member.active is not None:
                before = by_name.get(output.field.name)
                earlier = before.slot if before is not None else builder.missing(slot.data_type)
                slot = _choose_slot(member.active, slot, earlier, builder)
            by_name[output.field.name] = replace(output, slot=slot)
    return tuple(by_name.values())


def _chain_fields(members: Sequence[Member], scope: Scope) -> dict[str, Field]:
    names = [name for member in members for name in member.result.fields]
    found = {name: scope.find(name) for name in names}
    return {name: field for name, field in found.items() if field is not None}


def _by_target(members: Sequence[Member], info: TargetInfo, scope: Scope) -> Result:
    """Of several targets each is answered for by the last active segment that has it as its target."""
    builder = scope.builder
    targets: dict[str, Result] = {}
    for member in members:
        result = member.result
        own = {result.info.name: result} if result.info.name is not None and result.value is not None else {}
        for name, answer in (result.targets or own).items():
            chosen = (
                answer
                if member.active is None
                else choose_result(member.active, answer, targets.get(name), answer.info, builder)
            )
            targets[str(name)] = replace(chosen, info=answer.info)
    outputs, fields = _chain_outputs(members, builder), _chain_fields(members, scope)
    if len(targets) == 1:
        (only,) = targets.values()
        return replace(only, info=_known_info(only.info, info), outputs=outputs, fields=fields)
    return Result(info=info, targets=targets, outputs=outputs, fields=fields)


def _all_values(members: Sequence[Member], info: TargetInfo, scope: Scope) -> Result:
    """selectAll: a list of what all active segments give, as numbers where all of them are, else as texts."""
    values = [member.result.value for member in members]
    slots = [value for value in values if value is not None and isinstance(value.sample, Column)]
    if len(slots) != len(members):
        raise ValueError("selects all segments, which needs segments that give one value each")
    are_numbers = all(slot.data_type.is_numeric for slot in slots)
    kind = DataType.DOUBLE if are_numbers else DataType.STRING
    slots = [cast_slot(slot, kind, scope, "a segment's answer") for slot in slots]
    always = scope.builder.literal("true", DataType.BOOLEAN)
    gathered = scope.builder.emit(Gather(), *slots, *[member.active or always for member in members])
    return Result(info=info, value=gathered)


def _choose_slot(condition: Slot, then: Slot, otherwise: Slot, builder: Builder) -> Slot:
    return builder.emit(Choose(), condition, then, otherwise)


def choose_result(
    condition: Slot, then: Result, otherwise: Result | None, info: TargetInfo, builder: Builder
) -> Result:
    """One result where the condition holds, another (or nothing) elsewhere."""

    def column(name: str) -> Slot | None:
        return _pair(condition, getattr(then, name), getattr(otherwise, name, None), builder)

    def scores(name: str) -> Scores | None:
        return _pair_scores(condition, getattr(then, name), getattr(otherwise, name, None), info, builder)

    return Result(
        info=then.info,
        value=column("value"),
        display=column("display"),
        labels=info.order([*then.labels, *(otherwise.labels if otherwise is not None else ())]),
        probability=scores("probability"),
        confidence=scores("confidence"),
        affinity=scores("affinity"),
        features=_pair_features(condition, then, otherwise, builder),
        outputs=_pair_outputs(condition, then, otherwise, builder),
        fields=_pair_fields(condition, then, otherwise, builder),
    )


def _pair(condition: Slot, then: Slot | None, otherwise: Slot | None, builder: Builder) -> Slot | None:
    known = then or otherwise
    if known is None:
        return None
    nothing = builder.missing(known.data_type)
    return _choose_slot(condition, then or nothing, otherwise or nothing, builder)


def _pair_scores(
    condition: Slot, then: Scores | None, otherwise: Scores | None, info: TargetInfo, builder: Builder
) -> Scores | None:
    known = [scores for scores in (then, otherwise) if scores is not None]
    if not known:
        return None
    labels = info.order([label for scores in known for label in scores.labels])
    width = len(labels)
    nothing = builder.emit(
        NoScores(width), builder.literal("true", DataType.BOOLEAN), sample=np.full((1, width), np.nan)
    )
    slots = [align(builder, scores, labels) if scores is not None else nothing for scores in (then, otherwise)]
    return Scores(labels, builder.emit(ChooseScores(), condition, *slots, sample=np.empty((0, width))))


def _pair_features(
    condition: Slot, then: Result, otherwise: Result | None, builder: Builder
) -> dict[str, tuple[Slot, ...]]:
    other = otherwise.features if otherwise is not None else {}
    paired: dict[str, tuple[Slot, ...]] = {}
    for name in dict.fromkeys([*then.features, *other]):
        left, right = then.features.get(name, ()), other.get(name, ())
        places = range(max(len(left), len(right)))
        slots = [_pair(condition, _at(left, i), _at(right, i), builder) for i in places]
        paired[name] = tuple(slot for slot in slots if slot is not None)
    return paired


def _at(slots: tuple[Slot, ...], place: int) -> Slot | None:
    return slots[place] if place < len(slots) else None


def _pair_outputs(condition: Slot, then: Result, otherwise: Result | None, builder: Builder) -> tuple[OutputValue, ...]:
    left = {output.field.name: output for output in then.outputs}
    right = {output.field.name: output for output in otherwise.outputs} if otherwise is not None else {}
    paired = []
    for name, output in {**right, **left}.items():
        slots = [side[name].slot if name in side else None for side in (left, right)]
        slot = _pair(condition, slots[0], slots[1], builder)
        if slot is not None:
            paired.append(replace(output, slot=slot))
    return tuple(paired)


def _pair_fields(condition: Slot, then: Result, otherwise: Result | None, builder: Builder) -> dict[str, Field]:
    other: dict[str, Any] = dict(otherwise.fields) if otherwise is not None else {}
    paired = {}
    for name in dict.fromkeys([*then.fields, *other]):
        sides = [side[name].slot if name in side else None for side in (then.fields, other)]
        slot = _pair(condition, sides[0], sides[1], builder)
        if slot is not None:
            paired[name] = Field(name, slot, OpType.CATEGORICAL)
    return paired
