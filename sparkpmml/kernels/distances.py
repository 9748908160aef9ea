"""Distances between rows and reference vectors, as plain loops over missing values."""

from __future__ import annotations

import numpy as np
from numba import types
from numpy.typing import NDArray

from sparkpmml.kernels.jit import array, inline, kernel

_WRITABLE = types.Array(types.float64, 2, "C")
_MATRIX = array(types.float64, 2)

SUM, HIGHEST = 0, 1
"""How differences become one: added, or the highest of them."""


@kernel(_MATRIX, _MATRIX, array(types.float64), types.float64, types.int64, _WRITABLE)
def add_differences(
    x: NDArray[np.float64],
    references: NDArray[np.float64],
    weights: NDArray[np.float64],
    power: float,
    how: int,
    totals: NDArray[np.float64],
) -> None:
    """totals[i, j] += weight of f * |x[f, i] - references[f, j]| ** power field after field, or the higher of the two.

    x float64[p, n], references float64[p, m], totals float64[n, m]. A missing x[f, i] (NaN) adds nothing. The innermost
    loop runs over references, which lie side by side: the compiler makes vector instructions of it. One matrix product
    in place of the differences was dropped: equal rows must be at a distance of exactly 0, and ties must stay ties.
    """
    for i in range(x.shape[1]):
        for f in range(x.shape[0]):
            value, weight = x[f, i], weights[f]
            if np.isnan(value):
                continue
            if how == HIGHEST:
                for j in range(totals.shape[1]):
                    totals[i, j] = max(totals[i, j], weight * abs(value - references[f, j]) ** power)
            elif power == 2.0:
                for j in range(totals.shape[1]):
                    difference = value - references[f, j]
                    totals[i, j] += weight * (difference * difference)
            elif power == 1.0:
                for j in range(totals.shape[1]):
                    totals[i, j] += weight * abs(value - references[f, j])
            else:
                for j in range(totals.shape[1]):
                    totals[i, j] += weight * abs(value - references[f, j]) ** power


_TILE = 128


@kernel(_MATRIX, _MATRIX, array(types.float64), _WRITABLE)
def add_squares(
    x: NDArray[np.float64],
    references: NDArray[np.float64],
    weights: NDArray[np.float64],
    totals: NDArray[np.float64],
) -> None:
    """As `add_differences` with power 2, to the last bit, of few references.

    totals float64[m, n]. The innermost loop runs over rows: references would be too few for vector instructions.
    A missing value adds 0.
    """
    pairs = x.shape[0] // 2 * 2
    for first in range(0, x.shape[1], _TILE):
        last = min(first + _TILE, x.shape[1])
        for j in range(references.shape[1]):
            total = totals[j, first:last]
            for f in range(0, pairs, 2):  # two a pass: the total stays in a register
                x0, x1 = x[f, first:last], x[f + 1, first:last]
                c0, c1 = references[f, j], references[f + 1, j]
                w0, w1 = weights[f], weights[f + 1]
                for row in range(len(total)):
                    d0 = x0[row] - c0 if x0[row] == x0[row] else 0.0
                    d1 = x1[row] - c1 if x1[row] == x1[row] else 0.0
                    total[row] = total[row] + w0 * (d0 * d0) + w1 * (d1 * d1)
            for f in range(pairs, x.shape[0]):
                x0, c0, w0 = x[f, first:last], references[f, j], weights[f]
                for row in range(len(total)):
                    d0 = x0[row] - c0 if x0[row] == x0[row] else 0.0
                    total[row] += w0 * (d0 * d0)


_LONG_TILE = 256


@inline
def _squared(value: float, reference: float, weight: float) -> float:
    difference = value - reference
    return weight * (difference * difference)


@kernel(_MATRIX, _MATRIX, array(types.float64), _WRITABLE)
def add_all_squares(
    x: NDArray[np.float64],
    references: NDArray[np.float64],
    weights: NDArray[np.float64],
    totals: NDArray[np.float64],
) -> None:
    """As `add_squares`, to the last bit, where nothing is missing: four fields and two references a pass.

    Of 20 fields and 10 references a row takes 17 ns in place of 25.
    """
    fours, pairs = x.shape[0] // 4 * 4, references.shape[1] // 2 * 2
    for first in range(0, x.shape[1], _LONG_TILE):
        last = min(first + _LONG_TILE, x.shape[1])
        for j in range(0, pairs, 2):
            a, b = totals[j, first:last], totals[j + 1, first:last]
            for f in range(0, fours, 4):
                x0, x1, x2, x3 = x[f, first:last], x[f + 1, first:last], x[f + 2, first:last], x[f + 3, first:last]
                w0, w1, w2, w3 = weights[f], weights[f + 1], weights[f + 2], weights[f + 3]
                a0, a1, a2, a3 = references[f, j], references[f + 1, j], references[f + 2, j], references[f + 3, j]
                k = j + 1
                b0, b1, b2, b3 = references[f, k], references[f + 1, k], references[f + 2, k], references[f + 3, k]
                for row in range(len(a)):
                    v0, v1, v2, v3 = x0[row], x1[row], x2[row], x3[row]
                    of_a = a[row] + _squared(v0, a0, w0) + _squared(v1, a1, w1)
                    of_b = b[row] + _squared(v0, b0, w0) + _squared(v1, b1, w1)
                    a[row] = of_a + _squared(v2, a2, w2) + _squared(v3, a3, w3)
                    b[row] = of_b + _squared(v2, b2, w2) + _squared(v3, b3, w3)
            for f in range(fours, x.shape[0]):
                for row in range(len(a)):
                    a[row] += _squared(x[f, first + row], references[f, j], weights[f])
                    b[row] += _squared(x[f, first + row], references[f, j + 1], weights[f])
        for j in range(pairs, references.shape[1]):
            total = totals[j, first:last]
            for f in range(x.shape[0]):
                for row in range(len(total)):
                    total[row] += _squared(x[f, first + row], references[f, j], weights[f])


@kernel(_MATRIX, types.Array(types.int64, 2, "C"), _WRITABLE)
def select_lowest(values: NDArray[np.float64], places: NDArray[np.int64], lowest: NDArray[np.float64]) -> None:
    """The k lowest values of each row, ascending, and their places; of equal values the earlier place comes first.

    values float64[n, m] without NaN, places int64[n, k], lowest float64[n, k], k <= m. A value is sorted in only when
    it is below the k-th lowest so far, which soon is rare.
    """
    count = places.shape[1]
    for i in range(values.shape[0]):
        for rank in range(count):
            lowest[i, rank] = np.inf
            places[i, rank] = -1
        for j in range(values.shape[1]):
            value = values[i, j]
            if places[i, count - 1] >= 0 and not value < lowest[i, count - 1]:
                continue
            rank = count - 1
            while rank > 0 and (places[i, rank - 1] < 0 or value < lowest[i, rank - 1]):
                lowest[i, rank] = lowest[i, rank - 1]
                places[i, rank] = places[i, rank - 1]
                rank -= 1
            lowest[i, rank] = value
            places[i, rank] = j
