"""Calls of the SQL functions as DataFrame columns, bound when Spark analyses the DataFrame, as in SQL.

Of a Connect session's DataFrames, `connect.columns` makes the calls.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pyspark
from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F

from sparkpmml.errors import SparkPmmlError
from sparkpmml.spark.register import register

if TYPE_CHECKING:
    from sparkpmml.engine.model import Model


def call(
    name: str,
    model: str | os.PathLike[str] | Model,
    columns: Sequence[str | Column],
    named: Mapping[str, str | Column],
    on_error: str | None = None,
) -> Column:
    """The column of the function `name` over `columns`, all columns where none are given.

    `on_error` is this call's own; None leaves it to the session.
    """
    spark = SparkSession.getActiveSession()
    if spark is None:
        raise SparkPmmlError(f"{name} needs a running Spark session: start one, and call sparkpmml.register(spark)")
    if not hasattr(spark, "_jsparkSession"):
        from sparkpmml.spark.connect.columns import call as call_connect

        return call_connect(spark, name, model, columns, named, on_error)
    return _call_classic(spark, name, model, columns, named, on_error)


def _call_classic(
    spark: SparkSession,
    name: str,
    model: str | os.PathLike[str] | Model,
    columns: Sequence[str | Column],
    named: Mapping[str, str | Column],
    on_error: str | None,
) -> Column:
    from sparkpmml.spark.binder import ON_ERROR_ARGUMENT
    from sparkpmml.spark.builder import DRIVER

    if spark.sparkContext.applicationId not in DRIVER.registered:
        register(spark)
    offered = list(columns) if columns or named else ["*"]
    arguments = [F.lit(DRIVER.library.name_of(model)), *(_column(each) for each in offered)]
    values = {key: _column(value) for key, value in named.items()}
    if on_error is not None:
        values[ON_ERROR_ARGUMENT] = F.lit(on_error)
    return F.call_udf(name, *arguments, *(_named(key, value) for key, value in values.items()))


def quote(name: str) -> str:
    """A column's name for Spark to read as one name, whatever it contains."""
    return "`" + name.replace("`", "``") + "`"


def _column(column: str | Column) -> Column:
    return F.col(column) if isinstance(column, str) else column


def _named(name: str, column: Column) -> Column:
    """`name => column`."""
    from pyspark import SparkContext

    jvm: Any = SparkContext._jvm
    java: Any = column._jc
    if pyspark.__version__ >= "4":
        return Column(jvm.org.apache.spark.sql.api.python.PythonSQLUtils.namedArgumentExpression(name, java))
    expression = jvm.org.apache.spark.sql.catalyst.expressions.NamedArgumentExpression(name, java.expr())
    return Column(jvm.org.apache.spark.sql.Column(expression))
