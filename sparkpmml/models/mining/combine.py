"""Segments' results combined, row by row (specification: MultipleModels, multipleModelMethod, missing predictions)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.result import TargetInfo
from sparkpmml.compiler.scores import Matrix
from sparkpmml.datatypes import DataType
from sparkpmml.kernels.rows import every, row_shares, some
from sparkpmml.models.mining.weights import Treatment, Weights, unknown
from sparkpmml.runtime.cast import cast
from sparkpmml.runtime.column import Array, Column, Mask
from sparkpmml.runtime.encode import Encoder

_MEDIAN_TIE = 0.5


def no_scores(width: int) -> Matrix:
    """A matrix without rows."""
    return np.empty((0, width))


def _stack(columns: Sequence[Array], rows: int) -> Array:
    return np.stack([np.broadcast_to(column, (rows, *column.shape[1:])) for column in columns], axis=1)


def _rows(values: Sequence[Column | Matrix]) -> int:
    return next((len(value) for value in values if len(value) != 1), 1)


def _active(columns: Sequence[Column], rows: int) -> Mask:
    result: Mask = _stack([column.values for column in columns], rows)
    return result


def take_base_score(method: str, single: bool, info: TargetInfo) -> tuple[float, TargetInfo]:
    """(what a sum starts from, the target without it): the constant that `Targets` adds, in single precision.

    XGBoost starts from its base score, and rounds at every tree; its exports write the base score as a
    rescaleConstant, and adding that last would round otherwise. In double precision the sum starts from 0.
    """
    target = info.target
    if target is None or not single or method not in ("sum", "weightedSum"):
        return 0.0, info
    if target.rescale_factor != 1.0 or target.min is not None or target.max is not None:
        return 0.0, info
    return target.rescale_constant, replace(info, target=replace(target, rescale_constant=0.0))


@dataclass(frozen=True, slots=True)
class CombineNumbers:
    """The operation: the segments' numbers as one.

    Inputs: the values of s segments, where they are active, then the weights that vary.
    """

    method: str
    weights: Weights
    treatment: Treatment
    single: bool
    start: float = 0.0

    def __call__(self, *inputs: Column) -> Column:
        rows, count = _rows(inputs), len(self.weights)
        kind = np.float32 if self.single else np.float64
        values = _stack([column.as_double() for column in inputs[:count]], rows).astype(kind, copy=False)
        active, missing = _active(inputs[count : 2 * count], rows), np.isnan(values)
        weights = self.weights.of(inputs[2 * count :], active)
        excluded = self.treatment.excluded(active, missing, weights)
        used = active & ~missing
        if self.start:  # as one more segment, before all others
            first = np.full((rows, 1), self.start, kind)
            values, used = np.concatenate([first, values], axis=1), np.concatenate([first == first, used], axis=1)
            weights = np.concatenate([np.ones((*weights.shape[:-1], 1)), weights], axis=-1)
        combined = COMBINE[self.method](values, used, weights.astype(kind))
        if self.method.startswith("weighted"):
            excluded = excluded | unknown(weights)
        result = np.where(excluded, kind(np.nan), combined)
        return Column(DataType.FLOAT if self.single else DataType.DOUBLE, result)


@dataclass(frozen=True, slots=True)
class CombineScores:
    """The operation: the segments' class probabilities as one. Inputs as in CombineNumbers, with matrices [n, k]."""

    method: str
    weights: Weights
    treatment: Treatment
    width: int

    def __call__(self, *inputs: Column | Matrix) -> Matrix:
        rows, count = _rows(inputs), len(self.weights)
        scores = [np.broadcast_to(_matrix(each), (rows, self.width)) for each in inputs[:count]]
        others = [each for each in inputs[count:] if isinstance(each, Column)]
        active = _active(others[:count], rows)
        missing = np.stack([every(np.isnan(each)) for each in scores], axis=1)
        weights = self.weights.of(others[count:], active)
        excluded = self.treatment.excluded(active, missing, weights)
        used = active & ~missing
        if self.method in BOUNDS:
            combined = self._representative(scores, used, weights)
        else:
            columns = [
                COMBINE[self.method](np.stack([each[:, j] for each in scores], axis=1), used, weights)
                for j in range(self.width)
            ]
            combined = np.stack(columns, axis=1)
        if self.method.startswith("weighted"):
            excluded = excluded | unknown(weights)
        combined[excluded] = np.nan
        return combined

    def _representative(self, scores: Sequence[Matrix], used: Mask, weights: NDArray[np.float64]) -> Matrix:
        """The average of the segments that stand for the winning class.

        `max` and the medians take class by class the highest, or middle, probability. The class where this is highest
        wins, and the segments that hold that probability (of a median between two: either of them) are averaged.
        """
        stacked = np.stack(scores, axis=1)  # [n, s, k]
        bounds = [BOUNDS[self.method](stacked[:, :, j], used, weights) for j in range(self.width)]
        low, high = (np.stack(each, axis=1) for each in zip(*bounds, strict=True))
        middle = (low + high) / 2
        best = np.argmax(np.where(np.isnan(middle), -np.inf, middle), axis=1)[:, None]
        of_best = np.take_along_axis(stacked, best[:, None], axis=2)[:, :, 0]
        holds = (of_best == np.take_along_axis(low, best, axis=1)) | (of_best == np.take_along_axis(high, best, axis=1))
        holders = (holds & used)[:, :, None]
        with np.errstate(invalid="ignore", divide="ignore"):
            result: Matrix = np.where(holders, stacked, 0).sum(axis=1) / holders.sum(axis=1)
        return result


