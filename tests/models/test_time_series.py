"""TimeSeriesModel: forecasts and standard errors of statsmodels 0.14 for one short series, and recursions by hand."""

from __future__ import annotations

import math
import re

import numpy as np
import pandas as pd
import pytest

import sparkpmml
from sparkpmml.errors import ModelError, UnsupportedMarkupError

SERIES = [
    53.6, 57.7, 51.8, 42.7, 52.6, 59.3, 54.6, 48.3, 56.3, 62.2, 55.4, 54.6, 61.4, 69.8, 61.3, 55.2, 61.7, 66.5, 66.4,
    57.0, 63.6, 72.4, 70.6, 62.9, 67.2, 74.6, 72.1, 65.3, 70.9, 78.7, 75.5, 72.8,
]  # fmt: skip
OUTPUTS = """<Output><OutputField name="y_hat" feature="predictedValue" dataType="string" optype="continuous"/>
<OutputField name="se" feature="standardError" dataType="double" optype="continuous"/>
<OutputField name="low" feature="confidenceIntervalLower" value="80" dataType="double" optype="continuous"/></Output>"""
Z80 = 1.2815515655446004
AHEAD = '<MiningField name="h" usageType="supplementary"/>'


def array(values: list[float]) -> str:
    return f'<Array type="real">{" ".join(map(str, values))}</Array>'


def matrix(rows: list[list[float]]) -> str:
    return f"<Matrix>{''.join(map(array, rows))}</Matrix>"


def series(values: list[float] = SERIES, attributes: str = "") -> str:
    rows = "".join(f'<TimeValue index="{i}" value="{value}"/>' for i, value in enumerate(values, 1))
    return f'<TimeSeries usage="original" {attributes}>{rows}</TimeSeries>'


def forecaster(
    algorithm: str, values: str = "", fields: str = AHEAD, outputs: str = "", fit: str = ""
) -> sparkpmml.Model:
    fit = fit or re.match(r"<(\w+)", algorithm)[1]
    document = f"""<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header/><DataDictionary>
    <DataField name="y" optype="continuous" dataType="double"/>
    <DataField name="z" optype="continuous" dataType="double"/>
    <DataField name="h" optype="continuous" dataType="integer"/>
    <DataField name="t" optype="continuous" dataType="double"/>
    <DataField name="day" optype="continuous" dataType="date"/></DataDictionary>
    <TimeSeriesModel functionName="timeSeries" bestFit="{fit}"><MiningSchema>
    <MiningField name="y" usageType="target"/>{fields}</MiningSchema>{outputs}{values}{algorithm}
    </TimeSeriesModel></PMML>"""
    return sparkpmml.load(document.encode(), name="forecaster")


def forecasts(model: sparkpmml.Model, steps: int) -> list[float]:
    (answer,) = model.predict(pd.DataFrame({"h": [steps]}))["prediction"]
    return list(answer)


