"""Trees as one decision graph: where each test leads, worked out for all nodes of a block of trees at once.

Every node but a root's default is a test of its predicate, asked when its elder siblings' tests were not true. Where a
test leads when it is true, false or unknown depends on the tree's strategies (specification: TreeModel, missing value
strategies, no true child strategy). A sibling whose predicate is the contrary of its elder's is not asked: the answer
is known. Compound predicates become several tests. What remains is handed to the kernel, which knows only tests on
columns of numbers and of codes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.scope import Scope
from sparkpmml.datatypes import DataType
from sparkpmml.kernels.forest import Forest, Graph, pack_parts
from sparkpmml.models.forest.conditions import TestTable
from sparkpmml.models.forest.features import Features
from sparkpmml.models.forest.leaves import LeafTable
from sparkpmml.models.forest.node_table import NodeTable, blocks
from sparkpmml.models.tree.arrays import Kind, TreeNodes
from sparkpmml.models.tree.nodes import TreeModel
from sparkpmml.models.tree.values import NONE
from sparkpmml.runtime.column import Array, Column, Mask
from sparkpmml.runtime.encode import Encoder

Ints = NDArray[np.int32]

_NO_ANSWER = np.iinfo(np.int32).max
"""The leaf that is no answer, until it is known how many others there are."""

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
    chosen = (table.id[children] != NONE) & (table.id[children] == table.default_child[parents])
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
class Planted:
    """A forest ready for the kernel: the columns it reads, and its leaves."""

    forest: Forest
    slots: tuple[Slot, ...]
    encoders: tuple[Encoder | None, ...]
    leaves: LeafTable

    def no_leaves(self) -> Ints:
        """The matrix of leaves of a batch without rows."""
        return np.empty((0, self.forest.trees), dtype=np.int32)


def plant(trees: Sequence[TreeModel], nodes: Sequence[TreeNodes], scope_of: Callable[[TreeModel], Scope]) -> Planted:
    """All trees, which have these nodes, as one forest; `scope_of` gives the names that a tree sees."""
    features = Features(nodes[0].pools)
    parts: list[Graph] = []
    leaves: list[Ints] = []
    for first, end in blocks(nodes):
        count = sum(len(each) for each in leaves)
        own = [(model, scope_of(model)) for model in trees[first:end]]
        part, ends = _make_part(NodeTable(nodes[first:end]), own, features, count)
        parts.append(part)
        leaves.append(ends)
    has_null = any(bool((target == ~_NO_ANSWER).any()) for part in parts for target in _targets(part))
    table = LeafTable(nodes, tuple(blocks(nodes)), tuple(leaves), has_null)
    _finish(parts, features, ~np.int32(len(table) - 1))
    forest = pack_parts(parts)
    return Planted(forest, tuple(features.slots), features.encoders(), table)


def _targets(part: Graph) -> tuple[Ints, ...]:
    return part.roots, part.if_true, part.if_false, part.if_missing


def _finish(parts: list[Graph], features: Features, null: np.int32) -> None:
    """Complete the parts, now that all features' values are known."""
    sets, categories = features.sets(), features.categories()
    for place, part in enumerate(parts):
        roots, true, false, missing = (np.where(each == ~_NO_ANSWER, null, each) for each in _targets(part))
        parts[place] = replace(
            part, roots=roots, if_true=true, if_false=false, if_missing=missing, sets=sets, categories=categories
        )


def _make_part(
    table: NodeTable, trees: Sequence[tuple[TreeModel, Scope]], features: Features, first_leaf: int
) -> tuple[Graph, Ints]:
    """(the graph of a block of trees; its leaves' nodes, in the order of their numbers, which begin at first_leaf)."""
    if_true, if_false, if_missing = _connect(table, [model for model, _ in trees])
    tests = TestTable(table, trees, if_true, if_false, if_missing)
    targets, roots = tests.resolved(table.roots)
    kept = np.flatnonzero(_reachable(roots, targets))
    renumber = np.full(len(targets[0]), -1, dtype=np.int32)
    renumber[kept] = np.arange(len(kept), dtype=np.int32)
    ends = [target[kept] for target in targets]
    leaves = np.unique(np.concatenate([~end[end < 0] for end in (*ends, roots)]))
    leaves = leaves[leaves < table.size]
    leaf_number = np.full(table.size + 1, _NO_ANSWER, dtype=np.int32)
    leaf_number[leaves] = first_leaf + np.arange(len(leaves), dtype=np.int32)

    def numbered(target: Ints) -> Ints:
        return np.where(target >= 0, renumber[np.maximum(target, 0)], ~leaf_number[np.maximum(~target, 0)])

    return features.graph(tests, kept, [numbered(end) for end in ends], numbered(roots)), leaves.astype(np.int32)
