"""What functions run that carry their models with them, and bind their arguments in the worker: Spark Connect's.

The client of a Connect server sees no query being analysed, so the names and types of the arguments are known only when
the first batch arrives. From there on all is as in a classic session: the same binding, casts, programs and results.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sparkpmml.spark.binding import Argument, Signature, bind
from sparkpmml.spark.casts import carrier
from sparkpmml.spark.portable.casts import cast, sql_type_of
from sparkpmml.spark.portable.packed import PackedProgram
from sparkpmml.spark.worker import program_of, result_fields

if TYPE_CHECKING:
    from sparkpmml.engine.model import Model
    from sparkpmml.runtime.program import Program, ProgramInput
    from sparkpmml.spark.portable.wires import Wire


@dataclass(frozen=True, slots=True)
class PortableModel:
    """A model as a function carries it: `names` are all its inputs, in the document's order."""

    label: str
    names: tuple[str, ...]
    source: PackedProgram

    @classmethod
    def of(cls, model: Model, label: str) -> PortableModel:
        return cls(label, tuple(each.name for each in model.inputs), PackedProgram.pack(model.program))

    @property
    def program(self) -> Program:
        return program_of(self.source.digest, self.source)

    def score(self, given: Sequence[tuple[Argument, Any]], rows: int, on_error: str, wire: Wire) -> list[pa.Array]:
        """An array per field of the result; a BindingError where the arguments do not fit."""
        program = self.program
        signature = Signature(self.label, self.names, tuple(each.name for each in program.inputs))
        places = bind(signature, [argument for argument, _ in given])
        arrays = [
            _fitted(self.label, each, wire.array(each, given[place][1]))
            for each, place in zip(program.inputs, places, strict=True)
        ]
        return program.score(arrays, rows, on_error)


class ModelFunction:
    """The function of one model: its arguments, or the fields of a struct, in; the model's own STRUCT out."""

    def __init__(self, model: PortableModel, on_error: str, wire: Wire) -> None:
        self._model = model
        self._on_error = on_error
        self._wire = wire

    def __call__(self, *columns: Any, **named: Any) -> Any:
        given = list(arguments_of(columns, named, self._model.names, self._wire))
        arrays = self._model.score(given, rows_of(columns, named), self._on_error, self._wire)
        fields = result_fields(self._model.program, self._on_error)
        return self._wire.result(pa.StructArray.from_arrays(arrays, fields=fields))


def rows_of(columns: Sequence[Any], named: Mapping[str, Any]) -> int:
    return len(next(iter((*columns, *named.values()))))


def arguments_of(
    columns: Sequence[Any], named: Mapping[str, Any], inputs: Sequence[str], wire: Wire
) -> Iterator[tuple[Argument, Any]]:
    """Each argument's description and its column; those of a struct that comes alone are its fields."""
    fields = _fields_alone(columns, wire)
    if fields is None:
        yield from ((_argument(None, column), column) for column in columns)
    else:
        yield from _fields(fields, inputs)
    for name, column in named.items():
        yield Argument(name, _sql_type(column), is_explicit=True), column


def _fields_alone(columns: Sequence[Any], wire: Wire) -> dict[str, Any] | None:
    """The fields of a struct that comes alone, or that is the only field of one."""
    if len(columns) != 1:
        return None
    fields = wire.fields(columns[0])
    return fields if fields is None else _fields_alone(list(fields.values()), wire) or fields


def _fields(fields: Mapping[str, Any], inputs: Sequence[str]) -> Iterator[tuple[Argument, Any]]:
    """Spark calls the k-th field `col<k>` where it has no name."""
    for place, (name, column) in enumerate(fields.items(), start=1):
        is_unnamed = name == f"col{place}" and name not in inputs
        yield _argument(None if is_unnamed else name, column), column


def _argument(name: str | None, column: Any) -> Argument:
    return Argument(name, _sql_type(column))


def _sql_type(column: Any) -> str:
    return sql_type_of(column.type) if isinstance(column, pa.Array) else str(getattr(column, "dtype", "struct"))


def _fitted(label: str, wanted: ProgramInput, array: pa.Array) -> pa.Array:
    present = sql_type_of(array.type)
    target = carrier(label, wanted.name, wanted.data_type, present, is_list=wanted.is_list, note=wanted.note)
    return array if target == present else cast(array, target)
