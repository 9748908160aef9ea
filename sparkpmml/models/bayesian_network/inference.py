"""Exact inference: the product of all factors, summed over what is not asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.scores import Matrix
from sparkpmml.models.bayesian_network.sums import ROW, Axes, Tensor, elimination_order, sum_of_products
from sparkpmml.runtime.column import Column, numbers
from sparkpmml.runtime.encode import Encoder

_BLOCK_ROWS = 4096
_BLOCK_CELLS = 1 << 24
"""Cells of the largest table of a block's sums."""

MOST_CELLS = 1 << 24
"""Cells of the largest table of one row's sums."""


@dataclass(frozen=True, slots=True, eq=False)
class Factor:
    """Probabilities over some variables: an axis per label."""

    table: Tensor
    axes: Axes


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """The operation: the probabilities of the asked variables' values given the evidence, float64[n, k].

    Inputs: a column per label of `observed`, then a matrix of likelihoods per entry of `likelihoods`, whose columns run
    over the values of those variables (shape, labels). A missing value is no evidence; NaN where the evidence is
    impossible.
    """

    factors: tuple[Factor, ...]
    asked: tuple[int, ...]
    observed: tuple[int, ...]
    encoders: tuple[Encoder, ...]
    likelihoods: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]
    order: Axes
    cells: int

    @classmethod
    def of(
        cls,
        factors: tuple[Factor, ...],
        asked: tuple[int, ...],
        observed: tuple[int, ...],
        encoders: tuple[Encoder, ...],
        likelihoods: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...],
    ) -> Posterior:
        """The operation, with the order of its sums and the cells of their largest table."""
        sizes = {label: size for each in factors for label, size in zip(each.axes, each.table.shape, strict=True)}
        scopes = [*(each.axes for each in factors), *(labels for _, labels in likelihoods)]
        order, cells = elimination_order(scopes, sizes, asked)
        return cls(factors, asked, observed, encoders, likelihoods, order, cells)

    def __call__(self, *inputs: Any) -> Matrix:
        columns, given = inputs[: len(self.observed)], inputs[len(self.observed) :]
        codes = [encoder.encode(column) for encoder, column in zip(self.encoders, columns, strict=True)]
        lengths = [len(each) for each in (*codes, *given)]
        rows = next((length for length in lengths if length != 1), 1)
        if given:
            return self._in_blocks([np.broadcast_to(each, rows) for each in codes], given, rows)
        if not codes:
            return self._sum([], [], 1)
        distinct, place = np.unique(np.column_stack(np.broadcast_arrays(*codes)), axis=0, return_inverse=True)
        if not len(distinct):
            return np.empty((0, self._width()))
        return self._in_blocks(list(distinct.T), (), len(distinct))[place.reshape(-1)]

    def _width(self) -> int:
        return int(self._sum([], [], 1).shape[1])

    def _in_blocks(self, codes: list[NDArray[np.int32]], given: tuple[Matrix, ...], rows: int) -> Matrix:
        if not rows:
            return np.empty((0, self._width()))
        blocks = []
        step = max(min(_BLOCK_ROWS, _BLOCK_CELLS // self.cells), 1)
        for start in range(0, rows, step):
            stop = min(start + step, rows)
            part = [each if len(each) == 1 else each[start:stop] for each in given]
            blocks.append(self._sum([each[start:stop] for each in codes], part, stop - start))
        return np.concatenate(blocks)

    def _sum(self, codes: list[NDArray[np.int32]], given: list[Matrix], rows: int) -> Matrix:
        operands: list[tuple[Tensor, Axes]] = [(np.ones(rows), (ROW,))]
        operands += [(factor.table, factor.axes) for factor in self.factors]
        for label, encoder, code in zip(self.observed, self.encoders, codes, strict=bool(codes)):
            operands.append((_evidence(code, encoder.size), (ROW, label)))
        for (shape, labels), matrix in zip(self.likelihoods, given, strict=bool(given)):
            operands.append((matrix.reshape(len(matrix), *shape), (ROW, *labels)))
        joint = sum_of_products(operands, self.order, (ROW, *self.asked)).reshape(rows, -1)
        with np.errstate(invalid="ignore", divide="ignore"):
            result: Matrix = joint / joint.sum(axis=1, keepdims=True)
        return result


def _evidence(codes: NDArray[np.int32], size: int) -> Matrix:
    """float64[n, size]: 1 for the value that is seen, for all of them where none is; 0s for an unknown one."""
    table = np.vstack([np.eye(size), np.zeros(size), np.ones(size)])  # codes size and -1
    return table[codes]


Density = Callable[..., NDArray[np.float64]]


def normal(x: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
    """The logarithm of the density."""
    return -0.5 * (np.log(2 * np.pi * variance) + (x - mean) ** 2 / variance)


def lognormal(x: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
    """The logarithm of the density; mean and variance are the logarithm's."""
    logarithm = np.log(np.where(x > 0, x, np.nan))
    density = normal(logarithm, mean, variance) - logarithm
    return np.where(x <= 0, -np.inf, density)


def uniform(x: Tensor, lower: Tensor, upper: Tensor) -> Tensor:
    """The logarithm of the density."""
    inside = np.where((x >= lower) & (x <= upper), -np.log(upper - lower), -np.inf)
    return np.where(np.isnan(x), np.nan, inside)


def triangular(x: Tensor, mean: Tensor, lower: Tensor, upper: Tensor) -> Tensor:
    """The logarithm of the density whose mode is where the mean says it must be."""
    mode = 3 * mean - lower - upper
    rising = 2 * (x - lower) / ((upper - lower) * (mode - lower))
    falling = 2 * (upper - x) / ((upper - lower) * (upper - mode))
    density = np.where(x < mode, rising, np.where(x == mode, 2 / (upper - lower), falling))
    return np.log(np.where((x < lower) | (x > upper), 0.0, density))


@dataclass(frozen=True, slots=True)
class Likelihood:
    """The operation: how likely a column's value is under each distribution, float64[n, count], up to a row's factor.

    Inputs: the values, then `parameters` columns per distribution. Where the value is missing it is no evidence: 1s.
    """

    densities: tuple[Density, ...]
    parameters: tuple[int, ...]

    def __call__(self, column: Column, *parameters: Column) -> Matrix:
        x, logs, used = column.as_double(), [], 0
        with np.errstate(invalid="ignore", divide="ignore"):
            for density, count in zip(self.densities, self.parameters, strict=True):
                values = [each.as_double() for each in parameters[used : used + count]]
                logs.append(density(x, *values))
                used += count
            table = np.column_stack(np.broadcast_arrays(*logs))
            highest = table.max(axis=1, keepdims=True)
            scaled = np.where(np.isneginf(highest), 0.0, np.exp(table - highest))
        return np.where(np.isnan(x)[:, None], 1.0, scaled)


@dataclass(frozen=True, slots=True)
class Mixture:
    """The operation: the mean of distributions that are so likely, or with `deviation` their standard deviation.

    Inputs: the matrix of probabilities, then the means and the variances of all distributions.
    """

    deviation: bool

    def __call__(self, weights: Matrix, *moments: Column) -> Column:
        values = [each.as_double() for each in moments]
        half = len(values) // 2
        means = np.column_stack(np.broadcast_arrays(*values[:half]))
        mean = (weights * means).sum(axis=1)
        if not self.deviation:
            return numbers(mean)
        variances = np.column_stack(np.broadcast_arrays(*values[half:]))
        spread = (weights * (variances + means**2)).sum(axis=1) - mean**2
        return numbers(np.sqrt(np.maximum(spread, 0.0)))


@dataclass(frozen=True, slots=True)
class Moment:
    """The operation: a distribution's mean, or its variance, from its parameters."""

    function: Callable[..., NDArray[np.float64]]

    def __call__(self, *parameters: Column) -> Column:
        return numbers(np.atleast_1d(self.function(*np.broadcast_arrays(*(each.as_double() for each in parameters)))))


def first(mean: Tensor, *_: Tensor) -> Tensor:
    """The mean of a distribution that states it."""
    return mean


def second(_: Tensor, variance: Tensor) -> Tensor:
    """The variance of a distribution that states it."""
    return variance


def lognormal_mean(mean: Tensor, variance: Tensor) -> Tensor:
    return np.exp(mean + variance / 2)


def lognormal_variance(mean: Tensor, variance: Tensor) -> Tensor:
    return np.expm1(variance) * np.exp(2 * mean + variance)


def uniform_mean(lower: Tensor, upper: Tensor) -> Tensor:
    return (lower + upper) / 2


def uniform_variance(lower: Tensor, upper: Tensor) -> Tensor:
    return (upper - lower) ** 2 / 12


def triangular_variance(mean: Tensor, lower: Tensor, upper: Tensor) -> Tensor:
    mode = 3 * mean - lower - upper
    squares = lower**2 + upper**2 + mode**2
    return (squares - lower * upper - lower * mode - upper * mode) / 18
