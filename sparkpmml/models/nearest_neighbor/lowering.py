"""NearestNeighborModel: the training instances most like a record answer for it (specification: KNN)."""

from __future__ import annotations

from collections import Counter

import numpy as np

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.lowering import register
from sparkpmml.compiler.result import Result, Scores, TargetInfo, target_info
from sparkpmml.compiler.scope import Scope
from sparkpmml.compiler.scores import align, label_column, winner
from sparkpmml.compiler.targets import apply_targets
from sparkpmml.datatypes import DataType, OpType
from sparkpmml.models.comparison import ComparedField, compared, make_comparison
from sparkpmml.models.nearest_neighbor.instances import Instances
from sparkpmml.models.nearest_neighbor.neighbors import (
    Combine,
    FindNeighbors,
    NeighborDistance,
    NeighborLabel,
    Neighbors,
    Vote,
)
from sparkpmml.models.nearest_neighbor.nodes import NearestNeighborModel, NeighborInput
from sparkpmml.runtime.cast import parse_value


@register
def _nearest_neighbor_model(node: NearestNeighborModel, scope: Scope) -> Result:
    instances = Instances(node, scope)
    fields = [_compared(each, node, instances, scope) for each in node.inputs.inputs]
    comparison = make_comparison(fields, node.measure.measure, [1.0] * len(fields))
    count = min(node.count, len(instances))
    find = FindNeighbors(comparison, count, node.measure.is_similarity)
    nothing = Neighbors(np.empty((0, count), np.int64), np.empty((0, count)))
    neighbors = scope.builder.emit(find, *(each.field.slot for each in fields), sample=nothing)
    features = _features(node, instances, neighbors, count, scope)
    names = [field.name for field in node.mining_schema.targets]
    if not names:
        return Result(info=target_info(node, scope.compilation), value=features["entityId"][0], features=features)
    results = {name: _of_target(node, name, instances, neighbors, features, scope) for name in names}
    if len(results) == 1:
        return next(iter(results.values()))
    targets = {name: apply_targets(result, scope.builder) for name, result in results.items()}
    return Result(info=target_info(node, scope.compilation), targets=targets, features=features)


def _compared(each: NeighborInput, node: NearestNeighborModel, instances: Instances, scope: Scope) -> ComparedField:
    function = each.compare_function or node.measure.compare_function
    with scope.compilation.at(each):
        field = compared(scope.field(each.field, each), function, scope)
        return ComparedField(field, instances.compared(field), function, each.weight)


def _features(
    node: NearestNeighborModel, instances: Instances, neighbors: Slot, count: int, scope: Scope
) -> dict[str, tuple[Slot, ...]]:
    """The neighbours' ids (their place in the table, from 1, where they have none) and distances, by rank."""
    if node.id_variable is None:
        ids = [str(place) for place in range(1, len(instances) + 1)]
    else:
        ids = [text or "" for text in instances.texts(node.id_variable)]
    labels = label_column(tuple(ids), DataType.STRING)
    emit = scope.builder.emit
    return {
        "entityId": tuple(emit(NeighborLabel(rank, labels), neighbors) for rank in range(count)),
        "affinity": tuple(emit(NeighborDistance(rank), neighbors) for rank in range(count)),
    }


def _of_target(
    node: NearestNeighborModel,
    name: str,
    instances: Instances,
    neighbors: Slot,
    features: dict[str, tuple[Slot, ...]],
    scope: Scope,
) -> Result:
    info = target_info(node, scope.compilation, name)
    if info.op_type is OpType.CONTINUOUS:
        values = instances.column(name, DataType.DOUBLE).as_double()
        combine = Combine(values, node.numeric_method, node.threshold, node.measure.is_similarity)
        return Result(info=info, value=scope.builder.emit(combine, neighbors), features=features)
    probability, decided = _votes(node, name, instances, neighbors, info, scope)
    value = winner(scope.builder, decided, info)
    return Result(info=info, value=value, probability=probability, features=features)


def _votes(
    node: NearestNeighborModel, name: str, instances: Instances, neighbors: Slot, info: TargetInfo, scope: Scope
) -> tuple[Scores, Scores]:
    """Shares of the votes, in the target's order, and in the order in which ties are decided."""
    classes = [info.label(text) for text in instances.texts(name) if text is not None]
    if len(classes) != len(instances):
        raise ValueError(f"has training instances without a value for the target {name!r}")
    deciding = _by_frequency(classes, info)
    codes = np.array([deciding.index(label) for label in classes])
    is_weighted = node.class_method == "weightedMajorityVote"
    vote = Vote(codes, len(deciding), is_weighted, node.threshold, node.measure.is_similarity)
    decided = Scores(deciding, scope.builder.emit(vote, neighbors, sample=np.empty((0, len(deciding)))))
    labels = info.order(list(deciding))
    return Scores(labels, align(scope.builder, decided, labels)), decided


def _by_frequency(classes: list[str], info: TargetInfo) -> tuple[str, ...]:
    """The classes, those with most instances first, of equally frequent ones the lowest value first."""
    counts = Counter(classes)
    kind = info.data_type or DataType.STRING
    return tuple(sorted(counts, key=lambda label: (-counts[label], parse_value(label, kind))))
