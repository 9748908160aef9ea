"""BayesianNetworkModel: what is likely given what is known (specification: BayesianNetwork).

A target's posterior is exact: sums over the discrete variables that are not known, densities of the continuous ones
that are. A continuous variable that is no data field may not stand between them: only sampling could answer that.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.expressions import lower_derived_field, lower_expression
from sparkpmml.compiler.lowering import register
from sparkpmml.compiler.result import Result, Scores, TargetInfo, target_info
from sparkpmml.compiler.scope import Scope
from sparkpmml.compiler.scores import align, winner
from sparkpmml.models import bayesian_network_inference as inference
from sparkpmml.models.bayesian_network_inference import (
    MOST_VARIABLES,
    Density,
    Factor,
    Likelihood,
    Mixture,
    Moment,
    Posterior,
)
from sparkpmml.models.bayesian_network_nodes import (
    BayesianNetworkModel,
    ContinuousNode,
    DiscreteNode,
    Distribution,
    LognormalDistribution,
    NormalDistribution,
    TriangularDistribution,
    UniformDistribution,
    Variable,
)
from sparkpmml.models.list_inputs import unsupported
from sparkpmml.runtime.encode import Encoder

FORMULAS: dict[type[Distribution], tuple[Density, Density, Density]] = {
    NormalDistribution: (inference.normal, inference.first, inference.second),
    LognormalDistribution: (inference.lognormal, inference.lognormal_mean, inference.lognormal_variance),
    UniformDistribution: (inference.uniform, inference.uniform_mean, inference.uniform_variance),
    TriangularDistribution: (inference.triangular, inference.first, inference.triangular_variance),
}
"""By distribution: log density, mean and variance, each of the distribution's parameters."""


@dataclass(frozen=True)
class _Network:
    """The variables, and which of them are fields of the data."""

    node: BayesianNetworkModel
    scope: Scope

    @cached_property
    def variables(self) -> dict[str, Variable]:
        return {variable.name: variable for variable in self.node.nodes.variables}

    @cached_property
    def evidence(self) -> frozenset[str]:
        active = {field.name for field in self.node.mining_schema.active}
        derived = {name for name, variable in self.variables.items() if variable.derived is not None}
        targets = {field.name for field in self.node.mining_schema.targets}
        return frozenset(((active & set(self.variables)) | derived) - targets)

    def value(self, name: str) -> Slot:
        """What the data say of a variable."""
        variable = self.variables[name]
        if variable.derived is not None:
            return lower_derived_field(variable.derived, self.scope).slot
        return self.scope.field(name, variable).slot

    def relevant(self, names: Iterable[str]) -> tuple[Variable, ...]:
        """These variables and all that they depend on, in document order; no others can change the answer.

        A variable that is known needs no parents' distribution to be a source, but is itself evidence about them.
        """
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found and name in self.variables:
                found.add(name)
                variable = self.variables[name]
                waiting += [*variable.parents, *variable.sources]
        return tuple(variable for name, variable in self.variables.items() if name in found)

    def discrete(self, name: str) -> DiscreteNode:
        """ValueError where the parent of another is none."""
        variable = self.variables.get(name)
        if not isinstance(variable, DiscreteNode):
            raise ValueError(f"names a parent {name!r}, which is no DiscreteNode")
        return variable


@register
def _bayesian_network(node: BayesianNetworkModel, scope: Scope) -> Result:
    network = _Network(node, scope)
    targets = [field.name for field in node.mining_schema.targets]
    if not targets:
        raise ValueError("has no target")
    results = {name: _target(network, name) for name in targets}
    first = results[targets[0]]
    return first if len(results) == 1 else replace(Result(info=first.info), targets=results)


def _target(network: _Network, name: str) -> Result:
    info = target_info(network.node, network.scope.compilation, name)
    variable = network.variables.get(name)
    if isinstance(variable, DiscreteNode):
        return _classes(network, variable, info)
    if isinstance(variable, ContinuousNode):
        return _number(network, variable, info)
    raise ValueError(f"has no node for its target {name!r}")


def _classes(network: _Network, target: DiscreteNode, info: TargetInfo) -> Result:
    builder = network.scope.builder
    posterior = _posterior(network, (target.name,), (target.name, *network.evidence))
    given = Scores(tuple(info.label(value) for value in target.values), posterior)
    labels = info.order(list(given.labels))
    probability = Scores(labels, align(builder, given, labels))
    return Result(info=info, value=winner(builder, probability, info), probability=probability)


def _number(network: _Network, target: ContinuousNode, info: TargetInfo) -> Result:
    """The mean of the target's distributions, so likely as the evidence makes the values of its parents."""
    builder, scope = network.scope.builder, network.scope
    relevant = network.relevant(network.evidence)
    if target in relevant:
        raise unsupported(target, f"<{target.tag}> {target.name!r} as a target on which evidence depends", scope)
    _require_known(network, (target.name,), target)
    weights = _posterior(network, target.parents, (*target.parents, *network.evidence))
    moments: dict[bool, list[Slot]] = {False: [], True: []}
    for distribution in _by_parents(network, target):
        with scope.compilation.at(distribution):
            parameters = [lower_expression(each.expression, scope) for each in distribution.parameters]
        _, mean, variance = FORMULAS[type(distribution)]
        moments[False].append(builder.emit(Moment(mean), *parameters))
        moments[True].append(builder.emit(Moment(variance), *parameters))
    inputs = (weights, *moments[False], *moments[True])
    value, deviation = builder.emit(Mixture(False), *inputs), builder.emit(Mixture(True), *inputs)
    return Result(info=info, value=value, features={"standardDeviation": (deviation,), "standardError": (deviation,)})


