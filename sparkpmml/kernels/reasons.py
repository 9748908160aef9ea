"""Scorecards: points by reason code, and the codes from most points to least."""

from __future__ import annotations

import numpy as np
from numba import types
from numpy.typing import NDArray

from sparkpmml.kernels.jit import array, inline, kernel

_STRIP = 512
"""Rows at a time: what is kept of them stays in the processor's nearest cache."""

_BELOW_ZERO = np.nextafter(0.0, -1.0)
"""The greatest number that is no points: what is greater is 0 of either sign, or more."""

_POINTS = types.Array(types.float64, 2, "C")
_CODES = types.Array(types.int32, 1, "C")


@kernel(array(types.int64), array(types.float64), _POINTS)
def add_points(codes: NDArray[np.int64], own: NDArray[np.float64], points: NDArray[np.float64]) -> None:
    """points[codes[row], row] += own[row], from 0 where there is NaN: no points so far."""
    for row in range(len(codes)):
        before = points[codes[row], row]
        points[codes[row], row] = own[row] if np.isnan(before) else before + own[row]


@inline
def _find_next(points, start, size, ceiling, above, codes):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Of a strip of rows the code of the most points of 0 or more that comes after code `above` of `ceiling` points.

    A code after the other, and no step depends on what is true of a row, so that the loops become vectors. Codes are
    kept as doubles, as wide as the points.
    """
    best, found = np.empty(_STRIP), np.empty(_STRIP)
    for i in range(size):
        best[i], found[i] = _BELOW_ZERO, -1.0
    for code in range(points.shape[0]):
        this = np.float64(code)
        for i in range(size):
            own = points[code, start + i]
            tied = own if this > above[i] else -1.0
            own = own if own < ceiling[i] else (tied if own == ceiling[i] else -1.0)
            most = best[i]
            found[i] = this if own > most else found[i]
            best[i] = own if own > most else most
    for i in range(size):
        codes[start + i] = np.int32(found[i])


@kernel(array(types.float64, 2), _CODES)
def first_reasons(points: NDArray[np.float64], codes: NDArray[np.int32]) -> None:
    """codes[row]: that of the most points, of equals the first; -1 where none of float64[codes, n] is 0 or more."""
    ceiling, above = np.full(_STRIP, np.inf), np.full(_STRIP, -1.0)
    for start in range(0, len(codes), _STRIP):
        _find_next(points, start, min(_STRIP, len(codes) - start), ceiling, above, codes)


@kernel(array(types.float64, 2), array(types.int32), _CODES)
def next_reasons(points: NDArray[np.float64], before: NDArray[np.int32], codes: NDArray[np.int32]) -> None:
    """As `first_reasons`, the code that follows `before`; none follows -1."""
    ceiling, above = np.empty(_STRIP), np.empty(_STRIP)
    for start in range(0, len(codes), _STRIP):
        size = min(_STRIP, len(codes) - start)
        for i in range(size):
            code = before[start + i]
            ceiling[i], above[i] = points[max(code, 0), start + i] if code >= 0 else -np.inf, code
        _find_next(points, start, size, ceiling, above, codes)
