"""MiningModel's elements (specification: MultipleModels), and what a segment is once it is lowered."""

from __future__ import annotations

from dataclasses import dataclass

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.result import Result
from sparkpmml.models.embedded_nodes import EmbeddedModel
from sparkpmml.pmml.expressions import LocalTransformations
from sparkpmml.pmml.model import Model
from sparkpmml.pmml.node import Node, attribute, child, children, element, number, one_of
from sparkpmml.pmml.predicates import Predicate, TruePredicate

NUMERIC_METHODS = (
    "average",
    "weightedAverage",
    "median",
    "weightedMedian",
    "sum",
    "weightedSum",
    "max",
)
VOTES = ("majorityVote", "weightedMajorityVote")
SELECTIONS = ("selectFirst", "selectAll", "modelChain", "multiModelChain")
_SPELLINGS = {f"x-{name}": name for name in ("weightedMedian", "weightedSum", "multiModelChain")}


@element("VariableWeight")
class VariableWeight(Node):
    """The field whose value is the weight."""

    field: str = attribute()


@element("Segment")
class Segment(Node):
    """A model, and the rows for which it counts."""

    id: str | None = attribute(default=None)
    weight: float = attribute(number, default=1.0)
    predicate: Predicate = child(Predicate, required=True)
    model: Model = child(Model, required=True)
    variable_weight: VariableWeight | None = child(VariableWeight)

    def __post_init__(self) -> None:
        if self.variable_weight is not None and self.weight != 1.0:
            raise ValueError(f"has the weight {self.weight:g} and a VariableWeight: only one of them can count")

    @property
    def is_always_active(self) -> bool:
        return isinstance(self.predicate, TruePredicate)


@element("Segmentation")
class Segmentation(Node):
    """The segments and how their results become one."""

    method: str = attribute(
        one_of(*NUMERIC_METHODS, *VOTES, *SELECTIONS, other_spellings=_SPELLINGS), name="multipleModelMethod"
    )
    missing_prediction_treatment: str = attribute(
        one_of("returnMissing", "skipSegment", "continue"),
        name="missingPredictionTreatment",
        older="x-missingPredictionTreatment",
        default="continue",
    )
    missing_threshold: float = attribute(number, name="missingThreshold", older="x-missingThreshold", default=1.0)
    local_transformations: LocalTransformations | None = child(LocalTransformations)
    """Of PMML 4.0, as if they were the model's."""
    segments: tuple[Segment, ...] = children(Segment)


@element("MiningModel", ignores=("multipleModelMethod",))  # a slip of producers: the Segmentation says it
class MiningModel(Model):
    """An ensemble, a choice or a chain of models."""

    embedded: tuple[EmbeddedModel, ...] = children(EmbeddedModel)
    stated_segmentation: Segmentation | None = child(Segmentation)

    @property
    def segmentation(self) -> Segmentation:
        """The Segmentation; ValueError where there is none."""
        if self.stated_segmentation is None:
            raise ValueError("has neither a Segmentation nor a Regression or DecisionTree")
        return self.stated_segmentation


@dataclass(frozen=True, slots=True)
class Member:
    """A lowered segment: its result, and a column that is true where it is active (None: everywhere).

    `weigher`: a column of weights, in place of the one weight.
    """

    id: str
    weight: float
    result: Result
    active: Slot | None
    weigher: Slot | None = None
