"""What pmml4s calls its results, and what they are called here: pmml4s is the engine in pypmml and pypmml-spark.

pmml4s gives a column per output field. Where the document declares none for them, it adds (`supplementOutput`)
`predicted_<target>`, `probability` (of the class that won) and `probability_<class>`; of a model without a target it
cannot, and fails if asked to.
"""

from __future__ import annotations

import gzip
import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from sparkpmml.engine.model import Model
from sparkpmml.errors import ModelError, SparkPmmlError
from sparkpmml.runtime.program import ProgramOutput


@dataclass(frozen=True, slots=True)
class PeerField:
    """One column of pmml4s: its name, the PMML result feature, and the class that it is about, if any."""

    name: str
    feature: str
    value: str | None = None


Source = str | dict[str, str]
"""The pmml4s column that holds a result of ours, or those of a map's entries, by key."""


def sources(model: Model, fields: Sequence[PeerField]) -> dict[str, Source]:
    """For each of our results, in order, where pmml4s has it; results that it does not give are left out."""
    found = {output.name: _source(output, fields) for output in model.program.outputs}
    return {name: source for name, source in found.items() if source}


def _source(output: ProgramOutput, fields: Sequence[PeerField]) -> Source | None:
    if output.labels is not None:
        columns = {_key(field.value): field.name for field in fields if field.feature == "probability" and field.value}
        return {label: columns[_key(label)] for label in output.labels if _key(label) in columns}
    if output.name == "prediction":
        return next((field.name for field in fields if field.feature == "predictedValue"), None)
    names = (output.name, output.name.removesuffix("_output"), f"predicted_{output.name}")
    return next((field.name for name in names for field in fields if field.name == name), None)


def _key(label: str) -> str:
    """A class label to compare with: the number 1.0 is the class 1, the boolean True is the class true."""
    try:
        return repr(float(label))
    except ValueError:
        return label.lower() if label in ("True", "False") else label


def text_of(content: bytes) -> str:
    """A document as text: pmml4s would read bytes in the JVM's own encoding, whatever the document says."""
    plain = gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
    if plain.startswith((b"\xff\xfe", b"\xfe\xff")):
        return plain.decode("utf-16")
    declared = re.match(rb"""<\?xml[^>]*encoding=["']([A-Za-z0-9._-]+)["']""", plain.removeprefix(b"\xef\xbb\xbf"))
    return plain.decode(declared[1].decode() if declared else "utf-8").removeprefix("\ufeff")


class Pmml4s:
    """pmml4s in a JVM of its own, by pypmml."""

    def __init__(self, content: bytes, name: str) -> None:
        """Of a document's bytes; `name` is what messages call it. A SparkPmmlError where pypmml or Java is missing."""
        try:
            import pypmml
            from pypmml.jvm import PMMLError, Py4jGateway
        except ImportError:
            raise SparkPmmlError(
                "pmml4s comes with pypmml, which is not installed: pip install 'sparkpmml[compare]'"
            ) from None
        try:
            self._model: Any = pypmml.Model.fromString(text_of(content))
        except PMMLError as error:
            raise ModelError(f"pmml4s cannot read {name}: {': '.join(map(str, error.args))}") from None
        except FileNotFoundError:
            raise SparkPmmlError("pmml4s needs Java: install one, or set JAVA_HOME") from None
        self._failure: Any = Py4jGateway.Py4JJavaError
        self.version: str = f"pypmml {pypmml.__version__}"
        self.fields = self._read_fields(supplement=True) or self._read_fields(supplement=False) or []

    def _read_fields(self, *, supplement: bool) -> list[PeerField] | None:
        """Its columns from now on; None where pmml4s has none to add, since the model has no target."""
        self._model.setSupplementOutput(supplement)
        try:
            return [
                PeerField(each.name, str(each.feature), None if each.value is None else str(each.value))
                for each in self._model.outputFields
            ]
        except self._failure:
            return None

    def predict(self, table: pa.Table) -> dict[str, list[Any]]:
        """A list of values, in the rows' order, for each of `fields`; a SparkPmmlError where pmml4s gives up.

        As JSON, since pypmml's own way with pandas rounds numbers to ten decimals.
        """
        rows = [[_json_value(value) for value in row.values()] for row in table.to_pylist()]
        text = json.dumps({"columns": table.column_names, "data": rows})
        try:
            answer = json.loads(self._model.call("predict", text))
        except self._failure as error:
            raise SparkPmmlError(f"pmml4s gives up: {error.java_exception.getMessage()}") from None
        columns = list(zip(*answer["data"], strict=True)) or [()] * len(answer["columns"])
        return {name: list(values) for name, values in zip(answer["columns"], columns, strict=True)}


def _json_value(value: Any) -> Any:
    """A cell as pmml4s reads it from JSON, which has no word for infinity; dates as ISO text."""
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value).replace("inf", "Infinity")
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)