LEVEL = '<Level alpha="0.1" smoothedValue="{}"/>'
TREND = '<Trend_ExpoSmooth trend="{}" phi="{}" smoothedValue="{}"/>'
SEASONS = '<Seasonality_ExpoSmooth type="{}" period="4">{}</Seasonality_ExpoSmooth>'
# statsmodels' ETSModel, which is R's ets; its ExponentialSmoothing writes the factor of a cycle before over the last one
# (s[nobs + m - 1:] = [s[nobs - 1], ...]), so that each m-th forecast is another one there
SMOOTHED = {
    "damped multiplicative, multiplicative seasons": (
        LEVEL.format(76.55070142332372)
        + TREND.format("damped_multiplicative", 0.98, 1.009521124074845)
        + SEASONS.format(
            "multiplicative", array([0.9501563182673576, 1.0454787291014283, 0.9936979571758059, 0.9141986638813924])
        ),
        [
            73.41373803422863,
            81.51732485539048,
            78.17403098883037,
            72.55120263209926,
            76.05348153914188,
            84.38880670246766,
        ],
    ),
    "damped multiplicative, additive seasons": (
        LEVEL.format(74.28472248455259)
        + TREND.format("damped_multiplicative", 0.98, 1.009761483590309)
        + SEASONS.format(
            "additive", array([1.4785316031738866e-05, 5.938371580391323, 0.9382232013751064, -5.981414856452775])
        ),
        [
            74.99529464882694,
            81.63659142479138,
            77.33171622690136,
            71.09964115356841,
            77.76088601134401,
            84.3712783274663,
        ],
    ),
    "damped, multiplicative seasons, a cycle and more": (
        LEVEL.format(74.30029267285643)
        + TREND.format("damped_additive", 0.98, 0.8612466008901275)
        + SEASONS.format(
            "multiplicative", array([0.9799492074663827, 1.0786360320552077, 1.0251584309409494, 0.9415468025435718])
        ),
        [
            73.63761128478183,
            81.94554939327499,
            78.71376999077017,
            73.04184944012248,
            76.7838605155293,
            85.33938307878473,
        ],
    ),
    "damped multiplicative trend": (
        LEVEL.format(73.97267603955483) + TREND.format("damped_multiplicative", 0.98, 1.0093158574738157),
        [74.64794985330785, 75.31569849652814, 75.9758870352205, 76.62848598400423],
    ),
    "damped, multiplicative seasons": (
        LEVEL.format(75.55819128650117)
        + TREND.format("damped_additive", 0.995, 0.747530719464138)
        + SEASONS.format(
            "multiplicative", array([0.9644620053183656, 1.0609805661196035, 1.0079497562276465, 0.926399236966557])
        ),
        [73.59036483825537, 81.74012679238322, 78.39675175856317],
    ),
    "multiplicative trend": (
        LEVEL.format(75.75555762591179)
        + TREND.format("multiplicative", 1, 1.013211806647058)
        + SEASONS.format(
            "additive", array([-0.13170609038508022, 5.796827797124746, 0.7938532058156704, -6.146691917039853])
        ),
        [76.6247193153203, 83.56734425420964, 79.59185868917339, 73.69237757893782, 80.76218175465446],
    ),
    "trend": (
        LEVEL.format(74.43295394141549) + TREND.format("additive", 1, 0.779948637696548),
        [75.21290257911204, 75.99285121680859, 76.77279985450514],
    ),
    "level": (LEVEL.format(3.5), [3.5, 3.5]),
    "a phase": (
        LEVEL.format(0) + SEASONS.format("additive", array([1, 2, 3, 4])).replace("period", 'phase="3" period'),
        [4, 1, 2],
    ),
}


@pytest.mark.parametrize("name", SMOOTHED)
def test_exponential_smoothing(name):
    markup, expected = SMOOTHED[name]
    model = forecaster(f"<ExponentialSmoothing>{markup}</ExponentialSmoothing>")
    assert forecasts(model, len(expected)) == pytest.approx(expected, rel=1e-9)


QUARTERS = (
    f"<ExponentialSmoothing>{LEVEL.format(0)}{SEASONS.format('additive', array([1, 2, 3, 4]))}</ExponentialSmoothing>"
)
SEASONED = {  # what says where the first of the four seasons 1, 2, 3, 4 is: the first forecast
    "no series": ("", 1),
    "a cycle": (series(SERIES[:4]), 1),
    "six values": (series(SERIES[:6]), 3),
    "six times": ('<TimeSeries startTime="10" endTime="15"/>', 3),
    "six times, of which one has no value": (
        series(SERIES[:6]).replace('<TimeValue index="4"', '<Extension name="4"'),
        3,
    ),
    "six times in years": (series(SERIES[:6]).replace(' index="', ' time="2020.').replace('usage="original"', ""), 3),
    "predictions": ('<TimeSeries usage="prediction" startTime="1" endTime="6"/>', 1),
}


@pytest.mark.parametrize("name", SEASONED)
def test_seasons_without_a_phase_begin_with_the_series(name):
    values, first = SEASONED[name]
    expected = [(first - 1 + step) % 4 + 1 for step in range(5)]
    assert forecasts(forecaster(QUARTERS, values), 5) == expected


def arima(parts: str, attributes: str = "", values: list[float] = SERIES, outputs: str = "") -> sparkpmml.Model:
    return forecaster(f"<ARIMA {attributes}>{parts}</ARIMA>", series(values), outputs=outputs)


def part(kind: str, orders: str, ar: list[float] = (), ma: list[float] = (), residuals: list[float] = ()) -> str:
    text = f"<AR>{array(ar)}</AR>" if ar else ""
    if ma:
        last = f"<Residuals>{array(residuals)}</Residuals>" if residuals else ""
        text += f"<MA><MACoefficients>{array(ma)}</MACoefficients>{last}</MA>"
    return f"<{kind} {orders}>{text}</{kind}>"


