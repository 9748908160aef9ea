"""The chi-square distribution's upper tail, by series and continued fraction of the incomplete gamma function."""

from __future__ import annotations

import math

import numpy as np
from numba import types
from numpy.typing import NDArray

from sparkpmml.kernels.jit import array, inline, kernel

_MOST_TERMS = 10_000
_PRECISION = 1e-16
_TINY = 1e-300


@inline
def _lower_series(shape: float, x: float) -> float:
    """P(shape, x) for x < shape + 1."""
    term = total = 1.0 / shape
    for step in range(1, _MOST_TERMS):
        term *= x / (shape + step)
        total += term
        if term < total * _PRECISION:
            break
    return total * math.exp(-x + shape * math.log(x) - math.lgamma(shape))


@inline
def _upper_fraction(shape: float, x: float) -> float:
    """Q(shape, x) for x >= shape + 1, by Lentz's method."""
    b = x + 1.0 - shape
    c = 1.0 / _TINY
    d = 1.0 / b
    result = d
    for step in range(1, _MOST_TERMS):
        a = -step * (step - shape)
        b += 2.0
        d = a * d + b
        if abs(d) < _TINY:
            d = _TINY
        c = b + a / c
        if abs(c) < _TINY:
            c = _TINY
        d = 1.0 / d
        change = d * c
        result *= change
        if abs(change - 1.0) < _PRECISION:
            break
    return result * math.exp(-x + shape * math.log(x) - math.lgamma(shape))


@kernel(array(types.float64), array(types.float64), types.Array(types.float64, 1, "C"))
def _survival(values: NDArray[np.float64], freedom: NDArray[np.float64], result: NDArray[np.float64]) -> None:
    for i in range(len(values)):
        x, shape = values[i] / 2.0, freedom[i] / 2.0
        if math.isnan(x) or not shape > 0.0:
            result[i] = math.nan
        elif x <= 0.0:
            result[i] = 1.0
        elif math.isinf(x):
            result[i] = 0.0
        elif x < shape + 1.0:
            result[i] = 1.0 - _lower_series(shape, x)
        else:
            result[i] = _upper_fraction(shape, x)


def survival(values: NDArray[np.float64], freedom: NDArray[np.float64]) -> NDArray[np.float64]:
    """float64[n]: the probability of more than the value, given float64[n] degrees of freedom; NaN for none."""
    result = np.empty(len(values))
    _survival(np.ascontiguousarray(values), np.ascontiguousarray(freedom, dtype=np.float64), result)
    return result
