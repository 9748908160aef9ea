"""The files of a saved `PMMLTransformer`: its parameters as pyspark.ml writes them, and the PMML document.

    <stage>/metadata/       the parameters, as JSON
    <stage>/model.pmml      the document, byte by byte

A loaded stage holds its document in memory, as Spark's own stages hold theirs: it outlives the files, and saving over
the place it was loaded from does not lose it.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyspark.ml.util import DefaultParamsReader, DefaultParamsWriter
from pyspark.sql import SparkSession

from sparkpmml.engine.load import load
from sparkpmml.errors import ModelNotFoundError
from sparkpmml.spark.connect.files import ConnectConfiguration, ConnectFileSystems
from sparkpmml.spark.library import label_of
from sparkpmml.spark.settings import Settings
from sparkpmml.spark.sources import Location, locate

if TYPE_CHECKING:
    from sparkpmml.engine.model import Model
    from sparkpmml.spark.ml.transformer import PMMLTransformer

FILE = "model.pmml"


@dataclass(frozen=True, slots=True)
class Document:
    """A PMML document's bytes, the path by which they were found, and the model that they are."""

    path: str
    content: bytes
    model: Model


def read_document(path: str, content: bytes) -> Document:
    """A ModelError where the bytes are no model that can be scored."""
    return Document(path, content, load(content, name=label_of(path)))


def find_document(spark: SparkSession, name: str) -> Document:
    """The document that a path, URI or alias means to this session now."""
    return read_document(name, _locate(spark, name).read())


def _locate(spark: SparkSession, name: str) -> Location:
    if not is_classic(spark):
        return locate(name, Settings(), ConnectConfiguration(spark), ConnectFileSystems(spark))
    from sparkpmml.spark.builder import DRIVER  # needs py4j, which a Connect client may not have

    return DRIVER.binder().locate(name, spark._jsparkSession)


def is_classic(spark: SparkSession) -> bool:
    """Has this session its JVM at hand? One of Spark Connect has not."""
    return hasattr(spark, "_jsparkSession")


def _copy(spark: SparkSession, source: str, target: str) -> None:
    """A file of this machine to a path of any filesystem that Spark knows."""
    if not is_classic(spark):
        connect: Any = spark
        connect.copyFromLocalToFs(source, target)
        return
    from sparkpmml.spark.jvm import HadoopFileSystems, Jvm

    HadoopFileSystems(Jvm(spark.sparkContext)).copy_from_local(source, target)


class StageWriter(DefaultParamsWriter):
    """Writes a stage to a path of any Hadoop filesystem."""

    def __init__(self, stage: PMMLTransformer) -> None:
        super().__init__(stage)
        self._stage = stage

    def saveImpl(self, path: str) -> None:
        document = self._stage.find_document(self.sparkSession)  # before anything is written
        super().saveImpl(path)
        with tempfile.TemporaryDirectory(prefix="sparkpmml-") as folder:
            copy = os.path.join(folder, FILE)
            with open(copy, "wb") as file:
                file.write(document.content)
            _copy(self.sparkSession, copy, f"{path.rstrip('/')}/{FILE}")


class StageReader(DefaultParamsReader["PMMLTransformer"]):
    """Reads what StageWriter wrote; a document that cannot be scored is an error here, not at the first row."""

    def load(self, path: str) -> PMMLTransformer:
        stage = super().load(path)
        place = f"{path.rstrip('/')}/{FILE}"
        rows: list[Any] = self.sparkSession.read.format("binaryFile").load(place).select("content").collect()
        if not rows:
            raise ModelNotFoundError(f"the saved stage {path} has no {FILE}")
        stage.keep(read_document(place, bytes(rows[0].content)))
        return stage