AR2 = part("NonseasonalComponent", 'p="2" d="1" q="0"', [-0.03225983999824051, -0.8292213115013713])
SEASONAL = part("NonseasonalComponent", 'p="1" d="0" q="0"', [0.8114673458229695]) + part(
    "SeasonalComponent", 'P="1" D="1" Q="0" period="4"', [-0.19243054016133995]
)
AUTOREGRESSIONS = {  # without moving averages the state space's forecasts are the recursion's
    "(2, 1, 0)": (
        AR2,
        11.254953205596363,
        [75.54060976479963, 77.69109567334328, 75.34914931853457, 73.64147138777737, 75.63855263239246],
        [3.354840265286528, 4.66856010255141, 4.69197875696016, 4.736456270770427, 5.577742803273084],
    ),
    "(1, 0, 0) (1, 1, 0, 4)": (
        SEASONAL,
        7.532893555075115,
        [76.6487747343098, 83.15373682953903, 79.1000176761995, 74.80898147632334, 78.34389102092034],
        [2.744611731205864, 3.5345647085158407, 3.969807565912013, 4.232034160468129, 5.432720594819009],
    ),
}


@pytest.mark.parametrize("name", AUTOREGRESSIONS)
def test_autoregressions(name):
    parts, variance, means, errors = AUTOREGRESSIONS[name]
    model = arima(parts, f'RMSE="{math.sqrt(variance)}"', outputs=OUTPUTS)
    answer = model.predict(pd.DataFrame({"h": [5]})).loc[0]
    assert list(answer["prediction"]) == pytest.approx(means, rel=1e-7)
    assert list(answer["y_hat"]) == list(answer["prediction"])
    assert list(answer["se"]) == pytest.approx(errors, rel=1e-6)
    assert list(answer["low"]) == pytest.approx(np.array(means) - Z80 * np.array(errors), rel=1e-6)


def test_moving_averages_start_from_the_last_residuals():
    parts = part("NonseasonalComponent", 'p="1" d="0" q="2"', [0.5], [0.4, 0.2], [1.0, -2.0])
    # y - 10 = 0.5 (y[-1] - 10) + a + 0.4 a[-1] + 0.2 a[-2], last y 12, a 1 and -2
    first = 10 + 0.5 * 2 + 0.4 * -2 + 0.2 * 1
    second = 10 + 0.5 * (first - 10) + 0.2 * -2
    expected = [first, second, 10 + 0.5 * (second - 10)]
    assert forecasts(arima(parts, 'constantTerm="10"', [12.0]), 3) == pytest.approx(expected)


def test_seasonal_moving_averages_multiply():
    parts = part("NonseasonalComponent", 'p="0" d="0" q="1"', ma=[0.5], residuals=[4.0]) + part(
        "SeasonalComponent", 'P="0" D="0" Q="1" period="2"', ma=[0.3], residuals=[1.0, 2.0, 4.0]
    )
    # (1 + 0.5 B) (1 + 0.3 B^2) a = a + 0.5 a[-1] + 0.3 a[-2] + 0.15 a[-3]
    expected = [0.5 * 4 + 0.3 * 2 + 0.15 * 1, 0.3 * 4 + 0.15 * 2, 0.15 * 4, 0.0]
    assert forecasts(arima(parts), 4) == pytest.approx(expected)


def test_residuals_that_are_not_given_are_those_of_the_series():
    parts = part("NonseasonalComponent", 'p="0" d="1" q="1"', ma=[-0.5])
    # simple smoothing with alpha = 1 - 0.5, begun with the first value: 1, 2, 4 is 1, 1.5, 2.75
    assert forecasts(arima(parts, values=[1.0, 2.0, 4.0]), 2) == pytest.approx([2.75, 2.75])


X = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 3, 8, 4, 6, 2, 6, 4, 3, 3, 8, 3, 2, 7, 9, 5]


def regressor(coefficients: list[float], values: list[float] = X, attributes: str = "", difference: int = 0) -> str:
    return f"""<DynamicRegressor field="z" {attributes}><Numerator><NonseasonalFactor difference="{difference}"
    maximumOrder="0">{array(coefficients)}</NonseasonalFactor></Numerator>
    <RegressorValues>{series(values)}</RegressorValues></DynamicRegressor>"""


