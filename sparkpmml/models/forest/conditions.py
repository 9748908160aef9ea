"""The tests of a forest: predicates as comparisons of the kernel's feature columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.scope import Scope
from sparkpmml.models.forest.node_table import NodeTable
from sparkpmml.models.tree.arrays import OPERATORS, Kind
from sparkpmml.models.tree.nodes import TreeModel
from sparkpmml.pmml.predicates import (
    CompoundPredicate,
    FalsePredicate,
    Predicate,
    SimplePredicate,
    SimpleSetPredicate,
    TruePredicate,
)

Ints = NDArray[np.int32]


class TestTable:
    """One row per test: at first one per node, then those that compound predicates need."""

    __test__ = False  # not a pytest class

    def __init__(
        self,
        table: NodeTable,
        trees: Sequence[tuple[TreeModel, Scope]],
        if_true: Ints,
        if_false: Ints,
        if_missing: Ints,
    ) -> None:
        self.table = table
        self.trees = trees
        self.pools = table.trees[0].pools
        self.targets = (if_true, if_false, if_missing)
        self.redirect = np.arange(table.size, dtype=np.int32)
        self._tree: list[int] = []
        self._kind: list[int] = []
        self._field: list[int] = []
        self._value: list[int] = []
        self._extra: list[tuple[int, int, int]] = []
        self._predicates: dict[int, Slot] = {}
        self._expand()

    def _expand(self) -> None:
        """Give every node whose predicate is not one comparison its stand-in."""
        table, (true, false, missing) = self.table, self.targets
        whole = table.kind == Kind.TRUE
        self.redirect[whole] = true[whole]
        never = table.kind == Kind.FALSE
        self.redirect[never] = false[never]
        for node in np.flatnonzero(table.kind == Kind.COMPOUND).tolist():
            tree = int(table.tree[node])
            predicate = table.trees[tree].compounds[table.value[node]]
            self.redirect[node] = self._add(predicate, tree, int(true[node]), int(false[node]), int(missing[node]))

    @property
    def source(self) -> str:
        """What messages call the document."""
        return self.trees[0][1].compilation.source

    def _add(self, predicate: Predicate, tree: int, true: int, false: int, missing: int) -> int:
        """Tests that lead where they should for a predicate; returns the first one."""
        if isinstance(predicate, TruePredicate):
            return true
        if isinstance(predicate, FalsePredicate):
            return false
        if isinstance(predicate, CompoundPredicate):
            return self._add_compound(predicate, tree, true, false, missing)
        if isinstance(predicate, SimplePredicate):
            kind = OPERATORS[predicate.operator]
            value = -1 if predicate.value is None else self.pools.texts.code(predicate.value)
        elif isinstance(predicate, SimpleSetPredicate):
            kind = Kind.IS_IN if predicate.boolean_operator == "isIn" else Kind.IS_NOT_IN
            value = self.pools.sets(predicate.array.items)
        else:
            raise TypeError(f"<{predicate.tag}> is no predicate of a tree")
        return self._append(tree, kind, self.pools.fields(predicate.field), value, (true, false, missing))

    def _append(self, tree: int, kind: int, field: int, value: int, targets: tuple[int, int, int]) -> int:
        self._tree.append(tree)
        self._kind.append(kind)
        self._field.append(field)
        self._value.append(value)
        self._extra.append(targets)
        return self.table.size + len(self._extra) - 1

    def _add_compound(self, predicate: CompoundPredicate, tree: int, true: int, false: int, missing: int) -> int:
        parts, operator = list(predicate.predicates), predicate.boolean_operator
        if operator == "surrogate":
            for part in reversed(parts):
                missing = self._add(part, tree, true, false, missing)
            return missing
        if operator == "xor":
            return self._add_xor(parts, tree, true, false, missing)
        return self._add_kleene(parts, tree, (true, false, missing), is_and=operator == "and")

    def _add_kleene(self, parts: list[Predicate], tree: int, targets: tuple[int, int, int], *, is_and: bool) -> int:
        """`and` ends at the first false part, `or` at the first true one; else unknown if any part was."""
        true, false, missing = targets
        clean, doubtful = (true, missing) if is_and else (false, missing)
        stop = false if is_and else true
        for part in reversed(parts):
            if doubtful == stop:  # then it does not matter whether the others are known
                clean_next = self._add_part(part, tree, clean, stop, stop, is_and)
                doubtful_next = stop
            else:
                clean_next = self._add_part(part, tree, clean, stop, doubtful, is_and)
                doubtful_next = self._add_part(part, tree, doubtful, stop, doubtful, is_and)
            clean, doubtful = clean_next, doubtful_next
        return clean

    def _add_part(self, part: Predicate, tree: int, goes_on: int, stop: int, missing: int, is_and: bool) -> int:
        return self._add(part, tree, goes_on if is_and else stop, stop if is_and else goes_on, missing)

    def _add_xor(self, parts: list[Predicate], tree: int, true: int, false: int, missing: int) -> int:
        odd, even = true, false
        for part in reversed(parts):
            odd, even = self._add(part, tree, even, odd, missing), self._add(part, tree, odd, even, missing)
        return even

    def resolved(self, roots: Ints) -> tuple[tuple[Ints, Ints, Ints], Ints]:
        """The targets of all rows and the roots, past every stand-in."""
        size = self.table.size
        extra = np.array(self._extra, dtype=np.int32).reshape(-1, 3)
        redirect = np.concatenate([self.redirect, np.arange(size, size + len(extra), dtype=np.int32)])

        def follow(target: Ints) -> Ints:
            while True:
                moved = np.where(target >= 0, redirect[np.maximum(target, 0)], target)
                if np.array_equal(moved, target):
                    return moved
                target = moved

        targets = tuple(
            follow(np.concatenate([target, extra[:, i]]).astype(np.int32)) for i, target in enumerate(self.targets)
        )
        return (targets[0], targets[1], targets[2]), follow(roots)

    def rows(self, rows: NDArray[np.int64]) -> tuple[Ints, NDArray[np.int8], Ints, NDArray[np.int64]]:
        """(tree, kind, field, value) of the given rows."""
        table = self.table
        added = (self._tree, self._kind, self._field, self._value)
        known = (table.tree, table.kind, table.field, table.value)
        tree, kind, field, value = (
            np.concatenate([column, np.array(each, dtype=column.dtype)])[rows]
            for column, each in zip(known, added, strict=True)
        )
        return tree, kind, field, value

    def line(self, row: int) -> int:
        """The line of the node that a row belongs to; 0 for a part of a compound predicate."""
        return self.table.line(row) if row < self.table.size else 0
