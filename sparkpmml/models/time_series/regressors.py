"""From the markup of a DynamicRegressor to its transfer function.

PMML names the parts and gives no formula. The parts, and their names, are those of dynamic regression in SAS/ETS (Time
Series Forecasting: Dynamic Regression; the ARIMA procedure: Rational Transfer Functions), and what is scored is its
transfer function, with the signs of Box and Jenkins:

    (1 - B)^d (1 - B^s)^D Z[t] = mean + Numerator(B) / Denominator(B) (1 - B)^d' (1 - B^s)^D' x[t - delay] + noise
    Numerator(B) = (w[0] - w[1] B - w[2] B^2 - ...) (1 - W[1] B^s - W[2] B^2s - ...)
    Denominator(B) = (1 - d[1] B - d[2] B^2 - ...) (1 - D[1] B^s - D[2] B^2s - ...)

where Z is the (transformed) series, x the (transformed) regressor, and d', D' are the differences that the numerator's
factors declare. With one coefficient and the series' own differences this is regression with ARIMA errors, as in R
(`xreg`) and statsmodels (`exog`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from sparkpmml.models.time_series.arima_nodes import Arima, DynamicRegressor, Polynomial
from sparkpmml.models.time_series.nodes import TimeSeries
from sparkpmml.models.time_series.paths import Vector
from sparkpmml.models.time_series.transfer import Transfer

TRANSFORMED: dict[str, Callable[[Vector], Vector]] = {"none": np.asarray, "logarithmic": np.log, "squareroot": np.sqrt}
SUPPLIED = ("userSupplied", "otherModel")
"""Values after the end that come with each row: a list in the regressor's field."""


@dataclass(frozen=True, slots=True)
class Differences:
    """How often a series is differenced, at lags of one step and of one period; no period for none."""

    counts: tuple[int, int] = (0, 0)
    period: int | None = None

    @classmethod
    def of(cls, node: Arima) -> Differences:
        simple, seasonal = node.nonseasonal, node.seasonal
        counts = (0 if simple is None else simple.differences, 0 if seasonal is None else seasonal.differences)
        return cls(counts, None if seasonal is None else seasonal.period)

    def polynomial_of(self, counts: tuple[int, int], others: tuple[int, int]) -> Vector:
        """(1 - B)^n (1 - B^period)^m, for as many differences as `counts` has beyond `others`."""
        result = np.ones(1)
        for count, other, lag in zip(counts, others, (1, self.period), strict=True):
            if count > other and lag is None:
                raise ValueError("has seasonal differences, but no SeasonalComponent with a period")
            for _ in range(count - other):
                result = np.convolve(result, polynomial(np.array([-1.0]), lag or 1))
        return result


def polynomial(weights: Vector, lag: int) -> Vector:
    """1 + weights[0] B^lag + weights[1] B^(2 lag) + ..., by power of B."""
    result = np.zeros(1 + lag * len(weights))
    result[0] = 1.0
    result[lag::lag] = weights
    return result


def regressor(node: DynamicRegressor, own: Differences, first: float, end: float) -> Transfer:
    """The regressor of a series with these differences, from `first` to `end`; ValueError for contradictions."""
    numerator = np.convolve(_gain(node), _seasonal(node.numerator, own))
    feedback = np.convolve(_simple(node.denominator), _seasonal(node.denominator, own))
    start, values = _history(node, end)
    past = _past(node) if len(feedback) > 1 else np.empty(0)
    if len(feedback) > 1 and len(past) < len(feedback) - 1 and not start <= first:
        raise ValueError(
            f"has a DynamicRegressor {node.field!r} with a Denominator, and neither enough TransferFunctionValues nor"
            " RegressorValues from the series' beginning on"
        )
    declared = _declared(node)
    return Transfer(
        np.concatenate([np.zeros(node.delay), np.convolve(numerator, own.polynomial_of(declared, own.counts))]),
        np.convolve(feedback, own.polynomial_of(own.counts, declared)),
        start,
        values,
        past,
        node.future == "constant",
    )


def undefined_regressors(
    nodes: tuple[DynamicRegressor, ...], own: Differences
) -> Iterator[tuple[DynamicRegressor, str]]:
    """Those that are not scored, each with the reason."""
    for node in nodes:
        feeds_back = node.denominator is not None and node.denominator.has_coefficients
        if node.future == "trend":
            yield node, f"the regressor {node.field!r} with a trend, whose TrendCoefficients may count from any time"
        elif feeds_back and len(_past(node)) and own.counts != (0, 0):
            reason = "with TransferFunctionValues, which may be of differences or not"
            yield node, f"the regressor {node.field!r} {reason}"


def _declared(node: DynamicRegressor) -> tuple[int, int]:
    """The differences of the regressor."""
    part = node.numerator
    factors = (None, None) if part is None else (part.nonseasonal, part.seasonal)
    simple, seasonal = (0 if factor is None else factor.difference for factor in factors)
    return simple, seasonal


def _gain(node: DynamicRegressor) -> Vector:
    """w[0], -w[1], -w[2], ..."""
    factor = node.numerator.nonseasonal if node.numerator is not None else None
    if factor is None or not len(factor.coefficients):
        raise ValueError(f"has a DynamicRegressor {node.field!r} without a Numerator that says how much it counts")
    return np.concatenate([factor.coefficients[:1], -factor.coefficients[1:]])


def _simple(part: Polynomial | None) -> Vector:
    factor = part.nonseasonal if part is not None else None
    return np.ones(1) if factor is None else polynomial(-factor.coefficients, 1)


def _seasonal(part: Polynomial | None, own: Differences) -> Vector:
    factor = part.seasonal if part is not None else None
    if factor is None or not len(factor.coefficients):
        return np.ones(1)
    if own.period is None:
        raise ValueError("has a SeasonalFactor, but no SeasonalComponent with a period")
    return polynomial(-factor.coefficients, own.period)


def _history(node: DynamicRegressor, end: float) -> tuple[float, Vector]:
    """The first time, and the transformed values from then on, NaN where there is none."""
    series = node.values.series if node.values is not None else None
    supplied = node.future in SUPPLIED
    if series is None or not series.values:
        if supplied:
            return end + 1, np.empty(0)
        raise ValueError(f"has a DynamicRegressor {node.field!r} without RegressorValues that hold its TimeSeries")
    times = times_of(series)
    if supplied and times[-1] != end:
        raise ValueError(
            f"has a DynamicRegressor {node.field!r} whose RegressorValues end at {times[-1]:g}, the series at {end:g}:"
            " the values of the row's list come after both"
        )
    if times[-1] + node.delay < end:
        raise ValueError(f"has a DynamicRegressor {node.field!r} whose RegressorValues end before the series does")
    places = times - times[0]
    if (places != np.floor(places)).any():
        raise ValueError(f"has a DynamicRegressor {node.field!r} with times that are no whole steps apart")
    values = np.full(int(places[-1]) + 1, np.nan)
    values[places.astype(np.int64)] = transformed(series.ordered, node.transformation)
    return float(times[0]), values


def _past(node: DynamicRegressor) -> Vector:
    values = node.values.transfer if node.values is not None else None
    return np.empty(0) if values is None else values.values


def transformed(values: Vector, how: str) -> Vector:
    """The values' logarithms, or square roots, NaN where there is none."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return TRANSFORMED[how](values)


def times_of(series: TimeSeries) -> Vector:
    """float64[n]: the time of each value, ascending."""
    return np.sort(series.times)
