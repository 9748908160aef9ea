"""Trees in which one row may reach several leaves, or pays for a missing value (specification: TreeModel).

Under `weightedConfidence` a row whose predicate is unknown is split over that node and its siblings that are not
false, in proportion to their record counts; under `aggregateNodes` it goes to all of them and the leaves' counts are
summed. `missingValuePenalty` scales the confidence once for every unknown predicate on the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.predicates import lower_predicate
from sparkpmml.compiler.result import Result, Scores, target_info
from sparkpmml.compiler.scope import Scope
from sparkpmml.compiler.scores import Matrix, label_column, pick
from sparkpmml.datatypes import DataType
from sparkpmml.kernels.rows import some
from sparkpmml.models.forest.leaves import LeafTable
from sparkpmml.models.tree.arrays import OPERATORS, Kind, TreeNodes
from sparkpmml.models.tree.nodes import TreeModel
from sparkpmml.models.tree.values import NONE
from sparkpmml.pmml.array import Array
from sparkpmml.pmml.node import Position
from sparkpmml.pmml.predicates import FalsePredicate, Predicate, SimplePredicate, SimpleSetPredicate, TruePredicate
from sparkpmml.runtime.column import Column, Mask, numbers

_OPERATOR_NAMES = {kind: name for name, kind in OPERATORS.items()}


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """The operation: how much of each row reaches each node as its end, float64[n, nodes], and the penalty last.

    One boolean column per node's predicate comes in. `strategy` is the tree's missing value strategy.
    """

    children: tuple[tuple[int, ...], ...]
    default_child: tuple[int, ...]
    counts: NDArray[np.float64]
    strategy: str
    returns_last: bool
    penalty: float

    def __call__(self, *predicates: Column) -> Matrix:
        rows = max(len(column) for column in predicates)
        true = [np.broadcast_to(column.values & ~column.is_missing(), rows) for column in predicates]
        unknown = [np.broadcast_to(column.is_missing(), rows) for column in predicates]
        ends = np.zeros((rows, len(self.children) + 1))
        ends[:, -1] = 1.0
        arriving = np.zeros((len(self.children), rows))
        arriving[0] = true[0]
        for node, children in enumerate(self.children):
            if children:
                self._pass_on(node, arriving, ends, true, unknown)
            else:
                ends[:, node] = arriving[node]
        return ends

    def _pass_on(
        self, node: int, arriving: Matrix, ends: Matrix, true: Sequence[Mask], unknown: Sequence[Mask]
    ) -> None:
        waiting = arriving[node] > 0
        for place, each in enumerate(self.children[node]):
            goes = waiting & true[each]
            arriving[each] += np.where(goes, arriving[node], 0)
            waiting = waiting & ~goes
            doubtful = waiting & unknown[each]
            if self.strategy != "none" and doubtful.any():
                ends[doubtful, -1] *= self.penalty
                self._share(node, self.children[node][place:], doubtful, arriving, ends, (true, unknown))
                waiting = waiting & ~doubtful
        if self.returns_last:
            ends[:, node] += np.where(waiting, arriving[node], 0)

    def _share(
        self,
        node: int,
        children: Sequence[int],
        where: Mask,
        arriving: Matrix,
        ends: Matrix,
        values: tuple[Sequence[Mask], Sequence[Mask]],
    ) -> None:
        """What becomes of rows whose predicate is unknown."""
        amount = np.where(where, arriving[node], 0)
        if self.strategy == "lastPrediction":
            ends[:, node] += amount
        elif self.strategy == "defaultChild" and self.default_child[node] >= 0:
            arriving[self.default_child[node]] += amount
        elif self.strategy == "aggregateNodes":
            for each in children:
                arriving[each] += np.where(values[0][each] | values[1][each], amount, 0)
        elif self.strategy == "weightedConfidence":
            possible = np.array([values[0][each] | values[1][each] for each in children])
            weights = possible * np.nan_to_num(self.counts[list(children)])[:, None]
            total = weights.sum(axis=0)
            for each, weight in zip(children, weights, strict=True):
                arriving[each] += np.divide(amount * weight, total, out=np.zeros_like(total), where=total > 0)


@dataclass(frozen=True, slots=True, eq=False)
class Mix:
    """The operation: the leaves' class scores, mixed; scaled by the penalty where asked.

    A row that reaches one leaf alone has the leaf's `own` scores.
    """

    scores: Matrix
    own: Matrix
    penalized: bool
    normalized: bool

    def __call__(self, ends: Matrix) -> Matrix:
        mixed: Matrix = ends[:, :-1] @ np.nan_to_num(self.scores)
        if self.normalized:
            with np.errstate(invalid="ignore", divide="ignore"):
                mixed = mixed / mixed.sum(axis=1, keepdims=True)
        reached = ends[:, :-1] > 0
        alone = reached.sum(axis=1, keepdims=True) == 1
        mixed = np.where(alone, self.own[np.argmax(reached, axis=1)], mixed)
        if self.penalized:
            mixed = mixed * ends[:, -1:]
        return np.where(some(reached)[:, None], mixed, np.nan)


@dataclass(frozen=True, slots=True, eq=False)
class MixedClass:
    """The operation: the class of the one leaf reached; of several leaves the class with the best mixed score."""

    labels: Column
    classes: NDArray[np.int32]

    def __call__(self, ends: Matrix, scores: Matrix) -> Column:
        reached = ends[:, :-1] > 0
        best = np.argmax(np.where(np.isnan(scores), -np.inf, scores), axis=1)
        single = self.classes[np.argmax(reached, axis=1)]
        index = np.where((reached.sum(axis=1) == 1) & (single >= 0), single, best)
        return pick(self.labels, index, ~some(reached))


@dataclass(frozen=True, slots=True, eq=False)
class MixedNumber:
    """The operation: the leaves' numbers, weighted by how much of the row reaches each."""

    values: NDArray[np.float64]

    def __call__(self, ends: Matrix) -> Column:
        weights = ends[:, :-1]
        with np.errstate(invalid="ignore", divide="ignore"):
            return numbers((weights @ np.nan_to_num(self.values)) / weights.sum(axis=1))


