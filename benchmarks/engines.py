"""The engines that score, as a table: each turns a DataFrame of inputs into one with its whole result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F


@dataclass(frozen=True, slots=True)
class Entry:
    """A model in the hands of an engine."""

    score: Callable[[DataFrame], DataFrame]
    has_answer: bool = True


Engine = Callable[[SparkSession, Path], Entry]

ENGINES: dict[str, Engine] = {}
"""By name. An engine raises ImportError where it is not installed, FileNotFoundError where it has no such model."""


def engine(function: Engine) -> Engine:
    """Enter the function into the table under its own name."""
    ENGINES[function.__name__] = function
    return function


@engine
def identity(spark: SparkSession, folder: Path) -> Entry:
    """A Python function that gives back its first column: what crossing alone costs, over the model's own inputs."""
    import sparkpmml

    names = [each.name for each in sparkpmml.load(folder / "model.pmml").inputs if each.is_read]
    functions = [name for name in ("arrow_udf", "pandas_udf") if hasattr(F, name)]
    make = getattr(F, functions[0])

    def give(frame: DataFrame) -> DataFrame:
        first = make(lambda *columns: columns[0], frame.schema[names[0]].dataType)
        return frame.select(first(*names))

    return Entry(give, has_answer=False)


@engine
def sparkpmml(spark: SparkSession, folder: Path) -> Entry:
    """This library, `predict(model, *)`."""
    import sparkpmml
    from sparkpmml.functions import predict

    sparkpmml.register(spark)
    return Entry(lambda frame: frame.select(predict(str(folder / "model.pmml")).alias("p")))


@engine
def trainer(spark: SparkSession, folder: Path) -> Entry:
    """The library that trained the model, in a pandas_udf."""
    from benchmarks.trainers import load_answer

    if not (folder / "model.pickle").exists():
        raise FileNotFoundError("no library trained this model")
    path = folder / "model.pickle"
    loaded: list[Any] = []

    def give(frame: DataFrame) -> DataFrame:
        names = frame.columns

        def call(*columns):  # type: ignore[no-untyped-def]  # noqa: ANN002, ANN202  # pyspark reads the annotations
            import pandas as pd

            if not loaded:
                loaded.append(load_answer(path))
            return pd.Series(loaded[0](pd.concat(columns, axis=1, keys=names)))

        return frame.select(F.pandas_udf(call, "double")(*names).alias("answer"))

    return Entry(give)


@engine
def pmml4s(spark: SparkSession, folder: Path) -> Entry:
    """pypmml-spark: pmml4s in the JVM, Spark 3 alone."""
    from pypmml_spark import ScoreModel

    model = ScoreModel.fromFile(str(folder / "model.pmml"))
    return Entry(model.transform)


@engine
def jpmml(spark: SparkSession, folder: Path) -> Entry:
    """jpmml-evaluator-pyspark: jpmml-evaluator in the JVM."""
    from jpmml_evaluator_pyspark import FlatPMMLTransformer

    jvm: Any = spark._jvm
    evaluator = (
        jvm.org.jpmml.evaluator.LoadingModelEvaluatorBuilder()
        .load(jvm.java.io.File(str(folder / "model.pmml")))
        .build()
    )
    return Entry(FlatPMMLTransformer(evaluator).transform)


def jars() -> list[str]:
    """The jars of the engines that are installed here."""
    found: list[str] = []
    try:
        import jpmml_evaluator_pyspark

        found += jpmml_evaluator_pyspark.spark_jars().split(",")
    except ImportError:
        pass
    try:
        import pypmml_spark

        found += [str(path) for path in Path(pypmml_spark.__file__).parent.glob("jars/*.jar")]
    except ImportError:
        pass
    return found
