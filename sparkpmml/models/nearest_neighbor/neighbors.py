"""The nearest instances of each record, and what they answer together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.scores import Matrix, pick
from sparkpmml.kernels.distances import select_lowest
from sparkpmml.kernels.rows import row_shares
from sparkpmml.models.comparison import Comparison
from sparkpmml.runtime.column import Column, numbers
from sparkpmml.runtime.design import batch_rows, design_blocks

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Neighbors:
    """The k nearest instances of n records: int64[n, k] places, -1 where there is none; float64[n, k] distances."""

    places: NDArray[np.int64]
    distances: Matrix

    def __len__(self) -> int:
        return len(self.places)

    @property
    def is_missing(self) -> NDArray[np.bool_]:
        """bool[n]: records that cannot be compared."""
        missing: NDArray[np.bool_] = self.places[:, 0] < 0
        return missing

    def weights(self, threshold: float, is_similarity: bool) -> Matrix:
        """float64[n, k]: the inverse of distance plus threshold; similarities are weights themselves.

        Where an inverse is infinite (no distance, no threshold) only such neighbours count.
        """
        if is_similarity:
            return self.distances
        with np.errstate(divide="ignore"):
            inverse: Matrix = 1 / (self.distances + threshold)
        infinite = np.isinf(inverse)
        alone = np.logical_or.reduce(infinite, axis=1, keepdims=True)
        return np.where(alone, infinite, inverse)


@dataclass(frozen=True, slots=True, eq=False)
class FindNeighbors:
    """The operation: the `count` instances nearest to each record, of equal ones the first in the document."""

    comparison: Comparison
    count: int
    is_similarity: bool

    def __call__(self, *columns: Column) -> Neighbors:
        rows, fields = batch_rows(columns), self.comparison.numbers_of(columns)
        found = Neighbors(np.empty((rows, self.count), np.int64), np.empty((rows, self.count)))
        for block, x in design_blocks(fields, rows, self.comparison.width):
            compared = np.ascontiguousarray(self.comparison(x))
            if self.is_similarity:
                compared = -compared
            compared[np.isnan(compared)] = np.inf
            places, lowest = found.places[block], found.distances[block]
            select_lowest(compared, places, lowest)
            places[np.isinf(lowest)] = -1
        if self.is_similarity:
            np.negative(found.distances, out=found.distances)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class NeighborLabel:
    """The operation: the label of the neighbour of a rank (from 0)."""

    rank: int
    labels: Column

    def __call__(self, neighbors: Neighbors) -> Column:
        index = neighbors.places[:, self.rank]
        return pick(self.labels, np.maximum(index, 0), index < 0)


@dataclass(frozen=True, slots=True)
class NeighborDistance:
    """The operation: the distance of the neighbour of a rank (from 0)."""

    rank: int

    def __call__(self, neighbors: Neighbors) -> Column:
        absent = neighbors.places[:, self.rank] < 0
        return numbers(np.where(absent, np.nan, neighbors.distances[:, self.rank]))


@dataclass(frozen=True, slots=True, eq=False)
class Vote:
    """The operation: each class's share of the neighbours' votes, float64[n, k]; `classes` int64[m] by instance."""

    classes: NDArray[np.int64]
    width: int
    is_weighted: bool
    threshold: float
    is_similarity: bool

    def __call__(self, neighbors: Neighbors) -> Matrix:
        weights = np.ones_like(neighbors.distances)
        if self.is_weighted:
            weights = neighbors.weights(self.threshold, self.is_similarity)
        votes = np.zeros((len(neighbors), self.width))
        rows = np.arange(len(neighbors))
        for rank in range(neighbors.places.shape[1]):
            place = neighbors.places[:, rank]
            votes[rows, self.classes[np.maximum(place, 0)]] += np.where(place < 0, 0, weights[:, rank])
        with np.errstate(divide="ignore", invalid="ignore"):
            return row_shares(votes)


@dataclass(frozen=True, slots=True, eq=False)
class Combine:
    """The operation: the neighbours' values as one: their average, weighted average or median; `values` float64[m]."""

    values: Vector
    method: str
    threshold: float
    is_similarity: bool

    def __call__(self, neighbors: Neighbors) -> Column:
        absent = neighbors.places < 0
        values = np.where(absent, np.nan, self.values[np.maximum(neighbors.places, 0)])
        if self.method == "median":
            return numbers(self._median(values, absent))
        weights = np.ones_like(values)
        if self.method == "weightedAverage":
            weights = neighbors.weights(self.threshold, self.is_similarity)
        weights = np.where(absent, 0, weights)
        with np.errstate(divide="ignore", invalid="ignore"):
            total = (np.where(absent, 0, values) * weights).sum(axis=1) / weights.sum(axis=1)
        return numbers(np.where(neighbors.is_missing, np.nan, total))

    def _median(self, values: Matrix, absent: NDArray[np.bool_]) -> Vector:
        """The middle value, of an even number the mean of the two in the middle."""
        ordered = np.sort(values, axis=1)  # NaN last
        count = (~absent).sum(axis=1)
        rows = np.arange(len(values))
        low, high = np.maximum(count - 1, 0) // 2, np.minimum(count // 2, values.shape[1] - 1)
        middle: Vector = (ordered[rows, low] + ordered[rows, high]) / 2
        return middle