# statsmodels 0.14: SARIMAX(SERIES, exog=X, order=..., trend=...).fit().forecast(4, exog=...)
AR2_WITH_X = part("NonseasonalComponent", 'p="2" d="1" q="0"', [-0.042491388761036857, -0.8432050771492366])
AR1_WITH_X = part("NonseasonalComponent", 'p="1" d="0" q="0"', [0.7186410099237578])
MEAN = f'constantTerm="{17.06117662011741 / (1 - 0.7186410099237578)}"'
REGRESSIONS = {
    "constant": (
        AR2_WITH_X + regressor([0.24972284477711482], difference=1),
        "",
        [75.99167385580505, 77.29043862711767, 74.54401670849138, 73.5655909407442],
    ),
    "stored": (
        AR2_WITH_X + regressor([0.24972284477711482], [*X, 4, 6, 2, 8], 'futureValuesMethod="stored"', 1),
        "",
        [75.74195101102794, 77.54016147189479, 73.79484817416005, 74.31475947507555],
    ),
    "stored, of which too few": (
        AR1_WITH_X + regressor([0.38558859835014736], [*X, 4, 6], 'futureValuesMethod="stored"'),
        MEAN,
        [69.53509763730038, 68.2370818825012, math.nan, math.nan],
    ),
    "constant, without differences": (
        AR1_WITH_X + regressor([0.38558859835014736]),
        MEAN,
        [69.92068623565054, 67.85149328415106, 66.36448637175836, 65.29586222247286],
    ),
    "late by one step": (  # z[t - 1] as what is stored of z[t]: the last one, 5, counts at the first step
        AR1_WITH_X + regressor([0.38558859835014736], [*X[1:], 4, 6], 'futureValuesMethod="stored" delay="1"'),
        MEAN,
        [69.53509763730038, 68.2370818825012, math.nan, math.nan],
    ),
}


@pytest.mark.parametrize("name", REGRESSIONS)
def test_regressors(name):
    parts, attributes, expected = REGRESSIONS[name]
    assert forecasts(arima(parts, attributes), 4) == pytest.approx(expected, rel=1e-7, nan_ok=True)


OUTLIERS = {
    "level": (20, 5),
    "transient": (30, -3),
    "trend": (28, 0.5),
    "additive": (32, 2),
    "seasonalAdditive": (22, 1.5),
}


def test_outliers():
    """statsmodels: SARIMAX(SERIES - effects, order=(2, 1, 0)).filter([-0.03, -0.8, 10]).forecast(4) + their future.

    5 from 20 on, -3 * 0.7 ** (t - 30), 0.5 * (t - 27) from 28 on, 2 at 32, 1.5 at 22, 26, 30, 34.
    """
    effects = "".join(
        f'<OutlierEffect type="{kind}" startTime="{start}" magnitude="{magnitude}" dampingCoefficient="0.7"/>'
        for kind, (start, magnitude) in OUTLIERS.items()
    )
    parts = part("NonseasonalComponent", 'p="2" d="1" q="0"', [-0.03, -0.8])
    parts += '<SeasonalComponent P="0" D="0" Q="0" period="4"/>' + effects
    innovational = '<OutlierEffect type="innovational" startTime="31" magnitude="100"/>'
    expected = [74.3959, 81.288953, 78.2435924, 75.2952165277]
    assert forecasts(arima(parts), 4) == pytest.approx(expected, rel=1e-9)
    assert forecasts(arima(parts + innovational), 4) == pytest.approx(expected, rel=1e-9)


def test_transformed_series_are_forecast_as_they_are():
    parts = part("NonseasonalComponent", 'p="1" d="0" q="0"', [0.5])
    assert forecasts(arima(parts, 'transformation="logarithmic"', [16.0]), 2) == pytest.approx([4.0, 2.0])
    assert forecasts(arima(parts, 'transformation="squareroot"', [16.0]), 2) == pytest.approx([4.0, 1.0])


