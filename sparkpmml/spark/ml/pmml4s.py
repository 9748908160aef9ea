"""Scores a DataFrame with pypmml-spark, and gives its results the names and types that ours have.

The jars of pypmml-spark are for Scala 2.12, that is Spark 3.5. They are added to the running application when they are
first needed; a Spark that was started with them (`spark.jars`) is as good.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyspark
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import DoubleType, StructField

from sparkpmml.engine.model import Model
from sparkpmml.errors import ModelError, SparkPmmlError
from sparkpmml.pmml4s import PeerField, Source, sources, text_of
from sparkpmml.spark.binding import Argument, Signature, bind
from sparkpmml.spark.casts import carrier
from sparkpmml.spark.columns import quote
from sparkpmml.spark.jvm import JAVA_ERRORS, Jvm, reason_of
from sparkpmml.spark.library import label_of
from sparkpmml.spark.ml.stage import Document
from sparkpmml.spark.types import spark_type

SCORE_MODEL = "org.pmml4s.spark.ScoreModel"


def add_pmml4s_column(
    dataset: DataFrame, name: str, document: Document, offered: Sequence[str] | None, named: Mapping[str, str]
) -> DataFrame:
    """The dataset and pmml4s's results, as one STRUCT column of this name.

    Arguments are bound as those of `predict`: `offered` are columns by name or position (None: all), `named` columns by
    the name of the input. Raises a SparkPmmlError where pypmml-spark cannot run.
    """
    score_model = _score_model(dataset.sparkSession, document)
    fields = _choose_fields(score_model)
    inputs = _bind(dataset, document, offered, named)
    narrowed = dataset.select(F.struct("*"), *(column.alias(given) for given, column in inputs.items()))
    java = score_model.transform(narrowed._jdf)
    columns = [f"c{index}" for index in range(len(java.columns()))]  # names may be twice there: places are not
    scored = DataFrame(java, dataset.sparkSession).toDF(*columns)
    answers = scored.schema.fields[1 + len(inputs) :]
    places = {field.name: _answer(each) for field, each in zip(fields, answers, strict=True)}
    results = _results(document.model, sources(document.model, fields), places)
    return scored.select("c0.*", F.struct(*results).alias(name))


def _results(model: Model, found: Mapping[str, Source], places: Mapping[str, Column]) -> list[Column]:
    types = {field.name: spark_type(field.type) for field in model.program.schema}
    results = []
    for result, source in found.items():
        if isinstance(source, str):
            results.append(places[source].cast(types[result]).alias(result))
        else:
            values = {label: places[each] for label, each in source.items()}
            entries = [part for label, value in values.items() for part in (F.lit(label), value)]
            is_there = F.coalesce(*values.values()).isNotNull()
            results.append(F.when(is_there, F.create_map(*entries)).alias(result))
    return results


def _answer(field: StructField) -> Column:
    """A column of pmml4s, whose word for no number is NaN."""
    column = F.col(field.name)
    return F.when(~F.isnan(column), column) if isinstance(field.dataType, DoubleType) else column


def _bind(
    dataset: DataFrame, document: Document, offered: Sequence[str] | None, named: Mapping[str, str]
) -> dict[str, Column]:
    """The column for each input that the model reads."""
    label, model = label_of(document.path), document.model
    columns = [*(dataset.columns if offered is None else offered), *named.values()]
    types = [dataset.select(F.col(quote(column))).dtypes[0][1] for column in columns]
    given = [*columns[: len(columns) - len(named)], *named]
    arguments = [
        Argument(each, sql_type, index >= len(columns) - len(named))
        for index, (each, sql_type) in enumerate(zip(given, types, strict=True))
    ]
    signature = Signature(label, tuple(each.name for each in model.inputs), tuple(i.name for i in model.program.inputs))
    is_case_sensitive = dataset.sparkSession.conf.get("spark.sql.caseSensitive") == "true"
    places = bind(signature, arguments, is_case_sensitive=is_case_sensitive)
    return {
        each.name: F.col(quote(columns[place])).cast(
            carrier(label, each.name, each.data_type, types[place], note=each.note)
        )
        for each, place in zip(model.program.inputs, places, strict=True)
    }


def _score_model(spark: SparkSession, document: Document) -> Any:
    """pmml4s's transformer of this document, in the JVM."""
    jvm = Jvm(spark.sparkContext)
    if not _is_loaded(jvm):
        _add_jars(spark)
    try:
        found = jvm.java_class(SCORE_MODEL).fromString(text_of(document.content))
    except JAVA_ERRORS as error:
        raise ModelError(f"pmml4s cannot read {document.path}: {reason_of(error)}") from None
    return found


def _is_loaded(jvm: Jvm) -> bool:
    loader = jvm.java_class("java.lang.Thread").currentThread().getContextClassLoader()
    try:
        loader.loadClass(SCORE_MODEL)
    except JAVA_ERRORS:
        return False
    return True


def _add_jars(spark: SparkSession) -> None:
    """Add pypmml-spark's jars to the application; in a thread that has not seen them, again."""
    if pyspark.__version__ >= "4":
        raise SparkPmmlError(
            f"engine 'pmml4s' needs Spark 3.5, since the jars of pypmml-spark are made for Scala 2.12; this is Spark"
            f" {pyspark.__version__} (without Spark, `sparkpmml compare` runs pmml4s beside any version)"
        )
    package = importlib.util.find_spec("pypmml_spark")
    if package is None or package.origin is None:
        raise SparkPmmlError("engine 'pmml4s' needs pypmml-spark: pip install 'sparkpmml[pmml4s]'")
    for jar in sorted((Path(package.origin).parent / "jars").glob("*.jar")):
        spark.sql(f"ADD JAR '{jar}'")


def _choose_fields(score_model: Any) -> list[PeerField]:
    """Its columns from now on: with those that pmml4s adds, unless it cannot, since the model has no target."""
    try:
        return _fields_of(score_model, supplement=True)
    except JAVA_ERRORS:
        return _fields_of(score_model, supplement=False)


def _fields_of(score_model: Any, *, supplement: bool) -> list[PeerField]:
    score_model.setSupplementOutput(supplement)
    model = score_model.model()
    model.setSupplementOutput(supplement)
    return [PeerField(each.name(), each.feature().toString(), _value_of(each.value())) for each in model.outputFields()]


def _value_of(option: Any) -> str | None:
    return str(option.get().toString()) if option.isDefined() else None
