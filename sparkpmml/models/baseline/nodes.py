"""The markup of BaselineModel: distributions that values are held against."""

from __future__ import annotations

from collections.abc import Iterator

from sparkpmml.pmml.expressions import FieldRef
from sparkpmml.pmml.model import FUNCTIONS, Model
from sparkpmml.pmml.node import Node, attribute, child, children, element, family, integer, number, one_of
from sparkpmml.runtime.densities import Density, Gaussian, Poisson, Uniform


@family
class Content(Node):
    """What a Baseline holds: a distribution or counts."""


@family
class Distribution(Content):
    """A continuous distribution."""

    def moments(self) -> tuple[float, float]:
        """Mean and variance."""
        raise NotImplementedError

    def density(self) -> Density:
        """The logarithm of its density; ValueError where it has none."""
        raise NotImplementedError


@element("AnyDistribution")
class AnyDistribution(Distribution):
    """A distribution of which no more is known than its moments."""

    mean: float = attribute(number)
    variance: float = attribute(number)

    def moments(self) -> tuple[float, float]:
        return self.mean, self.variance

    def density(self) -> Density:
        raise ValueError("has a distribution without a density (AnyDistribution)")


@element("GaussianDistribution")
class GaussianDistribution(Distribution):
    """The normal distribution."""

    mean: float = attribute(number)
    variance: float = attribute(number)

    def moments(self) -> tuple[float, float]:
        return self.mean, self.variance

    def density(self) -> Density:
        if not self.variance > 0.0:
            raise ValueError(f"has a variance of {self.variance:g}")
        return Gaussian(self.mean, self.variance)


@element("PoissonDistribution")
class PoissonDistribution(Distribution):
    """Counts of events that come at a constant rate."""

    mean: float = attribute(number)

    def moments(self) -> tuple[float, float]:
        return self.mean, self.mean

    def density(self) -> Density:
        if not self.mean > 0.0:
            raise ValueError(f"has a mean of {self.mean:g}")
        return Poisson(self.mean)


@element("UniformDistribution")
class UniformDistribution(Distribution):
    """Equally likely values between two bounds."""

    lower: float = attribute(number)
    upper: float = attribute(number)

    def moments(self) -> tuple[float, float]:
        return (self.lower + self.upper) / 2, (self.upper - self.lower) ** 2 / 12

    def density(self) -> Density:
        if not self.upper > self.lower:
            raise ValueError("has an upper bound that is not above the lower one")
        return Uniform(self.lower, self.upper)


@family
class CountPart(Node):
    """A part of a count table."""


@element("FieldValueCount")
class FieldValueCount(CountPart):
    """How often a field has a value."""

    field: str = attribute()
    value: str = attribute()
    count: float = attribute(number)


@element("FieldValue")
class FieldValue(CountPart):
    """A field's value, under which another field's are counted."""

    field: str = attribute()
    value: str = attribute()
    parts: tuple[CountPart, ...] = children("CountPart")


@element("CountTable", "NormalizedCountTable", ignores=("sample",))
class CountTable(Content):
    """Counts, or shares, of values."""

    parts: tuple[CountPart, ...] = children(CountPart)

    @property
    def counts(self) -> dict[tuple[tuple[str, str], ...], float]:
        """By the fields' values, in the order in which they are nested: the count. ValueError for a second count."""
        counts: dict[tuple[tuple[str, str], ...], float] = {}
        for values, count in _leaves(self.parts, ()):
            if values in counts:
                raise ValueError(f"counts {', '.join(f'{field}={value}' for field, value in values)} twice")
            counts[values] = count
        return counts


def _leaves(
    parts: tuple[CountPart, ...], above: tuple[tuple[str, str], ...]
) -> Iterator[tuple[tuple[tuple[str, str], ...], float]]:
    for part in parts:
        if isinstance(part, FieldValueCount):
            yield (*above, (part.field, part.value)), part.count
        elif isinstance(part, FieldValue):
            yield from _leaves(part.parts, (*above, (part.field, part.value)))


@element("Baseline")
class Baseline(Node):
    """What is usual; or the fields whose independence is."""

    content: Content | None = child(Content)
    parts: tuple[FieldRef, ...] = children(FieldRef)


@element("Alternate")
class Alternate(Node):
    """What is not."""

    distribution: Distribution = child(Distribution, required=True)


@element("TestDistributions", ignores=("testType", "threshold"))
class TestDistributions(Node):
    """The statistic, of which field, against which baseline."""

    field: str | None = attribute(default=None)
    statistic: str = attribute(
        one_of("zValue", "chiSquareIndependence", "chiSquareDistribution", "CUSUM", "scalarProduct"),
        name="testStatistic",
    )
    reset_value: float = attribute(number, default=0.0)
    window: int = attribute(integer, name="windowSize", default=0)
    weight_field: str | None = attribute(default=None)
    normalization: str = attribute(
        one_of("SizeWeighted", "Independent"), name="normalizationScheme", default="SizeWeighted"
    )
    baseline: Baseline = child(Baseline, required=True)
    alternate: Alternate | None = child(Alternate)


@element("BaselineModel")
class BaselineModel(Model):
    """A test of values against a baseline; before PMML 4.1 its function had a name of its own."""

    function_name: str = attribute(one_of(*FUNCTIONS, other_spellings={"baseline": "regression"}), name="functionName")
    test: TestDistributions | None = child(TestDistributions)
