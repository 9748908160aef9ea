"""Scorecards: points by reason code, and the codes from most points to least."""

from __future__ import annotations

import numpy as np
from numba import types
from numpy.typing import NDArray

from sparkpmml.kernels.jit import array, kernel


@kernel(array(types.int64), array(types.float64), types.float64, types.float64, types.Array(types.float64, 2, "C"))
def add_points(
    codes: NDArray[np.int64], partial: NDArray[np.float64], baseline: float, sign: float, points: NDArray[np.float64]
) -> None:
    """points[row, codes[row]] += sign * (baseline - partial[row]), from 0 where there is NaN: no points so far."""
    for row in range(len(codes)):
        own = sign * (baseline - partial[row])
        before = points[row, codes[row]]
        points[row, codes[row]] = own if np.isnan(before) else before + own


@kernel(array(types.float64, 2), types.Array(types.int64, 2, "C"))
def _order(points: NDArray[np.float64], order: NDArray[np.int64]) -> None:
    """By insertion: few codes have points, and of equals the first stays first."""
    for row in range(points.shape[0]):
        count = 0
        for code in range(points.shape[1]):
            own = points[row, code]
            if own >= 0.0:
                place = count
                while place > 0 and points[row, order[row, place - 1]] < own:
                    order[row, place] = order[row, place - 1]
                    place -= 1
                order[row, place] = code
                count += 1
        for place in range(count, points.shape[1]):
            order[row, place] = -1


def order_points(points: NDArray[np.float64]) -> NDArray[np.int64]:
    """int64[n, codes]: by row of float64[n, codes] the codes with points of 0 or more, most points first; then -1."""
    order = np.empty(points.shape, dtype=np.int64)
    _order(np.ascontiguousarray(points), order)
    return order
