"""Sessions of Spark Connect, whose JVM is out of reach: Databricks' serverless and shared clusters are such sessions.

The client reads and compiles the models, and registers functions that carry them (see the package `portable`): one for
each alias, with the model's own STRUCT, and `predict`, `predict_value` and `predict_proba`, which have one type for all
models. The server needs nothing of ours; its Python workers need the package.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import pyarrow as pa
from pyspark.sql.pandas import functions as pandas_functions
from pyspark.sql.types import DataType

from sparkpmml.engine.load import load
from sparkpmml.engine.model import Model
from sparkpmml.errors import BindingError
from sparkpmml.spark.connect.files import ConnectConfiguration, ConnectFileSystems
from sparkpmml.spark.library import Library, label_of
from sparkpmml.spark.portable.functions import ModelFunction, PortableModel
from sparkpmml.spark.portable.predict import (
    PROBABILITY,
    TEXT,
    PortablePredict,
    fixed_type,
    probabilities_alone,
    value_alone,
    whole,
)
from sparkpmml.spark.portable.wires import ArrowWire, PandasWire, Wire
from sparkpmml.spark.settings import Settings
from sparkpmml.spark.sources import locate
from sparkpmml.spark.types import result_type, spark_type

if TYPE_CHECKING:
    import os

    from pyspark.sql import SparkSession

_HAS_ARROW_UDF = hasattr(pandas_functions, "arrow_udf")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
OWN = ("predict", "predict_value", "predict_proba")

LIBRARY = Library(load)
"""The compiled models of this client."""


class ConnectModels:
    """The models of one session, and their functions."""

    def __init__(self, spark: SparkSession) -> None:
        self._spark = spark
        self._settings = Settings()
        self._models: dict[str, PortableModel] = {}
        self._functions: set[str] = set()

    @property
    def on_error(self) -> str:
        return self._settings.on_error

    def add(self, models: Mapping[str, Any], on_error: str | None) -> None:
        """Register these models beside those that were; all functions anew, for each carries what it knows."""
        configuration = ConnectConfiguration(self._spark)
        self._settings.on_error = self._settings.choose(on_error, configuration)
        for alias, source in models.items():
            self._check_alias(alias)
            self._models[alias] = PortableModel.of(self.open(source), alias)
        for name, function in self._make_functions():
            self._spark.udf.register(name, function)
            self._functions.add(name.lower())

    def open(self, source: str | os.PathLike[str] | Model) -> Model:
        """The model at a path or URI that the client can read, or the server's Spark."""
        if isinstance(source, Model):
            return source
        configuration = ConnectConfiguration(self._spark)
        files = ConnectFileSystems(self._spark)
        return LIBRARY.open(locate(str(source), self._settings, configuration, files))

    def find(self, source: str | os.PathLike[str] | Model) -> PortableModel:
        """The registered model with this alias, or the model at this place."""
        registered = self._models.get(source) if isinstance(source, str) else None
        if registered is not None:
            return registered
        model = self.open(source)
        return PortableModel.of(
            model, model.name or model.element if isinstance(source, Model) else label_of(str(source))
        )

    def function(self, model: PortableModel, on_error: str | None = None) -> Any:
        """The function of one model, with the model's own STRUCT; `on_error` of the session unless one is given."""
        wire, eval_type = transport()
        chosen = on_error or self.on_error
        kind = result_type(model.program.schema, chosen)
        return _user_defined(ModelFunction(model, chosen, wire), kind, f"predict({model.label})", eval_type)

    def _make_functions(self) -> Iterator[tuple[str, Any]]:
        for alias, model in self._models.items():
            if _WORD.fullmatch(alias):
                yield alias, self.function(model)
        wire, eval_type = transport()
        fixed = fixed_type(self.on_error)
        for name, kind, select in zip(
            OWN, (fixed, TEXT, PROBABILITY), (whole, value_alone, probabilities_alone), strict=True
        ):
            scorer = PortablePredict(self._models, self.on_error, wire, kind, select)
            yield name, _user_defined(scorer, _spark_type(kind), name, eval_type)

    def _check_alias(self, alias: str) -> None:
        """A function with the alias's name must not take the place of another."""
        name = alias.lower()
        is_taken = name in OWN or (name not in self._functions and self._spark.catalog.functionExists(alias))
        if _WORD.fullmatch(alias) and is_taken:
            raise BindingError(f"the alias {alias!r} is the name of a SQL function: choose another for the model")


_SESSIONS: WeakKeyDictionary[Any, ConnectModels] = WeakKeyDictionary()


def models_of(spark: SparkSession) -> ConnectModels:
    """What is registered in this session."""
    if spark not in _SESSIONS:
        _SESSIONS[spark] = ConnectModels(spark)
    return _SESSIONS[spark]


def transport() -> tuple[Wire, int]:
    """The form in which columns travel, and pyspark's number for functions that take it."""
    if _HAS_ARROW_UDF:
        return ArrowWire(), pandas_functions.ArrowUDFType.SCALAR
    return PandasWire(), pandas_functions.PandasUDFType.SCALAR


def _user_defined(scorer: Any, kind: DataType, name: str, eval_type: int) -> Any:
    from pyspark.sql.connect.udf import UserDefinedFunction  # needs grpc, which only a Connect client has

    return UserDefinedFunction(scorer, kind, name, eval_type, deterministic=True)._wrapped()


def _spark_type(kind: pa.DataType) -> DataType:
    return result_type(pa.schema(list(kind)), "null") if pa.types.is_struct(kind) else spark_type(kind)
