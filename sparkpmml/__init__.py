"""sparkpmml: PMML models as SQL functions on Spark.

>>> import sparkpmml
>>> model = sparkpmml.load("model.pmml")        # no Spark needed
>>> model.predict(frame)                        # pandas in, pandas out; pyarrow in, pyarrow out
>>> sparkpmml.register(spark)                   # then: SELECT predict('model.pmml', *) FROM t
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sparkpmml.engine.load import load
from sparkpmml.engine.model import Input, MissingInputWarning, Model, Output
from sparkpmml.errors import (
    BindingError,
    ModelError,
    ModelNotFoundError,
    ScoringError,
    SparkPmmlError,
    UnsupportedMarkupError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyspark.sql import SparkSession

__version__ = "0.1.0"

__all__ = [
    "BindingError",
    "Input",
    "MissingInputWarning",
    "Model",
    "ModelError",
    "ModelNotFoundError",
    "Output",
    "ScoringError",
    "SparkPmmlError",
    "UnsupportedMarkupError",
    "load",
    "register",
]


def register(spark: SparkSession, models: Mapping[str, Any] | None = None, on_error: str | None = None) -> None:
    """Make `predict`, `predict_value` and `predict_proba` functions of the session's SQL; see `sparkpmml.spark`."""
    from sparkpmml.spark.register import register as register_functions

    register_functions(spark, models=models, on_error=on_error)
