"""A Bayesian network's variables, what of them is known, and their distributions by their parents' values."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.expressions import lower_derived_field
from sparkpmml.compiler.scope import Scope
from sparkpmml.models.bayesian_network.nodes import (
    BayesianNetworkModel,
    ContinuousNode,
    DiscreteNode,
    Distribution,
    ParentValue,
    Variable,
)


@dataclass(frozen=True)
class Network:
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

    def unknown(self, variables: Iterable[Variable]) -> set[str]:
        """The names of those that are continuous, and no data."""
        names = {variable.name for variable in variables if isinstance(variable, ContinuousNode)}
        return names - self.evidence

    def shape(self, parents: Iterable[str]) -> tuple[int, ...]:
        """How many values each of the discrete variables has."""
        return tuple(len(self.discrete(name).values) for name in parents)

    def discrete(self, name: str) -> DiscreteNode:
        """ValueError where the parent of another is none."""
        variable = self.variables.get(name)
        if not isinstance(variable, DiscreteNode):
            raise ValueError(f"names a parent {name!r}, which is no DiscreteNode")
        return variable


class Cells:
    """The cells of a table that has a dimension for each of a variable's parents."""

    def __init__(self, parents: Iterable[DiscreteNode]) -> None:
        self._places = {parent.name: {value: place for place, value in enumerate(parent.values)} for parent in parents}

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(map(len, self._places.values()))

    def index_of(self, given: Iterable[ParentValue]) -> tuple[int, ...]:
        """The cell of a combination of parents' values; ValueError for one that is none."""
        values = {each.parent: each.value for each in given}
        index = []
        for name, places in self._places.items():
            place = places.get(values.get(name, ""))
            if name not in values or place is None:
                raise ValueError(f"gives parent {name!r} the value {values.get(name)!r}, which it cannot have")
            index.append(place)
        return tuple(index)


def by_parents(network: Network, variable: ContinuousNode) -> list[Distribution]:
    """The distribution for each combination of the parents' values, the last parent's changing fastest."""
    with network.scope.compilation.at(variable):
        parents = [network.discrete(name) for name in variable.parents]
        if not parents:
            if not variable.distributions:
                raise ValueError("has no distribution")
            return [variable.distributions[0].distribution]
        cells = Cells(parents)
        known = {cells.index_of(row.parents): row.distribution.distribution for row in variable.table}
        wanted = list(itertools.product(*map(range, cells.shape)))
        if len(known) != len(wanted):
            raise ValueError(f"has distributions for {len(known)} of {len(wanted)} combinations of its parents' values")
        return [known[cell] for cell in wanted]
