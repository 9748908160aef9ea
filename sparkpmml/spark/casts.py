"""What an argument's SQL type becomes before it crosses to Python: a table of input types by kinds of SQL types.

Only casts that cannot fail at run time are made, in ANSI mode too. Text for a number, a date or a boolean crosses as
text: the engine reads it as PMML does, and what cannot be read is an invalid value, not the end of the job. A BOOLEAN
for a number is refused, for it is more often a wrong column than a 0 or 1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from sparkpmml.datatypes import DataType
from sparkpmml.errors import BindingError

_KINDS: Mapping[str, str] = {
    "tinyint": "integral",
    "smallint": "integral",
    "int": "integral",
    "bigint": "integral",
    "float": "fractional",
    "double": "fractional",
    "string": "string",
    "char": "string",
    "varchar": "string",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp",
    "timestamp_ntz": "timestamp",
    "time": "time",
    "void": "null",
}
_DECIMAL = re.compile(r"decimal\((\d+),\s*(\d+)\)")
_INT64_DIGITS = 18

_FLOATING = {"integral": "{}", "fractional": "{}", "null": "{}", "string": "string"}
_DAYS = {"integral": "bigint", "date": "date", "timestamp": "date", "null": "bigint", "string": "string"}
_SECONDS = {**_DAYS, "date": "timestamp_ntz", "timestamp": "timestamp_ntz"}
_ACCEPTED: Mapping[DataType, Mapping[str, str]] = {
    DataType.FLOAT: {kind: target.format("float") for kind, target in _FLOATING.items()},
    DataType.DOUBLE: {kind: target.format("double") for kind, target in _FLOATING.items()},
    DataType.INTEGER: {"integral": "bigint", "fractional": "double", "null": "bigint", "string": "string"},
    DataType.STRING: {
        "string": "string",
        "integral": "bigint",
        "fractional": "double",
        "boolean": "boolean",
        "date": "date",
        "timestamp": "timestamp_ntz",
        "time": "string",
        "null": "string",
    },
    DataType.BOOLEAN: {"boolean": "boolean", "integral": "bigint", "null": "boolean", "string": "string"},
    DataType.DATE: {"date": "date", "timestamp": "date", "null": "date", "string": "string"},
    DataType.DATE_TIME: {
        "date": "timestamp_ntz",
        "timestamp": "timestamp_ntz",
        "null": "timestamp_ntz",
        "string": "string",
    },
    DataType.TIME: {"string": "string", "time": "string", "null": "string"},
    DataType.TIME_SECONDS: {"integral": "bigint", "time": "string", "null": "bigint", "string": "string"},
}
"""For each type of input: which kinds of SQL types it takes, and what they cross as. The engine does the rest, so that
SQL and Model.predict read a value alike: a double given for a text input in the fewest digits, which not every Java
finds."""


def _accepted(data_type: DataType) -> Mapping[str, str]:
    """The row of the table; the types that count from a year are many, and alike."""
    return _ACCEPTED.get(data_type) or (_DAYS if data_type.is_days_since else _SECONDS)


def carrier(model: str, name: str, data_type: DataType, sql_type: str, *, is_list: bool = False, note: str = "") -> str:
    """The SQL type to cast an argument of `sql_type` to for the input `name`; a BindingError if it cannot carry it.

    `note`: what the error says besides.

    >>> carrier("m", "age", DataType.DOUBLE, "decimal(10,2)")
    'double'
    """
    element = _element_of(sql_type) if is_list else sql_type
    accepted = _accepted(data_type)
    kind = None if element is None else kind_of(element)
    target = None if kind is None else accepted.get(kind)
    if target is None:
        wanted = f"an array of {data_type}" if is_list else f"{data_type}"
        kinds = sorted(kind for kind in accepted if kind != "null")
        raise BindingError(
            f"input {name!r} of the model {model!r} is {wanted} and cannot be given as {sql_type.upper()}"
            f" (it takes {'arrays of ' if is_list else ''}{', '.join(kinds)} values)" + (note and f": {note}")
        )
    return f"array<{target}>" if is_list else target


def kind_of(sql_type: str) -> str | None:
    """The kind of an atomic SQL type; None for binary, arrays, maps, structs, intervals and all unknown types."""
    decimal = _DECIMAL.fullmatch(sql_type)
    if decimal is None:
        return _KINDS.get(re.split(r"[ (]", sql_type, maxsplit=1)[0])
    digits, scale = int(decimal[1]), int(decimal[2])
    return "integral" if scale == 0 and digits <= _INT64_DIGITS else "fractional"


def _element_of(sql_type: str) -> str | None:
    """`double` of `array<double>`, `void` of a null literal, None of anything that is no array."""
    if sql_type == "void":
        return sql_type
    found = re.fullmatch(r"array<(.*)>", sql_type)
    return found[1] if found else None
