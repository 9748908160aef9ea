"""`sparkpmml.register(spark)`: makes predict, predict_value and predict_proba functions of a Spark session.

How depends on the session. A classic one has its driver's JVM at hand, and calls are bound while a query is analysed. A
Spark Connect session is a client of a JVM elsewhere.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from sparkpmml.errors import SparkPmmlError
from sparkpmml.spark.builder import BUILDERS, DRIVER
from sparkpmml.spark.catalog import make_builtin, start_callbacks
from sparkpmml.spark.jvm import Jvm
from sparkpmml.spark.settings import ON_ERROR, checked_on_error

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ModelPaths = Mapping[str, str | os.PathLike[str]]


class Registration(Protocol):
    """One way to bring the functions into a session."""

    def accepts(self, spark: SparkSession) -> bool: ...

    def register(self, spark: SparkSession, models: ModelPaths, on_error: str | None) -> None: ...


class ClassicRegistration:
    """Function builders in the JVM's own registry, called back at analysis."""

    def accepts(self, spark: SparkSession) -> bool:
        return hasattr(spark, "_jsparkSession")

    def register(self, spark: SparkSession, models: ModelPaths, on_error: str | None) -> None:
        settings = DRIVER.settings
        settings.aliases.update({alias: os.fspath(path) for alias, path in models.items()})
        if on_error is not None:
            settings.on_error = checked_on_error(on_error)
            spark.conf.set(ON_ERROR, settings.on_error)
        jvm = Jvm(spark.sparkContext)
        start_callbacks(jvm.gateway)
        for name, builder in BUILDERS.items():
            make_builtin(jvm, spark._jsparkSession, name, builder)
        DRIVER.registered.add(spark.sparkContext.applicationId)


class ConnectRegistration:
    """Sessions of Spark Connect, which have no JVM of their own."""

    def accepts(self, spark: SparkSession) -> bool:
        return True

    def register(self, spark: SparkSession, models: ModelPaths, on_error: str | None) -> None:
        raise SparkPmmlError(
            "sparkpmml.register needs a classic Spark session: this one is a Spark Connect client without access to the"
            " driver's JVM; call register(spark, models={...}) in the driver of the Connect server"
        )


STRATEGIES: tuple[Registration, ...] = (ClassicRegistration(), ConnectRegistration())
"""The first that accepts a session registers it."""


def register(spark: SparkSession, models: ModelPaths | None = None, on_error: str | None = None) -> None:
    """Make `predict`, `predict_value` and `predict_proba` built-in SQL functions.

    `models` gives names to paths or URIs, for all sessions of this process. `on_error` says what becomes of a row that
    cannot be scored: "null" (every field null, the default), "fail" (the job ends with a ScoringError) or "capture"
    (a further field `error` says why). Call it again at any time, to add models or to choose another `on_error`.

    Raises a BindingError on an unknown `on_error` and a SparkPmmlError where the session is not a classic one.
    """
    strategy = next(each for each in STRATEGIES if each.accepts(spark))
    strategy.register(spark, models or {}, on_error)
