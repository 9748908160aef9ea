"""Values of one data type as values of another (specification: DataDictionary, dataType; Output, dataType).

Strings are parsed once per dictionary entry. A value that has no counterpart in the wanted type is missing and marked
in `failed`; what that means (an invalid input, a row that cannot be scored) is for the caller to say.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from sparkpmml.datatypes import DataType
from sparkpmml.runtime.column import (
    MISSING_CODE,
    Array,
    Column,
    codes,
    either,
    empty_column,
    missing_column,
    storage_type,
)

MICROSECONDS = 1_000_000
DAY_SECONDS = 86_400
_EPOCH = datetime.date(1970, 1, 1)
_DAYS = ((datetime.date.min - _EPOCH).days, (datetime.date.max - _EPOCH).days)
_YEARS = {
    DataType.DATE: _DAYS,
    DataType.DATE_TIME: (_DAYS[0] * DAY_SECONDS * MICROSECONDS, (_DAYS[1] + 1) * DAY_SECONDS * MICROSECONDS - 1),
}
_FARTHEST = 2**62
"""Microseconds from 1970 that every conversion can count."""
_DURATION = re.compile(r"([+-]?)(\d+):(\d{2}):(\d{2}(?:\.\d+)?)")

_TRUE = frozenset({"true", "1", "1.0"})
_FALSE = frozenset({"false", "0", "0.0"})


def parse_value(text: str, data_type: DataType) -> float | int | bool | str:
    """One literal of the document or cell of text as the type's stored value; ValueError when it is none.

    Dates are days since 1970-01-01, times and dateTimes microseconds (see `Column`).
    """
    return _PARSERS.get(data_type, _parse_since(data_type))(text.strip() if data_type is not DataType.STRING else text)


def _parse_double(text: str) -> float:
    """A number; as R's logical columns come as text, a truth value counts as 1 or 0."""
    try:
        return float(_numeral(text))
    except ValueError:
        return float(_parse_boolean(text))


def _numeral(text: str) -> str:
    """The text, unless only Python takes it for a number: 1_0 is its way to write 10."""
    if "_" in text:
        raise ValueError(f"{text!r} is no number")
    return text


def _parse_integer(text: str) -> int:
    try:
        return int(_numeral(text))
    except ValueError:
        number = _parse_double(text)
        if not number.is_integer():
            raise
        return int(number)


def _parse_boolean(text: str) -> bool:
    lowered = text.lower()
    if lowered in _TRUE:
        return True
    if lowered in _FALSE:
        return False
    raise ValueError(f"{text!r} is no boolean")


def _parse_date(text: str) -> int:
    return (_moment(text, "date").date() - _EPOCH).days


def _moment(text: str, what: str) -> datetime.datetime:
    try:
        return datetime.datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no {what} of ISO 8601, such as 2009-06-01") from None


def _parse_date_time(text: str) -> int:
    moment = _moment(text, "dateTime").replace(tzinfo=None)
    elapsed = moment - datetime.datetime(1970, 1, 1)
    return elapsed // datetime.timedelta(microseconds=1)


def _parse_time(text: str) -> int:
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no time")
    sign, hours, minutes, seconds = match.groups()
    total = round((int(hours) * 3600 + int(minutes) * 60) * MICROSECONDS + float(seconds) * MICROSECONDS)
    return -total if sign == "-" else total


def _parse_since(data_type: DataType) -> Callable[[str], int]:
    def parse(text: str) -> int:
        try:
            return _parse_integer(text)
        except ValueError:
            if data_type is DataType.TIME_SECONDS:
                return _parse_time(text) // MICROSECONDS
            if data_type.is_days_since:
                return _parse_date(text) - days_before_1970(data_type.epoch_year)
            seconds = _parse_date_time(text) // MICROSECONDS
            return seconds - days_before_1970(data_type.epoch_year) * DAY_SECONDS

    return parse


_PARSERS: dict[DataType, Callable[[str], float | int | bool | str]] = {
    DataType.STRING: str,
    DataType.INTEGER: _parse_integer,
    DataType.FLOAT: lambda text: float(np.float32(_parse_double(text))),
    DataType.DOUBLE: _parse_double,
    DataType.BOOLEAN: _parse_boolean,
    DataType.DATE: _parse_date,
    DataType.TIME: _parse_time,
    DataType.DATE_TIME: _parse_date_time,
}


