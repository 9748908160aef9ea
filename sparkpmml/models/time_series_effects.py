"""What is added to an ARIMA process: outliers, and regressors (specification: TimeSeriesModel, OutlierEffect and
DynamicRegressor).

The process is that of the (transformed) series less these effects: Z[t] = sum of effects[t] + N[t], and N is ARIMA, as
R (`xreg`) and statsmodels (`exog`) have it. The patterns of outliers are the usual ones: at the time T an additive
one is a pulse, a level shift a step, a transient change fades by its damping, a seasonal additive one comes again each
period, and a local trend grows by its magnitude from T on.

A regressor is scored where all conventions agree: one coefficient, and the differences of the series itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sparkpmml.models.time_series_arima_nodes import Arima, DynamicRegressor, OutlierEffect
from sparkpmml.models.time_series_nodes import TimeSeries
from sparkpmml.models.time_series_paths import Path, Vector
from sparkpmml.pmml.node import Node

TRANSFORMED: dict[str, Callable[[Vector], Vector]] = {"none": np.asarray, "logarithmic": np.log, "squareroot": np.sqrt}


class Effect(Protocol):
    """Something that adds to a series."""

    def at(self, times: Vector) -> Vector:
        """float64[n]: what it adds at each time; NaN where that is not known."""
        ...


@dataclass(frozen=True, slots=True)
class Outlier:
    """A pattern that begins at a time."""

    kind: str
    start: float
    magnitude: float
    damping: float
    period: int

    def at(self, times: Vector) -> Vector:
        since = times - self.start
        begun = since >= 0
        age = np.where(begun, since, 0.0)
        shape: NDArray[np.float64] | NDArray[np.bool_] = {
            "additive": begun & (age == 0),
            "level": begun,
            "transient": self.damping**age,
            "seasonalAdditive": begun & (age % self.period == 0),
            "trend": age + 1,
            "innovational": np.zeros(len(times)),  # its whole effect is that of one residual
        }[self.kind]
        return self.magnitude * np.where(begun, shape, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Regressor:
    """A coefficient of a series of its own, some steps later; `lasting`: its last value holds on."""

    coefficient: float
    delay: int
    times: Vector
    values: Vector
    lasting: bool

    def at(self, times: Vector) -> Vector:
        wanted = times - self.delay
        place = np.searchsorted(self.times, wanted)
        within = np.minimum(place, len(self.times) - 1)
        known = np.where(self.times[within] == wanted, self.values[within], np.nan)
        if self.lasting:
            known = np.where(wanted > self.times[-1], self.values[-1], known)
        result: Vector = self.coefficient * known
        return result


@dataclass(frozen=True, slots=True, eq=False)
class WithEffects:
    """Forecasts of the process, with what is added to it after its end."""

    path: Path
    effects: tuple[Effect, ...]
    end: float

    def means(self, steps: int) -> Vector:
        return self.path.means(steps) + total(self.effects, self.end + np.arange(1.0, steps + 1))

    def errors(self, steps: int) -> Vector | None:
        return self.path.errors(steps)


def total(effects: tuple[Effect, ...], times: Vector) -> Vector:
    """float64[n]: what all effects add."""
    result: Vector = np.sum([effect.at(times) for effect in effects], axis=0) if effects else np.zeros(len(times))
    return result


def effects_of(node: Arima, end: float) -> tuple[Effect, ...]:
    """The effects that the document declares on a series that ends at `end`; ValueError for contradictions."""
    outliers = [_outlier(each, node) for each in node.outliers]
    return (*outliers, *(_regressor(each, end) for each in node.regressors))


def _outlier(node: OutlierEffect, arima: Arima) -> Effect:
    if node.kind == "transient" and node.damping is None:
        raise ValueError("has a transient OutlierEffect without its dampingCoefficient")
    if node.kind == "seasonalAdditive" and arima.seasonal is None:
        raise ValueError("has a seasonalAdditive OutlierEffect, but no SeasonalComponent with a period")
    period = 1 if arima.seasonal is None else arima.seasonal.period
    return Outlier(node.kind, node.start, node.magnitude, 0.0 if node.damping is None else node.damping, period)


def _regressor(node: DynamicRegressor, end: float) -> Effect:
    series = node.values.series if node.values is not None else None
    if series is None or not series.values:
        raise ValueError(f"has a DynamicRegressor {node.field!r} without RegressorValues that hold its TimeSeries")
    factor = node.numerator.nonseasonal if node.numerator is not None else None
    coefficient = float(factor.coefficients[0]) if factor is not None else 1.0
    with np.errstate(invalid="ignore", divide="ignore"):
        values = TRANSFORMED[node.transformation](series.ordered)
    times = times_of(series)
    if times[-1] + node.delay < end:
        raise ValueError(f"has a DynamicRegressor {node.field!r} whose RegressorValues end before the series does")
    return Regressor(coefficient, node.delay, times, values, node.future == "constant")


def times_of(series: TimeSeries) -> Vector:
    """float64[n]: the time of each value, ascending: its index, or time, or its place from startTime (1) on."""
    places = [each.index if each.index is not None else each.time for each in series.values]
    known = [place for place in places if place is not None]
    if len(known) == len(places):
        return np.sort(np.array(known))
    return np.arange(len(places), dtype=np.float64) + (1.0 if series.start is None else series.start)


def undefined(node: Arima) -> Iterator[tuple[Node, str]]:
    """The effects that are not scored, each with the reason."""
    for outlier in node.outliers:
        if outlier.kind == "innovational" and _order(node):
            yield outlier, "an innovational outlier beside moving averages, whose residuals may hold it or not"
    for regressor in node.regressors:
        reason = _undefined_regressor(regressor, node)
        if reason is not None:
            yield regressor, f"the regressor {regressor.field!r} {reason}"


def _order(node: Arima) -> bool:
    return any(part is not None and part.ma is not None for part in (node.nonseasonal, node.seasonal))


def _undefined_regressor(node: DynamicRegressor, arima: Arima) -> str | None:
    if node.future not in ("constant", "stored"):
        return f'with futureValuesMethod="{node.future}": its future values must be in the document'
    if node.denominator is not None and node.denominator.has_coefficients:
        return "with a Denominator: the signs of a transfer function's coefficients are not agreed on"
    factor = node.numerator.nonseasonal if node.numerator is not None else None
    if factor is None or len(factor.coefficients) != 1 or (node.numerator and node.numerator.seasonal is not None):
        return "with other than one coefficient: the signs of a transfer function's coefficients are not agreed on"
    differences = 0 if arima.nonseasonal is None else arima.nonseasonal.differences
    seasonal = 0 if arima.seasonal is None else arima.seasonal.differences
    if factor.difference != differences or seasonal:
        return f"with {factor.difference} differences beside {differences} of the series"
    return None
