"""Activation functions of neurons, and normalisations of layers (specification: NeuralNetwork), in place."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sparkpmml.kernels.rows import below_highest, row_shares

Matrix = NDArray[np.float64]


def _threshold(z: Matrix, threshold: float) -> None:
    unknown = np.isnan(z)
    np.greater(z, threshold, out=z)
    z[unknown] = np.nan


def _logistic(z: Matrix, threshold: float) -> None:
    np.negative(z, out=z)
    np.exp(z, out=z)
    z += 1
    np.reciprocal(z, out=z)


def _gauss(z: Matrix, threshold: float) -> None:
    np.square(z, out=z)
    np.negative(z, out=z)
    np.exp(z, out=z)


def _elliott(z: Matrix, threshold: float) -> None:
    z /= 1 + np.abs(z)


def _arctan(z: Matrix, threshold: float) -> None:
    np.arctan(z, out=z)
    z *= 2
    z /= np.pi


def _rectifier(z: Matrix, threshold: float) -> None:
    np.maximum(z, 0, out=z)


def _by(function: np.ufunc) -> Callable[[Matrix, float], None]:
    def apply(z: Matrix, threshold: float) -> None:
        function(z, out=z)

    return apply


ACTIVATIONS: dict[str, Callable[[Matrix, float], None]] = {
    "threshold": _threshold,
    "logistic": _logistic,
    "tanh": _by(np.tanh),
    "identity": lambda z, _: None,
    "exponential": _by(np.exp),
    "reciprocal": _by(np.reciprocal),
    "square": _by(np.square),
    "Gauss": _gauss,
    "sine": _by(np.sin),
    "cosine": _by(np.cos),
    "Elliott": _elliott,
    "arctan": _arctan,
    "rectifier": _rectifier,
}
"""By name as PMML spells it: a function of weighted sums, whose place their activations take, and the threshold."""


def _softmax(y: Matrix) -> None:
    """e^y as shares of their sum; the highest is taken off first, so that none overflows."""
    y[:] = row_shares(np.exp(below_highest(y)))


def _simplemax(y: Matrix) -> None:
    y[:] = row_shares(y)


NORMALIZATIONS: dict[str, Callable[[Matrix], None]] = {"softmax": _softmax, "simplemax": _simplemax}
"""By name as PMML spells it: a function of a layer's activations, float64[n, m], whose place their shares take."""
