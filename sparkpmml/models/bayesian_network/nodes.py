"""The markup of BayesianNetworkModel: variables, and their distributions given other variables."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from sparkpmml.pmml.expressions import Apply, DerivedField, Expression, FieldRef
from sparkpmml.pmml.model import Model
from sparkpmml.pmml.node import Node, attribute, child, children, element, family, number


@element("ParentValue")
class ParentValue(Node):
    """A value of a variable that another depends on."""

    parent: str = attribute()
    value: str = attribute()


@element("ValueProbability")
class ValueProbability(Node):
    """How likely a value is."""

    value: str = attribute()
    probability: float = attribute(number)


@element("DiscreteConditionalProbability", ignores=("count",))
class DiscreteConditionalProbability(Node):
    """How likely each value is, given values of the parents."""

    parents: tuple[ParentValue, ...] = children(ParentValue)
    values: tuple[ValueProbability, ...] = children(ValueProbability)


@family
class Parameter(Node):
    """A number that may depend on other variables."""

    expression: Expression = child(Expression, required=True)


@element("Mean")
class Mean(Parameter):
    """The mean, of the logarithm for a lognormal distribution."""


@element("Variance")
class Variance(Parameter):
    """The variance, of the logarithm for a lognormal distribution."""


@element("Lower")
class Lower(Parameter):
    """The least value."""


@element("Upper")
class Upper(Parameter):
    """The greatest value."""


@family
class Distribution(Node):
    """A continuous distribution."""

    mean: Mean | None = child(Mean)
    variance: Variance | None = child(Variance)
    lower: Lower | None = child(Lower)
    upper: Upper | None = child(Upper)

    @property
    def needed(self) -> tuple[str, ...]:
        """The names of its parameters."""
        raise NotImplementedError

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """In the order of `needed`; ValueError where one is not given."""
        given = [getattr(self, name) for name in self.needed]
        if any(parameter is None for parameter in given):
            raise ValueError(f"needs {', '.join(self.needed)}")
        return tuple(given)


@element("NormalDistributionForBN", "NormalDistribution")
class NormalDistribution(Distribution):
    """The normal distribution."""

    @property
    def needed(self) -> tuple[str, ...]:
        return ("mean", "variance")


@element("LognormalDistributionForBN", "LognormalDistribution")
class LognormalDistribution(Distribution):
    """A variable whose logarithm is normally distributed."""

    @property
    def needed(self) -> tuple[str, ...]:
        return ("mean", "variance")


@element("UniformDistributionForBN", "UniformDistribution")
class UniformDistribution(Distribution):
    """Equally likely values between two."""

    @property
    def needed(self) -> tuple[str, ...]:
        return ("lower", "upper")


@element("TriangularDistributionForBN", "TriangularDistribution")
class TriangularDistribution(Distribution):
    """Likelier toward one value between two."""

    @property
    def needed(self) -> tuple[str, ...]:
        return ("mean", "lower", "upper")


@element("ContinuousDistribution")
class ContinuousDistribution(Node):
    """Holds one distribution."""

    distribution: Distribution = child(Distribution, required=True)


@element("ContinuousConditionalProbability", ignores=("count",))
class ContinuousConditionalProbability(Node):
    """A distribution, given values of the discrete parents."""

    parents: tuple[ParentValue, ...] = children(ParentValue)
    distribution: ContinuousDistribution = child(ContinuousDistribution, required=True)


@family
class Variable(Node):
    """A node of the network."""

    name: str = attribute()
    derived: DerivedField | None = child(DerivedField)

    @property
    def parents(self) -> tuple[str, ...]:
        """The discrete variables whose values choose the distribution, in the order in which the table names them."""
        raise NotImplementedError

    @property
    def sources(self) -> tuple[str, ...]:
        """Further names that the distributions' parameters refer to."""
        return ()


@element("DiscreteNode", ignores=("count",))
class DiscreteNode(Variable):
    """A variable of a few values."""

    table: tuple[DiscreteConditionalProbability, ...] = children(DiscreteConditionalProbability)
    prior: tuple[ValueProbability, ...] = children(ValueProbability)

    @cached_property
    def parents(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.parent for row in self.table for each in row.parents))

    @cached_property
    def values(self) -> tuple[str, ...]:
        """Its values, in document order."""
        stated = (*self.prior, *(each for row in self.table for each in row.values))
        return tuple(dict.fromkeys(each.value for each in stated))


@element("ContinuousNode", ignores=("count",))
class ContinuousNode(Variable):
    """A variable that is a number."""

    table: tuple[ContinuousConditionalProbability, ...] = children(ContinuousConditionalProbability)
    distributions: tuple[ContinuousDistribution, ...] = children(ContinuousDistribution)

    @cached_property
    def parents(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.parent for row in self.table for each in row.parents))

    @property
    def all_distributions(self) -> tuple[Distribution, ...]:
        holders = (*self.distributions, *(row.distribution for row in self.table))
        return tuple(holder.distribution for holder in holders)

    @property
    def sources(self) -> tuple[str, ...]:
        expressions = (each.expression for dist in self.all_distributions for each in dist.parameters)
        return tuple(dict.fromkeys(name for expression in expressions for name in _names(expression)))


def _names(expression: Expression) -> Iterator[str]:
    """The fields that an expression reads."""
    if isinstance(expression, FieldRef):
        yield expression.field
    elif isinstance(expression, Apply):
        for argument in expression.arguments:
            yield from _names(argument)
    elif isinstance(name := getattr(expression, "field", None), str):
        yield name


@element("BayesianNetworkNodes")
class BayesianNetworkNodes(Node):
    """All variables."""

    variables: tuple[Variable, ...] = children(Variable)


@element("BayesianNetworkModel", ignores=("modelType", "inferenceMethod"))
class BayesianNetworkModel(Model):
    """Variables, each of which depends on some before it."""

    nodes: BayesianNetworkNodes = child(BayesianNetworkNodes, required=True)
