"""Entities (classes, clusters) from best to worst by their scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.builder import Builder, Slot
from sparkpmml.compiler.result import Scores
from sparkpmml.compiler.scores import Matrix, find_highest, find_lowest, pick
from sparkpmml.runtime.column import Column, numbers

Order = NDArray[np.int64]
"""int64[n, k]: by rank the entity's place, -1 where there is none."""


@dataclass(frozen=True, slots=True, eq=False)
class Best:
    """The operation: the label of the lowest score (`highest`: of the highest), the first of equals.

    A score that is not known (NaN) is never the best; missing where none is known.
    """

    labels: Column
    highest: bool

    def __call__(self, scores: Matrix) -> Column:
        return pick(self.labels, *(find_highest if self.highest else find_lowest)(scores))


@dataclass(frozen=True, slots=True)
class Sort:
    """The operation: the order of the scores, equal ones in document order."""

    descending: bool

    def __call__(self, scores: Matrix) -> Order:
        order = np.argsort(-scores if self.descending else scores, axis=1, kind="stable")
        known = ~np.isnan(np.take_along_axis(scores, order, axis=1))
        return np.where(known, order, -1)


@dataclass(frozen=True, slots=True, eq=False)
class RankedLabel:
    """The operation: the label of the entity that has the rank (from 0)."""

    rank: int
    labels: Column

    def __call__(self, order: Order) -> Column:
        index = order[:, self.rank]
        return pick(self.labels, np.maximum(index, 0), index < 0)


@dataclass(frozen=True, slots=True)
class RankedScore:
    """The operation: the score of the entity that has the rank (from 0)."""

    rank: int

    def __call__(self, order: Order, scores: Matrix) -> Column:
        index = order[:, self.rank]
        picked = np.take_along_axis(scores, np.maximum(index, 0)[:, None], axis=1)[:, 0]
        return numbers(np.where(index < 0, np.nan, picked))


def rank_features(builder: Builder, scores: Scores, ids: Column, descending: bool) -> dict[str, tuple[Slot, ...]]:
    """The output features entityId and affinity by rank."""
    ranks = range(len(scores.labels))
    order = builder.emit(Sort(descending), scores.slot, sample=np.empty((0, len(scores.labels)), np.int64))
    return {
        "entityId": tuple(builder.emit(RankedLabel(rank, ids), order) for rank in ranks),
        "affinity": tuple(builder.emit(RankedScore(rank), order, scores.slot) for rank in ranks),
    }
