"""Logarithms of densities, on arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sparkpmml.kernels.gamma import log_gamma

Doubles = NDArray[np.float64]


class Density(Protocol):
    """The logarithm of a density at float64[n]; -inf outside the distribution's values, NaN stays NaN."""

    def __call__(self, values: Doubles) -> Doubles: ...


@dataclass(frozen=True, slots=True)
class Gaussian:
    """The normal distribution's."""

    mean: float
    variance: float

    def __call__(self, values: Doubles) -> Doubles:
        result: Doubles = -0.5 * (np.log(2 * np.pi * self.variance) + (values - self.mean) ** 2 / self.variance)
        return result


@dataclass(frozen=True, slots=True)
class Poisson:
    """The Poisson distribution's."""

    mean: float

    def __call__(self, values: Doubles) -> Doubles:
        counts = (values >= 0) & (values == np.floor(values))
        known = values * np.log(self.mean) - self.mean - log_gamma(np.maximum(values, 0.0) + 1.0)
        return np.where(np.isnan(values), np.nan, np.where(counts, known, -np.inf))


@dataclass(frozen=True, slots=True)
class Uniform:
    """The uniform distribution's."""

    lower: float
    upper: float

    def __call__(self, values: Doubles) -> Doubles:
        inside = (values >= self.lower) & (values <= self.upper)
        known = np.where(inside, -np.log(self.upper - self.lower), -np.inf)
        return np.where(np.isnan(values), np.nan, known)