def days_before_1970(year: int) -> int:
    """Days from 1970-01-01 to January 1 of `year`; negative for earlier years. Year 0 is the proleptic one."""
    if year == 0:  # datetime starts at year 1; year 0 is a leap year of 366 days
        return (datetime.date(1, 1, 1) - _EPOCH).days - 366
    return (datetime.date(year, 1, 1) - _EPOCH).days


_CALENDAR = (DataType.DATE, DataType.TIME, DataType.DATE_TIME)


def _is_moment(data_type: DataType) -> bool:
    return data_type in (DataType.DATE, DataType.DATE_TIME) or data_type.is_days_since or data_type.is_seconds_since


def is_convertible(source: DataType, target: DataType) -> bool:
    """Do values of the one type mean anything as values of the other?

    A number is no date, and a date no number: that would take a day to count from. Types that name one, and seconds
    since midnight, are counts, which are numbers. A moment has a time of day, but a time of day is no moment.
    """
    if source is target or DataType.STRING in (source, target):
        return True
    if target.is_numeric or target is DataType.BOOLEAN:
        is_number = source.is_numeric or source is DataType.BOOLEAN
        return is_number or (target.is_numeric and source not in _CALENDAR)
    if source.is_numeric:
        return target not in _CALENDAR
    return _is_moment(source) or (source is not DataType.BOOLEAN and not _is_moment(target))


def cast(column: Column, data_type: DataType) -> Column:
    """The column as another data type; see the module's docstring for values that do not fit."""
    source = column.data_type
    if source is data_type:
        return column
    if data_type.is_floating and source.is_floating:
        with np.errstate(over="ignore"):
            values = column.values.astype(storage_type(data_type))
        return Column(data_type, values, invalid=column.invalid, failed=column.failed)
    if not is_convertible(source, data_type):
        lost = ~column.is_missing()
        nothing = missing_column(data_type, len(column))
        return replace(nothing, invalid=column.invalid, failed=either(column.failed, lost if lost.any() else None))
    if source is DataType.STRING:
        return _parse_strings(column, data_type)
    if data_type is DataType.STRING:
        return _format_values(column)
    if data_type.is_floating:
        values = column.as_double().astype(storage_type(data_type), copy=False)
        return Column(data_type, values, invalid=column.invalid, failed=column.failed)
    if data_type is DataType.BOOLEAN:
        return _to_boolean(column)
    if source.is_floating:
        column = _whole_numbers(column)
        source = DataType.INTEGER
    return _shift(column, source, data_type)


def _parse_strings(column: Column, data_type: DataType) -> Column:
    entries = column.dictionary if column.dictionary is not None else ()
    parsed = np.zeros(len(entries) + 1, dtype=storage_type(data_type))
    bad = np.zeros(len(entries) + 1, dtype=np.bool_)
    for i, entry in enumerate(entries):
        try:
            parsed[i] = parse_value(entry, data_type)
        except (ValueError, OverflowError):
            bad[i] = True
    missing = bad.copy()
    missing[MISSING_CODE] = True
    if data_type.is_floating:
        parsed[missing] = np.nan
    failed = bad[column.values] if bad.any() else None
    absent = None if data_type.is_floating else missing[column.values]
    failed = either(column.failed, failed)
    return Column(data_type, parsed[column.values], absent, invalid=column.invalid, failed=failed)


def _format_floating(value: float | np.float32) -> str:
    """As Spark SQL's casts, XML Schema and Java write numbers: 0.0012, 250000.0, but 1.0E7 and 1.2E-4.

    The digits are the fewest that read back as the same number, or, where one would do, the two nearest to it.
    """
    if value == 0 or 1e-3 <= abs(float(value)) < 1e7:
        return repr(value) if isinstance(value, float) else np.format_float_positional(value, trim="0")
    if not np.isfinite(value):
        return str(value).replace("inf", "Infinity").replace("nan", "NaN")
    digits = str(value).partition("e")[0].replace(".", "").strip("-0")
    mantissa, exponent = f"{float(value):.{max(len(digits) - 1, 1)}e}".split("e")
    return f"{mantissa}E{int(exponent)}"


