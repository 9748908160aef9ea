"""AnomalyDetectionModel: another model's answer as a measure of oddity (specification: AnomalyDetectionModel)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.expressions import cast_slot
from sparkpmml.compiler.lowering import lower_model, register
from sparkpmml.compiler.result import Result, target_info
from sparkpmml.compiler.scope import Scope
from sparkpmml.compiler.scores import Matrix
from sparkpmml.datatypes import DataType
from sparkpmml.models.clustering.nodes import ClusteringModel
from sparkpmml.pmml.array import Array
from sparkpmml.pmml.model import Model
from sparkpmml.pmml.node import Node, attribute, child, element, integer, one_of
from sparkpmml.runtime.column import Column, numbers


@element("MeanClusterDistances")
class MeanClusterDistances(Node):
    """By cluster, the mean distance of its records to its centre."""

    values: Array = child(Array, required=True)


@element("AnomalyDetectionModel", ignores=("meanThreshold",))  # for who reads the score; it does not change it
class AnomalyDetectionModel(Model):
    """A model whose answer is made a score of anomaly."""

    algorithm: str = attribute(
        one_of(
            "iforest", "ocsvm", "clusterMeanDist", "other", other_spellings={"iForest": "iforest", "OCSVM": "ocsvm"}
        ),
        name="algorithmType",
    )
    sample_size: int | None = attribute(integer, name="sampleDataSize", default=None)
    model: Model = child(Model, required=True)
    mean_distances: MeanClusterDistances | None = child(MeanClusterDistances)


@dataclass(frozen=True, slots=True)
class Isolation:
    """The operation: 2 ** -(path length / the mean path length of the sample); near 1 is odd."""

    expected: float

    def __call__(self, column: Column) -> Column:
        return numbers(np.exp2(-column.as_double() / self.expected))


@dataclass(frozen=True, slots=True, eq=False)
class Remoteness:
    """The operation: the distance to the nearest cluster in mean distances of its records, float64[k]."""

    means: NDArray[np.float64]
    highest: bool

    def __call__(self, distances: Matrix) -> Column:
        unknown = np.isnan(distances)
        if self.highest:
            index = np.where(unknown, -np.inf, distances).argmax(axis=1)
        else:
            index = np.where(unknown, np.inf, distances).argmin(axis=1)
        nearest = np.take_along_axis(distances, index[:, None], axis=1)[:, 0]
        with np.errstate(divide="ignore", invalid="ignore"):
            return numbers(nearest / self.means[index])


def mean_path_length(size: int) -> float:
    """Of an unsuccessful search in a tree of so many records: 2 H(n - 1) - 2 (n - 1) / n, H(i) being ln(i) + 0.5772...

    Of two records it is 1, which the approximation misses.
    """
    if size < 2:
        raise ValueError(f"is an isolation forest with sampleDataSize={size}: at least 2 records are needed")
    if size == 2:
        return 1.0
    return float(2 * (np.log(size - 1) + np.euler_gamma) - 2 * (size - 1) / size)


@register
def _anomaly_detection_model(node: AnomalyDetectionModel, scope: Scope) -> Result:
    inner = lower_model(node.model, scope)
    value = SCORES[node.algorithm](node, inner, scope)
    return Result(
        info=target_info(node, scope.compilation),
        value=value,
        features=inner.features,
        affinity=inner.affinity,
        segments=inner.segments,
        outputs=inner.outputs,
        fields=inner.fields,
    )


def _number(node: AnomalyDetectionModel, inner: Result, scope: Scope) -> Slot:
    """The model's own answer: a one-class machine's distance from its border, negative outside."""
    if inner.value is None:
        raise ValueError(f"needs the answer of its <{node.model.tag}>, which has none")
    return cast_slot(inner.value, DataType.DOUBLE, scope, "the anomaly score")


def _isolation(node: AnomalyDetectionModel, inner: Result, scope: Scope) -> Slot:
    if node.sample_size is None:
        raise ValueError("is an isolation forest without a sampleDataSize")
    return scope.builder.emit(Isolation(mean_path_length(node.sample_size)), _number(node, inner, scope))


def _remoteness(node: AnomalyDetectionModel, inner: Result, scope: Scope) -> Slot:
    if not isinstance(node.model, ClusteringModel) or inner.affinity is None or node.mean_distances is None:
        raise ValueError("measures distances to clusters and needs a ClusteringModel and MeanClusterDistances")
    means = np.array([float(item) for item in node.mean_distances.values.items])
    if len(means) != len(inner.affinity.labels):
        raise ValueError(f"has {len(means)} MeanClusterDistances for {len(inner.affinity.labels)} clusters")
    return scope.builder.emit(Remoteness(means, node.model.measure.is_similarity), inner.affinity.slot)


SCORES: dict[str, Callable[[AnomalyDetectionModel, Result, Scope], Slot]] = {
    "iforest": _isolation,
    "ocsvm": _number,
    "clusterMeanDist": _remoteness,
    "other": _number,
}
"""By algorithm type: the score's slot."""
