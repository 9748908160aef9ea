"""formatNumber (a C printf pattern) and formatDatetime (a strftime pattern)."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from sparkpmml.datatypes import DataType
from sparkpmml.runtime.builtin import builtin
from sparkpmml.runtime.cast import cast, format_value
from sparkpmml.runtime.column import Column
from sparkpmml.runtime.functions._numeric import of_numbers
from sparkpmml.runtime.functions._texts import map_distinct, text

_CONVERSION = re.compile(r"%(?:1\$)?([-+ 0#,]*)(\d*)((?:\.\d+)?)(?:hh|h|ll|l|L|z|j)?([a-zA-Z%])")
_Conversion = tuple[str, str, str, str]
"""Flags, width, precision with its dot, and the conversion's letter."""
_INTEGERS = "diuxXo"
_FLOATING = "eEfFgG"
_DIRECTIVE = re.compile("%([-_0^EO]?)(.)", re.DOTALL)
_FIRST = datetime.datetime(1970, 1, 1)
_MICROSECOND = datetime.timedelta(microseconds=1)


@builtin("formatNumber", 2)
@of_numbers(0)
def format_number(argument: Column, pattern: Column) -> Column:
    """The number as printf writes it, with Java's `,` for groups of thousands, too.

    An integer conversion of a number with a fraction has no result.
    """
    column = argument.plain()
    kind = column.data_type

    def format_one(value: float | int, pattern: str) -> str:
        return "".join([part if isinstance(part, str) else _convert(*part, value, kind) for part in _split(pattern)])

    return map_distinct(format_one, DataType.STRING, column, text(pattern))


@lru_cache(maxsize=256)
def _split(pattern: str) -> list[str | _Conversion]:
    """The pattern's plain text and its conversions, in order."""
    parts: list[str | _Conversion] = []
    at = 0
    for match in _CONVERSION.finditer(pattern):
        flags, width, precision, conversion = match.groups()
        parts += [pattern[at : match.start()], (flags, width, precision, conversion)]
        at = match.end()
    return [*parts, pattern[at:]]


def _convert(flags: str, width: str, precision: str, conversion: str, value: float | int, kind: DataType) -> str:
    grouped = "," in flags
    flags = flags.replace(",", "")
    if conversion == "%":
        return "%"
    if conversion == "n":
        return "\n"
    if conversion in "sS":
        return f"%{flags}{width}{precision}s" % format_value(value, kind)
    if conversion in _INTEGERS:
        if not float(value).is_integer():
            raise ValueError(f"%{conversion} cannot format {value}")
        conversion = "d" if conversion in "iu" else conversion
        value = int(value)
    elif conversion not in _FLOATING:
        raise ValueError(f"there is no conversion %{conversion}")
    if grouped:
        return _group_thousands(flags, width, precision, conversion, value)
    return f"%{flags}{width}{precision}{conversion}" % value


def _group_thousands(flags: str, width: str, precision: str, conversion: str, value: float | int) -> str:
    sign = "+" if "+" in flags else " " if " " in flags else ""
    fill = "<" if "-" in flags else "0" if "0" in flags else ">"
    if conversion == "d":
        precision = ""
    elif not precision:
        precision = ".6"
    layout = f"{fill}{sign}" if fill in "<>" else f"{sign}0"
    return format(value, f"{layout}{width},{precision}{conversion}")


@builtin("formatDatetime", 2)
@builtin("formatDateTime", 2)
def format_datetime(argument: Column, pattern: Column) -> Column:
    """The date, time or dateTime as strftime writes it in the C locale; a time alone is one of 1970-01-01."""
    column = _moment(argument)
    return map_distinct(_format_moment, DataType.STRING, column, text(pattern))


def _moment(argument: Column) -> Column:
    kind = argument.data_type
    if kind.is_numeric or kind is DataType.BOOLEAN:
        raise TypeError(f"a date or time is needed here, not a {kind}")
    if kind in (DataType.TIME, DataType.TIME_SECONDS):
        return replace(cast(argument.plain(), DataType.TIME), data_type=DataType.DATE_TIME)
    return cast(argument.plain(), DataType.DATE_TIME)


