"""The markup of TimeSeriesModel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sparkpmml.pmml.array import Array
from sparkpmml.pmml.matrix import Matrix
from sparkpmml.pmml.model import Model
from sparkpmml.pmml.node import Node, attribute, child, children, content, element, family, integer, number, one_of

if TYPE_CHECKING:
    from sparkpmml.models.time_series.arima_nodes import DynamicRegressor

TRANSFORMATIONS = ("none", "logarithmic", "squareroot")
ANCHORS = (
    *(
        f"{unit}Since[{year}]"
        for unit in ("dateTimeMilliseconds", "dateTimeSeconds", "dateDays", "dateMonths")
        for year in (0, 1960, 1970, 1980)
    ),
    "dateYearsSince[0]",
)


@family
class Vector(Node):
    """An element that holds one array of numbers."""

    array: Array = child(Array, required=True)

    @property
    def values(self) -> NDArray[np.float64]:
        return np.array([number(item) for item in self.array.items])


@family
class MatrixHolder(Node):
    """An element that holds one matrix."""

    matrix: Matrix = child(Matrix, required=True)


@element("Timestamp")
class Timestamp(Node):
    """A date, or a date and time."""

    text: str = content(str.strip)


@element("TimeValue", ignores=("standardError",))
class TimeValue(Node):
    """A value of the series."""

    index: float | None = attribute(number, default=None)
    time: float | None = attribute(number, default=None)
    value: float = attribute(number)
    stamp: Timestamp | None = child(Timestamp)


@element("TimeCycle", ignores=("Array", "INT-ARRAY", "length"))
class TimeCycle(Node):
    """Times that come again and again, such as the days of a week, and which of them count."""

    kind: str = attribute(
        one_of("includeAll", "includeFromTo", "excludeFromTo", "includeSet", "excludeSet"),
        name="type",
        default="includeAll",
    )


@element("TimeException", ignores=("Array", "INT-ARRAY", "count", "type"))
class TimeException(Node):
    """Times that count, or do not, in spite of the cycles."""


@element("TimeAnchor")
class TimeAnchor(Node):
    """Which dates the times of a series have: see `time_series.calendar`."""

    kind: str | None = attribute(one_of(*ANCHORS), name="type", default=None)
    offset: int | None = attribute(integer, default=None)
    stepsize: int | None = attribute(integer, default=None)
    cycles: tuple[TimeCycle, ...] = children(TimeCycle)
    exceptions: tuple[TimeException, ...] = children(TimeException)


@element("TimeSeries", ignores=("interpolationMethod",))
class TimeSeries(Node):
    """Values in the order of time."""

    usage: str = attribute(one_of("original", "logical", "prediction"), default="original")
    start: float | None = attribute(number, name="startTime", default=None)
    end: float | None = attribute(number, name="endTime", default=None)
    field: str | None = attribute(default=None)
    anchor: TimeAnchor | None = child(TimeAnchor)
    values: tuple[TimeValue, ...] = children(TimeValue)

    @property
    def ordered(self) -> NDArray[np.float64]:
        """The values by time."""
        return np.array([each.value for each in self.values])[np.argsort(self.times, kind="stable")]

    @property
    def times(self) -> NDArray[np.float64]:
        """float64[n]: the time of each value: its index, or time, or its place from startTime (1) on."""
        places = [each.index if each.index is not None else each.time for each in self.values]
        known = [place for place in places if place is not None]
        if len(known) == len(places):
            return np.array(known)
        return np.arange(len(places), dtype=np.float64) + (1.0 if self.start is None else self.start)

    @property
    def first(self) -> float:
        """When it starts."""
        if self.start is not None:
            return self.start
        return float(self.times.min()) if self.values else 1.0

    @property
    def last(self) -> float | None:
        """When it ends, where the document says so."""
        if self.end is not None:
            return self.end
        return float(self.times.max()) if self.values else None


@family
class Algorithm(Node):
    """A way to forecast."""


@element("Level", ignores=("alpha",))
class Level(Node):
    """The smoothed level at the series' end."""

    value: float = attribute(number, name="smoothedValue")


