"""`predict` for DataFrames: the SQL functions as functions of columns.

>>> from sparkpmml.functions import predict                          # doctest: +SKIP
>>> flowers.select(predict("iris.pmml", "sepal_length", "sepal_width").prediction)   # doctest: +SKIP
>>> flowers.withColumn("p", predict("iris.pmml"))                    # doctest: +SKIP
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from pyspark.sql import Column

    from sparkpmml.engine.model import Model

    ModelLike: TypeAlias = str | os.PathLike[str] | Model
    ColumnLike: TypeAlias = str | Column


def predict(model: ModelLike, *columns: ColumnLike, **named: ColumnLike) -> Column:
    """The model's result as a struct: `prediction`, `probability` and the model's own outputs.

    `model` is a path, a URI, an alias, or what `sparkpmml.load` gave. Columns are taken by name or position as in SQL,
    `name=column` as `name => column`; without any columns, all columns of the DataFrame are offered by name.
    """
    return _call("predict", model, columns, named)


def predict_value(model: ModelLike, *columns: ColumnLike, **named: ColumnLike) -> Column:
    """The prediction alone, as `predict(...).prediction`."""
    return _call("predict_value", model, columns, named)


def predict_proba(model: ModelLike, *columns: ColumnLike, **named: ColumnLike) -> Column:
    """The probability of each class as a map, as `predict(...).probability`."""
    return _call("predict_proba", model, columns, named)


def _call(name: str, model: ModelLike, columns: tuple[ColumnLike, ...], named: dict[str, ColumnLike]) -> Column:
    from sparkpmml.spark.columns import call  # pyspark is optional: only a call needs it

    return call(name, model, columns, named)
