"""Activation functions of neurons and normalisations of layers (specification: NeuralNetwork), on float64[n, m]."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


def _threshold(z: Matrix, threshold: float) -> Matrix:
    return np.where(np.isnan(z), np.nan, np.where(z > threshold, 1.0, 0.0))


def _logistic(z: Matrix, threshold: float) -> Matrix:
    result: Matrix = 1 / (1 + np.exp(-z))
    return result


def _elliott(z: Matrix, threshold: float) -> Matrix:
    result: Matrix = z / (1 + np.abs(z))
    return result


ACTIVATIONS: dict[str, Callable[[Matrix, float], Matrix]] = {
    "threshold": _threshold,
    "logistic": _logistic,
    "tanh": lambda z, _: np.tanh(z),
    "identity": lambda z, _: z,
    "exponential": lambda z, _: np.exp(z),
    "reciprocal": lambda z, _: np.divide(1.0, z),
    "square": lambda z, _: np.square(z),
    "Gauss": lambda z, _: np.exp(-np.square(z)),
    "sine": lambda z, _: np.sin(z),
    "cosine": lambda z, _: np.cos(z),
    "Elliott": _elliott,
    "arctan": lambda z, _: 2 * np.arctan(z) / np.pi,
    "rectifier": lambda z, _: np.maximum(z, 0),
}
"""By name as PMML spells it: a function of the weighted sums and the threshold."""


def _softmax(y: Matrix) -> Matrix:
    """e^y as shares of their sum; the highest is taken off first, so that none overflows."""
    powers = np.exp(y - y.max(axis=1, keepdims=True))
    result: Matrix = powers / powers.sum(axis=1, keepdims=True)
    return result


def _simplemax(y: Matrix) -> Matrix:
    result: Matrix = y / y.sum(axis=1, keepdims=True)
    return result


NORMALIZATIONS: dict[str, Callable[[Matrix], Matrix]] = {"softmax": _softmax, "simplemax": _simplemax}
"""By name as PMML spells it: a function of a layer's activations."""
