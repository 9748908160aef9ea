"""From the markup of each algorithm to the recursion that forecasts with it, a path per target."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from sparkpmml.models.time_series.arima_nodes import (
    Arima,
    Component,
    DynamicRegressor,
    Garch,
    NonseasonalComponent,
    SeasonalComponent,
)
from sparkpmml.models.time_series.effects import Effects, Forecaster
from sparkpmml.models.time_series.exact import exact
from sparkpmml.models.time_series.nodes import (
    Algorithm,
    ExponentialSmoothing,
    Seasonality,
    StateSpaceModel,
    TimeSeries,
    TimeSeriesModel,
    Vector,
)
from sparkpmml.models.time_series.paths import Arma, Path, Smoothing, StateSpace, Transformed
from sparkpmml.models.time_series.paths import Garch as GarchPath
from sparkpmml.models.time_series.paths import Vector as Doubles
from sparkpmml.models.time_series.regressors import (
    Differences,
    polynomial,
    times_of,
    transformed,
    undefined_regressors,
)
from sparkpmml.pmml.node import Node, number

NOTHING = np.empty(0)


def _exponential_smoothing(node: ExponentialSmoothing, model: TimeSeriesModel) -> list[Path]:
    trend = node.trend
    multiplicative = trend is not None and trend.kind.endswith("multiplicative")
    slope = trend.value if trend is not None else 0.0
    if slope is None:
        raise ValueError("has a trend without its smoothedValue")
    fading = trend.fading if trend is not None and trend.kind.startswith("damped") else 1.0
    seasons = NOTHING if node.seasonality is None else _seasons(node.seasonality, model)
    path = Smoothing(
        node.level.value,
        slope,
        fading,
        multiplicative,
        seasons,
        node.seasonality is not None and node.seasonality.kind == "multiplicative",
    )
    return [_transformed(path, node.transformation)]


def _seasons(node: Seasonality, model: TimeSeriesModel) -> Doubles:
    """The factors from the first step on."""
    values = np.array([number(item) for item in node.array.items])
    if len(values) != node.period:
        raise ValueError(f"has {len(values)} seasonal factors for a period of {node.period}")
    return np.roll(values, -(_length(model) if node.phase is None else node.phase))


def _length(model: TimeSeriesModel) -> int:
    """How many steps the document's series has, gaps included; 0 without one."""
    series = model.timed
    if series is None or series.last is None:
        return 0
    length = series.last - series.first + 1
    return int(length) if length.is_integer() else len(series.values)


def _transformed(path: Path, how: str) -> Path:
    return path if how == "none" else Transformed(path, how)


def _arima(node: Arima, model: TimeSeriesModel) -> list[Forecaster]:
    times = _times(model)
    if (node.outliers or node.regressors) and not len(times):
        raise ValueError("adds OutlierEffects or DynamicRegressors to a TimeSeries that it does not have")
    first, end = (float(times[0]), float(times[-1])) if len(times) else (0.0, 0.0)
    state = _kalman(node) if node.method == "exactLeastSquares" else None
    from_start = node.method == "exactLeastSquares" and state is None
    process = _process(node) if from_start else None
    effects = Effects.of(node.outliers, node.regressors, Differences.of(node), first, end, process)
    values = _series(model, node.transformation) - effects.before(times)
    path = _exact(node, values) if from_start else state or _conditional(node, values)
    return [effects.around(path, node.transformation)]


def _process(node: Arima) -> Arma:
    """The process without its values."""
    ar, ma, differences = _polynomials(node)
    return Arma(0.0, -np.convolve(ar, differences)[1:], ma[1:], NOTHING, NOTHING)


def _undefined_innovations(node: Arima, model: TimeSeriesModel) -> Iterator[tuple[Node, str]]:
    """Outliers among the residuals that the forecasts start from, which may hold them or not."""
    lags = len(_polynomials(node)[1]) - 1
    times = _times(model)
    stated = _residuals([part for part, _ in _components(node)], lags) is not None
    if not lags or not len(times):
        return
    for outlier in node.outliers:
        is_recent = stated and outlier.start > times[-1] - lags
        holds = _kalman(node) is not None if node.method == "exactLeastSquares" else is_recent
        if outlier.kind == "innovational" and holds:
            yield outlier, "an innovational outlier beside residuals of its time, which may hold it or not"


def _conditional(node: Arima, values: Doubles) -> Path:
    """Forecasts from the last values and residuals, those that are not known taken for 0."""
    ar, ma, differences = _polynomials(node)
    constant = node.constant * ar.sum()  # constantTerm is the mean of the differences
    full = -np.convolve(ar, differences)[1:]
    values = _known_end(values, len(full))
    residuals = _residuals([part for part, _ in _components(node)], len(ma) - 1)
    if residuals is None:
        residuals = _past_residuals(values, full, ma[1:], constant)
    return Arma(constant, full, ma[1:], values, residuals, _deviation(node))


