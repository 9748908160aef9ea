"""A tree's nodes as flat arrays, filled while the document is read: forests have nodes by the hundred thousand.

`TreeNodes` mirrors the elements Node, ScoreDistribution and the predicates (specification: TreeModel), one entry per
node in document order, so that a parent stands before its children. Texts are held once per document.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from enum import IntEnum
from typing import Any

from sparkpmml.pmml.array import Array, split_array
from sparkpmml.pmml.node import Position
from sparkpmml.pmml.predicates import (
    CompoundPredicate,
    FalsePredicate,
    Predicate,
    SimplePredicate,
    SimpleSetPredicate,
    TruePredicate,
)
from sparkpmml.pmml.reader import DESCRIPTIVE, Reader

NAN = float("nan")


class Kind(IntEnum):
    """What a node's predicate is."""

    NONE = -1
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
_VALUELESS = (Kind.IS_MISSING, Kind.IS_NOT_MISSING)
_OPERATOR_CODES = {name: int(kind) for name, kind in OPERATORS.items()}


class Pool:
    """Texts, or other hashable things, by number; each held once."""

    def __init__(self) -> None:
        self.index: dict[Any, int] = {}

    def __call__(self, item: Any) -> int:
        index = self.index
        return index.setdefault(item, len(index))

    def items(self) -> list[Any]:
        """All of them, in the order of their numbers."""
        return list(self.index)


class Pools:
    """What all trees of a document share."""

    def __init__(self) -> None:
        self.texts = Pool()
        self.fields = Pool()
        self.sets = Pool()


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
        self.distribution_node = array("i")
        self.distribution_value = array("i")  # into texts
        self.distribution_count = array("d")
        self.distribution_probability = array("d")
        self.distribution_confidence = array("d")

    def __len__(self) -> int:
        return len(self.parent)


_NODE_ATTRIBUTES = frozenset({"id", "score", "recordCount", "defaultChild"})


