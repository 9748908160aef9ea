"""The nodes of several trees in one table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparkpmml.models.tree.arrays import DISTRIBUTION_COLUMNS, TreeNodes
from sparkpmml.runtime.column import Array, Mask

_LARGEST_BLOCK = 1 << 16
"""Nodes of the trees that are compiled together, but for a tree that alone has more."""


def blocks(trees: Sequence[TreeNodes]) -> Iterator[tuple[int, int]]:
    """(first tree, tree after the last) of each block: what is worked out for all nodes at once stays small."""
    first = held = 0
    for place, tree in enumerate(trees):
        if held and held + len(tree) > _LARGEST_BLOCK:
            yield first, place
            first, held = place, 0
        held += len(tree)
    if held:
        yield first, len(trees)


class NodeTable:
    """The nodes of several trees, one after the other; indices are into the whole. Columns are made when asked for."""

    def __init__(self, trees: Sequence[TreeNodes]) -> None:
        self.trees = trees
        self.sizes = np.array([len(tree) for tree in trees], dtype=np.int64)
        self.starts = np.concatenate([[0], np.cumsum(self.sizes)[:-1]]).astype(np.int32)
        self.size = int(self.sizes.sum())
        self.tree = np.repeat(np.arange(len(trees), dtype=np.int32), self.sizes)
        self.roots = self.starts

    @cached_property
    def parent(self) -> Array:
        parent = self._column("parent", np.int32)
        return np.where(parent < 0, np.int32(-1), parent + np.repeat(self.starts, self.sizes))

    @cached_property
    def kind(self) -> Array:
        return self._column("kind", np.int8)

    @cached_property
    def field(self) -> Array:
        return self._column("field", np.int32)

    @cached_property
    def value(self) -> Array:
        return self._column("value", np.int64)

    @cached_property
    def score(self) -> Array:
        return self._column("score", np.int64)

    @cached_property
    def id(self) -> Array:
        return self._column("id", np.int64)

    @cached_property
    def default_child(self) -> Array:
        return self._column("default_child", np.int64)

    @cached_property
    def distribution_node(self) -> Array:
        counts = [end - first for first, end in (tree.distributions for tree in self.trees)]
        return self._column("distribution_node", np.int32) + np.repeat(self.starts, counts)

    @cached_property
    def distribution_value(self) -> Array:
        return self._column("distribution_value", np.int64)

    def distribution_numbers(self, name: str) -> Array:
        """float64 by distribution: its count, probability, or confidence."""
        return self._column(f"distribution_{name}", np.float64)

    def _column(self, name: str, dtype: Any) -> NDArray[Any]:
        """The trees' arrays of that name, end to end."""
        return np.concatenate(list(self._stretches(name)), dtype=dtype)

    def _stretches(self, name: str) -> Iterator[NDArray[Any]]:
        """The trees' arrays of that name; those that follow one another in a column in one piece."""
        of_distributions = name in DISTRIBUTION_COLUMNS
        values, first, end = self.trees[0].columns[name], 0, 0
        for tree in self.trees:
            start, stop = tree.distributions if of_distributions else tree.nodes
            if tree.columns[name] is not values or start != end:
                yield values[first:end]
                values, first = tree.columns[name], start
            end = stop
        yield values[first:end]

    @property
    def has_answer(self) -> Mask:
        """Nodes with a score or a distribution of their own."""
        answers: Mask = np.not_equal(self.score, -1)
        answers[self.distribution_node] = True
        return answers

    def line(self, node: int) -> int:
        """The document's line where a node begins."""
        tree = int(self.tree[node])
        return self.trees[tree].line(node - int(self.starts[tree]))
