"""Operations on matrices of class scores."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.builder import Builder, Slot
from sparkpmml.compiler.result import Scores, TargetInfo
from sparkpmml.datatypes import DataType
from sparkpmml.kernels.rows import every
from sparkpmml.runtime.cast import parse_value
from sparkpmml.runtime.column import Array, Column, Mask, codes, numbers, storage_type, with_missing
from sparkpmml.runtime.design import row_blocks

Matrix = NDArray[np.float64]

_CELLS = 1 << 18
"""Of scores compared at a time: enough that of narrow matrices the calls cost little."""


def label_column(labels: tuple[str, ...], data_type: DataType | None) -> Column:
    """The labels as a column of the target's type, or of strings when one of them is no value of that type."""
    if data_type in (None, DataType.STRING):
        return codes(np.arange(len(labels)), labels)
    try:
        values = np.array([parse_value(label, data_type) for label in labels], dtype=storage_type(data_type))
    except ValueError:
        return codes(np.arange(len(labels)), labels)
    return Column(data_type, values)


def pick(column: Column, index: Array, missing: Mask) -> Column:
    """`column[index]` row by row, missing where `missing`; the index there may be anything within range."""
    absent = None if column.missing is None else column.missing.take(index)
    picked = replace(column, values=column.values.take(index), missing=absent)
    return with_missing(picked, missing) if missing.any() else picked


def find_highest(scores: Matrix) -> tuple[Array, Mask]:
    """(each row's column of the highest score, the first of equals; the rows where no score is known)."""
    return _find_extreme(scores, np.greater, np.fmax)


def find_lowest(scores: Matrix) -> tuple[Array, Mask]:
    """As `find_highest`, of the lowest score."""
    return _find_extreme(scores, np.less, np.fmin)


def _find_extreme(scores: Matrix, is_better: np.ufunc, better: np.ufunc) -> tuple[Array, Mask]:
    """A column after the other, and no step depends on what is true of a row.

    Measured with 2 and 10 columns, ns a row: numpy's argmax of short rows 8 and 26, places assigned under a mask, which
    branches, 21 and 64, this one 0.8 and 6.
    """
    rows, count = scores.shape
    kind = np.int8 if count <= np.iinfo(np.int8).max else np.int32
    index, unknown = np.zeros(rows, kind), np.zeros(rows, np.bool_)
    for block in row_blocks(rows, count, _CELLS):
        best, *others = scores[block].T if scores.flags.f_contiguous else np.ascontiguousarray(scores[block].T)
        place_of_best, none_yet = index[block], np.isnan(best)
        some_none = none_yet.any()
        for place, column in enumerate(others, 1):
            is_new = is_better(column, best)
            if some_none:
                is_new |= none_yet & ~np.isnan(column)
                none_yet &= ~is_new
                some_none = none_yet.any()
            np.maximum(place_of_best, is_new.astype(kind) * kind(place), out=place_of_best)
            if place < len(others):
                best = better(best, column)
        unknown[block] = none_yet
    return index, unknown


@dataclass(frozen=True, slots=True, eq=False)
class Winner:
    """The operation: the label with the highest score, the first of equals; missing where no score is known."""

    labels: Column

    def __call__(self, scores: Matrix) -> Column:
        return pick(self.labels, *find_highest(scores))


@dataclass(frozen=True, slots=True)
class ScoreOf:
    """The operation: one label's scores as a double column."""

    index: int

    def __call__(self, scores: Matrix) -> Column:
        return numbers(scores[:, self.index])


@dataclass(frozen=True, slots=True)
class NoScore:
    """The operation: the score of a label that never wins: 0, missing where no score is known."""

    def __call__(self, scores: Matrix) -> Column:
        return numbers(np.where(every(np.isnan(scores)), np.nan, 0.0))


@dataclass(frozen=True, slots=True)
class Reorder:
    """The operation: the matrix's columns in another order; index -1 gives a column of zeros (NaN where all are)."""

    indices: tuple[int, ...]

    def __call__(self, scores: Matrix) -> Matrix:
        wide = np.empty((len(scores), len(self.indices)), order="F")
        nothing = np.where(every(np.isnan(scores)), np.nan, 0.0) if -1 in self.indices else None
        for position, index in enumerate(self.indices):
            wide[:, position] = nothing if index < 0 else scores[:, index]
        return wide


@dataclass(frozen=True, slots=True, eq=False)
class ScoreOfValue:
    """The operation: for each row the score of the label that a column holds; missing where it is none."""

    labels: tuple[str, ...]
    values: Column

    def __call__(self, scores: Matrix, column: Column) -> Column:
        if column.data_type is DataType.STRING:
            index = column.translate({label: i for i, label in enumerate(self.labels)}, unknown=-1, missing=-1)
        else:
            index = np.full(len(column), -1)
            for i, value in enumerate(self.values.values):
                index[(column.values == value) & ~column.is_missing()] = i
        picked = np.take_along_axis(scores, np.maximum(index, 0)[:, None], axis=1)[:, 0]
        return numbers(np.where(index < 0, np.nan, picked))


def winner(builder: Builder, scores: Scores, info: TargetInfo) -> Slot:
    """The predicted class, typed as the target."""
    return builder.emit(Winner(label_column(scores.labels, info.data_type)), scores.slot)


def align(builder: Builder, scores: Scores, labels: tuple[str, ...]) -> Slot:
    """The scores with their columns in the order of `labels`; a label without a column scores 0."""
    if scores.labels == labels:
        return scores.slot
    indices = tuple(scores.labels.index(label) if label in scores.labels else -1 for label in labels)
    sample = np.empty((0, len(labels)))
    return builder.emit(Reorder(indices), scores.slot, sample=sample)


def score_of(builder: Builder, scores: Scores, label: str) -> Slot | None:
    """One label's scores, or None when there is no such label."""
    if label not in scores.labels:
        return None
    return builder.emit(ScoreOf(scores.labels.index(label)), scores.slot)


def score_of_value(builder: Builder, scores: Scores, value: Slot) -> Slot:
    """For each row the score of the class that `value` holds."""
    values = label_column(scores.labels, value.data_type)
    return builder.emit(ScoreOfValue(scores.labels, values), scores.slot, value)
