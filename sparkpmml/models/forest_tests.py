"""The tests of a forest: predicates as comparisons of the kernel's feature columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.predicates import lower_predicate
from sparkpmml.compiler.scope import Field, Scope
from sparkpmml.datatypes import DataType
from sparkpmml.errors import ModelError
from sparkpmml.kernels.forest import Graph, Test
from sparkpmml.models.node_table import NodeTable
from sparkpmml.models.tree_arrays import OPERATORS, Kind
from sparkpmml.models.tree_nodes import TreeModel
from sparkpmml.pmml.node import Position
from sparkpmml.pmml.predicates import (
    CompoundPredicate,
    FalsePredicate,
    Predicate,
    SimplePredicate,
    SimpleSetPredicate,
    TruePredicate,
)
from sparkpmml.runtime.cast import format_value, parse_value
from sparkpmml.runtime.encode import Encoder

Ints = NDArray[np.int32]
OPERATOR_NAMES = {kind: name for name, kind in OPERATORS.items()}


def _kinds(*kinds: Kind) -> NDArray[np.bool_]:
    """bool by kind: is it one of these?"""
    table = np.zeros(len(Kind), dtype=np.bool_)
    table[list(kinds)] = True
    return table


_IS_SWAPPED = _kinds(Kind.NOT_EQUAL, Kind.GREATER_THAN, Kind.GREATER_OR_EQUAL, Kind.IS_NOT_MISSING, Kind.IS_NOT_IN)
"""The tests that the kernel asks as their contrary, with the targets exchanged."""
_IS_ABSENCE = _kinds(Kind.IS_MISSING, Kind.IS_NOT_MISSING)
_IS_SET = _kinds(Kind.IS_IN, Kind.IS_NOT_IN)
_IS_EQUALITY = _kinds(Kind.EQUAL, Kind.NOT_EQUAL)
_IS_BELOW = _kinds(Kind.LESS_THAN, Kind.GREATER_OR_EQUAL)


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
            value = -1 if predicate.value is None else self.pools.texts(predicate.value)
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

    def graph(
        self, rows: NDArray[np.int64], targets: Sequence[Ints], roots: Ints
    ) -> tuple[Graph, tuple[Slot, ...], tuple[Encoder | None, ...]]:
        """The kernel's graph of the given rows, and the columns that its features read."""
        table = self.table
        tree = np.concatenate([table.tree, np.array(self._tree, dtype=np.int32)])[rows]
        kind = np.concatenate([table.kind, np.array(self._kind, dtype=np.int8)])[rows]
        field = np.concatenate([table.field, np.array(self._field, dtype=np.int32)])[rows]
        value = np.concatenate([table.value, np.array(self._value, dtype=np.int32)])[rows]
        return _Features(self, rows).graph(tree, kind, field, value, targets, roots)

    def line(self, row: int) -> int:
        """The line of the node that a row belongs to; 0 for a part of a compound predicate."""
        return self.table.line(row) if row < self.table.size else 0


