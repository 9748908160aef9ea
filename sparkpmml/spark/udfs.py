"""The Spark function of a model: one Java object per model, name and error policy, so that equal calls are equal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyspark.sql.types import BinaryType, DataType, StructType
from pyspark.sql.udf import UserDefinedFunction

from sparkpmml.spark.blocks import Blocks
from sparkpmml.spark.broadcast import Broadcasts
from sparkpmml.spark.once import OnceCache
from sparkpmml.spark.transport import Transport
from sparkpmml.spark.types import result_type

if TYPE_CHECKING:
    from pyspark import SparkContext

    from sparkpmml.runtime.program import Program

CAPACITY = 128

_Key = tuple[str, str, str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class ModelFunction:
    """A UserDefinedPythonFunction in the JVM, and the STRUCT that it gives."""

    java: Any
    result: StructType


class ModelFunctions:
    """The functions of one application.

    Spark evaluates `predict(m, *).prediction` and `predict(m, *).probability` of one query once, since both hold the
    same function object, and equal functions of equal arguments are one expression to it.
    """

    def __init__(self, context: SparkContext, transport: Transport, blocks: Blocks | None) -> None:
        self.transport = transport
        self._blocks = blocks
        self._broadcasts = Broadcasts(context)
        self._cache: OnceCache[_Key, ModelFunction] = OnceCache(CAPACITY)

    def get(self, program: Program, label: str, on_error: str, carriers: tuple[str, ...]) -> ModelFunction:
        """The function that plans show as `predict(<label>)`; `carriers` are the SQL types in which columns cross."""
        if self._blocks is not None:
            self._blocks.join()
        key = (program.fingerprint, label, on_error, carriers)
        return self._cache.get(key, lambda: self._make(program, label, on_error, carriers))

    def _make(self, program: Program, label: str, on_error: str, carriers: tuple[str, ...]) -> ModelFunction:
        parameters = (program.fingerprint, self._broadcasts.get(program), on_error, carriers)
        result = result_type(program.schema, on_error)
        java = self._udf(self.transport.scorer(*parameters), result, label)
        if self._blocks is not None:
            self._blocks.pair(java, self._udf(self.transport.block_scorer(*parameters), BinaryType(), label), carriers)
        return ModelFunction(java, result)

    def _udf(self, scorer: Callable[..., Any], result: DataType, label: str) -> Any:
        return UserDefinedFunction(scorer, result, f"predict({label})", self.transport.eval_type)._judf
