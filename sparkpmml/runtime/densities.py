"""Logarithms of densities, on arrays."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sparkpmml.kernels.gamma import log_factorial

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