def _matrix(value: Column | Matrix) -> Matrix:
    if isinstance(value, Column):
        raise TypeError("class scores are needed here")
    return value


def _sum(values: Array, used: Mask, weights: Array) -> Array:
    """In document order, in the values' own precision."""
    total = np.zeros(len(values), values.dtype)
    for j in range(values.shape[1]):
        total += np.where(used[:, j], values[:, j], 0)
    return total


def _weighted_sum(values: Array, used: Mask, weights: Array) -> Array:
    return _sum(values * weights, used, weights)


def _average(values: Array, used: Mask, weights: Array) -> Array:
    with np.errstate(invalid="ignore", divide="ignore"):
        result: Array = _sum(values, used, weights) / used.sum(axis=1).astype(values.dtype)
    return result


def _weighted_average(values: Array, used: Mask, weights: Array) -> Array:
    total = _sum(np.broadcast_to(weights, values.shape), used, weights)
    with np.errstate(invalid="ignore", divide="ignore"):
        result: Array = _weighted_sum(values, used, weights) / total
    return result


def _max(values: Array, used: Mask, weights: Array) -> Array:
    result: Array = np.where(used, values, -np.inf).max(axis=1)
    return np.where(some(used), result, np.nan)


def _middle(values: Array, used: Mask, weights: Array) -> tuple[Array, Array]:
    """The middle value, twice; of an even number of values the two in the middle."""
    ordered = np.sort(np.where(used, values, np.nan), axis=1)  # NaN last
    count = used.sum(axis=1)
    low, high = np.maximum((count - 1) // 2, 0), np.minimum(count // 2, values.shape[1] - 1)
    rows = np.arange(len(values))
    return ordered[rows, low], ordered[rows, high]


def _median(values: Array, used: Mask, weights: Array) -> Array:
    """The middle value; of an even number of values the mean of the two in the middle."""
    low, high = _middle(values, used, weights)
    result: Array = (low + high) / 2
    return result


def _weighted_median(values: Array, used: Mask, weights: Array) -> Array:
    """The first value in order at which half of the weight is reached."""
    order = np.argsort(np.where(used, values, np.nan), axis=1, kind="stable")
    ordered = np.take_along_axis(values, order, axis=1)
    shares = np.take_along_axis(np.where(used, weights, 0), order, axis=1).cumsum(axis=1)
    half = shares[:, -1:] * _MEDIAN_TIE
    place = np.argmax(shares >= half, axis=1)
    rows = np.arange(len(values))
    result: Array = ordered[rows, place]
    return result


COMBINE = {
    "sum": _sum,
    "weightedSum": _weighted_sum,
    "average": _average,
    "weightedAverage": _weighted_average,
    "max": _max,
    "median": _median,
    "weightedMedian": _weighted_median,
}
"""By method: values [n, s], which of them count bool[n, s], weights [s] -> [n]."""


def _twice(method: str) -> Callable[[Array, Mask, Array], tuple[Array, Array]]:
    def bounds(values: Array, used: Mask, weights: Array) -> tuple[Array, Array]:
        value = COMBINE[method](values, used, weights)
        return value, value

    return bounds


BOUNDS = {"max": _twice("max"), "median": _middle, "weightedMedian": _twice("weightedMedian")}
"""By method: arguments as above -> the values, [n] and [n], that lie in the middle, or on top."""


@dataclass(frozen=True, slots=True, eq=False)
class Ballot:
    """What may be voted for: the labels as values of a type, so that "2" is 2.0."""

    encoder: Encoder
    data_type: DataType

    @classmethod
    def of(cls, labels: Sequence[str], data_type: DataType | None) -> Ballot:
        """Of texts where the type is not known, or one of the labels is none of it."""
        try:
            kind = data_type or DataType.STRING
            return cls(Encoder.of(labels, kind), kind)
        except ValueError:
            return cls(Encoder.of(labels, DataType.STRING), DataType.STRING)

    def places(self, column: Column) -> NDArray[np.int32]:
        """int32[n]: which label each row's value is, -1 for none."""
        codes = self.encoder.encode(cast(column, self.data_type))
        return np.where(codes == self.encoder.size, -1, codes)


@dataclass(frozen=True, slots=True, eq=False)
class CountVotes:
    """The operation: shares of the votes, float64[n, k]. Inputs as in CombineNumbers, with predictions.

    `continue`: a missing prediction is a vote for "missing", which wins with the most votes, or with a share above the
    threshold; then the row has no result, as it has none under `returnMissing` when any prediction is missing.
    """

    ballot: Ballot
    weights: Weights
    treatment: Treatment

    def __call__(self, *inputs: Column) -> Matrix:
        rows, count = _rows(inputs), len(self.weights)
        active = _active(inputs[count : 2 * count], rows)
        weights = self.weights.of(inputs[2 * count :], active)
        each_row = np.broadcast_to(weights, active.shape)
        votes = np.zeros((rows, self.ballot.encoder.size))
        missing = np.zeros((rows, count), dtype=np.bool_)
        for j, column in enumerate(inputs[:count]):
            place = np.broadcast_to(self.ballot.places(column), rows)
            missing[:, j] = place < 0
            counted = np.flatnonzero(active[:, j] & (place >= 0))
            votes[counted, place[counted]] += each_row[counted, j]
        excluded = self._excluded(votes, active, missing, weights)
        with np.errstate(invalid="ignore", divide="ignore"):
            shares = row_shares(votes)
        shares[excluded | unknown(weights)] = np.nan
        return shares

    def _excluded(self, votes: Matrix, active: Mask, missing: Mask, weights: NDArray[np.float64]) -> Mask:
        if self.treatment.how == "continue":
            absent, total = ((active & missing) * weights).sum(axis=1), (active * weights).sum(axis=1)
            most = votes.max(axis=1) if votes.shape[1] else np.zeros(len(votes))
            too_many = absent > self.treatment.threshold * total
            excluded: Mask = (absent > most) | too_many | ~some(active & ~missing)
            return excluded
        return self.treatment.excluded(active, missing, weights)


def possible_values(value: Slot | None, categories: tuple[str, ...]) -> tuple[str, ...]:
    """The labels that a prediction without scores may have: what its steps know, else the declared ones."""
    if value is not None and isinstance(value.sample, Column) and value.sample.dictionary is not None:
        return tuple(value.sample.dictionary) or categories
    return categories
