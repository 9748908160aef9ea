"""Trees as one decision graph: where each test leads, worked out for all nodes of all trees at once.

Every node but a root's default is a test of its predicate, asked when its elder siblings' tests were not true. Where a
test leads when it is true, false or unknown depends on the tree's strategies (specification: TreeModel, missing value
strategies, no true child strategy). A sibling whose predicate is the contrary of its elder's is not asked: the answer
is known. Compound predicates become several tests. What remains is handed to the kernel, which knows only tests on
columns of numbers and of codes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.result import TargetInfo
from sparkpmml.compiler.scope import Scope
from sparkpmml.compiler.scores import Matrix
from sparkpmml.datatypes import DataType
from sparkpmml.kernels.forest import Forest, Graph, pack
from sparkpmml.kernels.rows import every
from sparkpmml.models.forest_tests import TestTable
from sparkpmml.models.node_table import NodeTable
from sparkpmml.models.tree_arrays import Kind, TreeNodes
from sparkpmml.models.tree_nodes import TreeModel
from sparkpmml.runtime.column import Array, Column, Mask, codes, storage_type
from sparkpmml.runtime.encode import Encoder

Ints = NDArray[np.int32]

_CONTRARY = np.full(16, -9, dtype=np.int8)
for _first, _second in (
    (Kind.EQUAL, Kind.NOT_EQUAL),
    (Kind.LESS_THAN, Kind.GREATER_OR_EQUAL),
    (Kind.LESS_OR_EQUAL, Kind.GREATER_THAN),
    (Kind.IS_MISSING, Kind.IS_NOT_MISSING),
    (Kind.IS_IN, Kind.IS_NOT_IN),
):
    _CONTRARY[_first], _CONTRARY[_second] = _second, _first


@dataclass(frozen=True, slots=True, eq=False)
class Leaves:
    """The operation: which leaf each tree ends in, int32[n, trees]."""

    forest: Forest
    encoders: tuple[Encoder | None, ...]

    def __call__(self, *columns: Column) -> Ints:
        return self.forest.leaves(feature_arrays(columns, self.encoders), rows=row_count(columns))


def feature_arrays(columns: Sequence[Column], encoders: Sequence[Encoder | None]) -> list[Array]:
    """What the kernel reads: float arrays with NaN, or codes."""
    return [_feature_array(column, encoder) for column, encoder in zip(columns, encoders, strict=True)]


def row_count(columns: Sequence[Column]) -> int:
    """Rows of a batch that consists of these columns; constants fit any, and alone make one row."""
    return next((len(column) for column in columns if len(column) != 1), 1)


def _feature_array(column: Column, encoder: Encoder | None) -> Array:
    if encoder is not None:
        return encoder.encode(column)
    return column.values if column.data_type is DataType.FLOAT else column.as_double()


def _first_children(table: NodeTable) -> tuple[Ints, Ints]:
    """(first child, next sibling) of each node, -1 where there is none."""
    first = np.full(table.size, -1, dtype=np.int32)
    following = np.full(table.size, -1, dtype=np.int32)
    order = np.argsort(table.parent, kind="stable")
    parents = table.parent[order]
    same = np.flatnonzero((parents[1:] == parents[:-1]) & (parents[1:] >= 0))
    following[order[same]] = order[same + 1]
    starts = np.flatnonzero(np.concatenate([[True], parents[1:] != parents[:-1]]) & (parents >= 0))
    first[parents[starts]] = order[starts]
    return first, following


def _last_answers(table: NodeTable, null: int) -> Ints:
    """For each node itself or its nearest ancestor with an answer, as a leaf target."""
    found = np.where(table.has_answer, np.arange(table.size), -2)
    above = table.parent.copy()
    while True:
        open_ = np.flatnonzero(found == -2)
        if not len(open_):
            break
        up = above[open_]
        found[open_] = np.where(up < 0, -1, found[np.maximum(up, 0)])
        above[open_] = np.where(up < 0, -1, above[np.maximum(up, 0)])
    return np.where(found < 0, ~np.int32(null), ~found).astype(np.int32)


def _default_targets(table: NodeTable, enter: Ints, null: int) -> Ints:
    """For each node, where its default child leads."""
    default = np.full(table.size, ~null, dtype=np.int32)
    children = np.flatnonzero(table.parent >= 0)
    parents = table.parent[children]
    chosen = (table.id[children] >= 0) & (table.id[children] == table.default_child[parents])
    default[parents[chosen]] = enter[children[chosen]]
    return default


def _connect(table: NodeTable, models: Sequence[TreeModel]) -> tuple[Ints, Ints, Ints]:
    """Where each node's test leads when true, false and unknown: a node's test (>= 0), or ~leaf."""
    null = table.size
    first, following = _first_children(table)
    nodes = np.arange(table.size, dtype=np.int32)
    enter = np.where(first >= 0, first, ~nodes).astype(np.int32)
    last = _last_answers(table, null)
    is_root = table.parent < 0
    parent = np.maximum(table.parent, 0)
    returns_last = np.array([model.no_true_child_strategy == "returnLastPrediction" for model in models])[table.tree]
    no_true_child = np.where(returns_last & ~is_root, last[parent], ~np.int32(null)).astype(np.int32)
    falls = np.where(following >= 0, following, no_true_child).astype(np.int32)

    sibling = np.maximum(following, 0)
    contrary = (
        (following >= 0)
        & (_CONTRARY[table.kind] == table.kind[sibling])
        & (table.field == table.field[sibling])
        & (table.value == table.value[sibling])
    )
    if_false = np.where(contrary, enter[sibling], falls).astype(np.int32)
    skips = np.where(contrary, falls[sibling], falls).astype(np.int32)  # unknown for both: ask neither

    def follows(strategy: str) -> Mask:
        mask: Mask = np.array([model.missing_value_strategy == strategy for model in models])[table.tree]
        return mask

    if_missing = np.where(follows("lastPrediction"), last[parent], skips)
    if_missing = np.where(follows("nullPrediction"), ~np.int32(null), if_missing)
    by_default = follows("defaultChild")
    if by_default.any():
        if_missing = np.where(by_default, _default_targets(table, enter, null)[parent], if_missing)
    if_missing = np.where(is_root, ~np.int32(null), if_missing).astype(np.int32)
    return enter, if_false, if_missing


def _reachable(roots: Ints, targets: Sequence[Ints]) -> Mask:
    size = len(targets[0])
    seen = np.zeros(size, dtype=np.bool_)
    front = np.unique(roots[roots >= 0])
    while len(front):
        seen[front] = True
        reached = np.concatenate([target[front] for target in targets])
        reached = np.unique(reached[reached >= 0])
        front = reached[~seen[reached]]
    return seen


@dataclass(frozen=True, eq=False)
class LeafTable:
    """What leaves stand for: `leaf_nodes[leaf]` is a node, -1 no answer."""

    table: NodeTable
    leaf_nodes: NDArray[np.int64]

    @classmethod
    def of_every_node(cls, nodes: TreeNodes) -> LeafTable:
        """Every node of one tree as a leaf."""
        return cls(NodeTable([nodes]), np.arange(len(nodes), dtype=np.int64))

    @property
    def is_null(self) -> Mask:
        """bool[leaves]: is this leaf no answer?"""
        return self.leaf_nodes < 0

    def _texts(self) -> list[str]:
        return self.table.trees[0].pools.texts.items()

    def entity_ids(self) -> Column:
        """The leaves' node ids; a node without one has its place in its tree, from 1."""
        texts = self._texts()
        table, nodes = self.table, np.maximum(self.leaf_nodes, 0)
        given, places = table.id[nodes], nodes - table.starts[table.tree[nodes]] + 1
        names = [texts[i] if i >= 0 else str(place) for i, place in zip(given.tolist(), places.tolist(), strict=True)]
        return codes(np.arange(len(names)), names)

    def numbers(self, kind: DataType) -> Array:
        """The leaves' scores as numbers of a floating type, NaN where there is none. ValueError for other texts."""
        scores = np.where(self.is_null, -1, self.table.score[np.maximum(self.leaf_nodes, 0)])
        distinct, places = np.unique(scores, return_inverse=True)
        texts = self._texts()
        values = np.array([np.nan if i < 0 else float(texts[i]) for i in distinct.tolist()])
        return values[places].astype(storage_type(kind))

    @property
    def has_distributions(self) -> bool:
        return len(self.table.distribution_node) > 0

    def class_texts(self) -> list[str]:
        """The labels that the trees speak of, in the order in which they first do."""
        table = self.table
        used = np.concatenate([table.distributions[0], table.score[table.score >= 0]])
        _, first = np.unique(used, return_index=True)
        texts = self._texts()
        return [texts[used[place]] for place in np.sort(first)]

    def classes(self, labels: tuple[str, ...], info: TargetInfo) -> Ints:
        """int32[leaves]: the label that each leaf predicts, -1 for none.

        A node without a score predicts the label with the highest record count, the first of equals.
        """
        index = self._label_index(labels, info)
        nodes = np.maximum(self.leaf_nodes, 0)
        score = self.table.score[nodes]
        predicted = index[score]  # score -1 is the last entry: -1
        undecided = np.flatnonzero((predicted < 0) & ~self.is_null)
        if len(undecided) and self.has_distributions:
            counts = self._spread(labels, info, 0)[undecided]
            known = ~every(np.isnan(counts))
            best = np.argmax(np.where(np.isnan(counts), -np.inf, counts), axis=1)
            predicted[undecided] = np.where(known, best, -1)
        return np.where(self.is_null, -1, predicted).astype(np.int32)

    def _label_index(self, labels: tuple[str, ...], info: TargetInfo) -> NDArray[np.int64]:
        """By text number: the label's place, -1 for a text that is no label; the last entry is -1, too."""
        places = {label: place for place, label in enumerate(labels)}
        texts = self._texts()
        index = np.full(len(texts) + 1, -1, dtype=np.int64)
        used = np.unique(np.concatenate([self.table.distributions[0], self.table.score]))
        for i in used[used >= 0].tolist():
            index[i] = places.get(info.label(texts[i]), -1)
        return index

    def _spread(self, labels: tuple[str, ...], info: TargetInfo, which: int) -> Matrix:
        """A column of the ScoreDistributions (0 counts, 1 probabilities, 2 confidences) as [leaves, labels]."""
        table = self.table
        leaf_of_node = np.full(table.size, -1, dtype=np.int64)
        real = np.flatnonzero(~self.is_null)
        leaf_of_node[self.leaf_nodes[real]] = real
        leaf = leaf_of_node[table.distribution_node]
        place = self._label_index(labels, info)[table.distributions[0]]
        keep = (leaf >= 0) & (place >= 0)
        spread = np.full((len(self.leaf_nodes), len(labels)), np.nan)
        spread[leaf[keep], place[keep]] = table.distributions[which + 1][keep]
        return spread

    def counts(self, labels: tuple[str, ...], info: TargetInfo) -> Matrix:
        """Record counts, float64[leaves, labels]; NaN where a leaf does not mention a label."""
        return self._spread(labels, info, 0)

    def distributions(self, labels: tuple[str, ...], info: TargetInfo) -> tuple[Matrix, Matrix]:
        """(probabilities, confidences), float64[leaves, labels]: 0 for a label that a leaf does not mention.

        A probability that is not given is the record count's share of the node's; a confidence that is not given is
        the probability. A leaf without a distribution has NaN throughout.
        """
        shares = self._spread(labels, info, 0)
        with np.errstate(invalid="ignore", divide="ignore"):
            shares /= np.nansum(shares, axis=1, keepdims=True)
        probability = self._where_given(1, shares, labels, info)
        unknown = every(np.isnan(probability))
        confidence = self._where_given(2, probability, labels, info)
        for matrix in (probability, confidence) if confidence is not probability else (probability,):
            matrix[np.isnan(matrix) & ~unknown[:, None]] = 0.0
        return probability, confidence

    def _where_given(self, which: int, otherwise: Matrix, labels: tuple[str, ...], info: TargetInfo) -> Matrix:
        """A column of the ScoreDistributions for leaves that have it; `otherwise` itself where no leaf has."""
        if np.isnan(self.table.distributions[which + 1]).all():
            return otherwise
        spread = self._spread(labels, info, which)
        return np.where(every(np.isnan(spread))[:, None], otherwise, spread)


