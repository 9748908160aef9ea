"""Continuous distributions in the document (specification: Statistics, CONTINUOUS-DISTRIBUTION-TYPES)."""

from __future__ import annotations

from sparkpmml.pmml.node import Node, attribute, element, family, number


@family
class ContinuousDistribution(Node):
    """Any distribution of a number."""


@element("AnyDistribution")
class AnyDistribution(ContinuousDistribution):
    """A distribution of which only the moments are known."""

    mean: float = attribute(number)
    variance: float = attribute(number)


@element("GaussianDistribution")
class GaussianDistribution(ContinuousDistribution):
    """The normal distribution."""

    mean: float = attribute(number)
    variance: float = attribute(number)


@element("PoissonDistribution")
class PoissonDistribution(ContinuousDistribution):
    """The Poisson distribution: of counts."""

    mean: float = attribute(number)


@element("UniformDistribution")
class UniformDistribution(ContinuousDistribution):
    """Equal density from `lower` to `upper`."""

    lower: float = attribute(number)
    upper: float = attribute(number)