@dataclass(frozen=True, slots=True, eq=False)
class FirstEnd:
    """The operation: the id of the first leaf reached."""

    ids: Column

    def __call__(self, ends: Matrix) -> Column:
        reached = ends[:, :-1] > 0
        return pick(self.ids, np.argmax(reached, axis=1), ~some(reached))


def lower_weighted_tree(node: TreeModel, scope: Scope) -> Result:
    """The answer of a tree with `weightedConfidence`, `aggregateNodes`, or a missing value penalty."""
    builder, nodes = scope.builder, node.nodes
    predicates = [lower_predicate(_predicate(nodes, i), scope) for i in range(len(nodes))]
    operation = _make_spread(node, nodes)
    ends = builder.emit(operation, *predicates, sample=np.empty((0, len(nodes) + 1)))
    whole = LeafTable.of_every_node(nodes)
    entity = builder.emit(FirstEnd(whole.entity_ids()), ends)
    info = target_info(node, scope.compilation)
    if node.function_name != "classification":
        value = builder.emit(MixedNumber(whole.numbers(DataType.DOUBLE)), ends)
        return Result(info=info, value=value, features={"entityId": (entity,)})
    labels = info.order([info.label(text) for text in whole.class_texts()])
    probability, confidence = whole.distributions(labels, info)
    counts = whole.counts(labels, info)
    aggregates = node.missing_value_strategy == "aggregateNodes"
    shares = builder.emit(Mix(counts if aggregates else probability, probability, False, True), ends)
    sums = Mix(counts, confidence, False, True) if aggregates else Mix(confidence, confidence, True, False)
    sure = builder.emit(sums, ends)
    classes = whole.classes(labels, info)
    value = builder.emit(MixedClass(label_column(labels, info.data_type), classes), ends, sure)
    return Result(
        info=info,
        value=value,
        probability=Scores(labels, shares),
        confidence=Scores(labels, sure),
        features={"entityId": (entity,)},
    )


def _make_spread(node: TreeModel, nodes: TreeNodes) -> Spread:
    children: list[list[int]] = [[] for _ in range(len(nodes))]
    default = [-1] * len(nodes)
    parents, ids, default_children = (nodes.column(name).tolist() for name in ("parent", "id", "default_child"))
    for i, parent in enumerate(parents[1:], 1):
        children[parent].append(i)
        if ids[i] != NONE and ids[i] == default_children[parent]:
            default[parent] = i
    return Spread(
        tuple(tuple(each) for each in children),
        tuple(default),
        nodes.column("record_count").astype(np.float64),
        node.missing_value_strategy,
        node.no_true_child_strategy == "returnLastPrediction",
        node.missing_value_penalty,
    )


def _predicate(nodes: TreeNodes, i: int) -> Predicate:
    """A node's predicate as a node of the document."""
    kind, position = Kind(int(nodes.column("kind")[i])), Position(nodes.line(i), 1)
    value = int(nodes.column("value")[i])
    if kind is Kind.COMPOUND:
        return nodes.compounds[value]
    if kind in (Kind.TRUE, Kind.FALSE):
        return TruePredicate(position=position) if kind is Kind.TRUE else FalsePredicate(position=position)
    field = nodes.pools.fields.items()[nodes.column("field")[i]]
    if kind in (Kind.IS_IN, Kind.IS_NOT_IN):
        items = nodes.pools.sets.items()[value]
        operator = "isIn" if kind is Kind.IS_IN else "isNotIn"
        array = Array.of(items, position)
        return SimpleSetPredicate(position=position, field=field, boolean_operator=operator, array=array)
    text = None if value == NONE else nodes.pools.texts.text(value)
    return SimplePredicate(position=position, field=field, operator=_OPERATOR_NAMES[kind], value=text)
