"""Cumulative sums that never fall below a value."""

from __future__ import annotations

import math

import numpy as np
from numba import types
from numpy.typing import NDArray

from sparkpmml.kernels.jit import array, kernel


@kernel(array(types.int64), array(types.float64), types.float64, types.Array(types.float64, 1, "C"))
def _cusum(offsets: NDArray[np.int64], gains: NDArray[np.float64], reset: float, sums: NDArray[np.float64]) -> None:
    for row in range(len(sums)):
        total = 0.0
        for place in range(offsets[row], offsets[row + 1]):
            if not math.isnan(gains[place]):
                total = max(reset, total + gains[place])
        sums[row] = total


def cusum(offsets: NDArray[np.int64], gains: NDArray[np.float64], reset: float) -> NDArray[np.float64]:
    """float64[n]: the sum of `gains[offsets[i]:offsets[i + 1]]`, raised to `reset` after each; NaN adds nothing."""
    sums = np.empty(len(offsets) - 1)
    _cusum(np.ascontiguousarray(offsets, dtype=np.int64), np.ascontiguousarray(gains), reset, sums)
    return sums
