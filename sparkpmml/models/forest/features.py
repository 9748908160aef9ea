"""The features of a forest: which column each test reads, and how; and the tests as comparisons of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.predicates import lower_predicate
from sparkpmml.compiler.scope import Field, Scope
from sparkpmml.datatypes import DataType
from sparkpmml.errors import ModelError
from sparkpmml.kernels.forest import Graph, Test
from sparkpmml.models.forest.conditions import TestTable
from sparkpmml.models.tree.arrays import OPERATORS, Kind, Pools
from sparkpmml.pmml.node import Position
from sparkpmml.pmml.predicates import SimplePredicate
from sparkpmml.runtime.cast import format_value, parse_value
from sparkpmml.runtime.encode import Encoder

Ints = NDArray[np.int32]
Codes = NDArray[np.int64]
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


class Features:
    """Gives every pair of a column and a way to read it a feature number, for all blocks of trees of a forest."""

    def __init__(self, pools: Pools) -> None:
        self.pools = pools
        self.slots: list[Slot] = []
        self._texts: list[dict[str, int] | None] = []
        self._numbers: dict[tuple[int, bool], int] = {}
        self._set_rows: list[tuple[int, tuple[int, ...]]] = []
        self._set_index: dict[tuple[int, int, bool], int] = {}

    def graph(self, tests: TestTable, rows: NDArray[np.int64], targets: Sequence[Ints], roots: Ints) -> Graph:
        """The kernel's graph of the given rows of tests, but for `sets` and `categories`, which later ones add to."""
        return _Block(self, tests, rows).graph(targets, roots)

    def feature(self, slot: Slot, coded: bool) -> int:
        """The number of a feature."""
        key = (slot.index, coded)
        if key not in self._numbers:
            self._numbers[key] = len(self.slots)
            self.slots.append(slot)
            self._texts.append({} if coded else None)
        return self._numbers[key]

    def set(self, feature: int, value: int, is_set: bool) -> int:
        """The number of a set of a feature's values: a set of the document's, or one text."""
        key = (feature, value, is_set)
        known = self._set_index.get(key)
        if known is None:
            items = self._document_sets[value] if is_set else (self.pools.texts.text(value),)
            members = self._codes(feature, items)
            known = self._set_index[key] = len(self._set_rows)
            self._set_rows.append((feature, members))
        return known

    @cached_property
    def _document_sets(self) -> list[tuple[str, ...]]:
        return self.pools.sets.items()

    def _codes(self, feature: int, items: Sequence[str]) -> tuple[int, ...]:
        """The codes of a feature's values; equal values of one type have one code, however they are written."""
        texts, data_type = self._texts[feature], self.slots[feature].data_type
        if texts is None:
            raise TypeError("a feature of numbers has no codes")
        if data_type is not DataType.STRING:
            items = [format_value(parse_value(item, data_type), data_type) for item in items]  # type: ignore[arg-type]
        return tuple([texts.setdefault(item, len(texts)) for item in items])

    def encoders(self) -> tuple[Encoder | None, ...]:
        """By feature what makes codes of its values; None for a number."""
        return tuple(
            None if texts is None else Encoder.of(list(texts), slot.data_type)
            for slot, texts in zip(self.slots, self._texts, strict=True)
        )

    def categories(self) -> Ints:
        """A coded feature has at least one category, so that the kernel knows it for one."""
        return np.array([0 if texts is None else max(len(texts), 1) for texts in self._texts], dtype=np.int32)

    def sets(self) -> NDArray[np.bool_]:
        """bool[sets, codes]: has the set the code?"""
        width = max((len(texts) for texts in self._texts if texts is not None), default=0) + 2
        sets = np.zeros((len(self._set_rows), width), dtype=np.bool_)
        rows = np.repeat(np.arange(len(sets)), [len(members) for _, members in self._set_rows])
        sets[rows, [member for _, members in self._set_rows for member in members]] = True
        return sets


