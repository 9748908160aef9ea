"""What the leaves of a forest stand for: their scores, classes and distributions, block by block of trees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.result import TargetInfo
from sparkpmml.compiler.scores import Matrix
from sparkpmml.datatypes import DataType
from sparkpmml.kernels.rows import every
from sparkpmml.models.forest.node_table import NodeTable
from sparkpmml.models.tree.arrays import TreeNodes
from sparkpmml.models.tree.values import NONE, TextCodes
from sparkpmml.runtime.column import Array, Column, Mask, codes, storage_type

Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class _Part:
    """The leaves first_leaf, first_leaf + 1, ... are these nodes of a table."""

    table: NodeTable
    nodes: Ints
    first_leaf: int

    def spread(self, name: str, places: _Places) -> Matrix:
        """A column of the ScoreDistributions as [leaves, labels]; NaN where a leaf does not mention a label."""
        table = self.table
        leaf_of_node = np.full(table.size, -1, dtype=np.int32)
        leaf_of_node[self.nodes] = np.arange(len(self.nodes))
        leaf = leaf_of_node[table.distribution_node]
        place = places.of(table.distribution_value)
        keep = (leaf >= 0) & (place >= 0)
        spread = np.full((len(self.nodes), places.labels), np.nan)
        spread[leaf[keep], place[keep]] = table.distribution_numbers(name)[keep]
        return spread


class _Places:
    """Which label a text is."""

    def __init__(self, codes: list[int], places: list[int], labels: int) -> None:
        order = np.argsort(np.array(codes, dtype=np.int64))
        self._codes = np.array(codes, dtype=np.int64)[order]
        self._places = np.array(places, dtype=np.int32)[order]
        self.labels = labels

    def of(self, codes: NDArray[np.int64]) -> Ints:
        """By code of a text, the label's place; -1 for no text and for a text that is no label."""
        if not len(self._codes):
            return np.full(len(codes), -1, dtype=np.int32)
        found = np.minimum(np.searchsorted(self._codes, codes), len(self._codes) - 1)
        return np.where(self._codes[found] == codes, self._places[found], np.int32(-1))