def test_exact_least_squares_go_on_from_the_kalman_state():
    state = f"""<KalmanState><FinalOmega><Matrix>{array([0])}</Matrix></FinalOmega>
    <FinalStateVector>{array([2, 1])}</FinalStateVector>
    <TransitionMatrix>{matrix([[0.5, 1], [0, 0]])}</TransitionMatrix>
    <MeasurementMatrix>{matrix([[1, 0]])}</MeasurementMatrix></KalmanState>"""
    likelihood = f'<MaximumLikelihoodStat method="kalman" periodDeficit="0">{state}</MaximumLikelihoodStat>'
    model = arima(likelihood, 'predictionMethod="exactLeastSquares" constantTerm="10"')
    assert forecasts(model, 3) == pytest.approx([12, 12, 11])


EXACT = {  # statsmodels 0.14: SARIMAX(...).filter(...), simple_differencing=True, and differences taken back by hand
    "(1, 0, 2) - 60": (
        part("NonseasonalComponent", 'p="1" d="0" q="2"', [0.7], [0.4, 0.3]),
        'constantTerm="60"',
        [68.20079933708682, 66.04490993330629, 64.2314369533144, 62.96200586732008, 62.073404107124055],
        [3.0, 4.4598206242058644, 5.494915831934559, 5.936590688267305, 6.141426822002425],
    ),
    "(0, 1, 1) (0, 1, 1, 4)": (
        part("NonseasonalComponent", 'p="0" d="1" q="1"', ma=[-0.4])
        + part("SeasonalComponent", 'P="0" D="1" Q="1" period="4"', ma=[-0.6]),
        "",
        [76.89339703882548, 84.35691703293094, 81.31251297154513, 76.00531104504611, 81.1360968443464],
        None,
    ),
    "(1, 1, 1) with drift": (
        part("NonseasonalComponent", 'p="1" d="1" q="1"', [0.5], [-0.3]),
        'constantTerm="0.8"',
        [72.79900823470798, 73.19851235206198, 73.79826441073898, 74.49814044007748],
        None,
    ),
}


@pytest.mark.parametrize("name", EXACT)
def test_exact_least_squares_from_the_series(name):
    parts, attributes, means, errors = EXACT[name]
    how = f'predictionMethod="exactLeastSquares" RMSE="3" {attributes}'
    answer = arima(parts, how, outputs=OUTPUTS).predict(pd.DataFrame({"h": [len(means)]})).loc[0]
    assert list(answer["prediction"]) == pytest.approx(means, rel=1e-9)
    if errors is not None:
        assert list(answer["se"]) == pytest.approx(errors, rel=1e-9)


def test_outliers_among_residuals():
    """Those before the last residuals are in the values; exact least squares take them off and add them again.

    statsmodels: SARIMAX(SERIES - 60 - effect, order=(0, 0, 1)).filter([1, 9]).forecast(2), whose filter has not settled
    after 32 values; the effect is 100 at 31 and 100 at 32. With residuals at hand the last one, 1, and the mean are all.
    """
    outlier = '<OutlierEffect type="innovational" startTime="31" magnitude="100"/>'
    parts = part("NonseasonalComponent", 'p="0" d="0" q="1"', ma=[1.0]) + outlier
    exact = arima(parts, 'predictionMethod="exactLeastSquares" constantTerm="60"')
    assert forecasts(exact, 2) == pytest.approx([60.69090909090911, 60.0], rel=1e-9)
    stated = part("NonseasonalComponent", 'p="0" d="0" q="1"', ma=[1.0], residuals=[1.0]) + outlier
    assert forecasts(arima(stated, 'constantTerm="60"'), 2) == [61, 60]


def test_standard_errors_of_differences_add_up():
    """A random walk of a moving average: the residual of step i is in all later values, 1 + 0.5 times."""
    parts = part("NonseasonalComponent", 'p="0" d="1" q="1"', ma=[0.5])
    how = 'predictionMethod="exactLeastSquares" RMSE="2"'
    answer = arima(parts, how, outputs=OUTPUTS).predict(pd.DataFrame({"h": [3]})).loc[0]
    expected = [2 * math.sqrt(1 + more * 1.5**2) for more in range(3)]
    assert list(answer["se"]) == pytest.approx(expected, rel=1e-9)