def _format_moment(microseconds: int, pattern: str) -> str:
    try:
        moment = _FIRST + microseconds * _MICROSECOND
    except OverflowError:
        raise ValueError("beyond the years 1 to 9999") from None
    return _DIRECTIVE.sub(lambda match: _FLAGS[match[1]](_DIRECTIVES[match[2]](moment)), pattern)


class _Directives(dict[str, Callable[[datetime.datetime], str]]):
    def __missing__(self, letter: str) -> Callable[[datetime.datetime], str]:
        raise ValueError(f"strftime has no %{letter}")


_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_FIRST_HALF = ("January", "February", "March", "April", "May", "June")
_MONTHS = (*_FIRST_HALF, "July", "August", "September", "October", "November", "December")


def _day_of_year(moment: datetime.datetime) -> int:
    return moment.timetuple().tm_yday


# Written out because Python's own strftime speaks the process's locale and the C library's dialect.
_DIRECTIVES = _Directives(
    {
        "%": lambda m: "%",
        "n": lambda m: "\n",
        "t": lambda m: "\t",
        "a": lambda m: _DAYS[m.weekday()][:3],
        "A": lambda m: _DAYS[m.weekday()],
        "b": lambda m: _MONTHS[m.month - 1][:3],
        "h": lambda m: _MONTHS[m.month - 1][:3],
        "B": lambda m: _MONTHS[m.month - 1],
        "C": lambda m: f"{m.year // 100:02d}",
        "y": lambda m: f"{m.year % 100:02d}",
        "Y": lambda m: f"{m.year:04d}",
        "G": lambda m: f"{m.isocalendar().year:04d}",
        "g": lambda m: f"{m.isocalendar().year % 100:02d}",
        "m": lambda m: f"{m.month:02d}",
        "d": lambda m: f"{m.day:02d}",
        "e": lambda m: f"{m.day:2d}",
        "j": lambda m: f"{_day_of_year(m):03d}",
        "u": lambda m: str(m.isoweekday()),
        "w": lambda m: str(m.isoweekday() % 7),
        "U": lambda m: f"{(_day_of_year(m) + 6 - m.isoweekday() % 7) // 7:02d}",
        "W": lambda m: f"{(_day_of_year(m) + 6 - m.weekday()) // 7:02d}",
        "V": lambda m: f"{m.isocalendar().week:02d}",
        "H": lambda m: f"{m.hour:02d}",
        "k": lambda m: f"{m.hour:2d}",
        "I": lambda m: f"{(m.hour - 1) % 12 + 1:02d}",
        "l": lambda m: f"{(m.hour - 1) % 12 + 1:2d}",
        "M": lambda m: f"{m.minute:02d}",
        "S": lambda m: f"{m.second:02d}",
        "L": lambda m: f"{m.microsecond // 1000:03d}",
        "f": lambda m: f"{m.microsecond:06d}",
        "p": lambda m: "AM" if m.hour < 12 else "PM",
        "P": lambda m: "am" if m.hour < 12 else "pm",
        "s": lambda m: str((m - _FIRST) // datetime.timedelta(seconds=1)),
        "z": lambda m: "+0000",
        "Z": lambda m: "UTC",
        "F": lambda m: _compose(m, "%Y-%m-%d"),
        "T": lambda m: _compose(m, "%H:%M:%S"),
        "R": lambda m: _compose(m, "%H:%M"),
        "r": lambda m: _compose(m, "%I:%M:%S %p"),
        "D": lambda m: _compose(m, "%m/%d/%y"),
        "x": lambda m: _compose(m, "%m/%d/%y"),
        "X": lambda m: _compose(m, "%H:%M:%S"),
        "c": lambda m: _compose(m, "%a %b %e %H:%M:%S %Y"),
    }
)


# The flags of the C library: E and O ask for other calendars and digits, which the C locale does not have.
_FLAGS: dict[str, Callable[[str], str]] = {
    "": str,
    "E": str,
    "O": str,
    "-": lambda text: text.lstrip(" 0") or "0",
    "_": lambda text: (text.lstrip("0") or "0").rjust(len(text)),
    "0": lambda text: text.replace(" ", "0"),
    "^": str.upper,
}


def _compose(moment: datetime.datetime, pattern: str) -> str:
    return re.sub("%(.)", lambda match: _DIRECTIVES[match[1]](moment), pattern)
