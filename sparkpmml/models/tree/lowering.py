"""TreeModel (specification: TreeModel): the answer of a single tree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.lowering import register
from sparkpmml.compiler.result import Result, Scores, target_info
from sparkpmml.compiler.scope import Scope
from sparkpmml.compiler.scores import Matrix, label_column, pick
from sparkpmml.datatypes import DataType
from sparkpmml.models.forest.graph import Ints, Leaves, plant
from sparkpmml.models.forest.leaves import LeafTable
from sparkpmml.models.tree.leaf_models import answer_by_models
from sparkpmml.models.tree.nodes import TreeModel
from sparkpmml.models.tree.weighted import lower_weighted_tree
from sparkpmml.runtime.column import Column, Mask


@dataclass(frozen=True, slots=True, eq=False)
class LeafValue:
    """The operation: a value per leaf of the tree that stands at `tree` in a matrix of leaves."""

    tree: int
    values: Column
    missing: Mask

    def __call__(self, leaves: Ints) -> Column:
        index = leaves[:, self.tree]
        return pick(self.values, index, self.missing.take(index))


@dataclass(frozen=True, slots=True, eq=False)
class LeafScores:
    """The operation: class scores per leaf, float64[n, k]."""

    tree: int
    scores: Matrix

    def __call__(self, leaves: Ints) -> Matrix:
        scores: Matrix = self.scores.take(leaves[:, self.tree], axis=0)  # of short rows, ten times as fast as indexing
        return scores


@register
def _tree_model(node: TreeModel, scope: Scope) -> Result:
    if node.is_weighted:
        if node.nodes.embedded:
            raise ValueError("divides a row among nodes, or counts a penalty, and a node of it holds a model")
        return lower_weighted_tree(node, scope)
    planted = plant([node], [node.nodes], lambda _: scope)
    leaves = scope.builder.emit(Leaves(planted.forest, planted.encoders), *planted.slots, sample=planted.no_leaves())
    return tree_result(node, scope, planted.leaves, leaves, 0)


def tree_result(node: TreeModel, scope: Scope, table: LeafTable, leaves: Slot, tree: int) -> Result:
    """The answer of one tree of a forest, from the matrix of leaves."""
    own = _own_result(node, scope, table, leaves, tree)
    return answer_by_models(node, scope, own, table, leaves, tree) if node.nodes.embedded else own


def _own_result(node: TreeModel, scope: Scope, table: LeafTable, leaves: Slot, tree: int) -> Result:
    """The answer by the nodes' scores."""
    builder = scope.builder
    info = target_info(node, scope.compilation)
    ids = table.entity_ids()
    missing = table.is_null
    entity = builder.emit(LeafValue(tree, ids, missing), leaves)
    features = {"entityId": (entity,)}
    if node.function_name != "classification":
        kind = DataType.FLOAT if node.math_context == "float" else DataType.DOUBLE
        values = table.numbers(kind)
        value = builder.emit(LeafValue(tree, Column(kind, values), missing | np.isnan(values)), leaves)
        return Result(info=info, value=value, features=features)
    labels = info.order([info.label(text) for text in table.class_texts()])
    if not labels:  # no node has an answer
        return Result(info=info, value=builder.missing(info.data_type or DataType.STRING), features=features)
    classes = table.classes(labels, info)
    predicted = pick(label_column(labels, info.data_type), np.maximum(classes, 0), classes < 0)
    value = builder.emit(LeafValue(tree, predicted, classes < 0), leaves)
    if not table.has_distributions:
        return Result(info=info, value=value, labels=labels, features=features)
    probability, confidence = table.distributions(labels, info)
    scores = [Scores(labels, builder.emit(LeafScores(tree, matrix), leaves)) for matrix in (probability, confidence)]
    return Result(info=info, value=value, probability=scores[0], confidence=scores[1], features=features)
