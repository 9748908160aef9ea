"""dateDaysSinceYear, dateSecondsSinceYear and dateSecondsSinceMidnight."""

from __future__ import annotations

import numpy as np

from sparkpmml.datatypes import DataType
from sparkpmml.runtime.builtin import builtin
from sparkpmml.runtime.cast import DAY_SECONDS, MICROSECONDS, cast, days_before_1970
from sparkpmml.runtime.column import Array, Column
from sparkpmml.runtime.functions._numeric import double_result, fail, of_numbers, whole


def _moments(argument: Column, data_type: DataType) -> Column:
    """The argument as dates, times or dateTimes; TypeError for numbers. Text is read as its ISO 8601 form."""
    kind = argument.data_type
    if kind.is_numeric or kind is DataType.BOOLEAN:
        raise TypeError(f"a date or time is needed here, not a {kind}")
    return cast(argument.plain(), data_type)


def _new_year(year: Column) -> Column:
    """Days from 1970-01-01 to January 1 of the year; failed for years that the calendar does not have."""
    years = double_result(year.as_double(), DataType.INTEGER)
    found, positions = np.unique(years.values, return_inverse=True)
    known = (found >= 0) & (found <= 9999)
    days = np.array([days_before_1970(int(each)) if fits else 0 for each, fits in zip(found, known, strict=True)])
    positions = positions.reshape(years.values.shape)
    return fail(whole(days.astype(np.int64)[positions], years.missing), ~known[positions] & ~years.is_missing())


@builtin("dateDaysSinceYear", 2)
@of_numbers(1)
def days_since_year(argument: Column, year: Column) -> Column:
    """Days since January 1 of the year, which is day 0; negative before it."""
    date, start = _moments(argument, DataType.DATE), _new_year(year)
    return _difference(date, start, date.values - start.values)


@builtin("dateSecondsSinceYear", 2)
@of_numbers(1)
def seconds_since_year(argument: Column, year: Column) -> Column:
    """Whole seconds since the beginning of January 1 of the year; a date is its first second."""
    moment, start = _moments(argument, DataType.DATE_TIME), _new_year(year)
    return _difference(moment, start, moment.values // MICROSECONDS - start.values * DAY_SECONDS)


@builtin("dateSecondsSinceMidnight", 1)
def seconds_since_midnight(argument: Column) -> Column:
    """Whole seconds since the day began; a date is its first second."""
    time = _moments(argument, DataType.TIME)
    seconds = whole(time.values // MICROSECONDS, time.missing)
    return seconds if time.failed is None else fail(seconds, time.failed)


def _difference(moment: Column, start: Column, values: Array) -> Column:
    result = whole(values, moment.missing, start.missing)
    for part in (moment, start):
        if part.failed is not None:
            result = fail(result, part.failed)
    return result
