"""The normal distribution to double precision."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import types
from numpy.typing import NDArray

from sparkpmml.kernels.jit import array, kernel

Doubles = NDArray[np.float64]


@kernel(array(types.float64), types.Array(types.float64, 1, "C"))
def _erf(values: Doubles, result: Doubles) -> None:
    for i in range(len(values)):
        result[i] = math.erf(values[i])


@kernel(array(types.float64), types.Array(types.float64, 1, "C"))
def _erfc(values: Doubles, result: Doubles) -> None:
    for i in range(len(values)):
        result[i] = math.erfc(values[i])


def error_function(values: Doubles) -> Doubles:
    """float64[n]: erf."""
    result = np.empty(len(values))
    _erf(np.ascontiguousarray(values), result)
    return result


def distribution(values: Doubles) -> Doubles:
    """float64[n]: the standard normal's probability of less than the value, exact in both tails."""
    result = np.empty(len(values))
    _erfc(np.ascontiguousarray(values * -math.sqrt(0.5)), result)
    return result * 0.5


def density(values: Doubles) -> Doubles:
    """float64[n]: the standard normal's density."""
    result: Doubles = np.exp(-0.5 * values * values) / math.sqrt(2 * math.pi)
    return result


def quantile(probabilities: Doubles) -> Doubles:
    """float64[n]: the inverse of `distribution`: -inf at 0, inf at 1, NaN outside.

    Wichura, "Algorithm AS 241: The Percentage Points of the Normal Distribution", Applied Statistics 37 (1988):
    ratios of polynomials for the centre, the flanks and the tails, accurate to about 1 part in 10**16.
    """
    offset = probabilities - 0.5
    with np.errstate(all="ignore"):
        tail = np.sqrt(-np.log(np.where(offset < 0, probabilities, 1.0 - probabilities)))
        flank = _ratio(tail - 1.6, _FLANK)
        far = _ratio(tail - 5.0, _TAIL)
        centre = offset * _ratio(0.180625 - offset * offset, _CENTRE)
    outer = np.copysign(np.where(tail <= 5.0, flank, far), offset)
    outer = np.where(np.isinf(tail), np.copysign(np.inf, offset), outer)
    result: Doubles = np.where(np.abs(offset) <= 0.425, centre, outer)
    return result


def _ratio(values: Doubles, polynomials: tuple[tuple[float, ...], tuple[float, ...]]) -> Any:
    """Both polynomials have their highest power first."""
    numerator, denominator = polynomials
    return np.polyval(numerator, values) / np.polyval(denominator, values)


_CENTRE = (
    (
        2509.0809287301227,
        33430.57558358813,
        67265.7709270087,
        45921.95393154987,
        13731.69376550946,
        1971.5909503065513,
        133.14166789178438,
        3.3871328727963665,
    ),
    (
        5226.495278852854,
        28729.085735721943,
        39307.89580009271,
        21213.794301586597,
        5394.196021424751,
        687.1870074920579,
        42.31333070160091,
        1.0,
    ),
)
_FLANK = (
    (
        0.0007745450142783414,
        0.022723844989269184,
        0.2417807251774506,
        1.2704582524523684,
        3.6478483247632045,
        5.769497221460691,
        4.630337846156546,
        1.4234371107496835,
    ),
    (
        1.0507500716444169e-09,
        0.0005475938084995345,
        0.015198666563616457,
        0.14810397642748008,
        0.6897673349851,
        1.6763848301838038,
        2.053191626637759,
        1.0,
    ),
)
_TAIL = (
    (
        2.0103343992922881e-07,
        2.7115555687434876e-05,
        0.0012426609473880784,
        0.026532189526576124,
        0.29656057182850487,
        1.7848265399172913,
        5.463784911164114,
        6.657904643501103,
    ),
    (
        2.0442631033899397e-15,
        1.421511758316446e-07,
        1.8463183175100548e-05,
        0.0007868691311456133,
        0.014875361290850615,
        0.1369298809227358,
        0.599832206555888,
        1.0,
    ),
)
