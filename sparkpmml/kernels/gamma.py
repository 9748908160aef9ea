"""The logarithm of the gamma function to double precision."""

from __future__ import annotations

import math

import numpy as np
from numba import types
from numpy.typing import NDArray

from sparkpmml.kernels.jit import array, kernel

Doubles = NDArray[np.float64]


@kernel(array(types.float64), types.Array(types.float64, 1, "C"))
def _log_gamma(values: Doubles, result: Doubles) -> None:
    for i in range(len(values)):
        result[i] = math.lgamma(values[i])


def log_gamma(values: Doubles) -> Doubles:
    """float64[n]: the logarithm of the gamma function's absolute value."""
    result = np.empty(len(values))
    _log_gamma(np.ascontiguousarray(values), result)
    return result


def log_factorial(values: Doubles) -> Doubles:
    """float64[n]: ln x! of each value x > -1, by the gamma function between whole numbers."""
    return log_gamma(values + 1.0)