SPACE = f"""<StateSpaceModel><StateVector>{array([69.45129382835722, 0.0])}</StateVector>
<TransitionMatrix>{matrix([[0.4213041940654142, 1.0], [0.0, 0.0]])}</TransitionMatrix>
<MeasurementMatrix>{matrix([[1.0, 0.0]])}</MeasurementMatrix>
<InterceptVector type="state">{array([36.097333138322426, 0.0])}</InterceptVector>
<PredictedStateCovarianceMatrix>{
    matrix([[26.976671303391065, 20.679359054508268], [20.679359054508268, 15.852063136428574]])
}</PredictedStateCovarianceMatrix>
<SelectedStateCovarianceMatrix>{
    matrix([[26.976670937081458, 20.679359054508268], [20.679359054508268, 15.852063136428574]])
}</SelectedStateCovarianceMatrix>
<ObservationVarianceMatrix>{matrix([[0.0]])}</ObservationVarianceMatrix></StateSpaceModel>"""


def test_state_spaces():
    answer = forecaster(SPACE, outputs=OUTPUTS).predict(pd.DataFrame({"h": [5, 2, None, 0]}))
    means = [69.45129382835722, 65.35745451147874, 63.632702837447944, 62.90605772345742, 62.59991908933608]
    errors = [5.193907132726871, 8.064838482041885, 8.473372552796414, 8.543845076276108, 8.556293097536948]
    assert list(answer["prediction"][0]) == pytest.approx(means, rel=1e-9)
    assert list(answer["se"][0]) == pytest.approx(errors, rel=1e-6)
    assert list(answer["prediction"][1]) == pytest.approx(means[:2])
    assert answer["prediction"][2] is None
    assert list(answer["prediction"][3]) == []


def test_several_targets_have_a_row_of_the_measurement_each():
    space = f"""<StateSpaceModel intercept="0"><StateVector>{array([1, 2])}</StateVector>
    <TransitionMatrix>{matrix([[2, 0], [0, 3]])}</TransitionMatrix>
    <MeasurementMatrix>{matrix([[1, 0], [0, 1]])}</MeasurementMatrix>
    <InterceptVector type="observation">{array([10, 20])}</InterceptVector></StateSpaceModel>"""
    model = forecaster(space, fields=f'<MiningField name="z" usageType="target"/>{AHEAD}')
    answer = model.predict(pd.DataFrame({"h": [3]}))
    assert list(answer["y"][0]) == [11, 12, 14]
    assert list(answer["z"][0]) == [22, 26, 38]


def test_garch():
    model = f"""<GARCH><ARMAPart constant="1" p="1" q="1"><AR>{array([0.5])}</AR>
    <MA><MACoefficients>{array([0.2])}</MACoefficients><Residuals>{array([3])}</Residuals></MA></ARMAPart>
    <GARCHPart constant="0.1" gp="1" gq="1">
    <ResidualSquareCoefficients><Residuals>{array([3])}</Residuals><MACoefficients>{array([0.3])}</MACoefficients>
    </ResidualSquareCoefficients><VarianceCoefficients><PastVariances>{array([2])}</PastVariances>
    <MACoefficients>{array([0.6])}</MACoefficients></VarianceCoefficients></GARCHPart></GARCH>"""
    answer = forecaster(model, series([4.0]), outputs=OUTPUTS).predict(pd.DataFrame({"h": [2]})).loc[0]
    first = 1 + 0.5 * 4 + 0.2 * 3
    assert list(answer["prediction"]) == pytest.approx([first, 1 + 0.5 * first])
    near = 0.1 + 0.3 * 9 + 0.6 * 2
    far = 0.1 + 0.9 * near
    # the second error holds the first residual 0.5 + 0.2 times
    assert list(answer["se"]) == pytest.approx([math.sqrt(near), math.sqrt(far + 0.7**2 * near)])


TREND_ONLY = f"<ExponentialSmoothing>{LEVEL.format(10)}{TREND.format('additive', 1, 2)}</ExponentialSmoothing>"


def test_an_order_field_asks_for_a_time():
    model = forecaster(TREND_ONLY, series(), '<MiningField name="t" usageType="order"/>')
    answer = model.predict(pd.DataFrame({"t": [33.0, 35.0, 32.0, 33.5, None]}))["prediction"]
    assert answer[:2].tolist() == [12, 16]
    assert answer[2:].isna().all()


def test_without_a_horizon_the_forecast_is_the_first():
    assert forecaster(TREND_ONLY, fields="").predict(pd.DataFrame({"x": [1, 2]}))["prediction"].tolist() == [12, 12]