def format_value(value: float | int | bool, data_type: DataType) -> str:
    """A stored value as text, which reads back as the same value."""
    if data_type is DataType.BOOLEAN:
        return "true" if value else "false"
    if data_type.is_floating:
        return _format_floating(np.float32(value) if data_type is DataType.FLOAT else float(value))
    if data_type is DataType.DATE:
        return (_EPOCH + datetime.timedelta(days=int(value))).isoformat()
    if data_type is DataType.DATE_TIME:
        return (datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=int(value))).isoformat()
    if data_type is DataType.TIME:
        hours, rest = divmod(int(value) // MICROSECONDS, 3600)
        return f"{hours:02d}:{rest // 60:02d}:{rest % 60:02d}"
    return str(int(value))


def _format_values(column: Column) -> Column:
    distinct, positions = np.unique(column.values, return_inverse=True)
    texts = [format_value(value, column.data_type) for value in distinct]
    coded = np.where(column.is_missing(), MISSING_CODE, positions.reshape(column.values.shape))
    return replace(codes(coded, texts), invalid=column.invalid, failed=column.failed)


def _to_boolean(column: Column) -> Column:
    missing = column.is_missing()
    bad = ~missing & (column.values != 0) & (column.values != 1)
    return Column(
        DataType.BOOLEAN,
        column.values == 1,
        missing | bad,
        invalid=column.invalid,
        failed=either(column.failed, bad if bad.any() else None),
    )


def _whole_numbers(column: Column) -> Column:
    """int64 from floating values; a fraction, an infinity or a number beyond int64 has no counterpart."""
    missing = column.is_missing()
    fits = np.abs(column.values) < 2.0**63
    whole = np.where(fits, column.values, 0)
    bad = ~missing & (~fits | (whole != np.trunc(whole)))
    values = np.where(missing | bad, 0, whole).astype(np.int64)
    failed = either(column.failed, bad if bad.any() else None)
    return Column(DataType.INTEGER, values, missing | bad, invalid=column.invalid, failed=failed)


def _shift(column: Column, source: DataType, target: DataType) -> Column:
    """Between the int64-backed types: the same instant counted from another start, or the same count.

    What lies beyond the years 1 to 9999 is no date or dateTime.
    """
    values = column.values.astype(np.int64)
    lost = np.zeros(values.shape, dtype=np.bool_)
    if source not in (DataType.INTEGER, DataType.BOOLEAN) and target is not DataType.INTEGER:
        lost = np.abs(values) > _FARTHEST // _unit(source)
        values = _from_microseconds(_microseconds(np.where(lost, 0, values), source), target)
    if target in _YEARS:
        first, last = _YEARS[target]
        lost = lost | (values < first) | (values > last)
    lost = lost & ~column.is_missing()
    if not lost.any():
        return replace(column, data_type=target, values=values)
    missing, failed = either(column.is_missing(), lost), either(column.failed, lost)
    return Column(target, np.where(lost, 0, values), missing, invalid=column.invalid, failed=failed)


def _unit(source: DataType) -> int:
    """How many microseconds one of its counts is."""
    if source in (DataType.DATE_TIME, DataType.TIME):
        return 1
    return MICROSECONDS if source is DataType.TIME_SECONDS or source.is_seconds_since else DAY_SECONDS * MICROSECONDS


def _microseconds(values: Array, source: DataType) -> Array:
    if source in (DataType.DATE_TIME, DataType.TIME):
        return values
    if source is DataType.TIME_SECONDS:
        return values * MICROSECONDS
    if source.is_seconds_since:
        return (values + days_before_1970(source.epoch_year) * DAY_SECONDS) * MICROSECONDS
    days = values if source is DataType.DATE else values + days_before_1970(source.epoch_year)
    return days * (DAY_SECONDS * MICROSECONDS)


def _from_microseconds(micros: Array, target: DataType) -> Array:
    seconds = micros // MICROSECONDS
    if target is DataType.DATE_TIME:
        return micros
    if target is DataType.TIME:
        return micros % (DAY_SECONDS * MICROSECONDS)
    if target is DataType.TIME_SECONDS:
        return seconds % DAY_SECONDS
    if target.is_seconds_since:
        return seconds - days_before_1970(target.epoch_year) * DAY_SECONDS
    days = seconds // DAY_SECONDS
    return days if target is DataType.DATE else days - days_before_1970(target.epoch_year)


def constant(text: str, data_type: DataType) -> Column:
    """A literal of the document as a column of one row; ValueError when it is no value of the type."""
    value = parse_value(text, data_type)
    if data_type is DataType.STRING:
        return codes(np.zeros(1, dtype=np.int32), [text])
    return replace(empty_column(data_type), values=np.array([value], dtype=storage_type(data_type)), missing=None)
