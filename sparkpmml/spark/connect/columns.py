"""Calls of a model's function as columns of a Connect session's DataFrames, always with the model's own STRUCT.

The client knows the model but no DataFrame. Without columns the model's inputs are asked for by their names, and Spark
says which is missing. Names given as text are bound here; of anything else a struct is made, which carries the names
that Spark knows to the worker, where they are bound.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F

from sparkpmml.errors import BindingError
from sparkpmml.spark.binding import Argument, Signature, bind
from sparkpmml.spark.connect.session import models_of
from sparkpmml.spark.portable.functions import PortableModel

if TYPE_CHECKING:
    from sparkpmml.engine.model import Model


def call(
    spark: SparkSession,
    name: str,
    model: str | os.PathLike[str] | Model,
    columns: Sequence[str | Column],
    named: Mapping[str, str | Column],
    on_error: str | None = None,
) -> Column:
    """The column of the function `name` over `columns`, over those with the inputs' names where none are given."""
    models = models_of(spark)
    portable = models.find(model)
    positional, explicit = _arguments(portable, columns, named)
    struct: Column = models.function(portable, on_error)(*positional, **explicit)
    if name == "predict":
        return struct
    field = {"predict_value": "prediction", "predict_proba": "probability"}[name]
    if field not in portable.program.schema.names:
        fields = ", ".join(portable.program.schema.names)
        raise BindingError(f"the model {portable.label!r} has no {field}: use predict(...) and its fields {fields}")
    return struct.getField(field)


def _arguments(
    model: PortableModel, columns: Sequence[str | Column], named: Mapping[str, str | Column]
) -> tuple[list[Any], dict[str, Any]]:
    read = [each.name for each in model.program.inputs]
    if not read:
        return [F.lit(True)], {}  # to count the rows
    if not columns and not named:
        return [F.col(_quoted(name)) for name in read], {}
    names = [_name_of(each) for each in columns]
    if None not in names:
        return _bound(model, read, names, [*columns, *named.values()], list(named)), {}
    return [F.struct(*columns)], {name: _column(value) for name, value in named.items()}


def _bound(
    model: PortableModel,
    read: Sequence[str],
    names: Sequence[str | None],
    values: Sequence[str | Column],
    explicit: Sequence[str],
) -> list[Column]:
    """A column for each input that is read; `values` have first `names`, then `explicit` names."""
    given = [Argument(name, "column") for name in names] + [Argument(name, "column", True) for name in explicit]
    places = bind(Signature(model.label, model.names, tuple(read)), given)
    return [_column(values[place]) for place in places]


def _name_of(column: str | Column) -> str | None:
    """The name that text gives a column: `x` of "t.x"; None of a star, or of anything that is not text."""
    if not isinstance(column, str) or column.endswith("*"):
        return None
    parts = re.findall(r"`((?:[^`]|``)*)`|([^.`]+)", column)
    return parts[-1][0].replace("``", "`") or parts[-1][1] if parts else None


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _column(column: str | Column) -> Column:
    return F.col(column) if isinstance(column, str) else column
