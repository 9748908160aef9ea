"""DynamicRegressors: statsmodels 0.14 with `exog`, scipy's `lfilter` for transfer functions, and sums by hand.

The signs are those of Box and Jenkins: an array 0.3 -0.2 0.1 is a numerator 0.3 + 0.2 B - 0.1 B^2.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sparkpmml
from sparkpmml.errors import ModelError, UnsupportedMarkupError
from sparkpmml.models.time_series.transfer import Transfer
from tests.models.test_time_series import AHEAD, X, array, forecasts, matrix, part, series

FUTURE = [4, 6, 2, 8]
SUPPLIED = 'futureValuesMethod="userSupplied"'
STORED = 'futureValuesMethod="stored"'
Z = '<MiningField name="z" usageType="active"/>'


def factor(tag: str, coefficients: list[float], difference: int = 0) -> str:
    held = array(coefficients) if coefficients else ""
    return f'<{tag} difference="{difference}">{held}</{tag}>'


def transfer(
    numerator: list[float],
    denominator: list[float] = (),
    seasonal: list[float] = (),
    difference: int = 0,
    seasonal_difference: int = 0,
    attributes: str = "",
    values: list[float] | None = None,
    past: list[float] = (),
) -> str:
    values = X if values is None else values
    above = factor("NonseasonalFactor", numerator, difference)
    if seasonal or seasonal_difference:
        above += factor("SeasonalFactor", seasonal, seasonal_difference)
    below = f"<Denominator>{factor('NonseasonalFactor', denominator)}</Denominator>" if denominator else ""
    known = (series(values) if values else "") + (
        f"<TransferFunctionValues>{array(past)}</TransferFunctionValues>" if past else ""
    )
    return f"""<DynamicRegressor field="z" {attributes}><Numerator>{above}</Numerator>{below}
    <RegressorValues>{known}</RegressorValues></DynamicRegressor>"""


def forecaster(algorithm: str, fields: str = AHEAD, values: str | None = None) -> sparkpmml.Model:
    fit = algorithm[1 : algorithm.index(" ")]
    document = f"""<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header/><DataDictionary>
    <DataField name="y" optype="continuous" dataType="double"/>
    <DataField name="z" optype="continuous" dataType="double"/>
    <DataField name="c" optype="categorical" dataType="string"/>
    <DataField name="h" optype="continuous" dataType="integer"/>
    <DataField name="t" optype="continuous" dataType="double"/></DataDictionary>
    <TimeSeriesModel functionName="timeSeries" bestFit="{fit}"><MiningSchema>
    <MiningField name="y" usageType="target"/>{fields}</MiningSchema>{series() if values is None else values}{algorithm}
    </TimeSeriesModel></PMML>"""
    return sparkpmml.load(document.encode(), name="forecaster")


def arima(parts: str, attributes: str = "", **options: str) -> sparkpmml.Model:
    return forecaster(f"<ARIMA {attributes}>{parts}</ARIMA>", **options)


AR2 = part("NonseasonalComponent", 'p="2" d="1" q="0"', [-0.04, -0.8])
AR1 = part("NonseasonalComponent", 'p="1" d="0" q="0"', [0.7])
DIFFERENCED = part("NonseasonalComponent", 'p="1" d="1" q="0"', [-0.3])
SEASONS = '<SeasonalComponent P="0" D="0" Q="0" period="4"/>'
LAGS = [0.3, -0.2, 0.1]
FEEDBACK = [75.47600000000001, 77.23696000000001, 73.31772160000001, 73.47772313600001]
KOYCK = [66.98084083760695, 61.15909308888903, 57.924867863760824, 54.27550912555567]
STATED = [*X, *FUTURE]
TRANSFERS = {
    # SARIMAX(SERIES[2:], exog=[x, x[-1], x[-2]], order=(2, 1, 0)).filter([0.3, 0.2, -0.1, -0.04, -0.8, 10])
    "distributed lags": (AR2 + transfer(LAGS, difference=1, attributes=STORED, values=STATED), "", FEEDBACK),
    "distributed lags of a lasting value": (
        AR2 + transfer(LAGS, difference=1),
        "",
        [75.77600000000001, 77.13696000000002, 73.91772160000001, 73.277723136],
    ),
    # v = lfilter([1], [1, -0.6], 0.5 x[-1] + 0.3 x[-2]); SARIMAX(SERIES - v - 40, order=(1, 0, 0)).filter([0.7, 10])
    "a denominator": (
        AR1 + transfer([0.5, -0.3], [0.6], attributes=f'{STORED} delay="1"', values=STATED),
        'constantTerm="40"',
        KOYCK,
    ),
    # SARIMAX(diff(SERIES), exog=x[1:], order=(1, 0, 0)).filter([0.2, -0.3, 10]), summed up
    "the series alone is differenced": (
        DIFFERENCED + transfer([0.2], attributes=STORED, values=STATED),
        "",
        [74.71, 75.577, 76.0769, 77.64693],
    ),
    # SARIMAX(SERIES - 0.4 (x - 0.5 x[-4]) - 60, order=(1, 0, 0)).filter([0.7, 10])
    "a seasonal numerator": (
        AR1 + SEASONS + transfer([0.4], seasonal=[0.5], attributes=STORED, values=STATED),
        'constantTerm="60"',
        [69.18, 66.586, 62.9102, 64.93714],
    ),
    "the regressor alone is differenced": (
        AR1 + transfer([0.4], difference=1, attributes=STORED, values=STATED),
        'constantTerm="60"',
        [69.68, 67.856, 63.3392, 65.85744],
    ),
    "a seasonal difference is a seasonal numerator": (
        AR1 + SEASONS + transfer([0.4], seasonal=[0.5], seasonal_difference=1, attributes=STORED, values=STATED),
        'constantTerm="60"',
        None,
    ),
}


@pytest.mark.parametrize("name", TRANSFERS)
def test_transfer_functions(name):
    parts, attributes, expected = TRANSFERS[name]
    if expected is None:  # (1 - 0.5 B^4) (1 - B^4) = 1 - 1.5 B^4 + 0.5 B^8
        expected = forecasts(
            arima(parts.replace('difference="1"', "").replace(array([0.5]), array([1.5, -0.5])), attributes), 4
        )
    assert forecasts(arima(parts, attributes), 4) == pytest.approx(expected, rel=1e-9)


def test_transfer_functions_go_on_from_their_last_values():
    """v[32] = 11.79159162 in the case of a denominator above; the lags reach back two values."""
    short = series([9, 5]).replace('index="1"', 'index="31"').replace('index="2"', 'index="32"')
    goes_on = transfer([0.5, -0.3], [0.6], attributes=f'{SUPPLIED} delay="1"', values=[], past=[11.791591623947742])
    parts = goes_on.replace("<RegressorValues>", f"<RegressorValues>{short}")
    model = arima(AR1 + parts, 'constantTerm="40"', fields=AHEAD + Z)
    (answer,) = model.predict(pd.DataFrame({"h": [4], "z": [FUTURE]}))["prediction"]
    assert list(answer) == pytest.approx(KOYCK, rel=1e-9)


PLAIN = AR2 + transfer(LAGS, difference=1, attributes=SUPPLIED)


def test_rows_supply_future_values():
    answer = arima(PLAIN, fields=AHEAD + Z).predict(
        pd.DataFrame({"h": [4, 4, 2, 3, None], "z": [FUTURE, [5, 5, 5, 5], [4, 6, 2], [4, 6], FUTURE]})
    )["prediction"]
    assert list(answer[0]) == pytest.approx(FEEDBACK, rel=1e-9)
    assert list(answer[1]) == pytest.approx(TRANSFERS["distributed lags of a lasting value"][2], rel=1e-9)
    assert list(answer[2]) == pytest.approx(FEEDBACK[:2], rel=1e-9)
    assert list(answer[3]) == pytest.approx([*FEEDBACK[:2], math.nan], rel=1e-9, nan_ok=True)
    assert answer[4] is None


def test_what_rows_supply_feeds_back():
    parts = AR1 + transfer([0.5, -0.3], [0.6], attributes=f'{SUPPLIED} delay="1"')
    model = arima(parts, 'constantTerm="40"', fields=AHEAD + Z)
    (answer,) = model.predict(pd.DataFrame({"h": [4], "z": [FUTURE]}))["prediction"]
    assert list(answer) == pytest.approx(KOYCK, rel=1e-9)


def test_rows_supply_future_values_of_a_transformed_series():
    """log(y) = log(z) + N: N is log(8 / 2) at the end and halves."""
    known = series([2.0])
    parts = part("NonseasonalComponent", 'p="1" d="0" q="0"', [0.5]) + (
        f'<DynamicRegressor field="z" transformation="logarithmic" {SUPPLIED}><Numerator>'
        f"{factor('NonseasonalFactor', [1.0])}</Numerator><RegressorValues>{known}</RegressorValues></DynamicRegressor>"
    )
    model = arima(parts, 'transformation="logarithmic"', fields=AHEAD + Z, values=series([8.0]))
    (answer,) = model.predict(pd.DataFrame({"h": [2], "z": [[3.0, 5.0]]}))["prediction"]
    assert list(answer) == pytest.approx([3 * 4**0.5, 5 * 4**0.25])


def test_the_first_forecast_and_that_at_a_time_take_supplied_values():
    frame = pd.DataFrame({"z": [FUTURE, [5, 5]], "t": [35.0, 33.0]})
    first = arima(PLAIN, fields=Z).predict(frame)["prediction"]
    assert first.tolist() == pytest.approx([FEEDBACK[0], 75.77600000000001])
    later = arima(PLAIN, fields=Z + '<MiningField name="t" usageType="order"/>').predict(frame)["prediction"]
    assert later.tolist() == pytest.approx([FEEDBACK[2], 75.77600000000001])


def test_a_regressor_is_no_horizon():
    model = arima(AR2 + transfer(LAGS, difference=1, attributes=STORED, values=STATED), fields=Z + AHEAD)
    assert forecasts(model, 4) == pytest.approx(FEEDBACK, rel=1e-9)


def test_states_take_regressors():
    """y = state + 2 z for one target, state + z[t - 1] for the other; the states double and treble."""
    space = f"""<StateSpaceModel intercept="0"><StateVector>{array([1, 2])}</StateVector>
    <TransitionMatrix>{matrix([[2, 0], [0, 3]])}</TransitionMatrix>
    <MeasurementMatrix>{matrix([[1, 0], [0, 1]])}</MeasurementMatrix>
    {transfer([2.0], attributes=f'{SUPPLIED} targetField="y"', values=[])}
    {transfer([1.0], attributes=f'{SUPPLIED} targetField="t" delay="1"')}</StateSpaceModel>"""
    fields = f'<MiningField name="t" usageType="target"/>{AHEAD}{Z}'
    answer = forecaster(space, fields=fields).predict(pd.DataFrame({"h": [3], "z": [[10.0, 20.0, 30.0]]}))
    assert list(answer["y"][0]) == [1 + 20, 2 + 40, 4 + 60]
    assert list(answer["t"][0]) == [2 + 5, 6 + 10, 18 + 20]


def test_another_model_forecasts_the_regressor():
    """In a chain: z halves from 8 on, y is twice that."""
    half = part("NonseasonalComponent", 'p="1" d="0" q="0"', [0.5])
    other = transfer([2.0], attributes='futureValuesMethod="otherModel"', values=[8.0]).replace('"z"', '"z_ahead"')

    def segment(target: str, fields: str, algorithm: str, outputs: str = "") -> str:
        return f"""<Segment><True/><TimeSeriesModel functionName="timeSeries" bestFit="ARIMA"><MiningSchema>
        <MiningField name="{target}" usageType="target"/>{fields}</MiningSchema>{outputs}{series([8.0])}
        <ARIMA>{algorithm}</ARIMA></TimeSeriesModel></Segment>"""

    forecast = (
        '<Output><OutputField name="z_ahead" feature="predictedValue" dataType="double" optype="continuous"/></Output>'
    )
    document = f"""<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header/><DataDictionary>
    <DataField name="y" optype="continuous" dataType="double"/><DataField name="z" optype="continuous" dataType="double"/>
    <DataField name="h" optype="continuous" dataType="integer"/></DataDictionary>
    <MiningModel functionName="regression"><MiningSchema><MiningField name="y" usageType="target"/>{AHEAD}
    </MiningSchema><Segmentation multipleModelMethod="modelChain">{segment("z", AHEAD, half, forecast)}
    {segment("y", AHEAD + '<MiningField name="z_ahead"/>', half + other)}</Segmentation></MiningModel></PMML>"""
    (answer,) = sparkpmml.load(document.encode()).predict(pd.DataFrame({"h": [3]}))["prediction"]
    # y less twice z is -8 at the end and halves, too
    assert list(answer) == [8 - 4, 4 - 2, 2 - 1]


WRONG = {
    "a seasonal factor without a period": (AR1 + transfer([1], seasonal=[1]), {}, "no SeasonalComponent with a period"),
    "seasonal differences without a period": (AR1 + transfer([1], seasonal_difference=1), {}, "no SeasonalComponent"),
    "no gain": (AR1 + transfer([]), {}, "without a Numerator that says"),
    "feedback from nowhere": (
        AR1 + transfer([1], [0.5], values=[1, 2]).replace('index="1"', 'index="31"').replace('index="2"', 'index="32"'),
        {},
        "neither enough TransferFunctionValues",
    ),
    "supplied values that come late": (
        AR1 + transfer([1], attributes=SUPPLIED, values=[*X, 1]),
        {"fields": AHEAD + Z},
        "RegressorValues end at 33, the series at 32",
    ),
    "half steps": (AR1 + transfer([1]).replace('index="31"', 'index="31.5"'), {}, "no whole steps apart"),
    "texts": (
        AR1 + transfer([1], attributes=SUPPLIED).replace('"z"', '"c"'),
        {"fields": AHEAD + Z.replace('"z"', '"c"')},
        "holds no lists of numbers",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_contradictions_are_named(name):
    parts, options, message = WRONG[name]
    with pytest.raises(ModelError, match=message):
        arima(parts, **options)


def test_stored_values_of_a_state_space_need_an_end():
    space = f"""<StateSpaceModel intercept="0"><StateVector>{array([1])}</StateVector>
    <TransitionMatrix>{matrix([[2]])}</TransitionMatrix><MeasurementMatrix>{matrix([[1]])}</MeasurementMatrix>
    {transfer([2.0], attributes=STORED)}</StateSpaceModel>"""
    with pytest.raises(ModelError, match="no TimeSeries that says where these begin"):
        forecaster(space, values="")


def test_transfer_function_values_beside_differences_are_a_finding():
    with pytest.raises(UnsupportedMarkupError, match="which may be of differences or not"):
        arima(DIFFERENCED + transfer([1], [0.5], past=[1.0]))


WEIGHTS = st.lists(st.sampled_from([-0.5, 0.0, 0.25, 1.0]), max_size=3)
VALUES = st.lists(st.sampled_from([math.nan, 1.0, 2.0, -3.0]), max_size=6)


@given(WEIGHTS, WEIGHTS, VALUES, VALUES)
def test_what_is_supplied_counts_as_what_is_stored(numerator, feedback, history, futures):
    polynomials = np.array([*numerator, 1.0]), np.array([1.0, *feedback])
    known, later = np.array(history, dtype=float), np.array(futures, dtype=float)
    stored = Transfer(*polynomials, 10.0, np.concatenate([known, later]), np.empty(0), False)
    supplied = Transfer(*polynomials, 10.0, known, np.empty(0), False).ahead(len(later), np.vstack([later, later]))
    expected = stored.at(10.0 + len(known) + np.arange(len(later)))
    np.testing.assert_allclose(supplied, [expected, expected])


@given(WEIGHTS, WEIGHTS, st.lists(st.sampled_from([1.0, 2.0, -3.0]), min_size=1, max_size=6), st.integers(0, 4))
def test_what_is_supplied_counts_as_what_lasts(numerator, feedback, history, steps):
    """Both go on from the transfer function's own last values."""
    transfers = [
        Transfer(
            np.array([*numerator, 1.0]),
            np.array([1.0, *feedback]),
            10.0,
            np.array(history),
            np.arange(1.0, len(feedback) + 1),
            lasting,
        )
        for lasting in (True, False)
    ]
    expected = transfers[0].at(10.0 + len(history) + np.arange(steps))
    np.testing.assert_allclose(transfers[1].ahead(steps, np.full((1, steps), history[-1])), [expected])
