"""`sparkpmml.register(spark)`: makes predict, predict_value and predict_proba functions of a Spark session.

How depends on the session. A classic one has its driver's JVM at hand, and calls are bound while a query is analysed. A
Spark Connect session is a client of a JVM elsewhere.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from sparkpmml.errors import SparkPmmlError
from sparkpmml.spark.settings import ON_ERROR, checked_on_error

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from sparkpmml.engine.model import Model

    ModelPaths = Mapping[str, str | os.PathLike[str] | Model]


class Registration(Protocol):
    """One way to bring the functions into a session."""

    def accepts(self, spark: SparkSession) -> bool: ...

    def register(self, spark: SparkSession, models: ModelPaths, on_error: str | None) -> None: ...


class ClassicRegistration:
    """Function builders in the JVM's own registry, called back at analysis."""

    def accepts(self, spark: SparkSession) -> bool:
        return hasattr(spark, "_jsparkSession")

    def register(self, spark: SparkSession, models: ModelPaths, on_error: str | None) -> None:
        from sparkpmml.spark.builder import (  # needs py4j, which a Connect client may not have
            BUILDERS,
            DRIVER,
            TABLE_BUILDERS,
        )
        from sparkpmml.spark.catalog import make_builtin, make_builtin_table, start_callbacks
        from sparkpmml.spark.jvm import Jvm

        settings = DRIVER.settings
        settings.aliases.update({alias: DRIVER.library.name_of(model) for alias, model in models.items()})
        if on_error is not None:
            settings.on_error = checked_on_error(on_error)
            spark.conf.set(ON_ERROR, settings.on_error)
        jvm = Jvm(spark.sparkContext)
        start_callbacks(jvm.gateway)
        for name, builder in BUILDERS.items():
            make_builtin(jvm, spark._jsparkSession, name, builder)
        for name, builder in TABLE_BUILDERS.items():
            make_builtin_table(jvm, spark._jsparkSession, name, builder)
        DRIVER.registered.add(spark.sparkContext.applicationId)


class ConnectRegistration:
    """Functions that carry their models, for sessions of Spark Connect, which have no JVM at hand."""

    def accepts(self, spark: SparkSession) -> bool:
        return hasattr(spark, "client")

    def register(self, spark: SparkSession, models: ModelPaths, on_error: str | None) -> None:
        from sparkpmml.spark.connect.session import models_of

        models_of(spark).add(models, on_error)


STRATEGIES: tuple[Registration, ...] = (ClassicRegistration(), ConnectRegistration())
"""The first that accepts a session registers it."""


def register(spark: SparkSession, models: ModelPaths | None = None, on_error: str | None = None) -> None:
    """Make `predict`, `predict_value` and `predict_proba` built-in SQL functions.

    `models` gives names to paths, URIs or loaded models, for all sessions of this process. `on_error` says what becomes
    of a row that cannot be scored: "null" (every field null, the default), "fail" (the job ends with a ScoringError) or
    "capture" (a further field `error` says why). Call it again at any time, to add models or to choose another
    `on_error`.

    In a session of Spark Connect the functions are temporary ones of this session, they know the `models` given here
    alone, and their arguments are bound in the workers: see docs/connect.md.

    Raises a BindingError on an unknown `on_error`, or an alias that is the name of another function (Connect), and a
    SparkPmmlError where `spark` is no session.
    """
    strategy = next((each for each in STRATEGIES if each.accepts(spark)), None)
    if strategy is None:
        raise SparkPmmlError(f"register needs a Spark session, classic or Connect, not {type(spark).__name__}")
    strategy.register(spark, models or {}, on_error)
