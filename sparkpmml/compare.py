"""Our scores beside pmml4s's: where they differ, by how much, and why, as far as the row and the document can tell."""

from __future__ import annotations

import math
import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from sparkpmml import MissingInputWarning, Model
from sparkpmml.pmml4s import Pmml4s, sources, text_of

ROWS = 4096
"""Rows that cross to the JVM at a time."""

FLOAT_STEP = 2.0**-23
"""The distance of two neighbouring float32 numbers, relative."""

_VALUE = re.compile(r" \(value .*\)$", re.DOTALL)
"""The end of an error's text: the row's own value, which would make a reason of its own of each."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Numbers are equal within `relative` of the larger one, or within `absolute`."""

    relative: float = 1e-9
    absolute: float = 1e-12

    def agree(self, ours: Any, theirs: Any) -> bool:
        if is_missing(ours) or is_missing(theirs):
            return is_missing(ours) and is_missing(theirs)
        numbers = as_numbers(ours, theirs)
        if numbers is None:
            return _text(ours) == _text(theirs)
        return math.isclose(*numbers, rel_tol=self.relative, abs_tol=self.absolute)


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell that differs: `row` counts from 1, `absolute` and `relative` are None where there is no number."""

    row: int
    ours: Any
    theirs: Any
    reason: str

    @property
    def absolute(self) -> float | None:
        numbers = as_numbers(self.ours, self.theirs)
        return None if numbers is None else abs(numbers[0] - numbers[1])

    @property
    def relative(self) -> float | None:
        numbers = as_numbers(self.ours, self.theirs)
        return None if numbers is None else _relative(*numbers)


@dataclass(slots=True)
class ColumnDifferences:
    """What differs in one result: a summary, and the few cells that differ most (no answer beside one differs most)."""

    name: str
    rows: int = 0
    largest_absolute: float | None = None
    largest_relative: float | None = None
    reasons: Counter[str] = field(default_factory=Counter)
    examples: list[Difference] = field(default_factory=list)

    def add(self, difference: Difference, shown: int) -> None:
        self.rows += 1
        self.reasons[difference.reason] += 1
        self.largest_absolute = _larger(self.largest_absolute, difference.absolute)
        self.largest_relative = _larger(self.largest_relative, difference.relative)
        self.examples.append(difference)
        self.examples.sort(key=lambda each: -math.inf if each.relative is None else -each.relative)
        del self.examples[shown:]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The outcome; `not_given` are results of ours that pmml4s does not have, and which are not compared."""

    rows: int
    columns: tuple[ColumnDifferences, ...]
    not_given: tuple[str, ...]

    @property
    def is_equal(self) -> bool:
        return not any(column.rows for column in self.columns)


def compare(
    model: Model, peer: Pmml4s, document: bytes, tables: Iterable[pa.Table], tolerance: Tolerance, shown: int = 3
) -> Comparison:
    """Score the tables with both; `shown` is how many of the rows that differ most are kept for each result."""
    where = sources(model, peer.fields)
    causes = Causes(model, document)
    columns: dict[str, ColumnDifferences] = {}
    done = 0
    for table in _slices(tables):
        ours, errors = _our_answers(model, table)
        theirs = peer.predict(table)
        rows = table.to_pylist()
        for name, our_values, their_values in _pairs(where, ours, theirs):
            column = columns.setdefault(name, ColumnDifferences(name))
            for index, (our, their) in enumerate(zip(our_values, their_values, strict=True)):
                if not tolerance.agree(our, their):
                    reason = causes.explain(rows[index], our, their, errors[index])
                    column.add(Difference(done + index + 1, our, their, reason), shown)
        done += table.num_rows
    not_given = tuple(name for name in model.program.schema.names if name not in where)
    return Comparison(done, tuple(columns.values()), not_given)


