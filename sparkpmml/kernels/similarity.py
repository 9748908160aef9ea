"""Kernel functions of pairs of rows: how similar two vectors are, by the measures of support vector machines."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

PairFunction = Callable[[Matrix, Matrix, float, float, float], Matrix]
"""(x float64[n, p], y float64[m, p], gamma, coef0, degree) -> float64[n, m]"""


def _linear(x: Matrix, y: Matrix, gamma: float, coef0: float, degree: float) -> Matrix:
    result: Matrix = x @ y.T
    return result


def _polynomial(x: Matrix, y: Matrix, gamma: float, coef0: float, degree: float) -> Matrix:
    base = gamma * (x @ y.T) + coef0
    result: Matrix = base if degree == 1 else base**degree
    return result


def _radial_basis(x: Matrix, y: Matrix, gamma: float, coef0: float, degree: float) -> Matrix:
    distances = squared_distances(x, y)
    distances *= -gamma
    return np.exp(distances, out=distances)


def _sigmoid(x: Matrix, y: Matrix, gamma: float, coef0: float, degree: float) -> Matrix:
    return np.tanh(gamma * (x @ y.T) + coef0)


def squared_distances(x: Matrix, y: Matrix) -> Matrix:
    """float64[n, m]: ||x||² - 2 <x, y> + ||y||², one matrix product instead of n m p differences.

    Both are moved by the mean of y first: far from the origin the three terms would cancel each other's digits.
    """
    centre = y.mean(axis=0)
    x, y = x - centre, y - centre
    distances: Matrix = x @ (-2 * y.T)
    distances += np.einsum("ij,ij->i", x, x)[:, None]
    distances += np.einsum("ij,ij->i", y, y)
    return np.maximum(distances, 0, out=distances)


SIMILARITIES: dict[str, PairFunction] = {
    "linear": _linear,
    "polynomial": _polynomial,
    "radialBasis": _radial_basis,
    "sigmoid": _sigmoid,
}
"""By name of the kernel."""
