"""The nodes of several trees in one table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sparkpmml.models.tree_arrays import TreeNodes
from sparkpmml.runtime.column import Array, Mask

_WITHIN_TREE = ("parent", "distribution_node")
"""Columns that hold places among a tree's own nodes."""


def _are_alike(values: Sequence[Any]) -> bool:
    return bool(np.all(np.isnan(values)) if np.isnan(values[0]) else np.all(np.equal(values, values[0])))


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
        """The trees' arrays of that name, end to end; from here on the trees' own are parts of it."""
        parts = [np.asarray(getattr(tree, name), dtype=dtype) for tree in self.trees]
        if all(len(part) and part.strides == (0,) for part in parts) and _are_alike([part[0] for part in parts]):
            return np.broadcast_to(parts[0][0], sum(map(len, parts)))
        whole = np.concatenate(parts)
        if name not in _WITHIN_TREE:
            for tree, part in zip(
                self.trees, np.split(whole, np.cumsum([len(part) for part in parts])[:-1]), strict=True
            ):
                tree.share(name, part)
        return whole

    def _distributions(self) -> tuple[Array, tuple[Array, Array, Array, Array]]:
        counts = [len(tree.distribution_node) for tree in self.trees]
        node = self._column("distribution_node", np.int32) + np.repeat(self.starts, counts)
        value, count, probability, confidence = (
            self._column(f"distribution_{name}", dtype)
            for name, dtype in (
                ("value", np.int32),
                ("count", np.float64),
                ("probability", np.float64),
                ("confidence", np.float64),
            )
        )
        return node, (value, count, probability, confidence)

    @property
    def has_answer(self) -> Mask:
        """Nodes with a score or a distribution of their own."""
        answers: Mask = np.greater_equal(self.score, 0)
        answers[self.distribution_node] = True
        return answers

    def line(self, node: int) -> int:
        tree = int(self.tree[node])
        return self.trees[tree].line[node - int(self.starts[tree])]
