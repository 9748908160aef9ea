"""A MiningModel of embedded models (specification: MultipleModels, model sequencing) as a chain of segments.

Each model sees the ResultFields of those before it, as a chain's segments see output fields, and the last one answers.
"""

from __future__ import annotations

from dataclasses import replace

from sparkpmml.models.embedded import answering, preparing
from sparkpmml.models.embedded_nodes import EmbeddedModel
from sparkpmml.models.mining.nodes import MiningModel, Segment, Segmentation
from sparkpmml.pmml.model import Model
from sparkpmml.pmml.predicates import TruePredicate


def as_chain(node: MiningModel) -> MiningModel:
    """The same model with a Segmentation in place of its embedded models.

    ValueError where it has both, or where the answer of an embedded model is lost.
    """
    if node.stated_segmentation is not None:
        raise ValueError("has a Segmentation beside its embedded models: PMML does not say which of them answers")
    *first, last = node.embedded
    models = (*(_preparing(each, node) for each in first), answering(last, node))
    segments = tuple(_segment(model, place) for place, model in enumerate(models, 1))
    chain = Segmentation(
        position=node.position,
        method="modelChain",
        missing_prediction_treatment="continue",
        missing_threshold=1.0,
        local_transformations=None,
        segments=segments,
    )
    return replace(node, embedded=(), stated_segmentation=chain)


def _preparing(node: EmbeddedModel, parent: MiningModel) -> Model:
    if node.result_fields or node.output is not None:
        return preparing(node, parent)
    raise ValueError(
        f"has a <{node.tag}> at {node.position} without a ResultField: no model after it could see its result"
    )


def _segment(model: Model, place: int) -> Segment:
    return Segment(
        position=model.position,
        id=str(place),
        weight=1.0,
        predicate=TruePredicate(position=model.position),
        model=model,
        variable_weight=None,
    )
