"""A MiningModel whose segments are plain trees, as one forest and one pass of a kernel."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.result import Result, Scores, TargetInfo, target_info
from sparkpmml.compiler.scope import Scope
from sparkpmml.compiler.scores import Matrix, winner
from sparkpmml.datatypes import DataType
from sparkpmml.kernels.forest import Forest
from sparkpmml.kernels.rows import row_shares
from sparkpmml.models.forest.dart import is_estimators_dart, upon
from sparkpmml.models.forest.graph import Planted, feature_arrays, plant, row_count
from sparkpmml.models.forest.leaves import LeafTable
from sparkpmml.models.mining.combine import take_base_score
from sparkpmml.models.mining.nodes import MiningModel, Segment
from sparkpmml.models.tree.arrays import TreeNodes
from sparkpmml.models.tree.nodes import TreeModel
from sparkpmml.runtime.column import Array, Column
from sparkpmml.runtime.encode import Encoder

_SUMS = ("sum", "average", "weightedAverage", "weightedSum")
_VOTES = ("majorityVote", "weightedMajorityVote")


@dataclass(frozen=True, slots=True, eq=False)
class SumLeaves:
    """The operation: `start` plus the leaves' numbers, added in document order in their own precision, then divided.

    A row that ends in a leaf without an answer has no result (NaN is added). `values` are as the forest arranges them.
    """

    forest: Forest
    encoders: tuple[Encoder | None, ...]
    values: Matrix
    divisor: float
    start: float

    def __call__(self, *columns: Column) -> Column:
        arrays = feature_arrays(columns, self.encoders)
        start = self.values.dtype.type(self.start)
        total = self.forest.arranged_sums(arrays, self.values, start, rows=row_count(columns))[:, 0]
        if self.divisor != 1.0:
            total = total / total.dtype.type(self.divisor)
        return Column(DataType.FLOAT if total.dtype == np.float32 else DataType.DOUBLE, total)


@dataclass(frozen=True, slots=True, eq=False)
class SumLeafScores:
    """The operation: the leaves' class scores added in document order, then divided: float64[n, k]."""

    forest: Forest
    encoders: tuple[Encoder | None, ...]
    scores: Matrix
    divisor: float

    def __call__(self, *columns: Column) -> Matrix:
        total = self.forest.sums(feature_arrays(columns, self.encoders), self.scores, rows=row_count(columns))
        result: Matrix = total / self.divisor
        return result


@dataclass(frozen=True, slots=True, eq=False)
class CountLeafVotes:
    """The operation: the trees' votes, by weight, as shares: float64[n, k]."""

    forest: Forest
    encoders: tuple[Encoder | None, ...]
    classes: NDArray[np.int32]
    weights: NDArray[np.float64]
    labels: int

    def __call__(self, *columns: Column) -> Matrix:
        arrays = feature_arrays(columns, self.encoders)
        votes = self.forest.votes(arrays, self.classes, self.weights, self.labels, rows=row_count(columns))
        with np.errstate(invalid="ignore"):  # a row without a vote has no result
            return row_shares(votes)


def lower_forest(node: MiningModel, scope: Scope) -> Result | None:
    """The MiningModel's result by one kernel, or None when its segments need more than that."""
    members = None if _asks_for_segments(node) else _plain_members(node)
    if members is None:
        return None
    method, info = node.segmentation.method, target_info(node, scope.compilation)
    classifies = node.function_name == "classification"
    if method not in (*_SUMS, *_VOTES) or (method in _VOTES) != (classifies and method in _VOTES):
        return None
    trees = _Trees(node.segmentation.segments)
    planted = plant(trees, members.nodes, lambda tree: Scope(scope.compilation, tree, scope))
    if planted.leaves.has_null and (
        method in _VOTES or node.segmentation.missing_prediction_treatment == "skipSegment"
    ):
        return None  # a sum is missing where one tree's answer is; votes and skipped segments ask for more
    if not classifies:
        return _numbers(node, planted, info, members, scope)
    lower = _votes if method in _VOTES else _scores
    return lower(node, planted, info, members.weights, scope)


