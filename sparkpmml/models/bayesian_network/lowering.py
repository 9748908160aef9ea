"""BayesianNetworkModel: what is likely given what is known (specification: BayesianNetwork).

A target's posterior is exact: sums over the discrete variables that are not known, densities of the continuous ones
that are. Continuous variables that are not known, or that evidence depends on, must be normal and linear in each other
(see `bayesian_network.gaussian`): of others only sampling could say what is likely. Where no evidence depends on what
is not known, that may be of any distribution with constant parameters: means and deviations need its moments alone.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.expressions import lower_expression
from sparkpmml.compiler.lowering import register
from sparkpmml.compiler.result import Result, Scores, TargetInfo, target_info
from sparkpmml.compiler.scope import Scope, unsupported
from sparkpmml.compiler.scores import align, winner
from sparkpmml.models.bayesian_network.block import GaussianBlock
from sparkpmml.models.bayesian_network.formulas import FORMULAS
from sparkpmml.models.bayesian_network.gaussian import GaussianLikelihood, GaussianMixture
from sparkpmml.models.bayesian_network.inference import (
    MOST_CELLS,
    Factor,
    Likelihood,
    Mixture,
    Moment,
    Posterior,
)
from sparkpmml.models.bayesian_network.nodes import (
    BayesianNetworkModel,
    ContinuousNode,
    DiscreteNode,
    Variable,
)
from sparkpmml.models.bayesian_network.variables import Cells, Network, by_parents
from sparkpmml.runtime.encode import Encoder


@register
def _bayesian_network(node: BayesianNetworkModel, scope: Scope) -> Result:
    network = Network(node, scope)
    targets = [field.name for field in node.mining_schema.targets]
    if not targets:
        raise ValueError("has no target")
    results = {name: _target(network, name) for name in targets}
    first = results[targets[0]]
    return first if len(results) == 1 else replace(Result(info=first.info), targets=results)


def _target(network: Network, name: str) -> Result:
    info = target_info(network.node, network.scope.compilation, name)
    variable = network.variables.get(name)
    if isinstance(variable, DiscreteNode):
        return _classes(network, variable, info)
    if isinstance(variable, ContinuousNode):
        return _number(network, variable, info)
    raise ValueError(f"has no node for its target {name!r}")


def _classes(network: Network, target: DiscreteNode, info: TargetInfo) -> Result:
    builder = network.scope.builder
    posterior = _posterior(network, (target.name,), (target.name, *network.evidence))
    given = Scores(tuple(info.label(value) for value in target.values), posterior)
    labels = info.order(list(given.labels))
    probability = Scores(labels, align(builder, given, labels))
    return Result(info=info, value=winner(builder, probability, info), probability=probability)


def _number(network: Network, target: ContinuousNode, info: TargetInfo) -> Result:
    """The mean of the target's distributions, so likely as the evidence makes the values of its parents."""
    builder, scope = network.scope.builder, network.scope
    relevant = network.relevant((target.name, *network.evidence))
    if network.unknown(relevant) != {target.name} or target in network.relevant(network.evidence):
        return _linear_number(network, target, relevant, info)
    weights = _posterior(network, target.parents, (*target.parents, *network.evidence))
    moments: dict[bool, list[Slot]] = {False: [], True: []}
    for distribution in by_parents(network, target):
        with scope.compilation.at(distribution):
            parameters = [lower_expression(each.expression, scope) for each in distribution.parameters]
        _, mean, variance = FORMULAS[type(distribution)]
        moments[False].append(builder.emit(Moment(mean), *parameters))
        moments[True].append(builder.emit(Moment(variance), *parameters))
    inputs = (weights, *moments[False], *moments[True])
    value, deviation = builder.emit(Mixture(False), *inputs), builder.emit(Mixture(True), *inputs)
    return Result(info=info, value=value, features={"standardDeviation": (deviation,), "standardError": (deviation,)})


