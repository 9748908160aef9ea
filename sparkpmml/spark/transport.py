"""The two ways in which columns cross from the JVM to Python and back, by the version of pyspark.

From 4.1 on there is arrow_udf: Arrow arrays both ways, nothing to encode. Before, pandas_udf makes pandas Series of the
columns, which loses integers beyond 2**53 where one is null, and makes Python objects of dates and overflows with years
beyond 2262. Such columns are cast in the JVM to a type that survives; pandas_worker.py casts them back. They are casts
and no other expressions because Spark leaves casts out when it names a column: an unnamed result has the same name on
all versions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from pyspark.sql.pandas import functions

from sparkpmml.spark.block_worker import ArrowBlockScorer, PandasBlockScorer
from sparkpmml.spark.expressions import Expressions
from sparkpmml.spark.pandas_worker import PandasScorer
from sparkpmml.spark.worker import ArrowScorer

_HAS_ARROW_UDF = hasattr(functions, "arrow_udf")


class Transport(Protocol):
    """How columns are encoded in the JVM, and which functions score them, and blocks, in Python."""

    eval_type: int
    scorer: Callable[..., Callable[..., Any]]
    block_scorer: Callable[..., Callable[..., Any]]

    def encode(self, expressions: Expressions, value: Any, sql_type: str) -> Any:
        """The expression that carries `value`, which has the SQL type `sql_type`."""


class ArrowTransport:
    """arrow_udf."""

    eval_type: int = functions.ArrowUDFType.SCALAR if _HAS_ARROW_UDF else 0
    scorer: Callable[..., Callable[..., Any]] = ArrowScorer
    block_scorer: Callable[..., Callable[..., Any]] = ArrowBlockScorer

    def encode(self, expressions: Expressions, value: Any, sql_type: str) -> Any:
        return value


class PandasTransport:
    """pandas_udf."""

    eval_type: int = functions.PandasUDFType.SCALAR
    scorer: Callable[..., Callable[..., Any]] = PandasScorer
    block_scorer: Callable[..., Callable[..., Any]] = PandasBlockScorer

    def encode(self, expressions: Expressions, value: Any, sql_type: str) -> Any:
        encoder = _ENCODERS.get(sql_type)
        return value if encoder is None else encoder(expressions, value)


def _long(expressions: Expressions, value: Any) -> Any:
    """Bytes, if there may be nulls: pandas has no int64 with nulls."""
    return expressions.as_bytes(value) if value.nullable() else value


def _seconds_of_date(expressions: Expressions, value: Any) -> Any:
    return expressions.cast(expressions.cast(value, "date", "timestamp", "UTC"), "timestamp", "double", "UTC")


def _seconds_of_time(expressions: Expressions, value: Any) -> Any:
    """The wall clock as if it were in UTC, in seconds; exact to the microsecond in the years 1685 to 2254."""
    instant = expressions.cast(value, "timestamp_ntz", "timestamp", "UTC")
    return expressions.cast(instant, "timestamp", "double", "UTC")


_ENCODERS: dict[str, Callable[[Expressions, Any], Any]] = {
    "bigint": _long,
    "date": _seconds_of_date,
    "timestamp_ntz": _seconds_of_time,
}


def transport() -> Transport:
    """The faster way that the installed pyspark has."""
    return ArrowTransport() if _HAS_ARROW_UDF else PandasTransport()
