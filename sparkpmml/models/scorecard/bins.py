"""Characteristics that cut one number into bins, as almost all do: a ranking and a look-up in place of comparisons.

Every comparison with a literal b changes its answer at b or just below it. Between these margins no condition changes,
so the attribute that holds is worked out once for each interval, and for a missing value; of the margins, those remain
at which it changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.scope import Scope
from sparkpmml.datatypes import DataType
from sparkpmml.kernels.ranks import Ruler, make_ruler
from sparkpmml.pmml.predicates import CompoundPredicate, FalsePredicate, Predicate, SimplePredicate, TruePredicate
from sparkpmml.runtime.cast import parse_value
from sparkpmml.runtime.column import Array, Column, Mask

Logic = NDArray[np.float64]
"""1 true, 0 false, NaN unknown."""


@dataclass(frozen=True, slots=True, eq=False)
class Bins:
    """The operation: a table's entry for each value of a floating column.

    `table[i]` is that of the values above i of the ruler's thresholds, the last that of missing values. It is of the
    numbers that hold `data_type`.
    """

    ruler: Ruler
    table: Array
    data_type: DataType

    def __call__(self, column: Column) -> Column:
        interval = self.ruler.rank(np.ascontiguousarray(column.values))
        return Column(self.data_type, self.table.take(interval, mode="clip"))  # a missing value's rank is past the last


@dataclass(frozen=True, slots=True, eq=False)
class Binning:
    """A characteristic that cuts the number in `slot`: see `Bins`.

    `attribute[i]` is the attribute that holds, from 0; their count where none does.
    """

    slot: Slot
    ruler: Ruler
    attribute: NDArray[np.int64]

    def look_up(self, entries: Array, data_type: DataType, scope: Scope) -> Slot:
        """See `scorecard.attributes.Held`."""
        return scope.builder.emit(Bins(self.ruler, entries[self.attribute], data_type), self.slot)


def find_bins(predicates: Sequence[Predicate], scope: Scope) -> Binning | None:
    """What bins the conditions make; None where they ask for more than one floating number."""
    tests = [test for predicate in predicates for test in _tests(predicate)]
    fields = {test.field for test in tests if isinstance(test, SimplePredicate)}
    if len(fields) != 1 or not all(isinstance(test, SimplePredicate) for test in tests):
        return None
    slot = scope.field(fields.pop(), predicates[0]).slot
    if not isinstance(slot.sample, Column) or not slot.data_type.is_floating:
        return None
    literals = [_literals(predicate, slot.data_type) for predicate in predicates]
    found = [each for each in literals if each is not None]
    if len(found) < len(literals):
        return None
    margins = _margins(np.concatenate(found))
    attribute = np.full(len(margins) + 2, len(predicates))
    for place, (predicate, own) in reversed(list(enumerate(zip(predicates, found, strict=True)))):
        _fill_where_true(predicate, _margins(own), slot.data_type, margins, attribute, place)
    changes = attribute[:-2] != attribute[1:-1]
    return Binning(slot, make_ruler(margins[changes]), attribute[np.concatenate([changes, [True, True]])])


def _margins(literals: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.unique(np.concatenate([np.nextafter(literals, -np.inf), literals]))


def _fill_where_true(
    predicate: Predicate,
    own: NDArray[np.float64],
    data_type: DataType,
    margins: NDArray[np.float64],
    attribute: NDArray[np.int64],
    place: int,
) -> None:
    """Note that this attribute holds, in the intervals between all margins and for missing, where the predicate does.

    It is asked for the intervals between its own margins alone: a characteristic may have thousands of attributes.
    """
    holds = _evaluate(predicate, np.concatenate([own, [np.inf, np.nan]]), data_type) == 1  # at each one's upper end
    stops = [*(np.searchsorted(margins, own) + 1).tolist(), len(margins) + 1, len(margins) + 2]
    for interval in np.flatnonzero(holds).tolist():
        attribute[stops[interval - 1] if interval else 0 : stops[interval]] = place


def _tests(predicate: Predicate) -> Iterator[Predicate]:
    """The single conditions that a predicate consists of; constants have none."""
    if isinstance(predicate, CompoundPredicate) and predicate.boolean_operator in _JOINED and predicate.predicates:
        for each in predicate.predicates:
            yield from _tests(each)
    elif not isinstance(predicate, TruePredicate | FalsePredicate):
        yield predicate


def _literals(predicate: Predicate, data_type: DataType) -> NDArray[np.float64] | None:
    """What the field is compared with; None where a text is no number, about which the comparison itself complains."""
    texts = [test.value for test in _tests(predicate) if isinstance(test, SimplePredicate)]
    try:
        found = np.array([parse_value(text, data_type) for text in texts if text is not None], dtype=np.float64)
    except ValueError:
        return None
    return None if np.isnan(found).any() else found


def _evaluate(predicate: Predicate, values: NDArray[np.float64], data_type: DataType) -> Logic:
    if isinstance(predicate, SimplePredicate):
        return _compare(predicate, values, data_type)
    if isinstance(predicate, CompoundPredicate):
        parts = np.array([_evaluate(each, values, data_type) for each in predicate.predicates])
        return _JOINED[predicate.boolean_operator](parts)
    return np.full(len(values), float(isinstance(predicate, TruePredicate)))


def _compare(test: SimplePredicate, values: NDArray[np.float64], data_type: DataType) -> Logic:
    missing = np.isnan(values)
    if test.operator in ("isMissing", "isNotMissing"):
        asked = test.operator == "isMissing"
        return np.where(missing, float(asked), float(not asked))
    literal = float(parse_value(test.value or "", data_type))
    holds: Mask = _COMPARISONS[test.operator](values, literal)
    return np.where(missing, np.nan, holds)


_COMPARISONS: dict[str, Callable[..., Mask]] = {
    "equal": np.equal,
    "notEqual": np.not_equal,
    "lessThan": np.less,
    "lessOrEqual": np.less_equal,
    "greaterThan": np.greater,
    "greaterOrEqual": np.greater_equal,
}


def _all(parts: Logic) -> Logic:
    """False where any is false, else unknown where any is unknown (Kleene's tables)."""
    result: Logic = np.where((parts == 0).any(axis=0), 0.0, parts.sum(axis=0) * 0 + 1)
    return result


def _any(parts: Logic) -> Logic:
    return 1 - _all(1 - parts)


def _odd(parts: Logic) -> Logic:
    result: Logic = parts.sum(axis=0) % 2
    return result


_JOINED = {"and": _all, "or": _any, "xor": _odd}
