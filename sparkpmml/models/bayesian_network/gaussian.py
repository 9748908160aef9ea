"""Continuous variables that are not known: exact where they are normal and linear in each other.

Such a network is conditional linear Gaussian (Lauritzen, 1992): for each combination of the values of the discrete
variables that choose its distributions, its continuous variables have one normal distribution in common. With
X = c + W X + G g + e, of independent errors e with the variances V, and A = (I - W)^-1, their means are A (c + G g) and
their covariances A V A'; g are the values of known variables of other distributions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.scores import Matrix
from sparkpmml.pmml.expressions import Apply, Constant, Expression, FieldRef
from sparkpmml.runtime.column import Column, numbers

_BLOCK_CELLS = 1 << 20

Tensor = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Linear:
    """A constant plus weighted variables."""

    constant: float
    weights: dict[str, float] = field(default_factory=dict)

    def scaled(self, factor: float) -> Linear:
        return Linear(self.constant * factor, {name: weight * factor for name, weight in self.weights.items()})

    def plus(self, other: Linear) -> Linear:
        names = dict.fromkeys([*self.weights, *other.weights])
        weights = {name: self.weights.get(name, 0.0) + other.weights.get(name, 0.0) for name in names}
        return Linear(self.constant + other.constant, weights)


def linear(node: Expression) -> Linear | None:
    """The expression as a linear function of the fields that it reads; None where it is none."""
    if isinstance(node, Constant) and not node.missing:
        try:
            return Linear(float(node.text))
        except ValueError:
            return None
    if isinstance(node, FieldRef) and node.map_missing_to is None:
        return Linear(0.0, {node.field: 1.0})
    if isinstance(node, Apply) and node.map_missing_to is None and node.default_value is None:
        arguments = [linear(each) for each in node.arguments]
        known = [each for each in arguments if each is not None]
        calculate = _LINEAR.get(node.function)
        return calculate(*known) if calculate is not None and len(known) == len(arguments) == 2 else None
    return None


def _product(left: Linear, right: Linear) -> Linear | None:
    if left.weights and right.weights:
        return None
    return right.scaled(left.constant) if not left.weights else left.scaled(right.constant)


def _quotient(left: Linear, right: Linear) -> Linear | None:
    return None if right.weights or not right.constant else left.scaled(1.0 / right.constant)


_LINEAR: dict[str, Callable[[Linear, Linear], Linear | None]] = {
    "+": Linear.plus,
    "-": lambda left, right: left.plus(right.scaled(-1.0)),
    "*": _product,
    "/": _quotient,
}
"""By function: what it makes of two linear functions."""


@dataclass(frozen=True, slots=True, eq=False)
class Gaussian:
    """The common distribution of m variables in each of c combinations: float64[c, m] means where all of k given values
    are 0, float64[c, m, k] what each of those adds, float64[c, m, m] covariances.

    `seen`: which of the variables have columns.
    """

    means: Tensor
    added: Tensor
    covariances: Tensor
    seen: tuple[int, ...]

    @classmethod
    def of(
        cls, constants: Tensor, weights: Tensor, given: Tensor, variances: Tensor, seen: tuple[int, ...]
    ) -> Gaussian:
        """From c, W, G and V by combination; ValueError where a variable depends on itself."""
        try:
            inverse = np.linalg.inv(np.eye(weights.shape[1]) - weights)
        except np.linalg.LinAlgError:
            raise ValueError("has continuous variables that depend on themselves") from None
        covariances = (inverse * variances[:, None, :]) @ inverse.transpose(0, 2, 1)
        return cls((inverse @ constants[:, :, None])[:, :, 0], inverse @ given, covariances, seen)

    def conditions(self, columns: tuple[Column, ...]) -> Iterator[_Condition]:
        """The rows by which of their values are missing; a missing value is no evidence."""
        values = np.column_stack(np.broadcast_arrays(*(each.as_double() for each in columns)))
        seen, given = values[:, : len(self.seen)], values[:, len(self.seen) :]
        patterns, which = np.unique(np.isnan(seen), axis=0, return_inverse=True)
        step = max(_BLOCK_CELLS // max(self.means.size, 1), 1)
        for number, pattern in enumerate(patterns):
            rows = np.flatnonzero(which.reshape(-1) == number)
            places = np.flatnonzero(~pattern)
            for start in range(0, len(rows), step):
                part = rows[start : start + step]
                centers = self.means + np.einsum("cmk,nk->ncm", self.added, given[part])
                known = np.array(self.seen, dtype=np.int64)[places]
                yield _Condition(self, part, known, centers, seen[part][:, None, places] - centers[:, :, known])


@dataclass(frozen=True, slots=True, eq=False)
class _Condition:
    """Some rows, the variables that all of them know, the means, and how far from these the known values are."""

    gaussian: Gaussian
    rows: NDArray[np.int64]
    known: NDArray[np.int64]
    centers: Tensor
    distances: Tensor

    def solved(self) -> Tensor:
        """float64[n, c, e]: the distances times the inverse of their covariances."""
        solved = np.linalg.solve(self._between(), self.distances.transpose(1, 2, 0))
        return solved.transpose(2, 0, 1).astype(np.float64, copy=False)

    def _between(self) -> Tensor:
        return self.gaussian.covariances[:, self.known[:, None], self.known]

    def log_densities(self) -> Matrix:
        """float64[n, c], up to a constant."""
        _, logarithm = np.linalg.slogdet(self._between())
        result: Matrix = -0.5 * ((self.distances * self.solved()).sum(axis=2) + logarithm)
        return result

    def moments(self, target: int) -> tuple[Matrix, Matrix]:
        """float64[n, c] means and float64[c] variances of a variable."""
        across = self.gaussian.covariances[:, target, self.known]
        means = self.centers[:, :, target] + (across * self.solved()).sum(axis=2)
        gain = np.linalg.solve(self._between(), across[:, :, None])[:, :, 0]
        variances = self.gaussian.covariances[:, target, target] - (across * gain).sum(axis=1)
        return means, np.maximum(variances, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class GaussianLikelihood:
    """The operation: how likely the known values are in each combination, float64[n, c], up to a row's factor.

    Inputs: the seen variables, then the given ones.
    """

    gaussian: Gaussian

    def __call__(self, *columns: Column) -> Matrix:
        rows = max(len(each) for each in columns) if all(len(each) for each in columns) else 0
        result = np.empty((rows, len(self.gaussian.means)))
        for condition in self.gaussian.conditions(columns) if rows else ():
            logs = condition.log_densities()
            result[condition.rows] = np.exp(logs - logs.max(axis=1, keepdims=True))
        return result


@dataclass(frozen=True, slots=True, eq=False)
class GaussianMixture:
    """The operation: a variable's mean over combinations that are so likely, or with `deviation` its deviation.

    Inputs: the matrix of the combinations' probabilities, then those of `GaussianLikelihood`.
    """

    gaussian: Gaussian
    target: int
    deviation: bool

    def __call__(self, weights: Matrix, *columns: Column) -> Column:
        if not columns:
            means, variances = (
                self.gaussian.means[:, self.target],
                self.gaussian.covariances[:, self.target, self.target],
            )
            return self._mixed(weights, means[None], variances)
        if not len(weights) or not all(len(each) for each in columns):
            return numbers(np.empty(0))
        rows = max(len(weights), *(len(each) for each in columns))
        weights, result = np.broadcast_to(weights, (rows, weights.shape[1])), np.empty(rows)
        for condition in self.gaussian.conditions(columns):
            result[condition.rows] = self._mixed(weights[condition.rows], *condition.moments(self.target)).values
        return numbers(result)

    def _mixed(self, weights: Matrix, means: Matrix, variances: Tensor) -> Column:
        mean = (weights * means).sum(axis=1)
        if not self.deviation:
            return numbers(mean)
        spread = (weights * (variances + (means - mean[:, None]) ** 2)).sum(axis=1)
        return numbers(np.sqrt(spread))
