"""Log densities of a number under one distribution per target value."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.scores import Matrix
from sparkpmml.kernels.gamma import log_factorial
from sparkpmml.pmml.distributions import (
    ContinuousDistribution,
    GaussianDistribution,
    PoissonDistribution,
    UniformDistribution,
)

Doubles = NDArray[np.float64]


class Density(Protocol):
    """A picklable callable record: float64[n] numbers to their log densities; NaN for NaN."""

    def __call__(self, values: Doubles) -> Doubles: ...


@dataclass(frozen=True, slots=True)
class Gaussian:
    """The normal distribution."""

    mean: float
    variance: float

    def __call__(self, values: Doubles) -> Doubles:
        deviation: Doubles = values - self.mean
        return -0.5 * (deviation * deviation / self.variance + math.log(2 * math.pi * self.variance))


@dataclass(frozen=True, slots=True)
class Poisson:
    """The Poisson distribution; a number that is no count has no probability."""

    mean: float

    def __call__(self, values: Doubles) -> Doubles:
        is_count = (values >= 0) & (values == np.floor(values))
        counts = np.where(is_count, values, 0.0)
        logs = counts * math.log(self.mean) - self.mean - log_factorial(counts)
        return np.where(np.isnan(values), np.nan, np.where(is_count, logs, -np.inf))


@dataclass(frozen=True, slots=True)
class Uniform:
    """Equal density within closed bounds."""

    lower: float
    upper: float

    def __call__(self, values: Doubles) -> Doubles:
        within = (values >= self.lower) & (values <= self.upper)
        logs = np.where(within, -math.log(self.upper - self.lower), -np.inf)
        return np.where(np.isnan(values), np.nan, logs)


def density(node: ContinuousDistribution) -> Density:
    """The density that a distribution describes; ValueError for one that has none."""
    match node:
        case GaussianDistribution(mean=mean, variance=variance) if variance > 0:
            return Gaussian(mean, variance)
        case PoissonDistribution(mean=mean) if mean > 0:
            return Poisson(mean)
        case UniformDistribution(lower=lower, upper=upper) if upper > lower:
            return Uniform(lower, upper)
        case GaussianDistribution() | PoissonDistribution() | UniformDistribution():
            raise ValueError("has no density with these parameters")
        case _:
            raise ValueError("does not say which density it has")


def log_densities(densities: Sequence[Density], values: Doubles) -> Matrix:
    """float64[n, k]: each number under each density."""
    logs = np.empty((len(values), len(densities)))
    for index, each in enumerate(densities):
        logs[:, index] = each(values)
    return logs
