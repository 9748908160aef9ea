"""What pmml4s calls its results, and what they are called here: pmml4s is the engine in pypmml and pypmml-spark.

pmml4s gives a column per output field. Where the document declares none for them, it adds (`supplementOutput`)
`predicted_<target>`, `probability` (of the class that won) and `probability_<class>`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sparkpmml.engine.model import Model
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
