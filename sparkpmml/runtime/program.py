"""The compiled model: a list of steps over slots, run once per block of rows.

A Program is what travels to the workers: plain records and numpy arrays, no XML, picklable, immutable. A step calls an
operation on the values of earlier slots and stores its value in a slot of its own. A value is a `Column`, or a
float64[n, k] matrix (one column per class or entity).
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from sparkpmml.datatypes import DataType
from sparkpmml.errors import ScoringError
from sparkpmml.runtime.arrow import arrow_type, field_type, from_arrow, to_arrow, to_arrow_map, whole
from sparkpmml.runtime.cast import format_value
from sparkpmml.runtime.column import Column, Mask
from sparkpmml.runtime.memory import keep_freed_memory

BLOCK_ROWS = 65_536
"""Rows scored at a time: bounds the memory of intermediate columns."""


class Operation(Protocol):
    """A picklable callable record: values of the input slots in, one value out. Must not change its inputs."""

    def __call__(self, *values: Any) -> Any: ...


@dataclass(frozen=True, slots=True)
class Step:
    """One operation: which slots it reads, which slot it writes."""

    operation: Operation
    inputs: tuple[int, ...]
    output: int


@dataclass(frozen=True, slots=True)
class Check:
    """Rows where the column in `slot` is marked failed cannot be scored, if every slot of `guards` is true there."""

    slot: int
    guards: tuple[int, ...]
    reason: str
    source: int | None = None
    """The input slot whose value the message shows, where there is one."""


@dataclass(frozen=True, slots=True)
class ProgramInput:
    """A field that scoring reads, and the slot its raw column is put into."""

    name: str
    data_type: DataType
    slot: int
    is_list: bool = False
    window: int | None = None
    """Of a list: how many of its last values are looked at, None for all of them."""
    note: str = ""
    """Why it is not of the type that the document declares."""

    @property
    def arrow_type(self) -> pa.DataType:
        """What to cast to before sending: exact for the field's type."""
        kind = field_type(self.data_type)
        return pa.list_(kind) if self.is_list else kind


@dataclass(frozen=True, slots=True)
class ProgramOutput:
    """A field of the result; `labels` are the keys of a MAP<STRING, DOUBLE> whose values are a matrix's columns."""

    name: str
    data_type: DataType
    slot: int
    labels: tuple[str, ...] | None = None
    is_list: bool = False

    @property
    def arrow_type(self) -> pa.DataType:
        if self.labels is not None:
            return pa.map_(pa.string(), pa.float64())
        kind = arrow_type(self.data_type)
        return pa.list_(kind) if self.is_list else kind


