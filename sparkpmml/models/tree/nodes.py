"""TreeModel's elements (specification: TreeModel); the nodes below the root are read by `tree.reader`."""

from __future__ import annotations

from sparkpmml.models.tree.arrays import TreeNodes
from sparkpmml.models.tree.reader import TreeReader
from sparkpmml.models.tree.strategies import TreeStrategies
from sparkpmml.pmml.model import Model
from sparkpmml.pmml.node import Node, child, element


@element("Node", reader=TreeReader)
class RootNode(Node):
    """The root, and in `subtree` all nodes below it."""

    subtree: TreeNodes


@element("TreeModel", ignores=("splitCharacteristic",))
class TreeModel(Model, TreeStrategies):
    """A decision or regression tree."""

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