@element("Trend_ExpoSmooth", "Trend", ignores=("gamma",))
class Trend(Node):
    """The smoothed trend at the series' end."""

    kind: str = attribute(
        one_of("additive", "damped_additive", "multiplicative", "damped_multiplicative", "polynomial_exponential"),
        name="trend",
        default="additive",
    )
    fading: float = attribute(number, name="phi", default=1.0)
    value: float | None = attribute(number, name="smoothedValue", default=None)
    array: Array | None = child(Array)

    @property
    def is_polynomial(self) -> bool:
        return self.kind == "polynomial_exponential" or self.array is not None


@element("Seasonality_ExpoSmooth", "Seasonality", ignores=("unit", "delta"))
class Seasonality(Node):
    """The seasonal factors; `phase` is the place, from 1, of the series' last value among them.

    Without it the first factor is that of the series' first value, or of the first step where there is no series.
    """

    kind: str = attribute(one_of("additive", "multiplicative"), name="type")
    period: int = attribute(integer)
    phase: int | None = attribute(integer, default=None)
    array: Array = child(Array, required=True)


@element("ExponentialSmoothing", ignores=("RMSE", "TimeValue"))
class ExponentialSmoothing(Algorithm):
    """Level, trend and seasons, smoothed."""

    transformation: str = attribute(one_of(*TRANSFORMATIONS), default="none")
    level: Level = child(Level, required=True)
    trend: Trend | None = child(Trend)
    seasonality: Seasonality | None = child(Seasonality)


@element("TransitionMatrix")
class TransitionMatrix(MatrixHolder):
    """From a state to the next."""


@element("MeasurementMatrix")
class MeasurementMatrix(MatrixHolder):
    """From a state to what is observed: a row per target."""


@element("StateVector", "FinalStateVector")
class StateVector(Vector):
    """The state of the first step after the series' end."""


@element("InterceptVector")
class InterceptVector(Vector):
    """What is added to the state, or to what is observed."""

    kind: str = attribute(one_of("state", "observation"), name="type", default="state")


@element("PredictedStateCovarianceMatrix")
class PredictedStateCovarianceMatrix(MatrixHolder):
    """Of the first step's state."""


@element("SelectedStateCovarianceMatrix")
class SelectedStateCovarianceMatrix(MatrixHolder):
    """Of what is added to a state."""


@element("ObservationVarianceMatrix")
class ObservationVarianceMatrix(MatrixHolder):
    """Of what is observed, given the state."""


@element("StateSpaceModel", ignores=("variance", "PsiVector"))
class StateSpaceModel(Algorithm):
    """A state that moves linearly, and linear observations of it."""

    period: str = attribute(one_of("none"), default="none")
    intercept: float = attribute(number, default=0.0)
    state: StateVector = child(StateVector, required=True)
    transition: TransitionMatrix = child(TransitionMatrix, required=True)
    measurement: MeasurementMatrix = child(MeasurementMatrix, required=True)
    intercepts: InterceptVector | None = child(InterceptVector)
    state_covariance: PredictedStateCovarianceMatrix | None = child(PredictedStateCovarianceMatrix)
    added_covariance: SelectedStateCovarianceMatrix | None = child(SelectedStateCovarianceMatrix)
    observation_variance: ObservationVarianceMatrix | None = child(ObservationVarianceMatrix)
    regressors: tuple[DynamicRegressor, ...] = children("DynamicRegressor")


@element("SpectralAnalysis")
class SpectralAnalysis(Algorithm):
    """Named by PMML, which does not say what it holds."""


@element("SeasonalTrendDecomposition")
class SeasonalTrendDecomposition(Algorithm):
    """Named by PMML, which does not say what it holds."""


@element("TimeSeriesModel")
class TimeSeriesModel(Model):
    """A series, and algorithms that forecast it, of which one fits best."""

    best_fit: str = attribute(name="bestFit")
    series: tuple[TimeSeries, ...] = children(TimeSeries)
    algorithms: tuple[Algorithm, ...] = children(Algorithm)

    @property
    def timed(self) -> TimeSeries | None:
        """The series that says when the last value was that is known: no series of predictions."""
        known = [each for each in self.series if each.last is not None]
        return next((each for usage in ("original", "logical") for each in known if each.usage == usage), None)
