"""Log densities of a number under one distribution per target value."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.scores import Matrix
from sparkpmml.pmml.distributions import (
    ContinuousDistribution,
    GaussianDistribution,
    PoissonDistribution,
    UniformDistribution,
)
from sparkpmml.runtime.densities import Density, Gaussian, Poisson, Uniform

Doubles = NDArray[np.float64]


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
