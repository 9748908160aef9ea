"""The part of a Bayesian network whose continuous variables are normal and linear in each other.

Where no evidence depends on what is not known, only the first two moments of this count, which are those of the normal
distribution that has them: variables of other distributions may be among them.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.scope import unsupported
from sparkpmml.models.bayesian_network.formulas import FORMULAS
from sparkpmml.models.bayesian_network.gaussian import Gaussian, Linear, linear
from sparkpmml.models.bayesian_network.nodes import ContinuousNode, Distribution, NormalDistribution, Variable
from sparkpmml.models.bayesian_network.variables import Network, by_parents

MOST_COMBINATIONS = 4096


@dataclass(frozen=True, eq=False)
class GaussianBlock:
    """The variables, the discrete ones whose values choose their distributions, and known ones that these read."""

    names: tuple[str, ...]
    parents: tuple[str, ...]
    given: tuple[str, ...]
    gaussian: Gaussian

    @classmethod
    def of(cls, network: Network, relevant: Sequence[Variable]) -> GaussianBlock:
        """The block of these variables; UnsupportedMarkupError where one that is not known is not in it."""
        continuous = {each.name: each for each in relevant if isinstance(each, ContinuousNode)}
        by_moments = _depends_on_known(network, continuous)
        names = _linear_names(network, continuous, by_moments)
        for name, variable in continuous.items():
            outside = {name, *variable.sources} & network.unknown(relevant) if name not in names else set()
            if outside:
                hidden = ", ".join(sorted(outside))
                what = f"<{variable.tag}> {name!r}, not linear and normal, beside unknown values: {hidden}"
                raise unsupported(variable, what, network.scope)
        block = [continuous[name] for name in names]
        parents = tuple(dict.fromkeys(parent for each in block for parent in each.parents))
        given = tuple(dict.fromkeys(name for each in block for name in each.sources if name not in names))
        seen = tuple(place for place, name in enumerate(names) if name in network.evidence)
        return cls(names, parents, given, _gaussian(network, block, parents, given, seen, by_moments))

    def inputs(self, network: Network) -> list[Slot]:
        """The columns of the known variables, then of the given ones."""
        seen = [self.names[place] for place in self.gaussian.seen]
        return [network.value(name) for name in (*seen, *self.given)]


def _depends_on_known(network: Network, continuous: Mapping[str, ContinuousNode]) -> bool:
    """Does all evidence depend on evidence alone? Then it says nothing of the shape of what is not known."""
    known = [variable for name, variable in continuous.items() if name in network.evidence]
    return all(set(variable.sources) <= network.evidence for variable in known)


def _linear_names(network: Network, continuous: Mapping[str, ContinuousNode], by_moments: bool) -> tuple[str, ...]:
    """Those that are linear in each other, and in known ones."""
    names = {
        name
        for name, variable in continuous.items()
        if all(_parameters(each, by_moments and name not in network.evidence) for each in variable.all_distributions)
    }
    while True:
        kept = {name for name in names if set(continuous[name].sources) <= names | network.evidence}
        if kept == names:
            return tuple(name for name in continuous if name in names)
        names = kept


def _parameters(distribution: Distribution, by_moments: bool) -> tuple[Linear, float] | None:
    """The mean and the variance; None where they are no linear function and no positive number.

    Of distributions that are not normal, with constant parameters, where the first two moments are all that counts.
    """
    parameters = [linear(each.expression) for each in distribution.parameters]
    known = [each for each in parameters if each is not None]
    if len(known) < len(parameters):
        return None
    if isinstance(distribution, NormalDistribution):
        mean, variance = known
        return None if variance.weights or variance.constant <= 0 else (mean, variance.constant)
    if not by_moments or any(each.weights for each in known):
        return None
    _, mean_of, variance_of = FORMULAS[type(distribution)]
    values = [np.array(each.constant) for each in known]
    spread = float(variance_of(*values))
    return (Linear(float(mean_of(*values))), spread) if spread > 0 else None


def _gaussian(
    network: Network,
    block: Sequence[ContinuousNode],
    parents: tuple[str, ...],
    given: tuple[str, ...],
    seen: tuple[int, ...],
    by_moments: bool,
) -> Gaussian:
    shape = network.shape(parents)
    combinations = list(itertools.product(*(range(size) for size in shape)))
    if len(combinations) > MOST_COMBINATIONS:
        what = f"{len(combinations)} combinations of the values of {', '.join(parents)} (of {MOST_COMBINATIONS})"
        raise unsupported(network.node, what, network.scope)
    size, names = len(block), [variable.name for variable in block]
    constants, variances = np.zeros((2, len(combinations), size))
    weights = np.zeros((len(combinations), size, size))
    added = np.zeros((len(combinations), size, len(given)))
    for place, variable in enumerate(block):
        own = [parents.index(name) for name in variable.parents]
        moments = by_moments and variable.name not in network.evidence
        chosen = [_parameters(distribution, moments) for distribution in by_parents(network, variable)]
        parameters = [each for each in chosen if each is not None]  # all of them: the block holds no others
        places = np.ravel_multi_index(np.array(combinations).T[own], [shape[i] for i in own]) if own else None
        for number in range(len(combinations)):
            mean, variances[number, place] = parameters[0 if places is None else int(places[number])]
            constants[number, place] = mean.constant
            for name, weight in mean.weights.items():
                if name in names:
                    weights[number, place, names.index(name)] = weight
                else:
                    added[number, place, given.index(name)] = weight
    return Gaussian.of(constants, weights, added, variances, seen)
