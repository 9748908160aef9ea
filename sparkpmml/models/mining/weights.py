"""What segments count for, and what a missing prediction of one does (specification: MultipleModels)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sparkpmml.kernels.rows import some
from sparkpmml.runtime.column import Column, Mask


@dataclass(frozen=True, slots=True)
class Treatment:
    """What a missing prediction of an active segment does to a row: `missingPredictionTreatment` and threshold."""

    how: str
    threshold: float

    def excluded(self, active: Mask, missing: Mask, weights: NDArray[np.float64]) -> Mask:
        """bool[n]: rows that have no result; `active` and `missing` are bool[n, segments]."""
        absent = active & missing
        if self.how != "skipSegment":
            return some(absent) | ~some(active)
        total = (active * weights).sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = (absent * weights).sum(axis=1) / total
        result: Mask = (share > self.threshold) | ~some(active & ~missing)
        return result


@dataclass(frozen=True, slots=True)
class Weights:
    """The segments' weights; those at the places `varying` are columns of numbers, in place of the one number."""

    constant: tuple[float, ...]
    varying: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.constant)

    def of(self, columns: Sequence[Column], active: Mask) -> NDArray[np.float64]:
        """float64[segments], or [n, segments] where some vary: NaN where an active segment's weight is missing."""
        weights = np.array(self.constant)
        if not self.varying:
            return weights
        table = np.where(active, weights, 0.0)
        for place, column in zip(self.varying, columns, strict=True):
            table[:, place] = np.where(active[:, place], column.as_double(), 0.0)
        return table


def unknown(weights: NDArray[np.float64]) -> Mask:
    """bool[n], or one for all rows: is the weight of an active segment missing?"""
    return np.asarray(np.isnan(weights).any(axis=-1), dtype=np.bool_)