class _Features:
    """Gives every pair of a column and a way to read it a feature number."""

    def __init__(self, tests: TestTable, rows: NDArray[np.int64]) -> None:
        self.tests = tests
        self.rows = rows
        self.slots: list[Slot] = []
        self.texts: list[dict[str, int] | None] = []
        self.numbers: dict[tuple[int, bool], int] = {}
        self.set_rows: list[tuple[int, tuple[int, ...]]] = []
        self.set_index: dict[tuple[int, int, bool], int] = {}
        self.pool_texts = tests.pools.texts.items()
        self.pool_fields = tests.pools.fields.items()
        self.pool_sets = tests.pools.sets.items()

    def feature(self, slot: Slot, coded: bool) -> int:
        key = (slot.index, coded)
        if key not in self.numbers:
            self.numbers[key] = len(self.slots)
            self.slots.append(slot)
            self.texts.append({} if coded else None)
        return self.numbers[key]

    def graph(
        self, tree: Ints, kind: NDArray[np.int8], field: Ints, value: Ints, targets: Sequence[Ints], roots: Ints
    ) -> tuple[Graph, tuple[Slot, ...], tuple[Encoder | None, ...]]:
        size = len(kind)
        feature = np.zeros(size, dtype=np.int32)
        test = np.zeros(size, dtype=np.int8)
        threshold = np.zeros(size)
        set_index = np.full(size, -1, dtype=np.int32)
        true, false = targets[0].copy(), targets[1].copy()
        swap = _IS_SWAPPED[kind]
        true[swap], false[swap] = targets[1][swap], targets[0][swap]
        for known, group in self._groups(tree, field):
            self._fill(group, known, kind, value, feature, test, threshold, set_index)
        fields = self._encoders()
        graph = Graph(
            roots, feature, test, threshold, set_index, true, false, targets[2].copy(), self._sets(), self._categories()
        )
        return graph, tuple(self.slots), fields

    def _groups(self, tree: Ints, field: Ints) -> list[tuple[Field, NDArray[np.int64]]]:
        """The rows that read each column: a field's name may mean another column in another tree."""
        if not len(tree):
            return []
        key = tree.astype(np.int64) * (len(self.pool_fields) + 1) + field
        _, first, pair = np.unique(key, return_index=True, return_inverse=True)
        fields: dict[int, Field] = {}
        column = np.empty(len(first), dtype=np.int64)
        for place, row in enumerate(first.tolist()):
            known = self._field(int(tree[row]), int(field[row]), row)
            fields.setdefault(known.slot.index, known)
            column[place] = known.slot.index
        read = column[pair.reshape(-1)]
        order = np.argsort(read, kind="stable")
        groups = np.split(order, np.flatnonzero(np.diff(read[order])) + 1)
        return [(fields[int(read[group[0]])], group) for group in groups]

    def _field(self, tree: int, field: int, row: int) -> Field:
        scope, name = self.tests.trees[tree][1], self.pool_fields[field]
        known = scope.find(name)
        if known is not None:
            return known
        line = self.tests.line(int(self.rows[row]))
        return scope.field(name, SimplePredicate(position=Position(line, 1), field="", operator="isMissing"))

    def _fill(
        self,
        group: NDArray[np.int64],
        field: Field,
        kind: NDArray[np.int8],
        value: Ints,
        feature: Ints,
        test: NDArray[np.int8],
        threshold: NDArray[np.float64],
        set_index: Ints,
    ) -> None:
        kinds = kind[group]
        is_text = field.data_type is DataType.STRING
        absent, in_set, equal = _IS_ABSENCE[kinds], _IS_SET[kinds], _IS_EQUALITY[kinds]
        coded = in_set | (equal & is_text) | (absent & is_text)
        ordered_text = ~coded & is_text
        plain = ~coded & ~ordered_text
        if plain.any():
            rows = group[plain]
            feature[rows] = self.feature(field.slot, coded=False)
            test[rows], threshold[rows] = self._comparisons(kind[rows], value[rows], field, rows)
        if coded.any():
            rows = group[coded]
            number = self.feature(field.slot, coded=True)
            feature[rows] = number
            test[rows] = np.where(absent[coded], Test.IS_MISSING, Test.IN_SET)
            asked = rows[~absent[coded]]
            named = zip(value[asked].tolist(), _IS_SET[kind[asked]].tolist(), strict=True)
            set_index[asked] = [self._set(number, each, is_set) for each, is_set in named]
        for row in group[ordered_text].tolist():
            feature[row], test[row], threshold[row] = self._text_comparison(field, int(kind[row]), int(value[row]), row)

    def _comparisons(
        self, kind: NDArray[np.int8], value: Ints, field: Field, rows: NDArray[np.int64]
    ) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
        """Tests and thresholds: `x < t` is `x <=` the number before t, in the column's own precision."""
        compared = np.where(_IS_ABSENCE[kind], -1, value)  # a test for a missing value may have a value, unread
        limits = self._thresholds(compared, field, rows)
        below = _IS_BELOW[kind]
        if below.any():
            precision = np.float32 if field.data_type is DataType.FLOAT else np.float64
            before = np.nextafter(limits[below].astype(precision), precision(-np.inf)).astype(np.float64)
            limits[below] = np.where(np.isneginf(limits[below]), np.nan, before)
        test = np.full(len(kind), Test.LESS_OR_EQUAL, dtype=np.int8)
        test[_IS_EQUALITY[kind]] = Test.EQUAL
        test[_IS_ABSENCE[kind]] = Test.IS_MISSING
        return test, limits

    def _thresholds(self, value: Ints, field: Field, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        distinct, places = np.unique(value, return_inverse=True)
        data_type, texts = field.data_type, self.pool_texts
        used = [texts[index] if index >= 0 else "0" for index in distinct.tolist()]
        try:
            numbers = np.array(list(map(float, used)))
        except ValueError:  # dates, truth values, or a mistake
            numbers = np.array([self._number(text, field, rows, places == i) for i, text in enumerate(used)])
        if data_type is DataType.FLOAT:
            numbers = numbers.astype(np.float32).astype(np.float64)
        result: NDArray[np.float64] = numbers[places.reshape(-1)]
        return result

    def _number(self, text: str, field: Field, rows: NDArray[np.int64], where: NDArray[np.bool_]) -> float:
        try:
            return float(text)
        except ValueError:
            pass
        try:
            return float(parse_value(text, field.data_type))
        except ValueError:
            self._refuse(text, field, int(rows[np.argmax(where)]))

    def _refuse(self, text: str, field: Field, row: int) -> NoReturn:
        line = self.tests.line(int(self.rows[row]))
        raise ModelError(
            f"{self.tests.source}, line {line}: the predicate compares field {field.name!r}"
            f" ({field.data_type}) with {text!r}, which is no {field.data_type}"
        )

    def _set(self, feature: int, value: int, is_set: bool) -> int:
        key = (feature, value, is_set)
        known = self.set_index.get(key)
        if known is None:
            members = self._codes(feature, self.pool_sets[value] if is_set else (self.pool_texts[value],))
            known = self.set_index[key] = len(self.set_rows)
            self.set_rows.append((feature, members))
        return known

    def _codes(self, feature: int, items: Sequence[str]) -> tuple[int, ...]:
        """The codes of a feature's values; equal values of one type have one code, however they are written."""
        texts, data_type = self.texts[feature], self.slots[feature].data_type
        if texts is None:
            raise TypeError("a feature of numbers has no codes")
        if data_type is not DataType.STRING:
            items = [format_value(parse_value(item, data_type), data_type) for item in items]  # type: ignore[arg-type]
        return tuple([texts.setdefault(item, len(texts)) for item in items])

    def _text_comparison(self, field: Field, kind: int, value: int, row: int) -> tuple[int, int, float]:
        """Texts compared by order: the condition as a column of its own, 1 where true; the caller swaps contraries."""
        contrary = {Kind.GREATER_THAN: Kind.LESS_OR_EQUAL, Kind.GREATER_OR_EQUAL: Kind.LESS_THAN}
        asked = contrary.get(Kind(kind), Kind(kind))
        scope = self.tests.trees[0][1]
        line = self.tests.line(int(self.rows[row]))
        predicate = SimplePredicate(
            position=Position(line, 1), field=field.name, operator=OPERATOR_NAMES[asked], value=self.pool_texts[value]
        )
        inner = Scope(scope.compilation, None, scope)
        inner.define(field)
        slot = lower_predicate(predicate, inner)
        return self.feature(slot, coded=False), Test.EQUAL, 1.0

    def _encoders(self) -> tuple[Encoder | None, ...]:
        return tuple(
            None if texts is None else Encoder.of(list(texts), slot.data_type)
            for slot, texts in zip(self.slots, self.texts, strict=True)
        )

    def _categories(self) -> Ints:
        """A coded feature has at least one category, so that the kernel knows it for one."""
        return np.array([0 if texts is None else max(len(texts), 1) for texts in self.texts], dtype=np.int32)

    def _sets(self) -> NDArray[np.bool_]:
        width = max((len(texts) for texts in self.texts if texts is not None), default=0) + 2
        sets = np.zeros((len(self.set_rows), width), dtype=np.bool_)
        rows = np.repeat(np.arange(len(sets)), [len(members) for _, members in self.set_rows])
        sets[rows, [member for _, members in self.set_rows for member in members]] = True
        return sets
