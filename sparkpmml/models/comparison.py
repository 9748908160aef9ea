"""Records compared with reference vectors: centres of clusters, or training instances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.expressions import number_slot
from sparkpmml.compiler.scope import Field, Scope
from sparkpmml.compiler.scores import Matrix
from sparkpmml.datatypes import DataType
from sparkpmml.kernels.distances import HIGHEST, SUM, add_all_squares, add_differences, add_squares
from sparkpmml.kernels.rows import every, some
from sparkpmml.models.comparison_nodes import BitMeasure, Bits, Chebychev, Comparisons, Measure, SquaredEuclidean
from sparkpmml.runtime.column import Column
from sparkpmml.runtime.encode import Encoder

Vector = NDArray[np.float64]

_FEW_REFERENCES = 32
"""So many, and their results lie one after the other, else row after row."""


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """The fields compared by their difference: columns `places`, references float64[p, m]."""

    places: NDArray[np.int64]
    weights: Vector
    references: Matrix


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """Any other field: column `place`, as codes (see `Encoder`) where it holds no numbers.

    `function` compares a value with `reference` float64[m]; for "table" it is a row of `table` float64[k + 1, m] by
    the value's code, NaN where the table does not know the value.
    """

    place: int
    weight: float
    function: str
    reference: Vector
    encoder: Encoder | None = None
    scale: float = 1.0
    table: Matrix | None = None

    def numbers(self, column: Column) -> Vector:
        """float64[n]: the values, or their codes; NaN where missing."""
        if self.encoder is None:
            return column.as_double()
        codes = self.encoder.encode(column)
        return np.where(codes < 0, np.nan, codes)

    def compare(self, values: Vector) -> Matrix:
        """float64[n, m], NaN where the value is missing."""
        if self.table is not None:
            codes = np.where(np.isnan(values), len(self.table) - 1, values).astype(np.int64)
            return self.table[codes]
        difference = values[:, None] - self.reference
        if self.function == "absDiff":
            return np.abs(difference)
        if self.function == "gaussSim":
            result: Matrix = np.exp(-np.log(2) * np.square(difference / self.scale))
            return result
        alike = np.equal(difference, 0)
        return np.where(np.isnan(difference), np.nan, alike if self.function == "equal" else ~alike)


@dataclass(frozen=True, slots=True, eq=False)
class Distances:
    """Distances (or similarities) of n records to m references, float64[n, m].

    Comparisons are raised to `power`, weighted, and added (`highest`: the highest counts), a root is taken unless
    `is_squared`. A missing value is left out, and the sum made up for it by the share of the `adjustments` (float64[p])
    of the other fields; a record without any value has NaN.
    """

    numbers: Numbers
    coded: tuple[Coded, ...]
    power: float
    highest: bool
    is_squared: bool
    adjustments: Vector
    width: int

    def numbers_of(self, columns: Sequence[Column]) -> list[Vector]:
        """Each column's values, or codes, float64[n] or float64[1], NaN where missing."""
        coded = {each.place: each for each in self.coded}
        return [
            coded[place].numbers(column) if place in coded else column.as_double()
            for place, column in enumerate(columns)
        ]

    def __call__(self, x: Matrix) -> Matrix:
        """x: float64[n, p], whose columns lie one after the other; values that are not known become NaN."""
        values = x.T
        totals = np.zeros((len(x), self.width), order="F" if self.width <= _FEW_REFERENCES else "C")
        for coded in self.coded:
            self._add_coded(coded, values, totals)
        plain = np.ascontiguousarray(values[self.numbers.places]) if self.coded else values
        some_missing = bool(np.isnan(values.min(initial=0)))
        self._add_numbers(plain, totals, some_missing)
        if some_missing:
            totals *= self._adjust(values)[:, None]
        self._take_root(totals)
        return totals

    def _add_numbers(self, x: Matrix, totals: Matrix, some_missing: bool) -> None:
        references, weights = self.numbers.references, self.numbers.weights
        if self.power == 2 and not self.highest and totals.T.flags.c_contiguous:
            (add_squares if some_missing else add_all_squares)(x, references, weights, totals.T)
            return
        ordered = np.ascontiguousarray(totals)
        add_differences(x, references, weights, self.power, HIGHEST if self.highest else SUM, ordered)
        totals[...] = ordered

    def _add_coded(self, coded: Coded, values: Matrix, totals: Matrix) -> None:
        """A value that a table does not know is missing from here on."""
        compared = coded.compare(values[coded.place])
        unknown = every(np.isnan(compared))
        values[coded.place, unknown] = np.nan
        weighted = coded.weight * np.where(np.isnan(compared), 0, compared) ** self.power
        if self.highest:
            np.maximum(totals, weighted, out=totals)
        else:
            totals += weighted

    def _adjust(self, values: Matrix) -> Vector:
        known = ~np.isnan(values)
        complete = np.logical_and.reduce(known, axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            factor: Vector = self.adjustments.sum() / (self.adjustments @ known)
        factor[~np.isfinite(factor)] = np.nan
        factor[complete] = 1
        return factor

    def _take_root(self, totals: Matrix) -> None:
        if self.highest or self.is_squared or self.power == 1:
            return
        if self.power == 2:
            np.sqrt(totals, out=totals)
        else:
            np.power(totals, 1 / self.power, out=totals)


@dataclass(frozen=True, slots=True, eq=False)
class BitRatios:
    """Similarities of n records of bits to m references, float64[n, m]; NaN for a record with anything but 0 and 1."""

    references: Matrix
    numerator: Bits
    denominator: Bits

    @property
    def width(self) -> int:
        return len(self.references)

    def numbers_of(self, columns: Sequence[Column]) -> list[Vector]:
        """Each column's values, float64[n] or float64[1], NaN where missing."""
        return [column.as_double() for column in columns]

    def __call__(self, x: Matrix) -> Matrix:
        """x: float64[n, p]; what are no bits become 0."""
        no_bits = some((x != 0) & (x != 1))
        x[no_bits] = 0
        both = x @ self.references.T
        first = x.sum(axis=1)[:, None] - both
        second = self.references.sum(axis=1) - both
        counts = (both, first, second, x.shape[1] - both - first - second)
        with np.errstate(divide="ignore", invalid="ignore"):
            above, below = (sum(c * n for c, n in zip(each, counts, strict=True)) for each in self._ratio)
            ratios: Matrix = np.divide(above, below)
        return np.where(no_bits[:, None], np.nan, ratios)

    @property
    def _ratio(self) -> tuple[Bits, Bits]:
        return self.numerator, self.denominator


Comparison = Distances | BitRatios


SUBTRACTING = ("absDiff", "gaussSim")
"""The compare functions of numbers."""


@dataclass(frozen=True, slots=True)
class ComparedField:
    """A field that takes part in a comparison, with the reference values as the document writes them, or as numbers.

    `expected` float64[values, m] holds the comparisons themselves, by the field's declared values.
    """

    field: Field
    references: Sequence[str] | NDArray[np.float64]
    function: str
    weight: float = 1.0
    scale: float | None = None
    comparisons: Comparisons | None = None
    expected: Matrix | None = None

    @property
    def count(self) -> int:
        """How many references there are."""
        return len(self.references) if self.expected is None else self.expected.shape[1]

    @property
    def texts(self) -> Sequence[str]:
        """The reference values as texts."""
        return list(map(repr, self.references.tolist())) if isinstance(self.references, np.ndarray) else self.references


def compared(field: Field, function: str, scope: Scope) -> Field:
    """The field as a compare function takes it: texts that are subtracted are the numbers that they spell."""
    if function not in SUBTRACTING:
        return field
    return replace(field, slot=number_slot(field.slot, scope, f"field {field.name!r}"))


def make_comparison(fields: Sequence[ComparedField], measure: Measure, adjustments: Sequence[float]) -> Comparison:
    """The comparison with m references, of which each field holds its value; ValueError when something does not fit."""
    if not fields:
        raise ValueError("compares no fields")
    count = fields[0].count
    if isinstance(measure, BitMeasure):
        bits = np.array([_as_numbers(each) for each in fields]).T.reshape(count, len(fields))
        return BitRatios(bits, measure.numerator, measure.denominator)
    plain = [place for place, each in enumerate(fields) if _is_plain(each)]
    references = np.array([_as_numbers(fields[place]) for place in plain]).reshape(len(plain), count)
    weights = np.array([fields[place].weight for place in plain])
    numbers = Numbers(np.array(plain, dtype=np.int64), weights, references)
    coded = tuple(_coded(place, each) for place, each in enumerate(fields) if place not in plain)
    highest, is_squared = isinstance(measure, Chebychev), isinstance(measure, SquaredEuclidean)
    return Distances(numbers, coded, measure.power or 1.0, highest, is_squared, np.array(adjustments), count)


def _is_plain(each: ComparedField) -> bool:
    return each.function == "absDiff"


def _as_numbers(each: ComparedField) -> Sequence[float] | NDArray[np.float64]:
    if each.field.data_type is DataType.STRING:
        raise ValueError(f"subtracts values of field {each.field.name!r}, which are strings")
    if isinstance(each.references, np.ndarray):
        return each.references
    return [reference_number(text, each.field.name) for text in each.references]


def reference_number(text: str, name: str) -> float:
    """A reference value that is subtracted from those of the field of that name."""
    try:
        return float({"true": "1", "false": "0"}.get(text, text))
    except ValueError:
        raise ValueError(f"subtracts values of field {name!r}, and {text!r} is no number") from None


def _coded(place: int, each: ComparedField) -> Coded:
    if each.function == "table":
        return _tabled(place, each)
    if each.function == "gaussSim" and not each.scale:
        raise ValueError(f'compares field {each.field.name!r} by "gaussSim" without a similarityScale')
    if each.field.data_type is not DataType.STRING:
        reference = np.array(_as_numbers(each))
        return Coded(place, each.weight, each.function, reference, scale=each.scale or 1.0)
    texts = each.texts
    known = {text: float(place) for place, text in enumerate(dict.fromkeys(texts))}
    reference = np.array([known[text] for text in texts])
    return Coded(place, each.weight, each.function, reference, Encoder.of(list(known), each.field.data_type))


def _tabled(place: int, each: ComparedField) -> Coded:
    """Rows of the table are values of the record, columns those of the reference."""
    categories = each.field.categories
    if each.expected is not None:
        known = np.concatenate([each.expected, np.full((1, each.count), np.nan)])
        return Coded(
            place, each.weight, "table", np.zeros(0), Encoder.of(categories, each.field.data_type), table=known
        )
    if each.comparisons is None or not categories:
        raise ValueError(f"compares field {each.field.name!r} by a table, but lacks the table or the field's values")
    matrix = each.comparisons.matrix.dense()
    if matrix.shape != (len(categories), len(categories)):
        raise ValueError(f"has a table of shape {matrix.shape} for the {len(categories)} values of {each.field.name!r}")
    encoder = Encoder.of(categories, each.field.data_type)
    columns = [categories.index(text) if text in categories else -1 for text in each.texts]
    if -1 in columns:
        text = each.texts[columns.index(-1)]
        raise ValueError(f"refers to value {text!r}, which field {each.field.name!r} does not declare")
    table = np.concatenate([matrix[:, columns], np.full((1, len(columns)), np.nan)])
    return Coded(place, each.weight, each.function, np.array(columns, dtype=np.float64), encoder, table=table)
