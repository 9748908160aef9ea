"""A tree's nodes as flat arrays: forests have nodes by the million.

`TreeNodes` mirrors the elements Node, ScoreDistribution and the predicates (specification: TreeModel), one entry per
node in document order, so that a parent stands before its children. Texts are codes (see `tree.values`), and each array
has the narrowest type that holds its values exactly.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparkpmml.models.embedded_nodes import EmbeddedModel
from sparkpmml.models.tree.pieces import Between
from sparkpmml.models.tree.values import TextCodes
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
    """Names, or other hashable things, by number; each held once."""

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
        self.texts = TextCodes()
        self.fields = Pool()
        self.sets = Pool()
        self.betweens: dict[str, Between] = {}
        """What is known of the text between two attributes (see `tree.pieces`)."""


class NodeArrays:
    """The nodes of one tree while they are read; -1 stands for "not given" among indices, NaN among numbers."""

    def __init__(self, pools: Pools) -> None:
        self.pools = pools
        self.parent = array("i")
        self.line = array("i")
        self.score = array("q")  # code of a text
        self.id = array("q")  # code of a text
        self.default_child = array("q")  # code of a text
        self.record_count = array("d")
        self.kind = array("b")
        self.field = array("i")  # into fields
        self.value = array("q")  # code of a text, or into sets or `compounds`
        self.compounds: list[CompoundPredicate] = []
        self.embedded: dict[int, EmbeddedModel] = {}  # by node
        self.distribution_node = array("i")
        self.distribution_value = array("q")  # code of a text
        self.distribution_count = array("d")
        self.distribution_probability = array("d")
        self.distribution_confidence = array("d")

    def add_predicate(self, kind: int, field: int, value: int) -> None:
        """The predicate of the node that was added last; it stands before the node's children."""
        self.kind.append(kind)
        self.field.append(field)
        self.value.append(value)

    def finished(self) -> TreeNodes:
        """The nodes, now that there are no more."""
        columns = {name: np.array(getattr(self, name)) for name in NODE_COLUMNS + DISTRIBUTION_COLUMNS}
        first_line = int(columns["line"][0])
        columns["line"] -= first_line
        spans = (0, len(self.parent)), (0, len(self.distribution_node))
        columns = {name: narrow(values) for name, values in columns.items()}
        return TreeNodes(self.pools, columns, *spans, first_line, self.compounds, self.embedded)


NODE_COLUMNS = ("parent", "line", "score", "id", "default_child", "record_count", "kind", "field", "value")
DISTRIBUTION_COLUMNS = tuple(f"distribution_{name}" for name in ("node", "value", "count", "probability", "confidence"))

_WIDTHS = (np.int8, np.int16, np.int32)


def narrow(values: NDArray[Any]) -> NDArray[Any]:
    """The same values in the narrowest type that holds them; of equal ones, one."""
    if not len(values):
        return values
    if values.dtype.kind == "f":
        if np.array_equal(values, np.broadcast_to(values[0], len(values)), equal_nan=True):
            return np.broadcast_to(values[0].copy(), len(values))
        with np.errstate(over="ignore"):
            smaller = values.astype(np.float32)
        return smaller if np.array_equal(smaller, values, equal_nan=True) else values
    low, high = int(values.min()), int(values.max())
    if low == high:
        return np.broadcast_to(values[0].copy(), len(values))
    width = next((each for each in _WIDTHS if np.iinfo(each).min <= low and high <= np.iinfo(each).max), values.dtype)
    return values.astype(width, copy=False)


class TreeNodes:
    """The nodes of one tree: what is its own of columns that it may share with other trees of the document.

    Places among the nodes and lines are counted from the tree's root. "Not given" is as in `NodeArrays`.
    """

    __slots__ = ("columns", "compounds", "distributions", "embedded", "first_line", "nodes", "pools")

    def __init__(
        self,
        pools: Pools,
        columns: Mapping[str, NDArray[Any]],
        nodes: tuple[int, int],
        distributions: tuple[int, int],
        first_line: int = 0,
        compounds: Sequence[CompoundPredicate] = (),
        embedded: Mapping[int, EmbeddedModel] | None = None,
    ) -> None:
        self.pools = pools
        self.columns = columns
        self.nodes = nodes
        """Where in the columns the tree begins, and where it ends."""
        self.distributions = distributions
        """The same for its ScoreDistributions."""
        self.first_line = first_line
        self.compounds = compounds
        self.embedded = embedded or {}

    def __len__(self) -> int:
        return self.nodes[1] - self.nodes[0]

    def column(self, name: str) -> NDArray[Any]:
        """The tree's part of a column."""
        first, end = self.distributions if name in DISTRIBUTION_COLUMNS else self.nodes
        return self.columns[name][first:end]

    def line(self, node: int) -> int:
        """The document's line where a node begins."""
        return self.first_line + int(self.column("line")[node])

    def moved(self, lines: int) -> TreeNodes:
        """The same tree, so many lines further down."""
        return TreeNodes(
            self.pools,
            self.columns,
            self.nodes,
            self.distributions,
            self.first_line + lines,
            self.compounds,
            self.embedded,
        )
