"""The statistics of BaselineModel, for all rows at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.scores import Matrix
from sparkpmml.datatypes import DataType
from sparkpmml.kernels.chi_square import survival
from sparkpmml.kernels.cusum import cusum
from sparkpmml.runtime.aligned import Aligned
from sparkpmml.runtime.column import Column, numbers
from sparkpmml.runtime.densities import Density
from sparkpmml.runtime.encode import Encoder
from sparkpmml.runtime.lists import ListColumn

Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ZValue:
    """The operation: the distance from the mean in standard deviations."""

    mean: float
    deviation: float

    def __call__(self, column: Column) -> Column:
        return numbers((column.as_double() - self.mean) / self.deviation)


@dataclass(frozen=True, slots=True)
class Cusum:
    """The operation: Z[n] = max(reset, Z[n-1] + log(alternate(x[n]) / baseline(x[n]))) after each list's last event.

    An event that is missing, or that neither distribution can give, changes nothing.
    """

    baseline: Density
    alternate: Density
    reset: float

    def __call__(self, events: ListColumn) -> Column:
        values = events.child.as_double()
        with np.errstate(invalid="ignore"):
            gains = self.alternate(values) - self.baseline(values)
        sums = cusum(events.offsets, gains, self.reset)
        absent = np.diff(events.offsets) == 0
        return numbers(np.where(absent if events.missing is None else absent | events.missing, np.nan, sums))


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """The operation: how often each of `size` cells is in a row's events, float64[n, size], or the sum of its weights.

    Inputs: a list per encoder, which belong together, and the weights'. `cells` has an axis per encoder, of its values'
    codes and one for any other value: the cell of that combination, -1 for none.
    """

    encoders: tuple[Encoder, ...]
    cells: Codes
    size: int

    def __call__(self, *columns: ListColumn) -> Matrix:
        aligned = Aligned.of(*columns)
        fields, weights = columns[: len(self.encoders)], columns[len(self.encoders) :]
        codes = []
        for encoder, events, positions in zip(self.encoders, fields, aligned.positions, strict=False):
            code = np.broadcast_to(encoder.encode(events.child), len(events.child))[positions]
            codes.append(np.where(code < 0, encoder.size, code))
        cells = self.cells[tuple(codes)]
        known = cells >= 0
        amounts = _amounts(aligned, weights)
        places = aligned.rows[known] * self.size + cells[known]
        counts = np.bincount(places, amounts[known], minlength=len(fields[0]) * self.size).astype(np.float64)
        table = counts.reshape(len(fields[0]), self.size)
        table[aligned.apart] = np.nan
        return table


def _amounts(aligned: Aligned, weights: tuple[ListColumn, ...]) -> NDArray[np.float64]:
    """What each member counts for: 1, or its weight (a missing one counts nothing)."""
    if not weights:
        return np.ones(len(aligned.rows))
    return np.nan_to_num(weights[0].child.as_double()[aligned.positions[-1]])


@dataclass(frozen=True, slots=True, eq=False)
class ChiSquare:
    """The operation: the sum of (count - expected)^2 / expected, given each value's share of what is expected."""

    shares: NDArray[np.float64]

    def __call__(self, counts: Matrix) -> Column:
        total = counts.sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            expected = total[:, None] * self.shares
            parts = (counts - expected) ** 2 / expected
        parts = np.where((expected == 0) & (counts == 0), 0.0, parts)
        return numbers(np.where(total > 0, parts.sum(axis=1), np.nan))


@dataclass(frozen=True, slots=True)
class Probability:
    """The operation: the probability of a larger chi-square by chance."""

    def __call__(self, statistic: Column, freedom: Column) -> Column:
        values, degrees = np.broadcast_arrays(statistic.as_double(), freedom.as_double())
        return numbers(survival(values, degrees))


@dataclass(frozen=True, slots=True, eq=False)
class ScalarProduct:
    """The operation: the product of the counts and the baseline's, divided by the mean, or the root of the product,
    of their squares (`independent`)."""

    expected: NDArray[np.float64]
    independent: bool

    def __call__(self, counts: Matrix) -> Column:
        own, baseline = np.einsum("ij,ij->i", counts, counts), float(self.expected @ self.expected)
        scale = np.sqrt(own * baseline) if self.independent else (own + baseline) / 2
        with np.errstate(invalid="ignore", divide="ignore"):
            return numbers(counts @ self.expected / scale)


@dataclass(frozen=True, slots=True)
class Independence:
    """The operation: chi-square and degrees of freedom, float64[n, 2], of the table of `fields` lists' values.

    A further list holds the weights. The fields are independent of each other where each cell's share is the product of
    its values' shares (mutual independence, as scipy's `chi2_contingency` tests it).
    """

    fields: int = 2

    def __call__(self, *lists: ListColumn) -> Matrix:
        aligned = Aligned.of(*lists)
        codes = [
            _codes(each.child)[places]
            for each, places in zip(lists[: self.fields], aligned.positions[: self.fields], strict=True)
        ]
        amounts = _amounts(aligned, lists[self.fields :])
        known = np.logical_and.reduce([code >= 0 for code in codes]) & (amounts > 0)
        statistic = _chi_square(aligned.rows[known], [code[known] for code in codes], amounts[known], len(lists[0]))
        statistic[aligned.apart] = np.nan
        return statistic


def _chi_square(rows: Codes, codes: list[Codes], amounts: NDArray[np.float64], count: int) -> Matrix:
    """Sum of O^2 / E over the cells, less N, which includes the empty ones; E = N (M[1] / N) (M[2] / N) ..."""
    total = np.bincount(rows, amounts, minlength=count).astype(np.float64)
    expected, cell, levels = total[rows], rows, []
    for code in codes:
        value, first = _numbered(rows, code)
        levels.append(np.bincount(rows[first], minlength=count).astype(np.float64))
        expected = expected * np.bincount(value, amounts)[value] / total[rows]
        cell, _ = _numbered(cell, code)
    observed = np.bincount(cell, amounts)[cell]
    statistic = np.bincount(rows, amounts * observed / expected, minlength=count) - total
    freedom = np.prod(levels, axis=0) - np.sum(levels, axis=0) + len(codes) - 1
    result = np.column_stack([statistic, freedom])
    result[total == 0] = np.nan
    return result


def _numbered(groups: Codes, codes: Codes) -> tuple[Codes, Codes]:
    """int64[n]: a number for each pair of a group and a code, from 0 on; and where each pair is first."""
    keys = groups * (int(codes.max(initial=0)) + 1) + codes
    _, first, number = np.unique(keys, return_index=True, return_inverse=True)
    return number.reshape(-1), first


def _codes(column: Column) -> Codes:
    """int64[n]: a number per distinct value, -1 where missing."""
    if column.data_type is DataType.STRING:
        return column.values.astype(np.int64)
    distinct = np.unique(column.values, return_inverse=True)[1].reshape(column.values.shape)
    return np.where(column.is_missing(), -1, distinct)
