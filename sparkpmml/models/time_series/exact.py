"""Exact forecasts of an ARIMA process from its series: the Kalman filter from a stationary beginning.

The (differenced) series is an ARMA process in Harvey's form (Durbin and Koopman, Time Series Analysis by State Space
Methods, 3.4), which R's `arima` and statsmodels' `SARIMAX` have, too; the last values follow in the state, so that
differences are taken back. PMML's KalmanState and ThetaRecursionState are shortcuts to the same forecasts.
"""

from __future__ import annotations

import numpy as np

from sparkpmml.models.time_series.paths import Matrix, StateSpace, Vector

_PRECISION = 1e-14


def exact(
    ar: Vector, ma: Vector, differences: Vector, mean: float, values: Vector, deviation: float | None
) -> StateSpace:
    """The state after float64[n] values.

    `ar`, `ma`, `differences`: polynomials by power of B, whose first coefficient is 1; `mean`: of the differenced
    values. ValueError for a process that is not stationary, or a series that is too short.
    """
    lags = len(differences) - 1
    if len(values) <= lags:
        raise ValueError(f"needs more than {lags} values of the series, has {len(values)} (TimeSeries)")
    transition, noise = _harvey(ar, ma)
    state, covariance = _filtered(transition, noise, np.convolve(values, differences, "valid") - mean)
    size = len(state)
    whole = np.zeros((size + lags, size + lags))
    whole[:size, :size] = transition
    measurement = np.concatenate([np.eye(1, size)[0], -differences[1:]])
    if lags:
        whole[size] = measurement
        whole[size + 1 :, size:-1] = np.eye(lags - 1)
    intercept = np.zeros(size + lags)
    intercept[size : size + 1] = mean
    return StateSpace(
        np.concatenate([state, values[len(values) - lags :][::-1]]),
        whole,
        measurement,
        intercept,
        mean,
        None if deviation is None else deviation**2 * _framed(covariance, lags),
        None if deviation is None else deviation**2 * _framed(noise, lags),
    )


def _harvey(ar: Vector, ma: Vector) -> tuple[Matrix, Matrix]:
    """The transition, and the covariance of what is added to the state, for residuals of variance 1."""
    size = max(len(ar) - 1, len(ma))
    transition, loads = np.eye(size, k=1), np.zeros(size)
    transition[: len(ar) - 1, 0] = -ar[1:]
    loads[: len(ma)] = ma
    return transition, np.outer(loads, loads)


def _filtered(transition: Matrix, noise: Matrix, values: Vector) -> tuple[Vector, Matrix]:
    """The state after the last value and its covariance, as they are predicted."""
    state, covariance = np.zeros(len(transition)), _stationary(transition, noise)
    for value in values:
        scale = covariance[0, 0]
        gain = transition @ covariance[:, 0]
        state = transition @ state + gain * ((value - state[0]) / scale)
        covariance = transition @ covariance @ transition.T + noise - np.outer(gain, gain) / scale
    return state, covariance


def _stationary(transition: Matrix, noise: Matrix) -> Matrix:
    """P = T P T' + Q, by doubling: the sum of T^k Q T'^k."""
    result, power = noise, transition
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(64):
            more = power @ result @ power.T
            result, power = result + more, power @ power
            if not np.isfinite(result).all():
                break
            if np.abs(more).max() <= _PRECISION * np.abs(result).max():
                return result
    raise ValueError("has an autoregression that is not stationary, of which there are no exact least squares")


def _framed(matrix: Matrix, more: int) -> Matrix:
    return np.pad(matrix, (0, more))
