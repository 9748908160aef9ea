"""Exponential smoothing of statsmodels, exported by nyoka.

python tests/train/forecast_cases.py [WORD ...]

nyoka numbers the values of a series from 0 on and does not say which dates they have. Most cases add that: a TimeAnchor,
or the Timestamps that nyoka writes for statsmodels' other models.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import statsmodels.datasets as public
from case import Case, run
from nyoka import ExponentialSmoothingToPMML
from statsmodels.tsa.holtwinters import ExponentialSmoothing
from tables import Table, data_folder

STEPS = 16
UNITS = {"Milliseconds": "ms", "Seconds": "s", "Days": "D", "Months": "M", "Years": "Y"}


def carbon_dioxide() -> pd.Series:
    """At Mauna Loa, monthly means of ten years."""
    return public.co2.load_pandas().data["co2"].resample("MS").mean().loc["1985":"1994"]


def domestic_product() -> pd.Series:
    """Of the United States, by quarters."""
    return public.macrodata.load_pandas().data["realgdp"].iloc[-60:]


def nile() -> pd.Series:
    """Its volume at Aswan, by years."""
    return public.nile.load_pandas().data["volume"]


def departures() -> pd.Series:
    """Flights out of New York by day, of 16 weeks."""
    flights = pd.read_csv(data_folder() / "flights.csv.zip", usecols=["month", "day"])
    return flights.groupby(["month", "day"]).size().iloc[:112]


def temperatures() -> pd.Series:
    """At an airport of New York, by hours of eight days in May."""
    weather = pd.read_csv(data_folder() / "weather.csv", usecols=["origin", "month", "day", "hour", "temp"])
    return weather.query("origin == 'LGA' and month == 5 and day <= 8")["temp"]


@dataclass
class Smoothing:
    """statsmodels' model, as an estimator of a table; `period` is None for no seasons.

    nyoka exports the seasonal factors that the series began with, so they must not change: `smoothing_seasonal` is 0.
    """

    moments: pd.DatetimeIndex
    trend: str | None
    damped: bool
    seasonal: str | None
    period: int | None

    def fit(self, X: pd.DataFrame, y: pd.Series) -> None:
        model = ExponentialSmoothing(
            y.set_axis(self.moments.rename(X.columns[0])),
            trend=self.trend,
            damped_trend=self.damped,
            seasonal=self.seasonal,
            seasonal_periods=self.period,
        )
        self.result = model.fit(**({} if self.seasonal is None else {"smoothing_seasonal": 0.0}))

    def forecasts(self) -> np.ndarray:
        """Of the model that was fitted.

        statsmodels' own `forecast` starts anew from parameters of which one is wrong where a multiplicative trend is
        damped: the first trend to the power of phi, divided by phi.
        """
        parameters, count = dict(self.result.params), len(self.moments)
        if self.damped and self.trend == "mul":
            first = self.result.params_formatted.loc["initial_trend", "param"]
            parameters["initial_trend"] = first ** (1 / parameters["damping_trend"])
            assert np.allclose(self.result.model.predict(parameters, start=0, end=count - 1), self.result.fittedvalues)
        return np.asarray(self.result.model.predict(parameters, start=count, end=count + STEPS - 1))


def smoothing(
    name: str,
    values: Callable[[], pd.Series],
    start: str,
    step: str,
    *,
    anchor: str = "",
    stepsize: int = 1,
    stamps: bool = False,
    kind: str = "dateTime",
    column: str = "moment",
    asked: tuple[str, ...] = (),
    trend: str | None = None,
    damped: bool = False,
    seasonal: str | None = None,
    period: int | None = None,
) -> Case:
    """A case whose rows ask for the steps after the end, the end itself, nothing, and what else is `asked`.

    `anchor` is a TimeAnchor's type; without it, and without `stamps`, rows ask for numbers.
    """
    is_dated = bool(anchor) or stamps
    count = len(values())
    moments = pd.date_range(start, periods=count, freq=step)
    later = pd.date_range(start, periods=count + STEPS, freq=step)[count - 1 :]
    unit = UNITS[re.match(r"date(?:Time)?(\w+)Since", anchor)[1]] if anchor else "M"

    def table() -> Table:
        places = moments if is_dated else np.arange(count)
        return Table(pd.DataFrame({column: places}), pd.Series(values().to_numpy(dtype="float64"), name="amount"))

    def rows(_: pd.DataFrame) -> pd.DataFrame:
        if not is_dated:
            return pd.DataFrame({column: pd.array([*range(count - 1, count + STEPS), None], dtype="Int64")})
        return pd.DataFrame({column: [*later, pd.NaT, *pd.to_datetime(list(asked), format="ISO8601")]})

    def answers(model: Smoothing, scored: pd.DataFrame) -> dict[str, Any]:
        """By the unit that a date lies in."""
        wanted, forecasts = scored[column], model.forecasts()
        if not is_dated:
            return {"prediction": wanted.map(dict(zip(range(count, count + STEPS), forecasts, strict=True)))}
        known = dict(zip(later[1:].to_period(unit), forecasts, strict=True))
        return {"prediction": wanted.dt.to_period(unit).map(known)}

    def model() -> Smoothing:
        return Smoothing(moments, trend, damped, seasonal, period)

    options = {"anchor": anchor, "stepsize": stepsize, "stamps": stamps, "kind": kind, "unit": unit}
    return Case(f"smoothing_{name}", model, table, values=answers, edit=rows, holes=False, options=options)


def export(case: Case, model: Smoothing, path: Path) -> None:
    """nyoka's document, with the dates that it leaves out."""
    ExponentialSmoothingToPMML(model.result, str(path))
    text, how = path.read_text(encoding="utf-8"), case.options
    text = text.replace('dataType="dateTime"', f'dataType="{how["kind"]}"')
    if how["anchor"]:
        origin = np.datetime64(re.search(r"\[(\d+)\]", how["anchor"])[1].zfill(4), how["unit"])
        offset = (model.moments[0].to_datetime64().astype(f"datetime64[{how['unit']}]") - origin).astype(int)
        anchor = f'<TimeAnchor type="{how["anchor"]}" offset="{offset}" stepsize="{how["stepsize"]}"/>'
        text = re.sub(r"(<TimeSeries [^>]*>)", rf"\1\n            {anchor}", text)
    if how["stamps"]:
        moments = iter(model.moments)
        text = re.sub(
            r"(<TimeValue [^>]*)/>", lambda each: f"{each[1]}><Timestamp>{next(moments)}</Timestamp></TimeValue>", text
        )
    path.write_text(text, encoding="utf-8")


