"""The answer of a tree some of whose nodes hold models (specification: MultipleModels, model selection).

A node that holds a model answers by it, and by its own score where the model has no answer: so do LightGBM's linear
trees, whose leaves' regressions need all their inputs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.lowering import lower_model
from sparkpmml.compiler.result import Result
from sparkpmml.compiler.scope import Scope
from sparkpmml.models.embedded import answering
from sparkpmml.models.embedded_nodes import Regression
from sparkpmml.models.forest.leaves import Ints, LeafTable
from sparkpmml.models.mining.selection import choose_result
from sparkpmml.models.regression.lowering import Linear, make_linear
from sparkpmml.models.tree.nodes import TreeModel
from sparkpmml.runtime.column import Column, Mask, booleans
from sparkpmml.runtime.design import batch_rows


@dataclass(frozen=True, slots=True, eq=False)
class LeafRegressions:
    """The operation: the score of the regression that a leaf holds, or, where missing or none, the leaf's own.

    `held`: by leaf the place in `regressions`, -1 for none. Of each regression: the operation, and where its inputs are
    among the columns. A row is scored by its leaf's regression alone, so that no other input of it has to be known.
    """

    tree: int
    held: Ints
    regressions: tuple[tuple[Linear, tuple[int, ...]], ...]

    def __call__(self, leaves: Ints, own: Column, *columns: Column) -> Column:
        count = batch_rows([own, leaves, *columns])
        held = np.broadcast_to(self.held[leaves[:, self.tree]], count)
        values = np.array(np.broadcast_to(own.values, count))
        for place, (linear, inputs) in enumerate(self.regressions):
            rows = np.flatnonzero(held == place)
            if rows.size:
                scores = linear(*[_rows_of(columns[each], rows) for each in inputs])[:, 0]
                values[rows] = np.where(np.isnan(scores), values[rows], scores)
        return replace(own, values=values)


def _rows_of(column: Column, rows: NDArray[np.int64]) -> Column:
    return column if len(column) == 1 else column.take(rows)


@dataclass(frozen=True, slots=True, eq=False)
class AtLeaf:
    """The operation: where a row ends in one of the tree's marked leaves, true."""

    tree: int
    marked: Mask

    def __call__(self, leaves: Ints) -> Column:
        return booleans(self.marked[leaves[:, self.tree]])


@dataclass(frozen=True, slots=True)
class Answered:
    """The operation: where a leaf is reached and its model has an answer, true."""

    def __call__(self, reached: Column, value: Column) -> Column:
        return booleans(reached.values & ~value.is_missing())


def answer_by_models(node: TreeModel, scope: Scope, own: Result, table: LeafTable, leaves: Slot, tree: int) -> Result:
    """The tree's result where nodes hold models, `own` elsewhere."""
    held = _leaves_of_models(node, table)
    models = node.nodes.embedded.values()
    linear = [each for each in models if isinstance(each, Regression) and each.is_linear]
    if node.function_name == "regression" and own.value is not None and len(linear) == len(models):
        return replace(own, value=_answer_by_regressions(node, scope, linear, own.value, held, leaves, tree))
    result = own
    for place in range(len(models)):
        result = _answer_by(place, node, scope, result, AtLeaf(tree, held == place), leaves)
    return replace(result, info=own.info, features=own.features)  # the entity is the tree's own node


def _answer_by_regressions(
    node: TreeModel, scope: Scope, models: list[Regression], own: Slot, held: Ints, leaves: Slot, tree: int
) -> Slot:
    columns: list[Slot] = []
    regressions = []
    for each in models:
        linear, slots = make_linear(each.tables, node.math_context == "float", scope)
        columns += [slot for slot in slots if slot not in columns]
        regressions.append((linear, tuple(columns.index(slot) for slot in slots)))
    return scope.builder.emit(LeafRegressions(tree, held, tuple(regressions)), leaves, own, *columns)


def _leaves_of_models(node: TreeModel, table: LeafTable) -> Ints:
    """By leaf: the place of the model that its node holds, -1 for none."""
    places = {of_node: place for place, of_node in enumerate(node.nodes.embedded)}
    return np.array([places.get(leaf, -1) for leaf in table.places().tolist()], dtype=np.int32)


def _answer_by(place: int, node: TreeModel, scope: Scope, otherwise: Result, at_leaf: AtLeaf, leaves: Slot) -> Result:
    """The result of the embedded model of that place where a row reaches its node."""
    builder, embedded = scope.builder, list(node.nodes.embedded.values())[place]
    with scope.compilation.at(embedded):
        model = answering(embedded, node)
    reached = builder.emit(at_leaf, leaves)
    with builder.guarded(reached):
        result = lower_model(model, scope)
    if result.value is None:
        raise scope.compilation.error(embedded, "has no prediction that could answer for its node")
    answered = builder.emit(Answered(), reached, result.value)
    return choose_result(answered, result, otherwise, otherwise.info, builder)
