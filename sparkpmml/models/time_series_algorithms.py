"""From the markup of each algorithm to the recursion that forecasts with it, a path per target."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from sparkpmml.models.time_series_arima_nodes import Arima, Component, Garch, NonseasonalComponent, SeasonalComponent
from sparkpmml.models.time_series_effects import Effect, WithEffects, effects_of, times_of, total
from sparkpmml.models.time_series_effects import undefined as undefined_effects
from sparkpmml.models.time_series_nodes import (
    Algorithm,
    ExponentialSmoothing,
    Seasonality,
    StateSpaceModel,
    TimeSeries,
    TimeSeriesModel,
    Vector,
)
from sparkpmml.models.time_series_paths import Arma, Path, Smoothing, StateSpace, Transformed
from sparkpmml.models.time_series_paths import Garch as GarchPath
from sparkpmml.models.time_series_paths import Vector as Doubles
from sparkpmml.pmml.node import Node, number

NOTHING = np.empty(0)


def _exponential_smoothing(node: ExponentialSmoothing, _: TimeSeriesModel) -> list[Path]:
    trend = node.trend
    multiplicative = trend is not None and trend.kind.endswith("multiplicative")
    slope = trend.value if trend is not None else 0.0
    if slope is None:
        raise ValueError("has a trend without its smoothedValue")
    fading = trend.fading if trend is not None and trend.kind.startswith("damped") else 1.0
    seasons = NOTHING if node.seasonality is None else _seasons(node.seasonality)
    path = Smoothing(
        node.level.value,
        slope,
        fading,
        multiplicative,
        seasons,
        node.seasonality is not None and node.seasonality.kind == "multiplicative",
    )
    return [_transformed(path, node.transformation)]


def _seasons(node: Seasonality) -> Doubles:
    """The factors from the first step on; without a phase the first one is the first step's."""
    values = np.array([number(item) for item in node.array.items])
    if len(values) != node.period:
        raise ValueError(f"has {len(values)} seasonal factors for a period of {node.period}")
    return values if node.phase is None else np.roll(values, -node.phase)


def _transformed(path: Path, how: str) -> Path:
    return path if how == "none" else Transformed(path, how)


def _arima(node: Arima, model: TimeSeriesModel) -> list[Path]:
    times = _times(model)
    if (node.outliers or node.regressors) and not len(times):
        raise ValueError("adds OutlierEffects or DynamicRegressors to a TimeSeries that it does not have")
    end = float(times[-1]) if len(times) else 0.0
    effects = effects_of(node, end)
    if node.method == "exactLeastSquares":
        return [_transformed(_with(_kalman(node), effects, end), node.transformation)]
    parts = _components(node)
    ar, ma, differences = np.ones(1), np.ones(1), np.ones(1)
    for part, lag in parts:
        ar = np.convolve(ar, _polynomial(-_values(part.ar), lag))
        ma = np.convolve(ma, _polynomial(_moving(part), lag))
        for _ in range(part.differences):
            differences = np.convolve(differences, _polynomial(np.array([-1.0]), lag))
    constant = node.constant * ar.sum()  # constantTerm is the mean of the differences
    full = -np.convolve(ar, differences)[1:]
    values = _series(model, node.transformation)
    if len(values) < len(full):
        raise ValueError(f"needs the last {len(full)} values of the series, has {len(values)} (TimeSeries)")
    values = values - total(effects, times) if effects else values
    if np.isnan(values[len(values) - len(full) :]).any():
        raise ValueError("has a DynamicRegressor whose RegressorValues do not reach back as far as the process looks")
    values = values[np.flatnonzero(np.isnan(values))[-1] + 1 :] if np.isnan(values).any() else values
    residuals = _residuals([part for part, _ in parts], len(ma) - 1)
    if residuals is None:
        residuals = _past_residuals(values, full, ma[1:], constant)
    deviation = node.deviation if node.transformation == "none" else None
    path = Arma(constant, full, ma[1:], values, residuals, deviation)
    return [_transformed(_with(path, effects, end), node.transformation)]


def _with(path: Path, effects: tuple[Effect, ...], end: float) -> Path:
    return WithEffects(path, effects, end) if effects else path


def _times(model: TimeSeriesModel) -> Doubles:
    original = _original(model)
    return NOTHING if original is None else times_of(original)


def _original(model: TimeSeriesModel) -> TimeSeries | None:
    return next((series for series in model.series if series.usage == "original" and series.values), None)


def _components(node: Arima) -> list[tuple[NonseasonalComponent | SeasonalComponent, int]]:
    """The components and the lag of each."""
    parts: list[tuple[NonseasonalComponent | SeasonalComponent, int]] = []
    if node.nonseasonal is not None:
        parts.append((node.nonseasonal, 1))
    if node.seasonal is not None:
        parts.append((node.seasonal, node.seasonal.period))
    return parts


def _polynomial(weights: Doubles, lag: int) -> Doubles:
    """1 + weights[0] B^lag + weights[1] B^(2 lag) + ..."""
    polynomial = np.zeros(1 + lag * len(weights))
    polynomial[0] = 1.0
    polynomial[lag::lag] = weights
    return polynomial