class _Trees(Sequence[TreeModel]):
    """The models of segments, which are not all held: there may be fifty thousand."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self._segments = segments

    def __len__(self) -> int:
        return len(self._segments)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [segment.model for segment in self._segments[place]]
        return self._segments[place].model

    def __iter__(self) -> Iterator[Any]:
        return (segment.model for segment in self._segments)


@dataclass(frozen=True, slots=True, eq=False)
class _Members:
    """Of each tree its nodes, its weight, and the name of its target."""

    nodes: list[TreeNodes]
    weights: NDArray[np.float64]
    targets: list[str | None]


def _plain_members(node: MiningModel) -> _Members | None:
    """None where a segment is no tree that may be a part of a forest, or does not always count."""
    nodes, weights, targets = [], array("d"), []
    names: dict[str | None, str | None] = {}
    for segment in node.segmentation.segments:
        tree = segment.model
        if not isinstance(tree, TreeModel) or not _is_plain(tree, node):
            return None
        if not segment.is_always_active or segment.variable_weight is not None:
            return None
        nodes.append(tree.nodes)
        weights.append(segment.weight)
        name = tree.target_name
        targets.append(names.setdefault(name, name))
    return _Members(nodes, np.array(weights), targets)


def _is_plain(tree: TreeModel, parent: MiningModel) -> bool:
    """May the tree be a part of a forest, its own answer unseen?"""
    return (
        tree.output is None
        and tree.targets is None
        and not tree.is_weighted
        and not tree.nodes.embedded
        and tree.is_scorable
        and tree.function_name == parent.function_name
        and tree.math_context == parent.math_context
    )


def _asks_for_segments(node: MiningModel) -> bool:
    return node.output is not None and any(field.segment_id is not None for field in node.output.fields)


def _leaf_weights(leaves: LeafTable, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """float64[leaves]: the weight of the tree that a leaf belongs to; 1 for the leaf that is no answer."""
    return np.where(leaves.is_null, 1.0, weights[leaves.tree()])


def _divisor(method: str, weights: NDArray[np.float64]) -> float:
    return {"average": float(len(weights)), "weightedAverage": _in_order(weights)}.get(method, 1.0)


def _in_order(weights: NDArray[np.float64]) -> float:
    return float(sum(weights.tolist()))


def _numbers(node: MiningModel, planted: Planted, info: TargetInfo, members: _Members, scope: Scope) -> Result:
    kind = DataType.FLOAT if node.math_context == "float" else DataType.DOUBLE
    values = _rounded(planted.leaves.numbers(kind), planted.leaves, members.targets, scope)
    weights, method = members.weights, node.segmentation.method
    start, info = take_base_score(method, node.math_context == "float", info)
    if start and is_estimators_dart(scope):
        values = upon(start, values)
    if method.startswith("weighted"):
        values = values * _leaf_weights(planted.leaves, weights).astype(values.dtype)
    arranged = planted.forest.arrange(values)
    operation = SumLeaves(planted.forest, planted.encoders, arranged, _divisor(method, weights), start)
    value = scope.builder.emit(operation, *planted.slots, sample=Column(kind, values[:0]))
    return Result(info=info, value=value)


def _rounded(values: Array, leaves: LeafTable, targets: Sequence[str | None], scope: Scope) -> Array:
    """The leaves' numbers as their trees predict them: a tree whose target is a float rounds to one."""
    floats = {name for name, field in scope.compilation.data_fields.items() if field.type is DataType.FLOAT}
    of_float = np.array([name in floats for name in targets])
    if not of_float.any():
        return values
    return np.where(of_float[leaves.tree()], values.astype(np.float32).astype(values.dtype), values)


def _scores(
    node: MiningModel, planted: Planted, info: TargetInfo, weights: NDArray[np.float64], scope: Scope
) -> Result | None:
    if not planted.leaves.has_distributions:
        raise ValueError(f"combines probabilities ({node.segmentation.method}), but its trees give none")
    method = node.segmentation.method
    labels = info.order([info.label(text) for text in planted.leaves.class_texts()])
    scores, _ = planted.leaves.distributions(labels, info)
    if method.startswith("weighted"):
        scores = scores * _leaf_weights(planted.leaves, weights)[:, None]
    operation = SumLeafScores(planted.forest, planted.encoders, scores, _divisor(method, weights))
    slot = scope.builder.emit(operation, *planted.slots, sample=np.empty((0, len(labels))))
    probability = Scores(labels, slot)
    return Result(info=info, value=winner(scope.builder, probability, info), probability=probability)


def _votes(node: MiningModel, planted: Planted, info: TargetInfo, weights: NDArray[np.float64], scope: Scope) -> Result:
    labels = info.order([info.label(text) for text in planted.leaves.class_texts()])
    classes = planted.leaves.classes(labels, info)
    weighted = node.segmentation.method == "weightedMajorityVote"
    weights = weights if weighted else np.ones(len(weights))
    operation = CountLeafVotes(planted.forest, planted.encoders, classes, weights, len(labels))
    slot = scope.builder.emit(operation, *planted.slots, sample=np.empty((0, len(labels))))
    probability = Scores(labels, slot)
    return Result(info=info, value=winner(scope.builder, probability, info), probability=probability)
