"""By distribution: its density and its moments."""

from __future__ import annotations

from sparkpmml.models.bayesian_network import inference as inference
from sparkpmml.models.bayesian_network.inference import Density
from sparkpmml.models.bayesian_network.nodes import (
    Distribution,
    LognormalDistribution,
    NormalDistribution,
    TriangularDistribution,
    UniformDistribution,
)

FORMULAS: dict[type[Distribution], tuple[Density, Density, Density]] = {
    NormalDistribution: (inference.normal, inference.first, inference.second),
    LognormalDistribution: (inference.lognormal, inference.lognormal_mean, inference.lognormal_variance),
    UniformDistribution: (inference.uniform, inference.uniform_mean, inference.uniform_variance),
    TriangularDistribution: (inference.triangular, inference.first, inference.triangular_variance),
}
"""By distribution: log density, mean and variance, each of the distribution's parameters."""
