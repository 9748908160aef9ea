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
from sparkpmml.spark.builder import DRIVER
from sparkpmml.spark.jvm import HadoopFileSystems, Jvm
from sparkpmml.spark.library import label_of

if TYPE_CHECKING:
    from sparkpmml.engine.model import Model
    from sparkpmml.spark.transformer import PMMLTransformer

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
    return read_document(name, DRIVER.binder().locate(name, spark._jsparkSession).read())


class StageWriter(DefaultParamsWriter):
    """Writes a stage to a path of any Hadoop filesystem."""

    def __init__(self, stage: PMMLTransformer) -> None:
        super().__init__(stage)
        self._stage = stage

    def saveImpl(self, path: str) -> None:
        document = self._stage.find_document(self.sparkSession)  # before anything is written
        super().saveImpl(path)
        file_systems = HadoopFileSystems(Jvm(self.sparkSession.sparkContext))
        with tempfile.TemporaryDirectory(prefix="sparkpmml-") as folder:
            copy = os.path.join(folder, FILE)
            with open(copy, "wb") as file:
                file.write(document.content)
            file_systems.copy_from_local(copy, f"{path.rstrip('/')}/{FILE}")


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
