"""Dates as times of a series (specification: TimeSeriesModel, TimeAnchor, TimeValue).

The values of a series have times on an axis of the document's own: indexes, one step apart. What leads from there to
dates is a TimeAnchor, which says in which unit dates are counted (days, months, ...), how many units a step takes
(`stepsize`) and at how many units since the origin the series starts (`offset`); or the values' Timestamps, or both. A
date counts as the unit that it lies in: each day of a month is that month, as in PMML's types `dateDaysSince[1970]`.

Without an anchor the Timestamps themselves say how long a step is: months, where all are on the same day or all as far
from the end of theirs, or else the time between them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sparkpmml.datatypes import DataType
from sparkpmml.models.time_series.nodes import TimeAnchor, TimeSeries
from sparkpmml.models.time_series.paths import Vector
from sparkpmml.pmml.node import Node
from sparkpmml.runtime.cast import DAY_SECONDS, MICROSECONDS, days_before_1970, parse_value
from sparkpmml.runtime.column import Column, numbers

Counts = NDArray[np.int64]

_UNITS = {"dateTimeMilliseconds": "ms", "dateTimeSeconds": "s", "dateDays": "D", "dateMonths": "M", "dateYears": "Y"}
"""By the word of a TimeAnchor's type: numpy's name of the unit."""
_DAY = DAY_SECONDS * MICROSECONDS


@dataclass(frozen=True, slots=True)
class Calendar:
    """The unit of the time `time` is number `count` since 1970; a step of time takes `stepsize` units."""

    unit: str
    stepsize: int
    time: float
    count: int

    def count_at(self, times: Vector) -> Vector:
        """float64[n]: the number of the unit at each time."""
        return self.count + (times - self.time) * self.stepsize


@dataclass(frozen=True, slots=True)
class Times:
    """The operation: dateTimes as times of the series; missing between two of them."""

    calendar: Calendar

    def __call__(self, dates: Column) -> Column:
        calendar = self.calendar
        steps, rest = np.divmod(_counts(dates.values, calendar.unit) - calendar.count, calendar.stepsize)
        return numbers(np.where(dates.is_missing() | (rest != 0), np.nan, calendar.time + steps))


def calendar_of(series: TimeSeries) -> Calendar | None:
    """None where the document does not say which date any time has; ValueError where it contradicts itself."""
    times, moments = _stamped(series)
    anchor = series.anchor
    if anchor is None:
        return _between(times, moments) if len(times) > 1 else None
    unit, origin = _unit(anchor)
    if anchor.stepsize is None or anchor.stepsize < 1:
        raise ValueError("has a TimeAnchor whose stepsize is no number of units from 1 on")
    if len(times):
        calendar = Calendar(unit, anchor.stepsize, float(times[-1]), int(_counts(moments, unit)[-1]))
        offsets = calendar.count_at(np.array([0.0, series.first])) - origin
        if not _agree(calendar, times, moments) or (anchor.offset is not None and anchor.offset not in offsets):
            raise ValueError("has Timestamps that are other dates than those that its TimeAnchor says")
        return calendar
    if anchor.offset is None:
        raise ValueError("has neither a TimeAnchor with an offset nor Timestamps, which say when it starts")
    return Calendar(unit, anchor.stepsize, 0.0, origin + anchor.offset)


def undefined_dates(series: TimeSeries) -> Iterator[tuple[Node, str]]:
    """The parts of a series that leave open which dates its times have, each with the reason."""
    anchor = series.anchor
    if anchor is None:
        return
    for cycle in anchor.cycles:
        if cycle.kind != "includeAll":
            yield cycle, "where a cycle begins"
    for exception in anchor.exceptions:
        yield exception, "how the excepted times are counted"
    if not any(each.stamp for each in series.values) and series.first != 0:
        yield anchor, f"whether its offset is that of the time 0 or of the first one, {series.first:g}"


def _unit(anchor: TimeAnchor) -> tuple[str, int]:
    """The unit, and the origin in such units since 1970."""
    if anchor.kind is None:
        raise ValueError("has a TimeAnchor without a type, which says how dates are counted")
    word, _, year = anchor.kind.removesuffix("]").partition("Since[")
    origin = np.array([days_before_1970(int(year)) * _DAY])
    return _UNITS[word], int(_counts(origin, _UNITS[word])[0])


def _stamped(series: TimeSeries) -> tuple[Vector, Counts]:
    """The times that have a date, ascending, and these, in microseconds since 1970."""
    pairs = sorted(
        (time, int(parse_value(each.stamp.text, DataType.DATE_TIME)))
        for time, each in zip(series.times, series.values, strict=True)
        if each.stamp is not None
    )
    return np.array([time for time, _ in pairs]), np.array([moment for _, moment in pairs], dtype=np.int64)


def _between(times: Vector, moments: Counts) -> Calendar:
    """The calendar of dates without an anchor."""
    steps = times[-1] - times[0]
    for unit in ("M", "us") if _are_of_months(moments) else ("us",):
        counts = _counts(moments, unit)
        stepsize = int((counts[-1] - counts[0]) // steps) if steps else 0
        calendar = Calendar(unit, stepsize, float(times[-1]), int(counts[-1]))
        if stepsize >= 1 and _agree(calendar, times, moments):
            return calendar
    raise ValueError("has Timestamps that are not equally far apart, and no TimeAnchor")


def _are_of_months(moments: Counts) -> bool:
    """Are all on the same day of their months, or as many days from its end, and at the same time of the day?"""
    days, times = np.divmod(moments, _DAY)
    months = _counts(moments, "M")
    since_start, since_end = days - _first_days(months), days - _first_days(months + 1)
    return any(_are_equal(each) for each in (since_start, since_end)) and _are_equal(times)


def _are_equal(counts: Counts) -> bool:
    return bool((counts == counts[0]).all())


def _agree(calendar: Calendar, times: Vector, moments: Counts) -> bool:
    return bool((_counts(moments, calendar.unit) == calendar.count_at(times)).all())


def _counts(moments: Counts, unit: str) -> Counts:
    """Microseconds since 1970 as whole units."""
    counts: Counts = moments.view("datetime64[us]").astype(f"datetime64[{unit}]").astype(np.int64)
    return counts


def _first_days(months: Counts) -> Counts:
    """Months since 1970 as the days since then that they begin with."""
    days: Counts = months.view("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return days