class _Block:
    """The tests of a block of trees as comparisons of features."""

    def __init__(self, features: Features, tests: TestTable, rows: NDArray[np.int64]) -> None:
        self.features = features
        self.tests = tests
        self.rows = rows
        self.tree, self.kind, self.field, self.value = tests.rows(rows)
        self.feature: Ints = np.zeros(len(rows), dtype=np.int32)
        self.test = np.zeros(len(rows), dtype=np.int8)
        self.threshold = np.zeros(len(rows))
        self.set_index: Ints = np.full(len(rows), -1, dtype=np.int32)

    def graph(self, targets: Sequence[Ints], roots: Ints) -> Graph:
        true, false = targets[0].copy(), targets[1].copy()
        swap = _IS_SWAPPED[self.kind]
        true[swap], false[swap] = targets[1][swap], targets[0][swap]
        for known, group in self._groups():
            self._fill(group, known)
        no_sets, no_categories = np.empty((0, 0), dtype=np.bool_), np.empty(0, dtype=np.int32)
        columns = (self.feature, self.test, self.threshold, self.set_index, true, false, targets[2])
        return Graph(roots, *columns, no_sets, no_categories)

    def _groups(self) -> list[tuple[Field, NDArray[np.int64]]]:
        """The rows that read each column: a field's name may mean another column in another tree."""
        if not len(self.tree):
            return []
        names = self.tests.pools.fields.items()
        key = self.tree.astype(np.int64) * (len(names) + 1) + self.field
        _, first, pair = np.unique(key, return_index=True, return_inverse=True)
        fields: dict[int, Field] = {}
        column = np.empty(len(first), dtype=np.int64)
        for place, row in enumerate(first.tolist()):
            known = self._find(int(self.tree[row]), names[self.field[row]], row)
            fields.setdefault(known.slot.index, known)
            column[place] = known.slot.index
        read = column[pair.reshape(-1)]
        order = np.argsort(read, kind="stable")
        groups = np.split(order, np.flatnonzero(np.diff(read[order])) + 1)
        return [(fields[int(read[group[0]])], group) for group in groups]

    def _find(self, tree: int, name: str, row: int) -> Field:
        scope = self.tests.trees[tree][1]
        known = scope.find(name)
        if known is not None:
            return known
        return scope.field(name, SimplePredicate(position=Position(self._line(row), 1), field="", operator="isMissing"))

    def _line(self, row: int) -> int:
        return self.tests.line(int(self.rows[row]))

    def _fill(self, group: NDArray[np.int64], field: Field) -> None:
        features, kind, value = self.features, self.kind, self.value
        kinds = kind[group]
        is_text = field.data_type is DataType.STRING
        absent, in_set, equal = _IS_ABSENCE[kinds], _IS_SET[kinds], _IS_EQUALITY[kinds]
        coded = in_set | (equal & is_text) | (absent & is_text)
        ordered_text = ~coded & is_text
        plain = ~coded & ~ordered_text
        if plain.any():
            rows = group[plain]
            self.feature[rows] = features.feature(field.slot, coded=False)
            self.test[rows], self.threshold[rows] = self._comparisons(field, rows)
        if coded.any():
            rows = group[coded]
            number = features.feature(field.slot, coded=True)
            self.feature[rows] = number
            self.test[rows] = np.where(absent[coded], Test.IS_MISSING, Test.IN_SET)
            asked = rows[~absent[coded]]
            named = zip(value[asked].tolist(), _IS_SET[kind[asked]].tolist(), strict=True)
            self.set_index[asked] = [features.set(number, each, is_set) for each, is_set in named]
        for row in group[ordered_text].tolist():
            self.feature[row] = self._text_comparison(field, row)
            self.test[row], self.threshold[row] = Test.EQUAL, 1.0

    def _comparisons(self, field: Field, rows: NDArray[np.int64]) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
        """Tests and thresholds: `x < t` is `x <=` the number before t, in the column's own precision."""
        kind = self.kind[rows]
        limits = np.zeros(len(rows))  # a test for a missing value may have a value, unread
        compared = ~_IS_ABSENCE[kind]
        limits[compared] = self._thresholds(field, rows[compared])
        below = _IS_BELOW[kind]
        if below.any():
            precision = np.float32 if field.data_type is DataType.FLOAT else np.float64
            before = np.nextafter(limits[below].astype(precision), precision(-np.inf)).astype(np.float64)
            limits[below] = np.where(np.isneginf(limits[below]), np.nan, before)
        test = np.full(len(kind), Test.LESS_OR_EQUAL, dtype=np.int8)
        test[_IS_EQUALITY[kind]] = Test.EQUAL
        test[_IS_ABSENCE[kind]] = Test.IS_MISSING
        return test, limits

    def _thresholds(self, field: Field, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        value, texts = self.value[rows], self.tests.pools.texts
        try:
            numbers = texts.numbers(value)
        except ValueError:  # dates, truth values, or a mistake
            distinct, places = np.unique(value, return_inverse=True)
            found = [self._number(texts.text(code), field, rows, value == code) for code in distinct.tolist()]
            numbers = np.array(found)[places.reshape(-1)]
        if (unordered := np.isnan(numbers)).any():
            first = int(np.argmax(unordered))
            self._refuse(texts.text(int(value[first])), field, int(rows[first]))
        return numbers.astype(np.float32).astype(np.float64) if field.data_type is DataType.FLOAT else numbers

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
        raise ModelError(
            f"{self.tests.source}, line {self._line(row)}: the predicate compares field {field.name!r}"
            f" ({field.data_type}) with {text!r}, which is no {field.data_type}"
        )

    def _text_comparison(self, field: Field, row: int) -> int:
        """Texts compared by order: the condition as a column of its own, 1 where true; the caller swaps contraries."""
        contrary = {Kind.GREATER_THAN: Kind.LESS_OR_EQUAL, Kind.GREATER_OR_EQUAL: Kind.LESS_THAN}
        kind = Kind(int(self.kind[row]))
        asked = contrary.get(kind, kind)
        scope = self.tests.trees[0][1]
        predicate = SimplePredicate(
            position=Position(self._line(row), 1),
            field=field.name,
            operator=OPERATOR_NAMES[asked],
            value=self.tests.pools.texts.text(int(self.value[row])),
        )
        inner = Scope(scope.compilation, None, scope)
        inner.define(field)
        return self.features.feature(lower_predicate(predicate, inner), coded=False)