@dataclass(frozen=True, eq=False)
class Planted:
    """A forest ready for the kernel: the columns it reads, and its leaves."""

    forest: Forest
    slots: tuple[Slot, ...]
    encoders: tuple[Encoder | None, ...]
    leaves: LeafTable

    def no_leaves(self) -> Ints:
        """The matrix of leaves of a batch without rows."""
        return np.empty((0, self.forest.trees), dtype=np.int32)


def plant(trees: Sequence[tuple[TreeModel, Scope]]) -> Planted:
    """All trees as one forest."""
    table = NodeTable([model.nodes for model, _ in trees])
    graph, slots, encoders, leaf_nodes = _make_graph(table, trees)
    return Planted(pack(graph), slots, encoders, LeafTable(table, leaf_nodes))


def _make_graph(
    table: NodeTable, trees: Sequence[tuple[TreeModel, Scope]]
) -> tuple[Graph, tuple[Slot, ...], tuple[Encoder | None, ...], NDArray[np.int64]]:
    """(the graph, the columns that its features read, their encoders; by leaf its node, -1 for no answer)."""
    if_true, if_false, if_missing = _connect(table, [model for model, _ in trees])
    tests = TestTable(table, trees, if_true, if_false, if_missing)
    targets, roots = tests.resolved(table.roots)
    kept = np.flatnonzero(_reachable(roots, targets))
    renumber = np.full(len(targets[0]), -1, dtype=np.int32)
    renumber[kept] = np.arange(len(kept), dtype=np.int32)
    ends = [target[kept] for target in targets]
    leaves = np.unique(np.concatenate([~end[end < 0] for end in (*ends, roots)]))
    leaf_number = np.full(table.size + 1, -1, dtype=np.int32)
    leaf_number[leaves] = np.arange(len(leaves), dtype=np.int32)

    def numbered(target: Ints) -> Ints:
        return np.where(target >= 0, renumber[np.maximum(target, 0)], ~leaf_number[np.maximum(~target, 0)])

    graph, slots, encoders = tests.graph(kept, [numbered(end) for end in ends], numbered(roots))
    return graph, slots, encoders, np.where(leaves == table.size, -1, leaves).astype(np.int64)