def _linear_number(
    network: Network, target: ContinuousNode, relevant: tuple[Variable, ...], info: TargetInfo
) -> Result:
    """The same, where other continuous variables are not known, or the evidence depends on the target."""
    builder, block = network.scope.builder, GaussianBlock.of(network, relevant)
    weights = _posterior(network, block.parents, (target.name, *network.evidence))
    place = block.names.index(target.name)
    value, deviation = (
        builder.emit(GaussianMixture(block.gaussian, place, asked), weights, *block.inputs(network))
        for asked in (False, True)
    )
    return Result(info=info, value=value, features={"standardDeviation": (deviation,), "standardError": (deviation,)})


def _posterior(network: Network, asked: tuple[str, ...], names: tuple[str, ...]) -> Slot:
    """The probabilities of all combinations of the asked variables' values, as a matrix."""
    builder, relevant = network.scope.builder, network.relevant(names)
    discrete = [variable for variable in relevant if isinstance(variable, DiscreteNode)]
    labels = {variable.name: place for place, variable in enumerate(discrete, 1)}
    factors = tuple(_factor(network, variable, labels) for variable in discrete)
    seen = [variable for variable in discrete if variable.name in network.evidence]
    slots = [network.value(variable.name) for variable in seen]
    encoders = tuple(Encoder.of(each.values, slot.data_type) for each, slot in zip(seen, slots, strict=True))
    block = GaussianBlock.of(network, relevant) if network.unknown(relevant) else None
    likelihoods, parents = [], []
    for variable in relevant:
        if isinstance(variable, ContinuousNode) and not (block is not None and variable.name in block.names):
            likelihoods.append(_likelihood(network, variable))
            parents.append(variable.parents)
    if block is not None and (inputs := block.inputs(network)):
        sample = np.empty((0, len(block.gaussian.means)))
        likelihoods.append(builder.emit(GaussianLikelihood(block.gaussian), *inputs, sample=sample))
        parents.append(block.parents)
    posterior = Posterior.of(
        factors,
        tuple(labels[name] for name in asked),
        tuple(labels[variable.name] for variable in seen),
        encoders,
        tuple((network.shape(each), tuple(labels[name] for name in each)) for each in parents),
    )
    if posterior.cells > MOST_CELLS:
        what = f"a posterior whose exact sums take a table of {posterior.cells} values for a row (of {MOST_CELLS})"
        raise unsupported(network.node, what, network.scope)
    width = int(np.prod(network.shape(asked), dtype=np.int64))
    return builder.emit(posterior, *slots, *likelihoods, sample=np.empty((0, width)))


def _factor(network: Network, variable: DiscreteNode, labels: dict[str, int]) -> Factor:
    """A variable's probabilities given its parents': an axis per parent, then its own."""
    with network.scope.compilation.at(variable):
        parents = [network.discrete(name) for name in variable.parents]
        cells = Cells(parents)
        table = np.zeros((*cells.shape, len(variable.values)))
        places = {value: place for place, value in enumerate(variable.values)}
        for row in variable.table:
            index = cells.index_of(row.parents)
            for each in row.values:
                table[(*index, places[each.value])] = each.probability
        for each in variable.prior:
            table[..., places[each.value]] = each.probability
    return Factor(table, (*(labels[parent.name] for parent in parents), labels[variable.name]))


def _likelihood(network: Network, variable: ContinuousNode) -> Slot:
    builder, scope = network.scope.builder, network.scope
    distributions = by_parents(network, variable)
    parameters: list[Slot] = []
    for distribution in distributions:
        with scope.compilation.at(distribution):
            parameters += [lower_expression(each.expression, scope) for each in distribution.parameters]
    densities = tuple(FORMULAS[type(distribution)][0] for distribution in distributions)
    counts = tuple(len(distribution.needed) for distribution in distributions)
    sample = np.empty((0, len(distributions)))
    return builder.emit(Likelihood(densities, counts), network.value(variable.name), *parameters, sample=sample)
