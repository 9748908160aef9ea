"""Arrow types to Spark types: the STRUCT that a model's results have in SQL."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pyarrow.types as pat
from pyspark.sql.types import (
    ArrayType,
    BooleanType,
    DataType,
    DateType,
    DoubleType,
    FloatType,
    LongType,
    MapType,
    StringType,
    StructField,
    StructType,
    TimestampNTZType,
)

ERROR_FIELD = "error"
"""The field that `on_error="capture"` adds after the model's own: why the row has no score."""

# PMML's dateTime has no zone, so it is a TIMESTAMP_NTZ: a wall clock that no session time zone shifts.
_ATOMIC: tuple[tuple[Callable[[pa.DataType], bool], DataType], ...] = (
    (pat.is_string, StringType()),
    (pat.is_large_string, StringType()),
    (pat.is_integer, LongType()),
    (pat.is_float32, FloatType()),
    (pat.is_float64, DoubleType()),
    (pat.is_boolean, BooleanType()),
    (pat.is_date, DateType()),
    (pat.is_timestamp, TimestampNTZType()),
)


def spark_type(arrow: pa.DataType) -> DataType:
    """The Spark type of an Arrow type that a Program uses; a TypeError for any other."""
    if pat.is_map(arrow):
        return MapType(spark_type(arrow.key_type), spark_type(arrow.item_type), True)
    if pat.is_list(arrow):
        return ArrayType(spark_type(arrow.value_type), True)
    for matches, found in _ATOMIC:
        if matches(arrow):
            return found
    raise TypeError(f"no Spark type for the Arrow type {arrow}")


def result_type(schema: pa.Schema, on_error: str) -> StructType:
    """The STRUCT of a model whose Program has `schema`, with the `error` field where errors are captured."""
    fields = [StructField(field.name, spark_type(field.type), True) for field in schema]
    if on_error == "capture":
        fields.append(StructField(ERROR_FIELD, StringType(), True))
    return StructType(fields)
