"""TreeModel's elements (specification: TreeModel); the nodes below the root are read by `tree_reader`."""

from __future__ import annotations

from sparkpmml.models.tree_arrays import TreeNodes
from sparkpmml.models.tree_reader import TreeReader
from sparkpmml.pmml.model import Model
from sparkpmml.pmml.node import Node, attribute, child, element, number, one_of

MISSING_STRATEGIES = (
    "none",
    "lastPrediction",
    "nullPrediction",
    "defaultChild",
    "weightedConfidence",
    "aggregateNodes",
)


@element("Node", reader=TreeReader)
class RootNode(Node):
    """The root, and in `subtree` all nodes below it."""

    subtree: TreeNodes


@element("TreeModel", ignores=("splitCharacteristic",))
class TreeModel(Model):
    """A decision or regression tree."""

    missing_value_strategy: str = attribute(one_of(*MISSING_STRATEGIES), default="none")
    missing_value_penalty: float = attribute(number, default=1.0)
    no_true_child_strategy: str = attribute(
        one_of("returnNullPrediction", "returnLastPrediction"), default="returnNullPrediction"
    )
    root: RootNode = child(RootNode, required=True)

    @property
    def nodes(self) -> TreeNodes:
        return self.root.subtree

    @property
    def is_weighted(self) -> bool:
        """Does a missing value make several leaves answer, or is a penalty counted along the path?"""
        return (
            self.missing_value_strategy in ("weightedConfidence", "aggregateNodes") or self.missing_value_penalty != 1.0
        )
