"""Python values as Spark's own: a tuple as a Row, a list as a Seq."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sparkpmml.spark.jvm import Jvm


class Values:
    """Makes literals and tables of values that Python knows."""

    def __init__(self, jvm: Jvm) -> None:
        self._jvm = jvm
        self._rows = jvm.java_class("org.apache.spark.sql.RowFactory")
        self._object = jvm.java_class("java.lang.Object")

    def literal(self, value: tuple[Any, ...], ddl: str) -> Any:
        """A constant STRUCT with the fields of `ddl`, as a Catalyst expression."""
        literal = self._jvm.scala_object("org.apache.spark.sql.catalyst.expressions.Literal")
        return literal.create(self._java(value), self._struct_type(ddl))

    def table(self, rows: Sequence[tuple[Any, ...]], ddl: str) -> Any:
        """The logical plan of a table of these rows."""
        data = self._jvm.java_class("java.util.ArrayList")()
        for row in rows:
            data.add(self._java(row))
        session = self._jvm.java_class("org.apache.spark.sql.SparkSession").active()
        return session.createDataFrame(data, self._struct_type(ddl)).queryExecution().analyzed()

    def _struct_type(self, ddl: str) -> Any:
        return self._jvm.java_class("org.apache.spark.sql.types.StructType").fromDDL(ddl)

    def _java(self, value: Any) -> Any:
        if isinstance(value, tuple):
            return self._rows.create(self._array(value))
        if isinstance(value, list):
            return self._jvm.sequence([self._java(each) for each in value])
        return value

    def _array(self, values: tuple[Any, ...]) -> Any:
        array = self._jvm.gateway.new_array(self._object, len(values))
        for place, value in enumerate(values):
            array[place] = self._java(value)
        return array
