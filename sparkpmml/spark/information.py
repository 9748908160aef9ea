"""What SQL can ask about models: `model_info('iris.pmml')`, and the table `pmml_models()` of those that are there."""

from __future__ import annotations

from typing import Any

from sparkpmml.engine.model import Model
from sparkpmml.spark.types import spark_type

Row = tuple[Any, ...]

INFO = """
    name STRING, element STRING, function STRING, version STRING, producer STRING, description STRING, digest STRING,
    inputs ARRAY<STRUCT<name: STRING, type: STRING, optype: STRING, values: ARRAY<STRING>, intervals: ARRAY<STRING>,
                        is_read: BOOLEAN>>,
    outputs ARRAY<STRUCT<name: STRING, type: STRING, feature: STRING>>
"""
"""The fields of `model_info`. An input's type is PMML's, an output's that of the STRUCT's field in SQL."""

MODELS = """
    model STRING, uri STRING, name STRING, element STRING, function STRING, producer STRING, digest STRING,
    inputs ARRAY<STRING>, error STRING
"""
"""The columns of `pmml_models`. `model` is what `predict` takes; `error` says why a model cannot be loaded."""


def info_row(model: Model) -> Row:
    """The values of INFO."""
    inputs = [
        (each.name, str(each.data_type), str(each.op_type), list(each.values), list(each.intervals), each.is_read)
        for each in model.inputs
    ]
    outputs = [
        (each.name, spark_type(field.type).simpleString(), each.feature)
        for each, field in zip(model.outputs, model.program.schema, strict=True)
    ]
    return (
        model.name,
        model.element,
        model.function,
        model.version,
        model.producer,
        model.description,
        model.digest,
        inputs,
        outputs,
    )


def model_row(name: str, uri: str | None, model: Model) -> Row:
    """The values of MODELS for a model that was loaded."""
    inputs = [each.name for each in model.inputs if each.is_read]
    return (name, uri, model.name, model.element, model.function, model.producer, model.digest, inputs, None)


def broken_row(name: str, uri: str | None, reason: str) -> Row:
    """The values of MODELS for one that cannot be loaded."""
    return (name, uri, None, None, None, None, None, None, reason)
