"""`PMMLTransformer`: a PMML model as a stage of a pyspark.ml pipeline. What it scores, and how, is SQL's `predict`."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pyspark import keyword_only
from pyspark.ml import Transformer
from pyspark.ml.param import Param, Params, TypeConverters
from pyspark.ml.util import DefaultParamsReadable, DefaultParamsWritable, MLWriter
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from sparkpmml.errors import BindingError
from sparkpmml.spark.columns import call, quote
from sparkpmml.spark.ml.stage import Document, StageReader, StageWriter, find_document
from sparkpmml.spark.settings import checked_on_error

ENGINES = ("sparkpmml", "pmml4s")


def _to_path(value: Any) -> str:
    if isinstance(value, (str, os.PathLike)):
        return os.fspath(value)
    raise TypeError(f"model is a path, a URI or an alias, not {type(value).__name__}")


def _to_names(value: Any) -> dict[str, str]:
    if isinstance(value, Mapping) and all(isinstance(each, str) for each in (*value.keys(), *value.values())):
        return dict(value)
    raise TypeError("inputs is a mapping of the model's inputs to names of columns")


def _to_engine(value: Any) -> str:
    if value in ENGINES:
        return str(value)
    raise BindingError(f"engine is {value!r}, not one of {', '.join(ENGINES)}")


def _param(name: str, about: str, converter: Callable[[Any], Any] = TypeConverters.toString) -> Param[Any]:
    return Param(Params._dummy(), name, about, typeConverter=converter)


class PMMLTransformer(Transformer, DefaultParamsReadable["PMMLTransformer"], DefaultParamsWritable):
    """Adds the results of a PMML model to a DataFrame, under the names that they have in SQL.

    Each field of the result becomes a column: `prediction`, `probability` (a MAP<STRING, DOUBLE>) where the model gives
    probabilities, then the model's own output fields, and `error` last where errors are captured. A name that the
    DataFrame has already is a BindingError: choose another with `predictionCol`, `probabilityCol` or `prefix`. With
    `outputCol` the result stays one STRUCT, as `predict` gives it.

    `save` writes the PMML document beside the parameters and `load` keeps it in memory, so that a saved pipeline needs
    no other file; `model` is then the path of that copy.
    """

    # Saved pipelines name a class by its module: this is the one to import it from.
    __module__ = "sparkpmml.ml"

    model = _param("model", "path, URI or alias of the PMML document", _to_path)
    inputCols = _param("inputCols", "columns to offer by name or position (all by name)", TypeConverters.toListString)
    inputs = _param("inputs", "columns of other names, as {input of the model: column}", _to_names)
    outputCol = _param("outputCol", "one STRUCT column for the whole result (a column for each field)")
    predictionCol = _param("predictionCol", "column of the prediction")
    probabilityCol = _param("probabilityCol", "column of the probabilities, MAP<STRING, DOUBLE>")
    prefix = _param("prefix", "put before the names of result columns, but for those that are set by name")
    onError = _param("onError", "null, fail or capture (what spark.sparkpmml.onError says)", checked_on_error)
    engine = _param("engine", "sparkpmml, or pmml4s: pypmml-spark's, to compare with", _to_engine)

    @keyword_only
    def __init__(
        self,
        *,
        model: str | os.PathLike[str] | None = None,
        inputCols: Sequence[str] | None = None,
        inputs: Mapping[str, str] | None = None,
        outputCol: str | None = None,
        predictionCol: str = "prediction",
        probabilityCol: str = "probability",
        prefix: str = "",
        onError: str | None = None,
        engine: str = "sparkpmml",
    ) -> None:
        super().__init__()
        self._document: Document | None = None
        self._setDefault(predictionCol="prediction", probabilityCol="probability", prefix="", engine="sparkpmml")
        self._set_given()

    @keyword_only
    def setParams(
        self,
        *,
        model: str | os.PathLike[str] | None = None,
        inputCols: Sequence[str] | None = None,
        inputs: Mapping[str, str] | None = None,
        outputCol: str | None = None,
        predictionCol: str = "prediction",
        probabilityCol: str = "probability",
        prefix: str = "",
        onError: str | None = None,
        engine: str = "sparkpmml",
    ) -> PMMLTransformer:
        """Sets the parameters that are given."""
        return self._set_given()

    def _set_given(self) -> PMMLTransformer:
        given: dict[str, Any] = self._input_kwargs  # type: ignore[attr-defined]  # keyword_only puts it there
        return self._set(**{name: value for name, value in given.items() if value is not None})

    def setModel(self, value: str | os.PathLike[str]) -> PMMLTransformer:
        return self._set(model=value)

    def getModel(self) -> str:
        return str(self.getOrDefault(self.model))

    def setInputCols(self, value: Sequence[str]) -> PMMLTransformer:
        return self._set(inputCols=value)

    def getInputCols(self) -> list[str]:
        return list(self.getOrDefault(self.inputCols))

    def setInputs(self, value: Mapping[str, str]) -> PMMLTransformer:
        return self._set(inputs=value)

    def getInputs(self) -> dict[str, str]:
        return dict(self.getOrDefault(self.inputs))

    def setOutputCol(self, value: str) -> PMMLTransformer:
        return self._set(outputCol=value)

    def getOutputCol(self) -> str:
        return str(self.getOrDefault(self.outputCol))

    def setPredictionCol(self, value: str) -> PMMLTransformer:
        return self._set(predictionCol=value)

    def getPredictionCol(self) -> str:
        return str(self.getOrDefault(self.predictionCol))

    def setProbabilityCol(self, value: str) -> PMMLTransformer:
        return self._set(probabilityCol=value)

    def getProbabilityCol(self) -> str:
        return str(self.getOrDefault(self.probabilityCol))

    def setPrefix(self, value: str) -> PMMLTransformer:
        return self._set(prefix=value)

    def getPrefix(self) -> str:
        return str(self.getOrDefault(self.prefix))

    def setOnError(self, value: str) -> PMMLTransformer:
        return self._set(onError=value)

    def getOnError(self) -> str:
        return str(self.getOrDefault(self.onError))

    def setEngine(self, value: str) -> PMMLTransformer:
        return self._set(engine=value)

    def getEngine(self) -> str:
        return str(self.getOrDefault(self.engine))

    def transformSchema(self, schema: StructType) -> StructType:
        """The schema of the answer to a DataFrame of this schema."""
        return self.transform(SparkSession.active().createDataFrame([], schema)).schema

    def keep(self, document: Document) -> None:
        """Score with this document from now on, until `model` is set anew."""
        self._set(model=document.path)
        self._document = document

    def write(self) -> MLWriter:
        return StageWriter(self)

    @classmethod
    def read(cls) -> StageReader:
        return StageReader(cls)

    def _transform(self, dataset: DataFrame) -> DataFrame:
        if not self.isDefined(self.model):
            raise BindingError("PMMLTransformer has no model: set one, as PMMLTransformer(model='iris.pmml')")
        if self.isSet(self.outputCol):
            _check_free([self.getOutputCol()], dataset)
            return self._add_result(dataset, self.getOutputCol())
        whole = f"{self.uid}_result"
        scored = self._add_result(dataset, whole)
        names = self._names_of(scored.select(f"{whole}.*").columns)
        _check_free(list(names.values()), dataset)
        fields = [F.col(f"{whole}.{quote(field)}").alias(name) for field, name in names.items()]
        return scored.select("*", *fields).drop(whole)

    def _add_result(self, dataset: DataFrame, name: str) -> DataFrame:
        """The dataset and the whole result, one STRUCT column of this name."""
        offered = self.getInputCols() if self.isSet(self.inputCols) else None
        named = self.getInputs() if self.isSet(self.inputs) else {}
        if self.getEngine() == "pmml4s":
            from sparkpmml.spark.ml.pmml4s import add_pmml4s_column  # needs py4j, which a Connect client may not have

            self._check_errors_are_null()
            return add_pmml4s_column(dataset, name, self.find_document(dataset.sparkSession), offered, named)
        columns = [quote(each) for each in offered] if offered is not None else ["*"] if named else []
        values = {given: F.col(quote(column)) for given, column in named.items()}
        on_error = self.getOnError() if self.isDefined(self.onError) else None
        document = self._own_document()
        model = self.getModel() if document is None else document.model
        return dataset.select("*", call("predict", model, columns, values, on_error).alias(name))

    def _names_of(self, fields: Sequence[str]) -> dict[str, str]:
        """The column for each field of the result."""
        names = {field: self.getPrefix() + field for field in fields}
        for param, field in ((self.predictionCol, "prediction"), (self.probabilityCol, "probability")):
            if not self.isSet(param):
                continue
            if field not in names:
                raise BindingError(
                    f"{param.name} is set, but the model gives no {field} (its results: {', '.join(fields)})"
                )
            names[field] = self.getOrDefault(param)
        return names

    def _check_errors_are_null(self) -> None:
        if self.isDefined(self.onError) and self.getOnError() != "null":
            raise BindingError("pmml4s gives nulls for a row that it cannot score: onError must be unset, or 'null'")

    def _own_document(self) -> Document | None:
        """What came with a loaded stage, as long as `model` is not set anew."""
        is_own = self._document is not None and self._document.path == self.getModel()
        return self._document if is_own else None

    def find_document(self, spark: SparkSession) -> Document:
        """The PMML document to save: a loaded stage's own, else what `model` means to the session now."""
        return self._own_document() or find_document(spark, self.getModel())


def _check_free(names: Sequence[str], dataset: DataFrame) -> None:
    """A BindingError where the dataset has a column of one of these names, as Spark compares names."""
    is_case_sensitive = dataset.sparkSession.conf.get("spark.sql.caseSensitive") == "true"
    taken = {name if is_case_sensitive else name.lower() for name in dataset.columns}
    for name in names:
        if (name if is_case_sensitive else name.lower()) in taken:
            raise BindingError(
                f"the DataFrame has a column {name!r} already: set prefix, outputCol, predictionCol or probabilityCol"
            )