def _values(node: Vector | None) -> Doubles:
    return NOTHING if node is None else node.values


def _moving(part: Component) -> Doubles:
    return NOTHING if part.ma is None else _values(part.ma.weights)


def _series(model: TimeSeriesModel, transformation: str) -> Doubles:
    original = _original(model)
    if original is None:
        return NOTHING
    values = original.ordered
    with np.errstate(invalid="ignore", divide="ignore"):
        result: Doubles = {"logarithmic": np.log, "squareroot": np.sqrt}.get(transformation, np.asarray)(values)
    return result


def _residuals(parts: list[Any], needed: int) -> Doubles | None:
    """The longest list of residuals, which ends with the last one; None where none is long enough."""
    lists = [part.ma.residuals.values for part in parts if part.ma is not None and part.ma.residuals is not None]
    longest: Doubles = max(lists, key=len, default=NOTHING)
    return longest if len(longest) >= needed else None


def _past_residuals(values: Doubles, ar: Doubles, ma: Doubles, constant: float) -> Doubles:
    """The residuals of the series' forecasts, one step ahead, those before it taken for 0."""
    residuals = np.zeros(len(values))
    for now in range(len(ar), len(values)):
        forecast = constant + ar @ values[now - len(ar) : now][::-1]
        known = residuals[max(now - len(ma), 0) : now][::-1]
        residuals[now] = values[now] - forecast - ma[: len(known)] @ known
    return residuals


def _kalman(node: Arima) -> Path:
    state = node.likelihood.kalman if node.likelihood is not None else None
    if state is None or state.transition is None or state.measurement is None:
        raise ValueError("is forecast by exact least squares, but has no KalmanState with its matrices")
    measurement = state.measurement.matrix.dense()
    transition = state.transition.matrix.dense()
    return StateSpace(state.state.values, transition, measurement[0], np.zeros(len(transition)), node.constant)


def _garch(node: Garch, model: TimeSeriesModel) -> list[Path]:
    arma, garch = node.arma, node.garch
    values, ar, ma = _series(model, "none"), _values(arma.ar), _moving(arma)
    if len(values) < len(ar):
        raise ValueError(f"needs the last {len(ar)} values of the series, has {len(values)} (TimeSeries)")
    residuals = _residuals([arma], len(ma))
    if residuals is None:
        raise ValueError(f"needs the last {len(ma)} residuals")
    square_weights = NOTHING if garch.squares is None else garch.squares.weights.values
    variance_weights = NOTHING if garch.variances is None else garch.variances.weights.values
    squares = NOTHING if garch.squares is None else garch.squares.residuals.values
    variances = NOTHING if garch.variances is None else garch.variances.past.values
    if len(squares) < len(square_weights) or len(variances) < len(variance_weights):
        raise ValueError("has fewer past residuals or variances than weights of them")
    mean = Arma(arma.constant, ar, ma, values, residuals)
    return [GarchPath(mean, garch.constant, square_weights, variance_weights, squares, variances)]


def _state_space(node: StateSpaceModel, _: TimeSeriesModel) -> list[Path]:
    transition, measurement = node.transition.matrix.dense(), node.measurement.matrix.dense()
    size, targets = len(transition), len(measurement)
    state = node.state.values
    if transition.shape != (size, size) or measurement.shape[1] != size or len(state) != size:
        raise ValueError(f"has a state of {len(state)}, a transition of {transition.shape} and {measurement.shape}")
    state_intercept, observation_intercept = np.zeros(size), np.full(targets, node.intercept)
    if node.intercepts is not None and node.intercepts.kind == "state":
        state_intercept = state_intercept + node.intercepts.values
    elif node.intercepts is not None:
        observation_intercept = observation_intercept + node.intercepts.values
    covariance = None if node.state_covariance is None else node.state_covariance.matrix.dense()
    added = None if node.added_covariance is None else node.added_covariance.matrix.dense()
    noise = np.zeros((targets, targets))
    if node.observation_variance is not None:
        noise = node.observation_variance.matrix.dense()
    return [
        StateSpace(
            state,
            transition,
            measurement[row],
            state_intercept,
            float(observation_intercept[row]),
            covariance,
            added,
            float(noise[row, row]),
        )
        for row in range(targets)
    ]


PATHS: dict[type[Algorithm], Callable[[Any, TimeSeriesModel], list[Path]]] = {
    ExponentialSmoothing: _exponential_smoothing,
    Arima: _arima,
    Garch: _garch,
    StateSpaceModel: _state_space,
}
"""By the kind of algorithm: the function from its markup to a path per target."""


def undefined(node: Algorithm) -> Iterator[tuple[Node, str]]:
    """The parts of an algorithm whose forecasts PMML does not define, each with what is missing."""
    if type(node) not in PATHS:
        yield node, "it only names the algorithm"
    elif isinstance(node, Arima):
        yield from undefined_effects(node)
    elif isinstance(node, ExponentialSmoothing) and node.trend is not None and node.trend.is_polynomial:
        yield node.trend, "a polynomial trend"
