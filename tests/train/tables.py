"""The public tables that the cases are trained on: small, typed, and the same on every run.

A table is a frame of inputs and a series of answers. Column names are plain identifiers, so that a case's
input.csv can be pasted into SQL.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn import datasets

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "jobs" / "flights"))

from data import data_folder, flights_table  # noqa: E402


@dataclass(frozen=True, slots=True)
class Table:
    """Inputs ``X`` (one row per example) and answers ``y``; ``holes`` when a missing cell is an ordinary value."""

    X: pd.DataFrame
    y: pd.Series
    holes: bool = False

    def to(self, **columns: str) -> Table:
        """The same table with some input columns in another dtype."""
        return replace(self, X=self.X.astype(columns))

    def only(self, *columns: str) -> Table:
        """The same table with these input columns alone."""
        return replace(self, X=self.X[list(columns)])


def identifier(name: str) -> str:
    """``sepal length (cm)`` as ``sepal_length``."""
    return re.sub(r"\W+", "_", name.split(" (")[0].replace("/", "_")).strip("_")


def bundled(bunch: object, target: str, labels: bool) -> Table:
    """One of scikit-learn's own data sets, its classes by name when ``labels``."""
    X = bunch.data.rename(columns=identifier)
    y = bunch.target.astype("int64") if labels else bunch.target.astype("float64")
    if labels:
        y = y.map(lambda code: str(bunch.target_names[code]))
    return Table(X, y.rename(target))


@cache
def iris() -> Table:
    """150 flowers, four measures, three species."""
    return bundled(datasets.load_iris(as_frame=True), "species", labels=True)


@cache
def lengths() -> Table:
    """Three of the flowers' measures; the answer is the fourth."""
    table = iris()
    return Table(table.X.drop(columns="sepal_length"), table.X["sepal_length"])


@cache
def wine() -> Table:
    """178 wines, thirteen measures, three cultivars with integer labels 0, 1, 2."""
    table = bundled(datasets.load_wine(as_frame=True), "cultivar", labels=True)
    return replace(table, y=table.y.str.removeprefix("class_").astype("int64"))


@cache
def cancer() -> Table:
    """569 tumours, the first ten measures, ``malignant`` or ``benign``."""
    table = bundled(datasets.load_breast_cancer(as_frame=True), "diagnosis", labels=True)
    return replace(table, X=table.X.iloc[:, :10])


@cache
def cancer_flags() -> Table:
    """``cancer`` with a boolean answer."""
    table = cancer()
    return replace(table, y=(table.y == "malignant").rename("is_malignant"))


@cache
def diabetes() -> Table:
    """442 patients, ten measures, progression after a year."""
    return bundled(datasets.load_diabetes(as_frame=True, scaled=False), "progression", labels=False)


@cache
def counts() -> Table:
    """600 rows, five measures, a count drawn from a Poisson law of them (never negative, often 0)."""
    random = np.random.default_rng(7)
    X = pd.DataFrame(random.normal(size=(600, 5)), columns=[f"x{i}" for i in range(1, 6)])
    rate = np.exp(0.4 * X["x1"] - 0.3 * X["x2"] + 0.2 * X["x3"] * X["x4"])
    return Table(X, pd.Series(random.poisson(rate), name="count").astype("float64"))


@cache
def amounts() -> Table:
    """``counts`` with a positive continuous answer (for gamma and Tweedie losses)."""
    table = counts()
    noise = np.random.default_rng(8).gamma(2.0, size=len(table.y))
    return Table(table.X, ((table.y + 0.5) * noise).rename("amount"))


@cache
def blobs() -> Table:
    """500 rows of two interleaved classes with labels 0 and 1, six measures."""
    X, y = datasets.make_classification(500, 6, n_informative=4, flip_y=0.1, random_state=3)
    return Table(pd.DataFrame(X, columns=[f"x{i}" for i in range(1, 7)]), pd.Series(y, name="y").astype("int64"))


def punch(table: Table, fraction: float = 0.15, seed: int = 5) -> Table:
    """The table with that fraction of every column's cells missing."""
    mask = np.random.default_rng(seed).random(table.X.shape) < fraction
    return replace(table, X=table.X.mask(mask), holes=True)


def single(table: Table) -> Table:
    """The table with every number rounded to one that a float32 can hold."""
    return replace(table, X=table.X.astype("float32").astype("float64"))


@cache
def sample() -> pd.DataFrame:
    """3,000 of the flights that jobs/flights scores."""
    return flights_table().sample(3000, random_state=11).reset_index(drop=True)


FLIGHT = ["month", "hour", "carrier", "origin", "distance", "plane_year", "engine", "temp", "wind_gust"]


@cache
def flights() -> Table:
    """3,000 flights of 2013 with categories and missing values; the answer is whether the flight came late."""
    late = (sample()["arr_delay"].fillna(999) > 15).map({True: "late", False: "on time"})
    return Table(sample()[FLIGHT], late.rename("arrival"), holes=True)


@cache
def delays() -> Table:
    """``flights`` that arrived; the answer is minutes from 90 before the schedule: never near 0."""
    arrived = sample().dropna(subset="arr_delay").reset_index(drop=True)
    return Table(arrived[FLIGHT], (arrived["arr_delay"] + 90).rename("minutes"), holes=True)


@cache
def planes() -> Table:
    """900 aircraft by the texts and numbers of their registration; the answer is whether they seat over a hundred."""
    X = pd.read_csv(data_folder() / "planes.csv").sample(900, random_state=4).reset_index(drop=True)
    large = (X["seats"] > 100).map({True: "large", False: "small"})
    X = X[["manufacturer", "model", "engine", "type", "year", "engines", "tailnum"]]
    return Table(X, large.rename("size"), holes=False)


@cache
def moments() -> Table:
    """600 departures: the date, the time of schedule, the distance; the answer is the temperature at that hour."""
    frame = sample().dropna(subset="temp").head(600).reset_index(drop=True)
    stamp = pd.to_datetime(frame["time_hour"]).dt.tz_localize(None)
    X = pd.DataFrame({"day": stamp.dt.normalize(), "moment": stamp, "distance": frame["distance"].astype("float64")})
    return Table(X, frame["temp"].rename("temp"))


@cache
def texts() -> Table:
    """The lines of four data sets' descriptions in scikit-learn; the answer is which data set a line describes."""
    lines = []
    for name in ("iris", "wine", "breast_cancer", "diabetes"):
        description = getattr(datasets, f"load_{name}")().DESCR
        lines += [(line.strip(), name) for line in description.splitlines() if len(line.split()) > 3]
    frame = pd.DataFrame(lines, columns=["text", "about"])
    return Table(frame[["text"]], frame["about"])


Source = Callable[[], Table]
