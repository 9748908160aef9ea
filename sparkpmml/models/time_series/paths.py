"""Forecasts as recursions: each algorithm's means and standard errors, step by step after the end of its series."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]


class Path(Protocol):
    """An algorithm that has seen its series."""

    def means(self, steps: int) -> Vector:
        """float64[steps]: the forecasts."""
        ...

    def errors(self, steps: int) -> Vector | None:
        """float64[steps]: the forecasts' standard errors; None where the document does not give them."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class StateSpace:
    """y = H s + d, then s = F s + c. Covariances: of the state, of what is added to it; the observation's variance."""

    state: Vector
    transition: Matrix
    measurement: Vector
    state_intercept: Vector
    observation_intercept: float
    state_covariance: Matrix | None = None
    added_covariance: Matrix | None = None
    observation_variance: float = 0.0

    def means(self, steps: int) -> Vector:
        state, means = self.state, np.empty(steps)
        for step in range(steps):
            means[step] = self.measurement @ state
            state = self.transition @ state + self.state_intercept
        return means + self.observation_intercept

    def errors(self, steps: int) -> Vector | None:
        if self.state_covariance is None or self.added_covariance is None:
            return None
        covariance, variances = self.state_covariance, np.empty(steps)
        for step in range(steps):
            variances[step] = self.measurement @ covariance @ self.measurement
            covariance = self.transition @ covariance @ self.transition.T + self.added_covariance
        return np.sqrt(np.maximum(variances + self.observation_variance, 0.0))


@dataclass(frozen=True, slots=True, eq=False)
class Smoothing:
    """The last level, with a trend that may fade, and seasonal factors, the first of which is the first step's."""

    level: float
    trend: float
    fading: float
    multiplicative_trend: bool
    seasons: Vector
    multiplicative_seasons: bool

    def means(self, steps: int) -> Vector:
        reach = np.cumsum(self.fading ** np.arange(1, steps + 1)) if self.fading != 1.0 else np.arange(1.0, steps + 1)
        means = self.level * self.trend**reach if self.multiplicative_trend else self.level + reach * self.trend
        if len(self.seasons):
            season = np.resize(self.seasons, steps)
            means = means * season if self.multiplicative_seasons else means + season
        return means

    def errors(self, steps: int) -> Vector | None:
        return None


@dataclass(frozen=True, slots=True, eq=False)
class Arma:
    """y[t] = constant + sum ar[i] y[t-1-i] + a[t] + sum ma[i] a[t-1-i], differences included in `ar`.

    `values` and `residuals` are the last ones known, oldest first; a residual of the future is 0.
    """

    constant: float
    ar: Vector
    ma: Vector
    values: Vector
    residuals: Vector
    deviation: float | None = None

    def means(self, steps: int) -> Vector:
        values = np.concatenate([self.values[len(self.values) - len(self.ar) :], np.empty(steps)])
        residuals = np.concatenate([self.residuals[len(self.residuals) - len(self.ma) :], np.zeros(steps)])
        ar, ma = self.ar[::-1], self.ma[::-1]
        for step in range(steps):
            recent = ar @ values[step : step + len(ar)] + ma @ residuals[step : step + len(ma)]
            values[len(ar) + step] = self.constant + recent
        return values[len(ar) :]

    def errors(self, steps: int) -> Vector | None:
        if self.deviation is None:
            return None
        return self.deviation * np.sqrt(np.cumsum(self.weights(steps) ** 2))

    def weights(self, steps: int) -> Vector:
        """float64[steps]: what a residual adds to the values at its own time and after it."""
        weights = np.zeros(steps)
        for step in range(steps):
            own = 1.0 if step == 0 else (self.ma[step - 1] if step <= len(self.ma) else 0.0)
            before = weights[max(step - len(self.ar), 0) : step][::-1]
            weights[step] = own + self.ar[: len(before)] @ before
        return weights


@dataclass(frozen=True, slots=True, eq=False)
class Garch:
    """An ARMA process whose residuals' variance follows one of its own.

    variance[t] = constant + sum squares[i] a[t-1-i]^2 + sum variances[i] variance[t-1-i]; a future square is
    expected to be its variance.
    """

    mean: Arma
    constant: float
    square_weights: Vector
    variance_weights: Vector
    residuals: Vector
    variances: Vector

    def means(self, steps: int) -> Vector:
        return self.mean.means(steps)

    def volatility(self, steps: int) -> Vector:
        """float64[steps]: the variance of each step's residual."""
        squares, variances = list(self.residuals**2), list(self.variances)
        for _ in range(steps):
            recent = sum(weight * squares[-1 - i] for i, weight in enumerate(self.square_weights))
            recent += sum(weight * variances[-1 - i] for i, weight in enumerate(self.variance_weights))
            squares.append(self.constant + recent)
            variances.append(self.constant + recent)
        return np.array(variances[len(variances) - steps :])

    def errors(self, steps: int) -> Vector | None:
        volatility, weights = self.volatility(steps), self.mean.weights(steps) ** 2
        return np.sqrt([weights[: step + 1] @ volatility[step::-1] for step in range(steps)])


@dataclass(frozen=True, slots=True, eq=False)
class Transformed:
    """Forecasts of the logarithm, or the square root, of the series."""

    path: Path
    how: str

    def means(self, steps: int) -> Vector:
        return restored(self.path.means(steps), self.how)

    def errors(self, steps: int) -> Vector | None:
        return None


def restored(values: Vector, how: str) -> Vector:
    """The series from its logarithm, or square root."""
    result: Vector = {"logarithmic": np.exp, "squareroot": np.square}.get(how, np.asarray)(values)
    return result