@dataclass(frozen=True)
class Program:
    """A compiled model; see the module's docstring."""

    digest: str
    name: str
    inputs: tuple[ProgramInput, ...]
    steps: tuple[Step, ...]
    outputs: tuple[ProgramOutput, ...]
    checks: tuple[Check, ...]
    constants: Mapping[int, Any] = field(default_factory=dict)

    def __getstate__(self) -> dict[str, Any]:
        """The fields alone: what was worked out from them is worked out again where it is needed."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @cached_property
    def schema(self) -> pa.Schema:
        """The result's fields, in order."""
        return pa.schema([pa.field(output.name, output.arrow_type) for output in self.outputs])

    @cached_property
    def nbytes(self) -> int:
        """The size of the pickled program in bytes."""
        return len(pickle.dumps(self, protocol=5))

    @cached_property
    def fingerprint(self) -> str:
        """What tells programs apart: one document gives several, one for each of its models."""
        return hashlib.sha256(pickle.dumps(self, protocol=5)).hexdigest()

    @cached_property
    def slots(self) -> int:
        used = [step.output for step in self.steps] + [each.slot for each in self.inputs] + list(self.constants)
        return max(used, default=-1) + 1

    def score(self, arrays: Sequence[Any], rows: int, on_error: str = "null") -> list[pa.Array]:
        """Score a batch.

        `arrays`: one per input, in the order of `inputs`, each of `rows` values: pyarrow, pandas or numpy.
        Returns an Arrow array per field of `schema`, in order. A row that cannot be scored is null in every field;
        `on_error="fail"` raises ScoringError for the first such row, `on_error="capture"` appends a string array that
        holds the reason (null for rows that were scored).
        """
        first, *others = self.score_blocks(arrays, rows, on_error)
        return [pa.concat_arrays(parts) for parts in zip(first, *others, strict=True)] if others else first

    def score_blocks(self, arrays: Sequence[Any], rows: int, on_error: str = "null") -> list[list[pa.Array]]:
        """As `score`, block by block of up to `BLOCK_ROWS` rows, and at least one: what need not be one array."""
        keep_freed_memory()
        if rows <= BLOCK_ROWS:
            return [self._score_block(arrays, 0, rows, on_error)]
        arrays = [whole(array) for array in arrays]
        blocks = [slice(start, min(start + BLOCK_ROWS, rows)) for start in range(0, rows, BLOCK_ROWS)]
        return [self._score_block([each[own] for each in arrays], own.start, own.stop, on_error) for own in blocks]

    def _score_block(self, arrays: Sequence[Any], start: int, stop: int, on_error: str) -> list[pa.Array]:
        """Score the rows from `start` to before `stop` of a batch, of which the arrays are."""
        values = self.run([from_arrow(array, each.is_list) for array, each in zip(arrays, self.inputs, strict=True)])
        rows = stop - start
        failures = [(check, where) for check in self.checks if (where := _failed(check, values, rows)) is not None]
        failed: Mask | None = None
        if failures:
            failed = np.logical_or.reduce([where for _, where in failures])
            if on_error == "fail":
                row = int(np.argmax(failed))
                reason = next(_explain(check, values, row) for check, where in failures if where[row])
                raise ScoringError(f"row {start + row + 1} of the batch cannot be scored by {self.name}: {reason}")
        made: dict[tuple[int, tuple[str, ...] | None], pa.Array] = {}  # some fields are others by another name
        for each in self.outputs:
            if (each.slot, each.labels) not in made:
                made[each.slot, each.labels] = _output(each, values[each.slot], rows, failed)
        result = [made[each.slot, each.labels] for each in self.outputs]
        if on_error == "capture":
            result.append(_reasons(failures, values, rows))
        return result

    def run(self, columns: Sequence[Any]) -> list[Any]:
        """Every slot's value for a block of raw input columns."""
        values: list[Any] = [None] * self.slots
        for slot, value in self.constants.items():
            values[slot] = value
        for each, column in zip(self.inputs, columns, strict=True):
            values[each.slot] = column
        for step in self.steps:
            values[step.output] = step.operation(*[values[slot] for slot in step.inputs])
        return values

    def failed(self, values: Sequence[Any], rows: int) -> Mask | None:
        """bool[rows]: where the checks say, of these slots' values, that a row cannot be scored; None for nowhere."""
        masks = [where for check in self.checks if (where := _failed(check, values, rows)) is not None]
        return np.logical_or.reduce(masks) if masks else None


def _failed(check: Check, values: Sequence[Any], rows: int) -> Mask | None:
    mask = values[check.slot].failed
    if mask is None:
        return None
    for guard in check.guards:
        column = values[guard]
        mask = mask & column.values & ~column.is_missing()
    return np.broadcast_to(mask, rows) if mask.any() else None


def _explain(check: Check, values: Sequence[Any], row: int) -> str:
    if check.source is None:
        return check.reason
    column: Column = values[check.source]
    one = column.take(np.array([row]))
    if one.is_missing()[0]:
        return f"{check.reason} (value is missing)"
    text = repr(one.strings()[0]) if one.data_type is DataType.STRING else format_value(one.values[0], one.data_type)
    return f"{check.reason} (value {text})"


def _reasons(failures: Sequence[tuple[Check, Mask]], values: Sequence[Any], rows: int) -> pa.Array:
    reasons: list[str | None] = [None] * rows
    for check, where in reversed(failures):  # the first check that failed has the last word
        for row in np.flatnonzero(where):
            reasons[row] = _explain(check, values, int(row))
    return pa.array(reasons, type=pa.string())


def _output(output: ProgramOutput, value: Any, rows: int, failed: Mask | None) -> pa.Array:
    if output.labels is not None:
        return to_arrow_map(value, output.labels, rows, failed)
    return to_arrow(value, rows, failed)
