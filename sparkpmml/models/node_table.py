"""The nodes of several trees in one table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sparkpmml.models.tree_arrays import TreeNodes
from sparkpmml.runtime.column import Array, Mask


class NodeTable:
    """The nodes of several trees, one after the other; indices are into the whole."""

    def __init__(self, trees: Sequence[TreeNodes]) -> None:
        self.trees = trees
        self.sizes = np.array([len(tree) for tree in trees], dtype=np.int64)
        self.starts = np.concatenate([[0], np.cumsum(self.sizes)[:-1]]).astype(np.int32)
        self.size = int(self.sizes.sum())
        self.tree = np.repeat(np.arange(len(trees), dtype=np.int32), self.sizes)
        self.roots = self.starts
        shift = np.repeat(self.starts, self.sizes)
        parent = self._column("parent", np.int32)
        self.parent = np.where(parent < 0, -1, parent + shift)
        self.kind = self._column("kind", np.int8)
        self.field = self._column("field", np.int32)
        self.value = self._column("value", np.int32)
        self.score = self._column("score", np.int32)
        self.id = self._column("id", np.int32)
        self.default_child = self._column("default_child", np.int32)
        self.distribution_node, self.distributions = self._distributions()

    def _column(self, name: str, dtype: Any) -> Array:
        return np.concatenate([np.frombuffer(getattr(tree, name), dtype=dtype) for tree in self.trees])

    def _distributions(self) -> tuple[Array, tuple[Array, Array, Array, Array]]:
        node, value, count, probability, confidence = [], [], [], [], []
        for tree, start in zip(self.trees, self.starts, strict=True):
            if not len(tree.distribution_node):
                continue
            node.append(np.frombuffer(tree.distribution_node, np.int32) + start)
            value.append(np.frombuffer(tree.distribution_value, np.int32))
            count.append(np.frombuffer(tree.distribution_count, np.float64))
            probability.append(np.frombuffer(tree.distribution_probability, np.float64))
            confidence.append(np.frombuffer(tree.distribution_confidence, np.float64))
        if not node:
            nothing = np.empty(0)
            return np.empty(0, np.int32), (np.empty(0, np.int32), nothing, nothing, nothing)
        joined = [np.concatenate(parts) for parts in (value, count, probability, confidence)]
        return np.concatenate(node), (joined[0], joined[1], joined[2], joined[3])

    @property
    def has_answer(self) -> Mask:
        """Nodes with a score or a distribution of their own."""
        answers: Mask = self.score >= 0
        answers[self.distribution_node] = True
        return answers

    def line(self, node: int) -> int:
        tree = int(self.tree[node])
        return self.trees[tree].line[node - int(self.starts[tree])]
