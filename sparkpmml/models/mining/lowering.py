"""MiningModel: several models as one (specification: MultipleModels).

Segments whose method only needs numbers or class scores are lowered one by one and combined; segments that are plain
trees become one forest, walked by one kernel (see `ensemble`). Embedded models become a chain (see `composition`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from sparkpmml.compiler.builder import Builder, Slot
from sparkpmml.compiler.expressions import IsTrue, number_slot
from sparkpmml.compiler.lowering import lower_model, register
from sparkpmml.compiler.predicates import lower_predicate
from sparkpmml.compiler.result import Result, Scores, TargetInfo, target_info
from sparkpmml.compiler.scope import Scope
from sparkpmml.compiler.scores import align, winner
from sparkpmml.datatypes import DataType
from sparkpmml.models.mining import combine
from sparkpmml.models.mining.composition import as_chain
from sparkpmml.models.mining.ensemble import lower_forest
from sparkpmml.models.mining.nodes import SELECTIONS, VOTES, Member, MiningModel, Segment
from sparkpmml.models.mining.selection import lower_selection, masked
from sparkpmml.models.mining.weights import Treatment, Weights


@register
def _mining_model(node: MiningModel, scope: Scope) -> Result:
    if node.embedded:
        node = as_chain(node)
    segmentation = node.segmentation
    if not segmentation.segments:
        raise ValueError("has no segments")
    if segmentation.local_transformations is not None:
        scope.declare(segmentation.local_transformations.fields)
    if segmentation.method in SELECTIONS:
        return lower_selection(node, scope, lower_segments)
    forest = lower_forest(node, scope)
    if forest is not None:
        return forest
    members = lower_segments(segmentation.segments, scope)
    if node.function_name == "classification" or _all_classes(members):
        result = _classification(node, members, scope)
    elif node.function_name == "clustering":
        result = _votes(node, members, scope)
    else:
        result = _regression(node, members, scope)
    return replace(result, segments={member.id: masked(member, scope.builder) for member in members})


def _all_classes(members: Sequence[Member]) -> bool:
    return all(member.result.probability is not None for member in members)


def lower_segments(segments: Sequence[Segment], scope: Scope) -> list[Member]:
    """Each segment on its own, in order; a failure counts only where its segment is active."""
    return [lower_segment(segment, place, scope) for place, segment in enumerate(segments, 1)]


def lower_segment(segment: Segment, place: int, scope: Scope) -> Member:
    """One segment; without an id its place in the document, from 1, is its id."""
    builder = scope.builder
    name = segment.id if segment.id is not None else str(place)
    if segment.is_always_active:
        return Member(name, segment.weight, lower_model(segment.model, scope), None, _weigher(segment, scope))
    active = builder.emit(IsTrue(True), lower_predicate(segment.predicate, scope))
    with builder.guarded(active):
        return Member(name, segment.weight, lower_model(segment.model, scope), active, _weigher(segment, scope))


def _weigher(segment: Segment, scope: Scope) -> Slot | None:
    if segment.variable_weight is None:
        return None
    name = segment.variable_weight.field
    with scope.compilation.at(segment.variable_weight):
        return number_slot(scope.field(name, segment.variable_weight).slot, scope, f"field {name!r}")


def _weights(members: Sequence[Member]) -> Weights:
    varying = tuple(place for place, member in enumerate(members) if member.weigher is not None)
    return Weights(tuple(member.weight for member in members), varying)


def _treatment(node: MiningModel) -> Treatment:
    if node.embedded:
        node = as_chain(node)
    segmentation = node.segmentation
    return Treatment(segmentation.missing_prediction_treatment, segmentation.missing_threshold)


def _slots(members: Sequence[Member], value: Callable[[Member], Slot], builder: Builder) -> list[Slot]:
    """The members' values, the columns that say where the members are active, then those of their weights."""
    always = builder.literal("true", DataType.BOOLEAN)
    weighers = [member.weigher for member in members if member.weigher is not None]
    return [*map(value, members), *(member.active or always for member in members), *weighers]


def _regression(node: MiningModel, members: Sequence[Member], scope: Scope) -> Result:
    def value(member: Member) -> Slot:
        if member.result.value is None or not member.result.value.data_type.is_numeric:
            raise ValueError(f"combines numbers, but segment {member.id!r} gives none")
        return member.result.value

    method, single = node.segmentation.method, node.math_context == "float"
    start, info = combine.take_base_score(method, single, target_info(node, scope.compilation))
    operation = combine.CombineNumbers(method, _weights(members), _treatment(node), single, start)
    combined = scope.builder.emit(operation, *_slots(members, value, scope.builder))
    return Result(info=info, value=combined)


def _labels(members: Sequence[Member], info: TargetInfo) -> tuple[str, ...]:
    found = [label for member in members if member.result.probability for label in member.result.probability.labels]
    return info.order(found)


def _classification(node: MiningModel, members: Sequence[Member], scope: Scope) -> Result:
    if node.segmentation.method in VOTES:
        return _votes(node, members, scope)
    info = target_info(node, scope.compilation)
    labels = _labels(members, info)

    def scores(member: Member) -> Slot:
        if member.result.probability is None:
            raise ValueError(f"combines probabilities, but segment {member.id!r} gives none")
        return align(scope.builder, member.result.probability, labels)

    operation = combine.CombineScores(node.segmentation.method, _weights(members), _treatment(node), len(labels))
    slots = _slots(members, scores, scope.builder)
    probability = Scores(labels, scope.builder.emit(operation, *slots, sample=combine.no_scores(len(labels))))
    return Result(info=info, value=winner(scope.builder, probability, info), probability=probability)


def _votes(node: MiningModel, members: Sequence[Member], scope: Scope) -> Result:
    """Every segment votes for its prediction; the shares of the votes are the probabilities."""
    info = target_info(node, scope.compilation)
    known = [label for member in members for label in _votable(member, info, scope)]
    labels = info.order(known)
    if not labels:
        raise ValueError("counts votes, but neither its segments nor the target's data field say for which classes")

    def prediction(member: Member) -> Slot:
        if member.result.value is None:
            raise ValueError(f"counts votes, but segment {member.id!r} has no prediction")
        return member.result.value

    if node.segmentation.method != "weightedMajorityVote":
        members = [replace(member, weight=1.0, weigher=None) for member in members]
    operation = combine.CountVotes(combine.Ballot.of(labels, info.data_type), _weights(members), _treatment(node))
    slots = _slots(members, prediction, scope.builder)
    probability = Scores(labels, scope.builder.emit(operation, *slots, sample=combine.no_scores(len(labels))))
    return Result(info=info, value=winner(scope.builder, probability, info), probability=probability)


def _votable(member: Member, info: TargetInfo, scope: Scope) -> tuple[str, ...]:
    """The labels that a segment can vote for."""
    result = member.result
    for scores in (result.probability, result.confidence, result.affinity):
        if scores is not None:
            return tuple(info.label(label) for label in scores.labels)
    if result.labels:
        return tuple(info.label(label) for label in result.labels)
    return combine.possible_values(result.value, info.categories)
