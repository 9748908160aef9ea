"""The forecasts that rows ask for, for all rows at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sparkpmml.models.time_series.effects import Forecaster, Supplied
from sparkpmml.models.time_series.paths import Matrix, Vector
from sparkpmml.runtime.column import Column, either, numbers
from sparkpmml.runtime.lists import ListColumn

MOST_STEPS = 100_000
"""Steps that a row may ask for: a list holds them all."""

_BLOCK_CELLS = 1 << 20
"""Forecasts that are held at once where each row has its own."""


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """The operation: how many steps to look ahead; a failure for fewer than none, or far too many."""

    def __call__(self, column: Column) -> Column:
        bad = ~column.is_missing() & ((column.values < 0) | (column.values > MOST_STEPS))
        return replace(
            column, values=np.where(bad, 0, column.values), failed=either(column.failed, bad if bad.any() else None)
        )


@dataclass(frozen=True, slots=True, eq=False)
class Forecasts:
    """The operation: the forecasts, or their standard errors, of the first so many steps as lists.

    Further inputs: the lists of what is known of the path's regressors.
    """

    path: Forecaster
    of_errors: bool

    def __call__(self, steps: Column, *futures: ListColumn) -> ListColumn:
        missing = steps.is_missing()
        sizes = np.where(missing, 0, steps.values).astype(np.int64)
        parts = [values for _, values in _in_blocks(self.path, self.of_errors, sizes, futures)]
        values = np.concatenate(parts) if parts else np.empty(0)
        offsets = np.concatenate(([0], np.cumsum(sizes)))
        return ListColumn(numbers(values), offsets, missing if missing.any() else None)


@dataclass(frozen=True, slots=True, eq=False)
class ForecastAt:
    """The operation: the forecast, or its standard error, at a time; missing for any that is not after the end."""

    path: Forecaster
    of_errors: bool
    end: float

    def __call__(self, times: Column, *futures: ListColumn) -> Column:
        ahead = times.as_double() - self.end
        known = (ahead >= 1) & (ahead == np.floor(ahead)) & (ahead <= MOST_STEPS)
        steps = np.where(known, ahead, 1).astype(np.int64)
        result = np.empty(len(steps))
        for rows, values in _in_blocks(self.path, self.of_errors, steps, futures):
            result[rows] = values[np.cumsum(steps[rows]) - 1]
        return numbers(np.where(known, result, np.nan))


@dataclass(frozen=True, slots=True, eq=False)
class FirstForecast:
    """The operation: the first step's forecast, or its standard error; one for all rows without further inputs."""

    path: Forecaster
    of_errors: bool

    def __call__(self, *futures: ListColumn) -> Column:
        count = len(futures[0]) if futures else 1
        parts = [values for _, values in _in_blocks(self.path, self.of_errors, np.ones(count, dtype=np.int64), futures)]
        return numbers(np.concatenate(parts) if parts else np.empty(0))


def _in_blocks(
    path: Forecaster, of_errors: bool, sizes: NDArray[np.int64], futures: tuple[ListColumn, ...]
) -> Iterator[tuple[slice, Vector]]:
    """Some rows, and the values of the first `sizes` steps of each, one row's after another's."""
    if of_errors or not isinstance(path, Supplied):
        most = int(sizes.max(initial=0))
        values = path.errors(most) if of_errors else path.means(most)
        values = np.full(most, np.nan) if values is None else values
        yield slice(0, len(sizes)), values[_within(sizes)]
        return
    start = 0
    while start < len(sizes):
        stop = start + 1
        most = int(sizes[start])
        while stop < len(sizes) and max(most, int(sizes[stop])) * (stop + 1 - start) <= _BLOCK_CELLS:
            most, stop = max(most, int(sizes[stop])), stop + 1
        rows = slice(start, stop)
        means = path.means(most, *(_table(lists, rows, most) for lists in futures))
        yield rows, means[np.repeat(np.arange(stop - start), sizes[rows]), _within(sizes[rows])]
        start = stop


def _within(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """0, 1, 2, ... of each list."""
    return np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)


def _table(lists: ListColumn, rows: slice, width: int) -> Matrix:
    """float64[n, width]: the first values of some rows' lists, NaN after their end."""
    starts, ends = lists.offsets[:-1][rows], lists.offsets[1:][rows]
    places = starts[:, None] + np.arange(width)
    known = places < ends[:, None]
    values = np.append(lists.child.as_double(), np.nan)
    result: Matrix = values[np.where(known, places, len(values) - 1)]
    return result