class TreeReader:
    """Fills a TreeNodes from the parser's events inside a tree's root node."""

    def __init__(self, reader: Reader, attributes: dict[str, str]) -> None:
        self.reader = reader
        self.nodes = TreeNodes(reader.shared.setdefault("tree pools", Pools()))
        self._stack: list[int] = []
        self._skipping = 0
        self._set: dict[str, str] | None = None
        self._chunks: list[str] = []
        self._compounds: list[tuple[Position, str, list[Predicate]]] = []
        self._line = reader.line
        starts: dict[str, Callable[[dict[str, str]], None]] = {
            "Node": self._node,
            "SimplePredicate": self._simple,
            "ScoreDistribution": self._distribution,
            "True": lambda _: self._whole(Kind.TRUE, TruePredicate()),
            "False": lambda _: self._whole(Kind.FALSE, FalsePredicate()),
            "SimpleSetPredicate": self._open_set,
            "Array": self._open_array,
            "CompoundPredicate": self._open_compound,
            "CompositePredicate": self._open_compound,
        }
        ends = {
            "Node": self._close_node,
            "Array": self._close_array,
            "CompoundPredicate": self._close_compound,
            "CompositePredicate": self._close_compound,
        }
        self._starts = {reader.prefix + tag: handler for tag, handler in starts.items()}
        self._ends = {reader.prefix + tag: handler for tag, handler in ends.items()}
        self._node(attributes)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if self._skipping:
            self._skipping += 1
            return
        handler = self._starts.get(tag)
        if handler is None:
            self._skip(tag)
        else:
            handler(attributes)

    def _skip(self, tag: str) -> None:
        self._skipping = 1
        local = tag.removeprefix(self.reader.prefix)
        if local not in DESCRIPTIVE and local != "Partition" and not local.startswith(("X-", "x-")):
            self.reader.unsupported(f"element <{local}> in <Node>")

    def end(self, tag: str) -> None:
        if self._skipping:
            self._skipping -= 1
            return
        handler = self._ends.get(tag)
        if handler is not None:
            handler()

    def _close_node(self) -> None:
        self._stack.pop()
        if not self._stack:
            self.reader.finish(self.nodes)

    def _node(self, given: dict[str, str]) -> None:
        nodes, get = self.nodes, given.get
        texts = nodes.pools.texts
        index = len(nodes.parent)
        nodes.parent.append(self._stack[-1] if self._stack else -1)
        nodes.line.append(self._line())
        score, name, default, count = get("score"), get("id"), get("defaultChild"), get("recordCount")
        nodes.score.append(-1 if score is None else texts(score))
        nodes.id.append(-1 if name is None else texts(name))
        nodes.default_child.append(-1 if default is None else texts(default))
        nodes.record_count.append(NAN if count is None else self._number("recordCount", count))
        nodes.kind.append(Kind.NONE)
        nodes.field.append(-1)
        nodes.value.append(-1)
        self._stack.append(index)
        if not given.keys() <= _NODE_ATTRIBUTES:
            self._unknown("Node", given.keys() - _NODE_ATTRIBUTES)

    def _number(self, name: str, text: str) -> float:
        try:
            return float(text)
        except ValueError:
            raise self.reader.error(f"attribute {name} must be a number, is {text!r}") from None

    def _unknown(self, tag: str, names: set[str]) -> None:
        for name in sorted(names):
            self.reader.unsupported(f"attribute {name} of <{tag}>")

    def _required(self, tag: str, given: dict[str, str], name: str) -> str:
        try:
            return given[name]
        except KeyError:
            raise self.reader.error(f"<{tag}> lacks the attribute {name}") from None

    def _simple(self, given: dict[str, str]) -> None:
        field, operator = given.get("field"), given.get("operator", "")
        kind = _OPERATOR_CODES.get(operator)
        value = given.get("value")
        if field is None or kind is None or (value is None and kind not in _VALUELESS):
            self._refuse_simple(given)
        if self._compounds:
            predicate = SimplePredicate(
                position=self.reader.position(), field=field or "", operator=operator, value=value
            )
            self._compounds[-1][2].append(predicate)
            return
        nodes = self.nodes
        nodes.kind[self._stack[-1]] = kind or 0
        nodes.field[self._stack[-1]] = nodes.pools.fields(field)
        if value is not None:
            nodes.value[self._stack[-1]] = nodes.pools.texts(value)

    def _refuse_simple(self, given: dict[str, str]) -> None:
        self._required("SimplePredicate", given, "field")
        operator = self._required("SimplePredicate", given, "operator")
        if operator not in OPERATORS:
            raise self.reader.error(f"attribute operator of <SimplePredicate> must be one of {', '.join(OPERATORS)}")
        self._required("SimplePredicate", given, "value")

    def _whole(self, kind: Kind, predicate: Predicate) -> None:
        if self._compounds:
            self._compounds[-1][2].append(predicate)
        else:
            self.nodes.kind[self._stack[-1]] = kind

    def _open_set(self, given: dict[str, str]) -> None:
        self._required("SimpleSetPredicate", given, "field")
        operator = self._required("SimpleSetPredicate", given, "booleanOperator")
        if operator not in ("isIn", "isNotIn"):
            raise self.reader.error("attribute booleanOperator of <SimpleSetPredicate> must be isIn or isNotIn")
        self._set = given

    def _open_array(self, given: dict[str, str]) -> None:
        self._chunks = []
        self.reader.listen(self._chunks.append)

    def _close_array(self) -> None:
        self.reader.listen(None)
        given, self._set = self._set, None
        if given is None:
            raise self.reader.error("<Array> outside <SimpleSetPredicate>")
        items = split_array("".join(self._chunks))
        operator = given["booleanOperator"]
        if self._compounds:
            predicate = SimpleSetPredicate(
                position=self.reader.position(),
                field=given["field"],
                boolean_operator=operator,
                array=Array(items=items),
            )
            self._compounds[-1][2].append(predicate)
            return
        nodes = self.nodes
        nodes.kind[self._stack[-1]] = Kind.IS_IN if operator == "isIn" else Kind.IS_NOT_IN
        nodes.field[self._stack[-1]] = nodes.pools.fields(given["field"])
        nodes.value[self._stack[-1]] = nodes.pools.sets(items)

    def _open_compound(self, given: dict[str, str]) -> None:
        operator = self._required("CompoundPredicate", given, "booleanOperator")
        if operator not in ("or", "and", "xor", "surrogate"):
            raise self.reader.error(
                "attribute booleanOperator of <CompoundPredicate> must be or, and, xor or surrogate"
            )
        self._compounds.append((self.reader.position(), operator, []))

    def _close_compound(self) -> None:
        position, operator, predicates = self._compounds.pop()
        made = CompoundPredicate(position=position, boolean_operator=operator, predicates=tuple(predicates))
        if self._compounds:
            self._compounds[-1][2].append(made)
            return
        nodes = self.nodes
        nodes.kind[self._stack[-1]] = Kind.COMPOUND
        nodes.value[self._stack[-1]] = len(nodes.compounds)
        nodes.compounds.append(made)

    def _distribution(self, given: dict[str, str]) -> None:
        nodes = self.nodes
        nodes.distribution_node.append(self._stack[-1])
        nodes.distribution_value.append(nodes.pools.texts(self._required("ScoreDistribution", given, "value")))
        get, to_number = given.get, self._number
        count, probability, confidence = get("recordCount"), get("probability"), get("confidence")
        nodes.distribution_count.append(NAN if count is None else to_number("recordCount", count))
        nodes.distribution_probability.append(NAN if probability is None else to_number("probability", probability))
        nodes.distribution_confidence.append(NAN if confidence is None else to_number("confidence", confidence))
