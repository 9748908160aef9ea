"""From a document to a program: lower the model, name the result's fields, keep the steps that they need."""

from __future__ import annotations

from collections.abc import Iterator

from sparkpmml.compiler.builder import Builder, Slot
from sparkpmml.compiler.lowering import lower_model
from sparkpmml.compiler.result import OutputValue, Result
from sparkpmml.compiler.scope import Compilation, Scope
from sparkpmml.compiler.targets import as_prediction
from sparkpmml.datatypes import DataType
from sparkpmml.pmml.model import Document
from sparkpmml.runtime.lists import ListColumn
from sparkpmml.runtime.program import Program, ProgramOutput

RESERVED = ("prediction", "probability", "error")
"""Names with one meaning for all models: an output field of that name gets the suffix `_output`."""


def compile_document(document: Document, source: str, digest: str) -> Program:
    """The document's model as a program; a ModelError names what contradicts PMML, and where."""
    builder = Builder()
    compilation = Compilation(document, source, builder)
    result = lower_model(document.model, Scope(compilation))
    outputs = tuple(_result_fields(result, builder))
    steps, checks, constants = builder.pruned([output.slot for output in outputs])
    read = {slot for step in steps for slot in step.inputs} | {output.slot for output in outputs}
    inputs = tuple(each for each in builder.inputs.values() if each.slot in read)
    return Program(digest, source, inputs, tuple(steps), outputs, tuple(checks), constants)


def _result_fields(result: Result, builder: Builder) -> Iterator[ProgramOutput]:
    if result.targets:
        for name, each in result.targets.items():
            if each.value is not None:
                yield _field(name, as_prediction(each.value, builder))
    elif result.value is not None:
        yield _field("prediction", as_prediction(result.value, builder))
    if result.probability is not None and not result.targets:
        yield ProgramOutput(
            "probability", DataType.DOUBLE, result.probability.slot.index, labels=result.probability.labels
        )
    taken = set(result.targets)
    for output in _distinct(result.outputs):
        name = output.field.name
        yield _field(f"{name}_output" if name in RESERVED or name in taken else name, output.slot)


def _distinct(outputs: tuple[OutputValue, ...]) -> Iterator[OutputValue]:
    """One output per name, the last one: a name that a chain redefines means what its last definition says."""
    last = {output.field.name: output for output in outputs}
    return iter(last.values())


def _field(name: str, slot: Slot) -> ProgramOutput:
    return ProgramOutput(name, slot.data_type, slot.index, is_list=isinstance(slot.sample, ListColumn))
