"""The elements of a NearestNeighborModel (specification: KNN)."""

from __future__ import annotations

from sparkpmml.models.comparison_nodes import ComparisonMeasure, compare_function
from sparkpmml.pmml.model import Model
from sparkpmml.pmml.node import Node, attribute, child, children, element, integer, number, one_of
from sparkpmml.pmml.training_instances import TrainingInstances


@element("KNNInput")
class NeighborInput(Node):
    """A field that records are compared by."""

    field: str = attribute()
    weight: float = attribute(number, name="fieldWeight", default=1.0)
    compare_function: str | None = attribute(compare_function, default=None)


@element("KNNInputs")
class NeighborInputs(Node):
    """The fields that records are compared by."""

    inputs: tuple[NeighborInput, ...] = children(NeighborInput)


@element("NearestNeighborModel")
class NearestNeighborModel(Model):
    """Training instances, of which the nearest ones answer."""

    count: int = attribute(integer, name="numberOfNeighbors")
    numeric_method: str = attribute(
        one_of("average", "weightedAverage", "median"), name="continuousScoringMethod", default="average"
    )
    class_method: str = attribute(
        one_of("majorityVote", "weightedMajorityVote"), name="categoricalScoringMethod", default="majorityVote"
    )
    id_variable: str | None = attribute(name="instanceIdVariable", default=None)
    threshold: float = attribute(number, default=0.001)
    instances: TrainingInstances = child(TrainingInstances, required=True)
    measure: ComparisonMeasure = child(ComparisonMeasure, required=True)
    inputs: NeighborInputs = child(NeighborInputs, required=True)

    def __post_init__(self) -> None:
        if self.count < 1:
            raise ValueError(f"needs at least one neighbour, has numberOfNeighbors={self.count}")
