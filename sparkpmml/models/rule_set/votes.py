"""Which rules fire, and what that says for each class.

Every criterion puts the classes of the rules that fire in an order, and names one rule per class: its leader.

| criterion   | the leader of a class is         | classes in order of      | confidence of a class                  |
|-------------|----------------------------------|--------------------------|----------------------------------------|
| firstHit    | its first rule                   | their leaders            | its leader's                           |
| weightedMax | its heaviest rule, the first     | their leaders' weights   | its leader's                           |
| weightedSum | its heaviest rule, the first     | their weights, added up  | its confidences over the rules' number |
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.scores import Matrix, pick
from sparkpmml.runtime.column import Column, Mask

Leads = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rules:
    """The simple rules in the document's order: by rule its class, its confidence and its weight."""

    classes: tuple[int, ...]
    confidences: tuple[float, ...]
    weights: tuple[float, ...]
    width: int

    def by_weight(self) -> tuple[int, ...]:
        """The rules from the heaviest to the lightest, of equals the first of the document first."""
        return tuple(sorted(range(len(self.weights)), key=lambda rule: -self.weights[rule]))


def _fires(condition: Column) -> Mask:
    """An unknown condition does not fire."""
    fires: Mask = condition.values & ~condition.is_missing()
    return fires


def _rows(conditions: tuple[Column, ...]) -> int:
    shape = np.broadcast_shapes((1,), *[condition.values.shape for condition in conditions])
    return int(shape[0])


@dataclass(frozen=True, slots=True)
class Leaders:
    """The operation: int64[n, classes], where in `order` the first rule of a class that fires is; -1 where none is."""

    rules: Rules
    order: tuple[int, ...]

    def __call__(self, *conditions: Column) -> Leads:
        leads = np.full((self.rules.width, _rows(conditions)), -1)
        for place, rule in reversed(list(enumerate(self.order))):
            row = leads[self.rules.classes[rule]]
            row[:] = np.where(_fires(conditions[rule]), place, row)
        return leads.T


@dataclass(frozen=True, slots=True)
class Totals:
    """The operation: float64[n, classes], per class the sum of its firing rules' `values`, one value per rule."""

    rules: Rules
    values: tuple[float, ...]

    def __call__(self, *conditions: Column) -> Matrix:
        totals = np.zeros((self.rules.width, _rows(conditions)))
        for kind, value, condition in zip(self.rules.classes, self.values, conditions, strict=True):
            totals[kind] += np.where(_fires(condition), value, 0.0)
        return totals.T


@dataclass(frozen=True, slots=True)
class Places:
    """The operation: float64[n, classes], higher for a class whose leader comes earlier; NaN for one without."""

    def __call__(self, leads: Leads) -> Matrix:
        return np.where(leads < 0, np.nan, -leads.astype(np.float64))


@dataclass(frozen=True, slots=True)
class WhereLed:
    """The operation: a matrix, NaN for classes of which no rule fires."""

    def __call__(self, values: Matrix, leads: Leads) -> Matrix:
        return np.where(leads < 0, np.nan, values)


@dataclass(frozen=True, slots=True)
class ClassOrder:
    """The operation: int64[n, classes], the classes from the highest vote to the lowest, then -1."""

    def __call__(self, votes: Matrix) -> Leads:
        order = np.argsort(-votes, axis=1, kind="stable")  # NaN comes last
        return np.where(np.isnan(np.take_along_axis(votes, order, axis=1)), -1, order)


@dataclass(frozen=True, slots=True, eq=False)
class ClassOfRank:
    """The operation: the class of a rank, from 0; `default` where no rule fires."""

    labels: Column
    rank: int
    default: int | None

    def __call__(self, order: Leads) -> Column:
        chosen = order[:, self.rank]
        if self.default is not None:
            chosen = np.where(chosen < 0, self.default, chosen)
        return pick(self.labels, np.maximum(chosen, 0), chosen < 0)


@dataclass(frozen=True, slots=True, eq=False)
class RuleOfRank:
    """The operation: the leader of the class of a rank, from 0; `ids` are the rules' names in the leaders' order."""

    ids: Column
    rank: int

    def __call__(self, order: Leads, leads: Leads) -> Column:
        kind = order[:, self.rank]
        place = np.take_along_axis(leads, np.maximum(kind, 0)[:, None], axis=1)[:, 0]
        place = np.where(kind < 0, -1, place)
        return pick(self.ids, np.maximum(place, 0), place < 0)


@dataclass(frozen=True, slots=True)
class LeaderConfidences:
    """The operation: float64[n, classes], the confidence of each class's leader; `confidences` in leaders' order."""

    confidences: tuple[float, ...]

    def __call__(self, leads: Leads) -> Matrix:
        table = np.array([*self.confidences, np.nan])
        return table[leads]  # -1 is the NaN at the end


@dataclass(frozen=True, slots=True)
class SharedConfidences:
    """The operation: per class its rules' confidences over the number of all rules that fire; NaN where none does."""

    def __call__(self, totals: Matrix, counts: Matrix) -> Matrix:
        fired = counts.sum(axis=1, keepdims=True)
        return np.where(counts > 0, totals / np.maximum(fired, 1.0), np.nan)


@dataclass(frozen=True, slots=True)
class DefaultConfidence:
    """The operation: the confidences, and that of the default class where no rule fires."""

    kind: int
    confidence: float

    def __call__(self, confidences: Matrix) -> Matrix:
        none = np.isnan(confidences).all(axis=1)
        filled = confidences.copy()
        filled[none, self.kind] = self.confidence
        return filled


@dataclass(frozen=True, slots=True)
class NoConfidence:
    """The operation: the confidences, 0 for a class of which no rule fires where another class has one."""

    def __call__(self, confidences: Matrix) -> Matrix:
        unknown = np.isnan(confidences)
        return np.where(unknown & ~unknown.all(axis=1, keepdims=True), 0.0, confidences)
