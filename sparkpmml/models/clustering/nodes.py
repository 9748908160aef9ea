"""The elements of a ClusteringModel (specification: ClusteringModel)."""

from __future__ import annotations

from sparkpmml.models.comparison_nodes import ComparisonMeasure, Comparisons, compare_function
from sparkpmml.pmml.array import Array
from sparkpmml.pmml.expressions import DerivedField, Expression
from sparkpmml.pmml.model import Model
from sparkpmml.pmml.node import Node, attribute, boolean, child, children, element, number, one_of


@element("ClusteringField")
class ClusteringField(Node):
    """A field that records are compared by."""

    field: str = attribute()
    is_center_field: bool = attribute(boolean, default=True)
    weight: float = attribute(number, name="fieldWeight", default=1.0)
    similarity_scale: float | None = attribute(number, default=None)
    compare_function: str | None = attribute(compare_function, default=None)
    comparisons: Comparisons | None = child(Comparisons)


@element("CenterFields")
class CenterFields(Node):
    """What the coordinates of centres are, in PMML 1 to 3.0."""

    derived: tuple[DerivedField, ...] = children(DerivedField)
    expressions: tuple[Expression, ...] = children(Expression)


@element("MissingValueWeights")
class MissingValueWeights(Node):
    """How much each field counts when others are missing."""

    weights: Array = child(Array, required=True)


@element("NumericInfo", ignores=("minimum", "maximum", "standardDeviation", "median", "interQuartileRange", "Quantile"))
class NumericInfo(Node):
    """A field's mean among a cluster's records."""

    mean: float | None = attribute(number, default=None)


@element("PartitionFieldStats", ignores=("weighted", "Counts"))
class PartitionFieldStats(Node):
    """How a field is distributed among a cluster's records: how often it has each declared value, or its mean."""

    field: str = attribute()
    info: NumericInfo | None = child(NumericInfo)
    frequencies: tuple[Array, ...] = children(Array)


@element("Partition", ignores=("name", "size"))
class Partition(Node):
    """A cluster's statistics."""

    stats: tuple[PartitionFieldStats, ...] = children(PartitionFieldStats)


@element("Cluster", ignores=("size", "KohonenMap", "Covariances"))
class Cluster(Node):
    """A cluster: its centre, or its statistics, or both."""

    id: str | None = attribute(default=None)
    name: str | None = attribute(default=None)
    center: Array | None = child(Array)
    partition: Partition | None = child(Partition)


@element("ClusteringModel", ignores=("numberOfClusters",))
class ClusteringModel(Model):
    """Clusters, and how records are compared with them."""

    model_class: str = attribute(one_of("centerBased", "distributionBased"), default="centerBased")
    measure: ComparisonMeasure = child(ComparisonMeasure, required=True)
    fields: tuple[ClusteringField, ...] = children(ClusteringField)
    center_fields: CenterFields | None = child(CenterFields)
    missing_value_weights: MissingValueWeights | None = child(MissingValueWeights)
    clusters: tuple[Cluster, ...] = children(Cluster)