def _require_known(network: _Network, names: Iterable[str], asked: Variable | None) -> None:
    """Continuous variables among what these depend on must be data."""
    for variable in network.relevant(names):
        if isinstance(variable, ContinuousNode) and variable is not asked and variable.name not in network.evidence:
            what = (
                f"<{variable.tag}> {variable.name!r}, a continuous variable that is not known: exact inference needs it"
            )
            raise unsupported(variable, what, network.scope)


def _posterior(network: _Network, asked: tuple[str, ...], names: tuple[str, ...]) -> Slot:
    """The probabilities of all combinations of the asked variables' values, as a matrix."""
    _require_known(network, names, network.variables[asked[0]] if asked else None)
    relevant = network.relevant(names)
    discrete = [variable for variable in relevant if isinstance(variable, DiscreteNode)]
    if len(discrete) > MOST_VARIABLES:
        raise unsupported(
            network.node, f"a posterior over {len(discrete)} variables (of {MOST_VARIABLES})", network.scope
        )
    labels = {variable.name: place for place, variable in enumerate(discrete, 1)}
    factors = tuple(_factor(network, variable, labels) for variable in discrete)
    seen = [variable for variable in discrete if variable.name in network.evidence]
    slots = [network.value(variable.name) for variable in seen]
    encoders = tuple(Encoder.of(each.values, slot.data_type) for each, slot in zip(seen, slots, strict=True))
    likelihoods, shapes = [], []
    for variable in relevant:
        if isinstance(variable, ContinuousNode) and variable.name in network.evidence:
            likelihoods.append(_likelihood(network, variable))
            shape = tuple(len(network.discrete(name).values) for name in variable.parents)
            shapes.append((shape, tuple(labels[name] for name in variable.parents)))
    posterior = Posterior(
        factors,
        tuple(labels[name] for name in asked),
        tuple(labels[variable.name] for variable in seen),
        encoders,
        tuple(shapes),
    )
    width = int(np.prod([len(network.discrete(name).values) for name in asked], dtype=np.int64))
    return network.scope.builder.emit(posterior, *slots, *likelihoods, sample=np.empty((0, width)))


def _factor(network: _Network, variable: DiscreteNode, labels: dict[str, int]) -> Factor:
    """A variable's probabilities given its parents': an axis per parent, then its own."""
    with network.scope.compilation.at(variable):
        parents = [network.discrete(name) for name in variable.parents]
        table = np.zeros((*(len(parent.values) for parent in parents), len(variable.values)))
        places = {value: place for place, value in enumerate(variable.values)}
        for row in variable.table:
            index = _index({each.parent: each.value for each in row.parents}, parents)
            for each in row.values:
                table[(*index, places[each.value])] = each.probability
        for each in variable.prior:
            table[..., places[each.value]] = each.probability
    return Factor(table, (*(labels[parent.name] for parent in parents), labels[variable.name]))


def _index(values: dict[str, str], parents: list[DiscreteNode]) -> tuple[int, ...]:
    """The cell of a combination of parents' values; ValueError for one that is none."""
    index = []
    for parent in parents:
        if values.get(parent.name) not in parent.values:
            raise ValueError(
                f"gives parent {parent.name!r} the value {values.get(parent.name)!r}, which it cannot have"
            )
        index.append(parent.values.index(values[parent.name]))
    return tuple(index)


def _by_parents(network: _Network, variable: ContinuousNode) -> list[Distribution]:
    """The distribution for each combination of the parents' values, the last parent's changing fastest."""
    with network.scope.compilation.at(variable):
        parents = [network.discrete(name) for name in variable.parents]
        if not parents:
            if not variable.distributions:
                raise ValueError("has no distribution")
            return [variable.distributions[0].distribution]
        known = {
            _index({each.parent: each.value for each in row.parents}, parents): row.distribution.distribution
            for row in variable.table
        }
        cells = list(itertools.product(*(range(len(parent.values)) for parent in parents)))
        if len(known) != len(cells):
            raise ValueError(f"has distributions for {len(known)} of {len(cells)} combinations of its parents' values")
        return [known[cell] for cell in cells]


def _likelihood(network: _Network, variable: ContinuousNode) -> Slot:
    builder, scope = network.scope.builder, network.scope
    distributions = _by_parents(network, variable)
    parameters: list[Slot] = []
    for distribution in distributions:
        with scope.compilation.at(distribution):
            parameters += [lower_expression(each.expression, scope) for each in distribution.parameters]
    densities = tuple(FORMULAS[type(distribution)][0] for distribution in distributions)
    counts = tuple(len(distribution.needed) for distribution in distributions)
    sample = np.empty((0, len(distributions)))
    return builder.emit(Likelihood(densities, counts), network.value(variable.name), *parameters, sample=sample)
