"""sparkpmml: PMML models as SQL functions on Spark.

>>> import sparkpmml
>>> model = sparkpmml.load("model.pmml")        # no Spark needed
>>> model.predict(frame)                        # pandas in, pandas out; pyarrow in, pyarrow out
>>> sparkpmml.register(spark)                   # then: SELECT predict('model.pmml', *) FROM t
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

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

    from sparkpmml.engine.load import load
    from sparkpmml.engine.model import Input, MissingInputWarning, Model, Output

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

_PLACES = {
    "load": "sparkpmml.engine.load",
    **dict.fromkeys(("Input", "MissingInputWarning", "Model", "Output"), "sparkpmml.engine.model"),
}
"""What is imported when it is first asked for: a worker, which imports this package with any of its modules, neither
reads nor compiles documents."""


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_PLACES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_PLACES})


def register(spark: SparkSession, models: Mapping[str, Any] | None = None, on_error: str | None = None) -> None:
    """Make `predict`, `predict_value` and `predict_proba` functions of the session's SQL; see `sparkpmml.spark`."""
    from sparkpmml.spark.register import register as register_functions

    register_functions(spark, models=models, on_error=on_error)