class Causes:
    """Why an answer may differ: the first cause that a row and its document bear out."""

    def __init__(self, model: Model, document: bytes) -> None:
        text = text_of(document)
        self._inputs = [each for each in model.inputs if each.is_read]
        self._is_float = 'x-mathContext="float"' in text or 'dataType="float"' in text
        self._thresholds = float_thresholds(text) if self._is_float else frozenset()
        self._causes: tuple[tuple[Callable[[Row, Any, Any], bool], str], ...] = (
            (self._by_rounding, "float32: the document computes in it, pmml4s in double, so the last digits differ"),
            (self._by_threshold, "float32: an input is the threshold of a split, which pmml4s compares as a double"),
            (self._by_missing, "a missing input, which the two treat differently"),
            (self._by_invalid, "an input that the document does not declare as valid, which the two treat differently"),
            (self._by_kind, "values of two kinds"),
        )

    def explain(self, row: Row, ours: Any, theirs: Any, error: str | None) -> str:
        """One sentence; where the row has no answer of ours, the engine's own reason."""
        if error is not None:
            return f"ours has no answer: {_VALUE.sub('', error)}"
        return next((text for applies, text in self._causes if applies(row, ours, theirs)), "not explained")

    def _by_rounding(self, row: Row, ours: Any, theirs: Any) -> bool:
        numbers = as_numbers(ours, theirs)
        return self._is_float and numbers is not None and _relative(*numbers) <= 64 * FLOAT_STEP

    def _by_threshold(self, row: Row, ours: Any, theirs: Any) -> bool:
        numbers = (_number(row.get(each.name)) for each in self._inputs)
        return any(number is not None and float(np.float32(number)) in self._thresholds for number in numbers)

    def _by_missing(self, row: Row, ours: Any, theirs: Any) -> bool:
        return any(is_missing(row.get(each.name)) for each in self._inputs)

    def _by_invalid(self, row: Row, ours: Any, theirs: Any) -> bool:
        given = ((each, row.get(each.name)) for each in self._inputs)
        return any(
            _text(value) not in each.values if each.values else each.data_type.is_numeric and _number(value) is None
            for each, value in given
        )

    def _by_kind(self, row: Row, ours: Any, theirs: Any) -> bool:
        both = not is_missing(ours) and not is_missing(theirs)
        return both and (_number(ours) is None) != (_number(theirs) is None)


def float_thresholds(text: str) -> frozenset[float]:
    """The numbers that a document's predicates compare with, as float32."""
    found = re.findall(r'operator="[a-zA-Z]+" value="([^"]+)"', text)
    numbers = (_number(each) for each in found)
    return frozenset(float(np.float32(number)) for number in numbers if number is not None)


def is_missing(value: Any) -> bool:
    """Is this no answer? A double that is missing is NaN in one place and null in another."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def as_numbers(ours: Any, theirs: Any) -> tuple[float, float] | None:
    """Both as numbers; None where one is missing or is no number."""
    one, other = _number(ours), _number(theirs)
    return None if one is None or other is None else (one, other)


def _number(value: Any) -> float | None:
    if value is None or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return None if math.isnan(number) else number


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _relative(one: float, other: float) -> float:
    larger = max(abs(one), abs(other))
    return abs(one - other) / larger if larger else 0.0


def _larger(one: float | None, other: float | None) -> float | None:
    return max((each for each in (one, other) if each is not None), default=None)


def _slices(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    for table in tables:
        for start in range(0, max(table.num_rows, 1), ROWS):
            yield table.slice(start, ROWS)


def _our_answers(model: Model, table: pa.Table) -> tuple[dict[str, list[Any]], list[str | None]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MissingInputWarning)
        scored = model.predict(table, on_error="capture")
    answers = {name: scored.column(name).to_pylist() for name in scored.column_names}
    return answers, answers.pop("error")


def _pairs(
    where: Mapping[str, Any], ours: Mapping[str, Sequence[Any]], theirs: Mapping[str, Sequence[Any]]
) -> Iterator[tuple[str, Sequence[Any], Sequence[Any]]]:
    """Each result's name, our values and theirs; of a map, each entry is a result."""
    for name, source in where.items():
        if isinstance(source, str):
            yield name, ours[name], theirs[source]
            continue
        maps = [dict(row) if row is not None else {} for row in ours[name]]
        for label, column in source.items():
            yield f"{name}[{label}]", [each.get(label) for each in maps], theirs[column]
