"""The markup of ARIMA and GARCH in a TimeSeriesModel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sparkpmml.models.time_series.nodes import (
    TRANSFORMATIONS,
    Algorithm,
    MeasurementMatrix,
    StateVector,
    TimeSeries,
    TransitionMatrix,
    Vector,
)
from sparkpmml.pmml.array import Array
from sparkpmml.pmml.node import Node, attribute, child, children, element, family, integer, number, one_of


@element("AR")
class AR(Vector):
    """Weights of earlier values."""


@element("MACoefficients")
class MACoefficients(Vector):
    """Weights of earlier residuals."""


@element("Residuals")
class Residuals(Vector):
    """The last residuals, oldest first."""


@element("MA")
class MA(Node):
    """Weights of earlier residuals, and these."""

    weights: MACoefficients | None = child(MACoefficients)
    residuals: Residuals | None = child(Residuals)


@family
class Component(Node):
    """Autoregression, differences and moving average."""

    ar: AR | None = child(AR)
    ma: MA | None = child(MA)


@element("NonseasonalComponent")
class NonseasonalComponent(Component):
    """At lags of one step."""

    ar_order: int = attribute(integer, name="p", default=0)
    differences: int = attribute(integer, name="d", default=0)
    ma_order: int = attribute(integer, name="q", default=0)


@element("SeasonalComponent")
class SeasonalComponent(Component):
    """At lags of one period."""

    ar_order: int = attribute(integer, name="P", default=0)
    differences: int = attribute(integer, name="D", default=0)
    ma_order: int = attribute(integer, name="Q", default=0)
    period: int = attribute(integer)


@element("KalmanState", ignores=("FinalOmega", "HVector"))
class KalmanState(Node):
    """The filter's state at the series' end."""

    state: StateVector = child(StateVector, required=True)
    transition: TransitionMatrix | None = child(TransitionMatrix)
    measurement: MeasurementMatrix | None = child(MeasurementMatrix)


@element("MaximumLikelihoodStat", ignores=("ThetaRecursionState", "method", "periodDeficit"))
class MaximumLikelihoodStat(Node):
    """What forecasts by exact least squares start from."""

    kalman: KalmanState | None = child(KalmanState)


@family
class Factor(Node):
    """Coefficients of a transfer function."""

    difference: int = attribute(integer, default=0)
    array: Array | None = child(Array)

    @property
    def coefficients(self) -> NDArray[np.float64]:
        return np.array([number(item) for item in self.array.items] if self.array is not None else [])


@element("NonseasonalFactor", ignores=("maximumOrder",))
class NonseasonalFactor(Factor):
    """At lags of one step."""


@element("SeasonalFactor", ignores=("maximumOrder",))
class SeasonalFactor(Factor):
    """At lags of one period."""


@family
class Polynomial(Node):
    """One side of a transfer function."""

    nonseasonal: NonseasonalFactor | None = child(NonseasonalFactor)
    seasonal: SeasonalFactor | None = child(SeasonalFactor)

    @property
    def has_coefficients(self) -> bool:
        return any(part is not None and len(part.coefficients) for part in (self.nonseasonal, self.seasonal))


@element("Numerator")
class Numerator(Polynomial):
    """Weights of the regressor's values."""


@element("Denominator")
class Denominator(Polynomial):
    """Weights of the transfer function's own values."""


@element("TransferFunctionValues")
class TransferFunctionValues(Vector):
    """The last values of a transfer function, oldest first."""


@element("RegressorValues", ignores=("TrendCoefficients",))
class RegressorValues(Node):
    """The regressor's values, up to the series' end or past it."""

    series: TimeSeries | None = child(TimeSeries)
    transfer: TransferFunctionValues | None = child(TransferFunctionValues)


@element("DynamicRegressor")
class DynamicRegressor(Node):
    """Another series that the forecast one depends on."""

    field: str = attribute()
    target_field: str | None = attribute(default=None)
    transformation: str = attribute(one_of(*TRANSFORMATIONS), default="none")
    delay: int = attribute(integer, default=0)
    future: str = attribute(
        one_of("constant", "trend", "stored", "otherModel", "userSupplied"),
        name="futureValuesMethod",
        default="constant",
    )
    numerator: Numerator | None = child(Numerator)
    denominator: Denominator | None = child(Denominator)
    values: RegressorValues | None = child(RegressorValues)


@element("OutlierEffect")
class OutlierEffect(Node):
    """Something that happened to the series at one time."""

    kind: str = attribute(
        one_of("additive", "level", "transient", "seasonalAdditive", "trend", "innovational"), name="type"
    )
    start: float = attribute(number, name="startTime")
    magnitude: float = attribute(number)
    damping: float | None = attribute(number, name="dampingCoefficient", default=None)


@element("ARIMA")
class Arima(Algorithm):
    """The autoregressive integrated moving average."""

    deviation: float | None = attribute(number, name="RMSE", default=None)
    transformation: str = attribute(one_of(*TRANSFORMATIONS), default="none")
    constant: float = attribute(number, name="constantTerm", default=0.0)
    method: str = attribute(
        one_of("conditionalLeastSquares", "exactLeastSquares"),
        name="predictionMethod",
        default="conditionalLeastSquares",
    )
    nonseasonal: NonseasonalComponent | None = child(NonseasonalComponent)
    seasonal: SeasonalComponent | None = child(SeasonalComponent)
    likelihood: MaximumLikelihoodStat | None = child(MaximumLikelihoodStat)
    regressors: tuple[DynamicRegressor, ...] = children(DynamicRegressor)
    outliers: tuple[OutlierEffect, ...] = children(OutlierEffect)


@element("ARMAPart")
class ArmaPart(Component):
    """The process of the values."""

    constant: float = attribute(number, default=0.0)
    ar_order: int = attribute(integer, name="p")
    ma_order: int = attribute(integer, name="q")


@element("ResidualSquareCoefficients")
class ResidualSquareCoefficients(Node):
    """Weights of earlier squared residuals, and these residuals."""

    residuals: Residuals = child(Residuals, required=True)
    weights: MACoefficients = child(MACoefficients, required=True)


@element("PastVariances")
class PastVariances(Vector):
    """The last variances, oldest first."""


@element("VarianceCoefficients")
class VarianceCoefficients(Node):
    """Weights of earlier variances, and these."""

    past: PastVariances = child(PastVariances, required=True)
    weights: MACoefficients = child(MACoefficients, required=True)


@element("GARCHPart", ignores=("gp", "gq"))
class GarchPart(Node):
    """The process of the variance."""

    constant: float = attribute(number, default=0.0)
    squares: ResidualSquareCoefficients | None = child(ResidualSquareCoefficients)
    variances: VarianceCoefficients | None = child(VarianceCoefficients)


@element("GARCH")
class Garch(Algorithm):
    """Values whose variance changes."""

    arma: ArmaPart = child(ArmaPart, required=True)
    garch: GarchPart = child(GarchPart, required=True)