def test_a_horizon_out_of_bounds_cannot_be_scored():
    answer = forecaster(TREND_ONLY).predict(pd.DataFrame({"h": [-1, 1_000_000, 1]}), on_error="capture")
    assert answer["prediction"][:2].tolist() == [None, None]
    assert "no number of steps" in answer["error"][0]


FUTURE = 'futureValuesMethod="{}"'
POLYNOMIAL = f"""<ExponentialSmoothing>{LEVEL.format(10)}<Trend_ExpoSmooth trend="polynomial_exponential">
{array([1, 2])}</Trend_ExpoSmooth></ExponentialSmoothing>"""

UNSUPPORTED = [
    ("<SpectralAnalysis/>", {}, "<SpectralAnalysis>"),
    ("<SeasonalTrendDecomposition/>", {}, "<SeasonalTrendDecomposition>"),
    (f"<ARIMA>{regressor([1], attributes=FUTURE.format('trend'))}</ARIMA>", {}, "'z' with a trend"),
    (
        "<ARIMA>"
        + part("NonseasonalComponent", 'p="0" d="0" q="1"', ma=[0.5], residuals=[1.0])
        + '<OutlierEffect type="innovational" startTime="32" magnitude="1"/></ARIMA>',
        {"values": series()},
        "innovational outlier beside residuals of its time",
    ),
    (POLYNOMIAL, {}, "a polynomial trend"),
    (
        TREND_ONLY.replace("<Level", '<Level quadraticSmoothedValue="1"'),
        {},
        "attribute quadraticSmoothedValue of <Level>",
    ),
]


@pytest.mark.parametrize(("algorithm", "options", "message"), UNSUPPORTED)
def test_what_cannot_be_forecast_is_a_finding(algorithm, options, message):
    with pytest.raises(UnsupportedMarkupError, match=message):
        forecaster(algorithm, **options)


WRONG = [
    ({"algorithm": TREND_ONLY, "fit": "ARIMA"}, "says that ARIMA fits best, and has ExponentialSmoothing"),
    ({"algorithm": f"<ARIMA>{AR2}</ARIMA>"}, "needs the last 3 values"),
    ({"algorithm": '<ARIMA predictionMethod="exactLeastSquares"/>'}, "neither a KalmanState with its matrices nor"),
    (
        {
            "algorithm": '<ARIMA predictionMethod="exactLeastSquares">'
            + part("NonseasonalComponent", 'p="1" d="0" q="0"', [1.5])
            + "</ARIMA>",
            "values": series(),
        },
        "an autoregression that is not stationary",
    ),
    ({"algorithm": TREND_ONLY.replace('smoothedValue="2"', "")}, "without its smoothedValue"),
    (
        {"algorithm": TREND_ONLY, "fields": '<MiningField name="t" usageType="order"/>'},
        "does not say when its series ends",
    ),
    ({"algorithm": f"<ARIMA>{regressor([1])}</ARIMA>"}, "to a TimeSeries that it does not have"),
    ({"algorithm": f"<ARIMA>{regressor([1], [1])}</ARIMA>", "values": series()}, "end before the series does"),
    (
        {
            "algorithm": f"<ARIMA>{AR1_WITH_X}{regressor([1], attributes=FUTURE.format('stored')).replace(' index', ' time')}</ARIMA>".replace(
                'time="32"', 'time="33"'
            ),
            "values": series(),
        },
        "do not reach back as far as the process looks",
    ),
    (
        {
            "algorithm": f'<ARIMA><DynamicRegressor field="z"><Numerator><NonseasonalFactor>{array([1])}'
            "</NonseasonalFactor></Numerator></DynamicRegressor></ARIMA>",
            "values": series(),
        },
        "'z' without RegressorValues",
    ),
    (
        {
            "algorithm": '<ARIMA><OutlierEffect type="transient" startTime="1" magnitude="1"/></ARIMA>',
            "values": series(),
        },
        "without its dampingCoefficient",
    ),
    (
        {
            "algorithm": '<ARIMA><OutlierEffect type="seasonalAdditive" startTime="1" magnitude="1"/></ARIMA>',
            "values": series(),
        },
        "no SeasonalComponent with a period",
    ),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG)
def test_contradictions_are_named(arguments, message):
    with pytest.raises(ModelError, match=message):
        forecaster(**arguments)