def _exact(node: Arima, values: Doubles) -> Path:
    ar, ma, differences = _polynomials(node)
    if not len(values):
        raise ValueError(
            "is forecast by exact least squares, but has neither a KalmanState with its matrices nor a TimeSeries"
        )
    return exact(ar, ma, differences, node.constant, _known_end(values, 1), _deviation(node))


def _deviation(node: Arima) -> float | None:
    return node.deviation if node.transformation == "none" else None


def _polynomials(node: Arima) -> tuple[Doubles, Doubles, Doubles]:
    """Autoregression, moving average and differences by power of B, the seasonal factors multiplied in."""
    ar, ma, differences = np.ones(1), np.ones(1), np.ones(1)
    for part, lag in _components(node):
        ar = np.convolve(ar, polynomial(-_values(part.ar), lag))
        ma = np.convolve(ma, polynomial(_moving(part), lag))
        for _ in range(part.differences):
            differences = np.convolve(differences, polynomial(np.array([-1.0]), lag))
    return ar, ma, differences


def _known_end(values: Doubles, needed: int) -> Doubles:
    """The values after the last one that is not known."""
    if len(values) < needed:
        raise ValueError(f"needs the last {needed} values of the series, has {len(values)} (TimeSeries)")
    unknown = np.flatnonzero(np.isnan(values))
    known = values[unknown[-1] + 1 :] if len(unknown) else values
    if len(known) < needed:
        raise ValueError("has a DynamicRegressor whose RegressorValues do not reach back as far as the process looks")
    return known


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


def _values(node: Vector | None) -> Doubles:
    return NOTHING if node is None else node.values


def _moving(part: Component) -> Doubles:
    return NOTHING if part.ma is None else _values(part.ma.weights)


def _series(model: TimeSeriesModel, transformation: str) -> Doubles:
    original = _original(model)
    return NOTHING if original is None else transformed(original.ordered, transformation)


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


def _kalman(node: Arima) -> Path | None:
    """Forecasts from the document's state; None where it does not say how that moves."""
    state = node.likelihood.kalman if node.likelihood is not None else None
    if state is None or state.transition is None or state.measurement is None:
        return None
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


def _state_space(node: StateSpaceModel, model: TimeSeriesModel) -> list[Forecaster]:
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
    spaces = [
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
    names: list[str | None] = [field.name for field in model.mining_schema.targets] or [None]
    if not node.regressors or len(names) != targets:  # the latter is refused where the targets are known
        return list(spaces)
    return [_with_regressors(space, node, model, name) for space, name in zip(spaces, names, strict=True)]


def _with_regressors(space: Path, node: StateSpaceModel, model: TimeSeriesModel, target: str | None) -> Forecaster:
    """The space with what is added to this target, from the end of the series on."""
    own = tuple(each for each in node.regressors if each.target_field in (None, target))
    times = _times(model)
    first, end = (times[0], times[-1]) if len(times) else (_last_time(own),) * 2
    return Effects.of((), own, Differences(), float(first), float(end)).around(space, "none")


def _last_time(regressors: Sequence[DynamicRegressor]) -> float:
    """The end of a series that is not in the document: that of its regressors, which go no further."""
    if any(each.future == "stored" for each in regressors):
        raise ValueError(
            "has DynamicRegressors with stored future values, but no TimeSeries that says where these begin"
        )
    lists = [each.values.series for each in regressors if each.values is not None and each.values.series is not None]
    return max((float(times_of(each)[-1]) for each in lists if each.values), default=0.0)


PATHS: dict[type[Algorithm], Callable[[Any, TimeSeriesModel], Sequence[Forecaster]]] = {
    ExponentialSmoothing: _exponential_smoothing,
    Arima: _arima,
    Garch: _garch,
    StateSpaceModel: _state_space,
}
"""By the kind of algorithm: the function from its markup to a path per target."""


def undefined(node: Algorithm, model: TimeSeriesModel) -> Iterator[tuple[Node, str]]:
    """The parts of an algorithm whose forecasts PMML does not define, each with what is missing."""
    if type(node) not in PATHS:
        yield node, "it only names the algorithm"
    elif isinstance(node, Arima):
        yield from _undefined_innovations(node, model)
        yield from undefined_regressors(node.regressors, Differences.of(node))
    elif isinstance(node, StateSpaceModel):
        yield from undefined_regressors(node.regressors, Differences())
    elif isinstance(node, ExponentialSmoothing) and node.trend is not None and node.trend.is_polynomial:
        yield node.trend, "a polynomial trend, whose array may hold coefficients or values smoothed several times"
