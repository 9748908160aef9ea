"""ClusteringModel: the nearest, or most similar, cluster (specification: ClusteringModel)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.expressions import lower_derived_field, lower_expression
from sparkpmml.compiler.lowering import register
from sparkpmml.compiler.result import Result, Scores, target_info
from sparkpmml.compiler.scope import Field, Scope
from sparkpmml.compiler.scores import Matrix, label_column
from sparkpmml.datatypes import DataType, OpType
from sparkpmml.models.clustering.nodes import Cluster, ClusteringField, ClusteringModel
from sparkpmml.models.clustering.partitions import distribution
from sparkpmml.models.comparison import (
    SUBTRACTING,
    ComparedField,
    Comparison,
    compared,
    make_comparison,
    reference_number,
)
from sparkpmml.models.ranking import Best, rank_features
from sparkpmml.runtime.column import Column
from sparkpmml.runtime.design import CACHED_CELLS, batch_rows, design_blocks


@dataclass(frozen=True, slots=True, eq=False)
class Compare:
    """The operation: each record compared with each reference, float64[n, m]."""

    comparison: Comparison

    def __call__(self, *columns: Column) -> Matrix:
        rows, width = batch_rows(columns), self.comparison.width
        numbers = self.comparison.numbers_of(columns)
        compared = np.empty((rows, width), order="F")  # a column for each cluster, as output fields want them
        for block, x in design_blocks(numbers, rows, len(columns) + width, CACHED_CELLS):
            compared.T[:, block] = self.comparison(x).T  # as both lie in memory: numpy takes the rows' way else
        return compared


@register
def _clustering_model(node: ClusteringModel, scope: Scope) -> Result:
    if not node.clusters:
        raise ValueError("has no Cluster")
    builder, info = scope.builder, target_info(node, scope.compilation)
    fields = _compared_fields(node, scope)
    comparison = make_comparison(fields, node.measure.measure, _adjustments(node, len(fields)))
    ids = tuple(cluster.id or str(place) for place, cluster in enumerate(node.clusters, 1))
    slots = [each.field.slot for each in fields]
    affinity = Scores(ids, builder.emit(Compare(comparison), *slots, sample=np.empty((0, len(ids)))))
    highest = node.measure.is_similarity
    names = tuple(cluster.name or ids[place] for place, cluster in enumerate(node.clusters))
    texts = label_column(ids, DataType.STRING)
    return Result(
        info=info,
        value=builder.emit(Best(label_column(ids, info.data_type), highest), affinity.slot),
        display=builder.emit(Best(label_column(names, DataType.STRING), highest), affinity.slot),
        affinity=affinity,
        features=rank_features(builder, affinity, texts, highest),
    )


def _compared_fields(node: ClusteringModel, scope: Scope) -> list[ComparedField]:
    if node.model_class == "distributionBased":
        return [distribution(node, each, scope) for each in _own_fields(node, scope)]
    if node.center_fields is not None and (node.center_fields.derived or node.center_fields.expressions):
        fields = _center_fields(node, scope)
    else:
        own = [each for each in node.fields if each.is_center_field]
        fields = [(scope.field(each.field, each), each) for each in own]
    functions = [(how.compare_function if how else None) or node.measure.compare_function for _, how in fields]
    centers = _centers(node.clusters, [field.name for field, _ in fields], functions)
    return [
        ComparedField(
            compared(field, function, scope),
            centers[place],
            function,
            1.0 if how is None else how.weight,
            None if how is None else how.similarity_scale,
            None if how is None else how.comparisons,
        )
        for place, ((field, how), function) in enumerate(zip(fields, functions, strict=True))
    ]


def _own_fields(node: ClusteringModel, scope: Scope) -> list[tuple[Field, ClusteringField]]:
    return [(scope.field(each.field, each), each) for each in node.fields]


def _center_fields(node: ClusteringModel, scope: Scope) -> list[tuple[Field, ClusteringField | None]]:
    """The coordinates of PMML 3.0 and before, each with the ClusteringField of its name, if there is one."""
    by_name = {each.field: each for each in node.fields}
    fields: list[tuple[Field, ClusteringField | None]] = []
    for derived in node.center_fields.derived if node.center_fields is not None else ():
        fields.append((lower_derived_field(derived, scope), by_name.get(derived.name)))
    for expression in node.center_fields.expressions if node.center_fields is not None else ():
        fields.append((Field("", lower_expression(expression, scope), OpType.CONTINUOUS), None))
    return fields


def _centers(
    clusters: Sequence[Cluster], names: list[str], functions: list[str]
) -> list[list[str] | NDArray[np.float64]]:
    """Of each field the coordinates of all clusters, as numbers where they are subtracted."""
    numbers = [place for place, function in enumerate(functions) if function in SUBTRACTING]
    texts: dict[int, list[str]] = {place: [] for place in range(len(names)) if place not in set(numbers)}
    subtracted = np.empty((len(numbers), len(clusters)))
    for column, cluster in enumerate(clusters):
        items = _center(cluster, len(names))
        subtracted[:, column] = [reference_number(items[place], names[place]) for place in numbers]
        for place, column_texts in texts.items():
            column_texts.append(items[place])
    rows = iter(subtracted)
    return [texts[place] if place in texts else next(rows) for place in range(len(names))]


def _center(cluster: Cluster, count: int) -> tuple[str, ...]:
    values = cluster.center.items if cluster.center is not None else ()
    if len(values) != count:
        raise ValueError(f"has a cluster with {len(values)} coordinates for {count} fields")
    return values


def _adjustments(node: ClusteringModel, count: int) -> list[float]:
    if node.missing_value_weights is None:
        return [1.0] * count
    weights = [float(item) for item in node.missing_value_weights.weights.items]
    if len(weights) != count:
        raise ValueError(f"has {len(weights)} MissingValueWeights for {count} fields")
    return weights