CASES = [
    smoothing("numbers", nile, "1871-01-01", "YS", column="year"),
    smoothing(
        "numbers_seasonal", carbon_dioxide, "1985-01-01", "MS", column="month", trend="add", seasonal="add", period=12
    ),
    smoothing(
        "within_a_cycle",
        lambda: carbon_dioxide().iloc[:-5],
        "1985-01-01",
        "MS",
        column="month",
        trend="add",
        damped=True,
        seasonal="mul",
        period=12,
    ),
    smoothing(
        "milliseconds",
        temperatures,
        "2013-05-01",
        "h",
        anchor="dateTimeMillisecondsSince[1980]",
        stepsize=3_600_000,
        asked=("2013-05-09T12:00:00.001",),
        seasonal="add",
        period=24,
    ),
    smoothing(
        "hours",
        temperatures,
        "2013-05-01",
        "h",
        anchor="dateTimeSecondsSince[1970]",
        stepsize=3600,
        asked=("2013-05-09T12:00:00.5", "2013-05-09T12:30:00"),
        trend="add",
        damped=True,
        seasonal="mul",
        period=24,
    ),
    smoothing(
        "days",
        departures,
        "2013-01-01",
        "D",
        anchor="dateDaysSince[1970]",
        kind="date",
        column="day",
        seasonal="mul",
        period=7,
    ),
    smoothing(
        "days_and_times",
        departures,
        "2013-01-01",
        "D",
        anchor="dateDaysSince[0]",
        asked=("2013-04-25T23:59:59",),
        trend="add",
        seasonal="add",
        period=7,
    ),
    smoothing(
        "months",
        carbon_dioxide,
        "1985-01-01",
        "MS",
        anchor="dateMonthsSince[1960]",
        asked=("1995-03-31", "1994-12-31"),
        column="month",
        trend="add",
        damped=True,
        seasonal="add",
        period=12,
    ),
    smoothing(
        "months_multiplicative",
        carbon_dioxide,
        "1985-01-01",
        "MS",
        anchor="dateMonthsSince[0]",
        kind="date",
        column="month",
        trend="mul",
        seasonal="mul",
        period=12,
    ),
    smoothing(
        "months_damped_multiplicative",
        carbon_dioxide,
        "1985-01-01",
        "MS",
        anchor="dateMonthsSince[1970]",
        column="month",
        trend="mul",
        damped=True,
        seasonal="mul",
        period=12,
    ),
    smoothing(
        "month_ends",
        carbon_dioxide,
        "1985-01-31",
        "ME",
        stamps=True,
        column="month",
        asked=("1996-02-01",),
        trend="mul",
        damped=True,
        seasonal="add",
        period=12,
    ),
    smoothing(
        "quarters",
        domestic_product,
        "1994-10-01",
        "QS",
        anchor="dateMonthsSince[1980]",
        stepsize=3,
        asked=("2010-02-01", "2010-05-01"),
        column="quarter",
        trend="mul",
    ),
    smoothing(
        "years",
        nile,
        "1871-01-01",
        "YS",
        anchor="dateYearsSince[0]",
        asked=("1975-07-01",),
        column="year",
        trend="add",
        damped=True,
    ),
]

if __name__ == "__main__":
    sys.exit(run("nyoka", CASES, export))