@dataclass(frozen=True, eq=False)
class LeafTable:
    """What leaves stand for: nodes of one block of trees after the other, and last, if `has_null`, no answer."""

    trees: Sequence[TreeNodes]
    blocks: tuple[tuple[int, int], ...]
    """(first tree, tree after the last)."""
    nodes: tuple[Ints, ...]
    """By block the leaves' nodes, among all nodes of the block's trees."""
    has_null: bool

    @classmethod
    def of_every_node(cls, nodes: TreeNodes) -> LeafTable:
        """Every node of one tree as a leaf."""
        return cls([nodes], ((0, 1),), (np.arange(len(nodes), dtype=np.int32),), has_null=False)

    def __len__(self) -> int:
        return sum(map(len, self.nodes)) + self.has_null

    @property
    def is_null(self) -> Mask:
        """bool[leaves]: is this leaf no answer?"""
        mask = np.zeros(len(self), dtype=np.bool_)
        mask[len(self) - self.has_null :] = True
        return mask

    def _parts(self) -> Iterator[_Part]:
        first_leaf = 0
        for (first, end), nodes in zip(self.blocks, self.nodes, strict=True):
            yield _Part(NodeTable(self.trees[first:end]), nodes, first_leaf)
            first_leaf += len(nodes)

    @property
    def _texts(self) -> TextCodes:
        return self.trees[0].pools.texts

    def tree(self) -> Ints:
        """int32[leaves]: the tree that a leaf belongs to; -1 for the leaf that is no answer."""
        result = np.full(len(self), -1, dtype=np.int32)
        for (first, _), part in zip(self.blocks, self._parts(), strict=True):
            result[part.first_leaf :][: len(part.nodes)] = first + part.table.tree[part.nodes]
        return result

    def places(self) -> Ints:
        """int32[leaves]: each leaf's place among its tree's nodes; -1 for the leaf that is no answer."""
        result = np.full(len(self), -1, dtype=np.int32)
        for part in self._parts():
            starts = part.table.starts[part.table.tree[part.nodes]]
            result[part.first_leaf :][: len(part.nodes)] = part.nodes - starts
        return result

    def entity_ids(self) -> Column:
        """The leaves' node ids; a node without one has its place in its tree, from 1."""
        given = [text for part in self._parts() for text in self._texts.texts(part.table.id[part.nodes])]
        given += [None] * self.has_null
        names = [
            str(place + 1) if text is None else text for text, place in zip(given, self.places().tolist(), strict=True)
        ]
        return codes(np.arange(len(names)), names)

    def numbers(self, kind: DataType) -> Array:
        """The leaves' scores as numbers of a floating type, NaN where there is none. ValueError for other texts."""
        values = np.full(len(self), np.nan, dtype=storage_type(kind))
        for part in self._parts():
            numbers = self._texts.numbers(part.table.score[part.nodes])
            values[part.first_leaf :][: len(part.nodes)] = numbers.astype(values.dtype)
        return values

    @property
    def has_distributions(self) -> bool:
        return any(end > first for first, end in (tree.distributions for tree in self.trees))

    def _class_codes(self) -> list[int]:
        """The codes of the labels that the trees speak of, in the order in which they first do."""
        distributions: dict[int, None] = {}
        scores: dict[int, None] = {}
        for part in self._parts():
            for known, used in ((distributions, part.table.distribution_value), (scores, part.table.score)):
                distinct, first = np.unique(used, return_index=True)
                known.update(dict.fromkeys(distinct[np.argsort(first)].tolist()))
        return [code for code in distributions | scores if code != NONE]

    def class_texts(self) -> list[str]:
        """The labels that the trees speak of, in the order in which they first do."""
        return list(map(self._texts.text, self._class_codes()))

    def _label_places(self, labels: tuple[str, ...], info: TargetInfo) -> _Places:
        places = {label: place for place, label in enumerate(labels)}
        known = self._class_codes()
        return _Places(known, [places.get(info.label(self._texts.text(code)), -1) for code in known], len(labels))

    def classes(self, labels: tuple[str, ...], info: TargetInfo) -> Ints:
        """int32[leaves]: the label that each leaf predicts, -1 for none.

        A node without a score predicts the label with the highest record count, the first of equals.
        """
        places = self._label_places(labels, info)
        result = np.full(len(self), -1, dtype=np.int32)
        for part in self._parts():
            predicted = places.of(part.table.score[part.nodes])
            undecided = np.flatnonzero(predicted < 0)
            if len(undecided) and self.has_distributions:
                counts = part.spread("count", places)[undecided]
                known = ~every(np.isnan(counts))
                best = np.argmax(np.where(np.isnan(counts), -np.inf, counts), axis=1)
                predicted[undecided] = np.where(known, best, -1)
            result[part.first_leaf :][: len(part.nodes)] = predicted
        return result

    def counts(self, labels: tuple[str, ...], info: TargetInfo) -> Matrix:
        """Record counts, float64[leaves, labels]; NaN where a leaf does not mention a label."""
        places = self._label_places(labels, info)
        result = np.full((len(self), len(labels)), np.nan)
        for part in self._parts():
            result[part.first_leaf :][: len(part.nodes)] = part.spread("count", places)
        return result

    def distributions(self, labels: tuple[str, ...], info: TargetInfo) -> tuple[Matrix, Matrix]:
        """(probabilities, confidences), float64[leaves, labels]: 0 for a label that a leaf does not mention.

        A probability that is not given is the record count's share of the node's; a confidence that is not given is
        the probability. A leaf without a distribution has NaN throughout.
        """
        places = self._label_places(labels, info)
        probability = np.full((len(self), len(labels)), np.nan)
        given = any(not np.isnan(tree.column("distribution_confidence")).all() for tree in self.trees)
        confidence = probability.copy() if given else probability
        for part in self._parts():
            own = slice(part.first_leaf, part.first_leaf + len(part.nodes))
            shares = part.spread("count", places)
            with np.errstate(invalid="ignore", divide="ignore"):
                shares /= np.nansum(shares, axis=1, keepdims=True)
            probable = _where_given(part.spread("probability", places), shares)
            unknown = every(np.isnan(probable))
            sure = _where_given(part.spread("confidence", places), probable) if given else probable
            for matrix, result in ((probable, probability), (sure, confidence)):
                result[own] = np.where(np.isnan(matrix) & ~unknown[:, None], 0.0, matrix)
        return probability, confidence


def _where_given(spread: Matrix, otherwise: Matrix) -> Matrix:
    """A column of the ScoreDistributions for leaves that have it."""
    return np.where(every(np.isnan(spread))[:, None], otherwise, spread)
