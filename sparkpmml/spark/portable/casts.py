"""SQL's casts, made in the worker: what casts.py asks of the JVM where there is one to ask (not from Spark Connect).

The results are those of Spark's own Cast, so that a model's scores do not depend on who made them.
"""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pat

_SQL_TYPES: tuple[tuple[Callable[[pa.DataType], bool], str], ...] = (
    (pat.is_null, "void"),
    (pat.is_integer, "bigint"),
    (pat.is_float32, "float"),
    (pat.is_float64, "double"),
    (pat.is_string, "string"),
    (pat.is_large_string, "string"),
    (pat.is_boolean, "boolean"),
    (pat.is_date, "date"),
    (pat.is_time, "time"),
)


def sql_type_of(kind: pa.DataType) -> str:
    """The SQL type that an Arrow column was made of; of integers any, since the binding treats all alike."""
    if pat.is_timestamp(kind):
        return "timestamp_ntz" if kind.tz is None else "timestamp"
    if pat.is_decimal(kind):
        return f"decimal({kind.precision},{kind.scale})"
    if pat.is_list(kind) or pat.is_large_list(kind):
        return f"array<{sql_type_of(kind.value_type)}>"
    if pat.is_dictionary(kind):
        return sql_type_of(kind.value_type)
    return next((name for matches, name in _SQL_TYPES if matches(kind)), str(kind))


def cast(array: pa.Array, wanted: str) -> pa.Array:
    """The array as the SQL type `wanted`, one of those that `casts.carrier` gives for this array's type."""
    if wanted.startswith("array<"):
        return _cast_elements(array, wanted[len("array<") : -1])
    if pat.is_dictionary(array.type):
        array = array.dictionary_decode()
    if wanted == "string":
        return _as_text(array)
    if pat.is_decimal(array.type) and wanted in ("float", "double"):
        return _round_decimal(array).cast(_ARROW[wanted], safe=False)
    if pat.is_timestamp(array.type):
        array = _wall_clock(array)
        return pc.floor_temporal(array, unit="day").cast(pa.date32()) if wanted == "date" else array
    return array if array.type == _ARROW[wanted] else array.cast(_ARROW[wanted], safe=False)


_ARROW = {
    "float": pa.float32(),
    "double": pa.float64(),
    "bigint": pa.int64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp_ntz": pa.timestamp("us"),
    "string": pa.string(),
}


def _as_text(array: pa.Array) -> pa.Array:
    """Text as it is; a TIME as Spark writes it, without the zeros at a fraction's end."""
    if not pat.is_time(array.type):
        return array if pat.is_string(array.type) else array.cast(pa.string())
    text = array.cast(pa.time64("us"), safe=False).cast(pa.string())
    return pc.replace_substring_regex(text, r"\.?0+$", "") if _has_fractions(text) else text


def _has_fractions(text: pa.Array) -> bool:
    return bool(pc.any(pc.match_substring(text, ".")).as_py())


def _round_decimal(array: pa.Array) -> pa.Array:
    """The nearest doubles, as the JVM has them: by way of text, since Arrow's own cast may miss the last bit."""
    return array.cast(pa.string()).cast(pa.float64())


def _wall_clock(array: pa.Array) -> pa.Array:
    """timestamp[us] without a zone: what the session's clock showed. Spark sends instants with the session's zone."""
    local = array if array.type.tz is None else pc.local_timestamp(array)
    return local.cast(pa.timestamp("us"), safe=False)


def _cast_elements(array: pa.Array, wanted: str) -> pa.Array:
    if pat.is_null(array.type):
        return array.cast(pa.list_(_ARROW[wanted]))
    array = pa.concat_arrays([array])  # offsets from 0
    return pa.ListArray.from_arrays(_offsets(array), cast(array.values, wanted))


def _offsets(array: pa.Array) -> pa.Array:
    """A list array's offsets; a null one says that its row is null."""
    if not array.null_count:
        return array.offsets
    last = pa.array([False])
    missing = pa.concat_arrays([array.is_null(), last])
    return pc.if_else(missing, pa.scalar(None, array.offsets.type), array.offsets)
