"""A tree's nodes as flat arrays: forests have nodes by the hundred thousand.

`TreeNodes` mirrors the elements Node, ScoreDistribution and the predicates (specification: TreeModel), one entry per
node in document order, so that a parent stands before its children. Texts are held once per document.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from copy import copy
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparkpmml.models.embedded_nodes import EmbeddedModel
from sparkpmml.models.tree_pieces import Between
from sparkpmml.pmml.predicates import CompoundPredicate

NAN = float("nan")


class Kind(IntEnum):
    """What a node's predicate is."""

    TRUE = 0
    FALSE = 1
    EQUAL = 2
    NOT_EQUAL = 3
    LESS_THAN = 4
    LESS_OR_EQUAL = 5
    GREATER_THAN = 6
    GREATER_OR_EQUAL = 7
    IS_MISSING = 8
    IS_NOT_MISSING = 9
    IS_IN = 10
    IS_NOT_IN = 11
    COMPOUND = 12


OPERATORS = {
    "equal": Kind.EQUAL,
    "notEqual": Kind.NOT_EQUAL,
    "lessThan": Kind.LESS_THAN,
    "lessOrEqual": Kind.LESS_OR_EQUAL,
    "greaterThan": Kind.GREATER_THAN,
    "greaterOrEqual": Kind.GREATER_OR_EQUAL,
    "isMissing": Kind.IS_MISSING,
    "isNotMissing": Kind.IS_NOT_MISSING,
}


class Pool:
    """Texts, or other hashable things, by number; each held once."""

    def __init__(self) -> None:
        self.index: dict[Any, int] = {}

    def __call__(self, item: Any) -> int:
        index = self.index
        return index.setdefault(item, len(index))

    def numbers(self, items: Iterable[Any]) -> list[int]:
        """The numbers of several."""
        index = self.index
        return [index.setdefault(item, len(index)) for item in items]

    def items(self) -> list[Any]:
        """All of them, in the order of their numbers."""
        return list(self.index)


class Pools:
    """What all trees of a document share."""

    def __init__(self) -> None:
        self.texts = Pool()
        self.fields = Pool()
        self.sets = Pool()
        self.betweens: dict[str, Between] = {}
        """What is known of the text between two attributes (see `tree_pieces`)."""


class TreeNodes:
    """The nodes of one tree; -1 stands for "not given" in index arrays, NaN in number arrays."""

    def __init__(self, pools: Pools) -> None:
        self.pools = pools
        self.parent = array("i")
        self.line = array("i")
        self.score = array("i")  # into texts
        self.id = array("i")  # into texts
        self.default_child = array("i")  # into texts
        self.record_count = array("d")
        self.kind = array("b")
        self.field = array("i")  # into fields
        self.value = array("i")  # into texts, sets, or `compounds`
        self.compounds: list[CompoundPredicate] = []
        self.embedded: dict[int, EmbeddedModel] = {}  # by node
        self.distribution_node = array("i")
        self.distribution_value = array("i")  # into texts
        self.distribution_count = array("d")
        self.distribution_probability = array("d")
        self.distribution_confidence = array("d")

    def __len__(self) -> int:
        return len(self.parent)

    @classmethod
    def of(cls, pools: Pools, columns: Mapping[str, NDArray[Any]]) -> TreeNodes:
        """Nodes that are known already: arrays of numpy, by attribute, of the attributes' types."""
        tree = cls.__new__(cls)
        vars(tree).update(columns, pools=pools, compounds=[], embedded={})
        return tree

    def share(self, name: str, values: NDArray[Any]) -> None:
        """Give up an array of one's own for an equal one."""
        vars(self)[name] = values

    def moved(self, lines: int) -> TreeNodes:
        """The same tree, so many lines further down."""
        tree = copy(self)
        vars(tree)["line"] = np.frombuffer(self.line, np.int32) + np.int32(lines)
        return tree

    def add_predicate(self, kind: int, field: int, value: int) -> None:
        """The predicate of the node that was added last; it stands before the node's children."""
        self.kind.append(kind)
        self.field.append(field)
        self.value.append(value)
