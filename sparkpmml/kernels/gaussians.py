"""Log densities of normal distributions, added up over fields."""

from __future__ import annotations

import numpy as np
from numba import types
from numpy.typing import NDArray

from sparkpmml.kernels.jit import array, kernel

_MATRIX = array(types.float64, 2)
_TILE = 128


@kernel(_MATRIX, _MATRIX, _MATRIX, _MATRIX, array(types.float64), types.Array(types.float64, 2, "C"))
def add_log_densities(
    x: NDArray[np.float64],
    means: NDArray[np.float64],
    variances: NDArray[np.float64],
    constants: NDArray[np.float64],
    floors: NDArray[np.float64],
    totals: NDArray[np.float64],
) -> None:
    """totals[j, row] += max(-((x[f, row] - mean)² / variance + constant) / 2, floor of f), field after field.

    x float64[p, n], parameters float64[p, k], floors float64[p], totals float64[k, n]. A missing x (NaN) adds nothing.
    The innermost loop runs over rows that lie side by side: the compiler makes vector instructions of it.
    """
    for first in range(0, x.shape[1], _TILE):
        last = min(first + _TILE, x.shape[1])
        for j in range(means.shape[1]):
            total = totals[j, first:last]
            for f in range(x.shape[0]):
                values, floor = x[f, first:last], floors[f]
                mean, variance, constant = means[f, j], variances[f, j], constants[f, j]
                for row in range(len(total)):
                    value = values[row]
                    deviation = value - mean
                    density = -0.5 * (deviation * deviation / variance + constant)
                    density = density if density > floor else floor
                    total[row] += density if value == value else 0.0
