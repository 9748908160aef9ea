"""A loaded model: what it wants, what it gives, and its scores of tables in memory."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, overload

import pandas as pd
import pyarrow as pa

from sparkpmml.datatypes import DataType, OpType
from sparkpmml.engine.outline import Outline
from sparkpmml.errors import BindingError
from sparkpmml.pmml.description import Markup
from sparkpmml.runtime.arrow import trailing_lists
from sparkpmml.runtime.program import Program

if TYPE_CHECKING:
    from sparkpmml.engine.verification import Verification

OnError = Literal["null", "fail", "capture"]
ON_ERROR: tuple[OnError, ...] = ("null", "fail", "capture")


class MissingInputWarning(UserWarning):
    """A table without a column that the model reads: its values are taken as missing."""


@dataclass(frozen=True, slots=True)
class Input:
    """A field that the model declares as active.

    `values` are the allowed categories, `intervals` the allowed ranges as text such as "[0, 120]"; empty means any.
    `is_read` says whether any result depends on it.
    """

    name: str
    data_type: DataType
    op_type: OpType
    values: tuple[str, ...]
    intervals: tuple[str, ...]
    is_read: bool
    display_name: str | None = None


@dataclass(frozen=True, slots=True)
class Output:
    """A field of the result: the STRUCT's fields in SQL, the columns of `Model.predict`."""

    name: str
    data_type: DataType
    feature: str
    is_map: bool = False
    is_list: bool = False


class Model:
    """A PMML model, compiled. Immutable; safe to share between threads. Made by `sparkpmml.load`."""

    def __init__(self, outline: Outline, program: Program) -> None:
        self._outline = outline
        self.program = program

    def renamed(self, name: str) -> Model:
        """The same model under another name in messages."""
        return self if name == self.program.name else Model(self._outline, replace(self.program, name=name))

    def __repr__(self) -> str:
        return f"<sparkpmml.Model {self.element} {self.program.name!r}, {len(self.inputs)} inputs>"

    @property
    def element(self) -> str:
        """The model element, such as "TreeModel"."""
        return self._outline.tag

    @property
    def function(self) -> str:
        """The mining function, such as "classification"."""
        return self._outline.function_name

    @property
    def name(self) -> str | None:
        """The document's modelName."""
        return self._outline.model_name

    @property
    def version(self) -> str:
        """The PMML version that the document states."""
        return self._outline.version

    @property
    def producer(self) -> str | None:
        """The program that wrote the document, with its version."""
        header = self._outline.header
        if header is None or header.application is None:
            return None
        return f"{header.application.name} {header.application.version}".strip()

    @property
    def description(self) -> str | None:
        """The header's description."""
        return None if self._outline.header is None else self._outline.header.description

    @property
    def copyright(self) -> str | None:
        """The header's copyright."""
        return None if self._outline.header is None else self._outline.header.copyright

    @property
    def statistics(self) -> Markup | None:
        """The document's ModelStats, as written."""
        found = self._outline.statistics
        return None if found is None else found.subtree

    @property
    def explanation(self) -> Markup | None:
        """The document's ModelExplanation, as written."""
        found = self._outline.explanation
        return None if found is None else found.subtree

    @property
    def digest(self) -> str:
        """SHA-256 of the document's bytes, in hex."""
        return self.program.digest

    @cached_property
    def inputs(self) -> tuple[Input, ...]:
        """The active fields, in the mining schema's order, then any other field that scoring reads."""
        read = {each.name: each.data_type for each in self.program.inputs}
        declared = {field.name: field for field in self._outline.data_dictionary.fields}
        schema = self._outline.mining_schema
        optypes = {field.name: field.op_type for field in schema.fields}
        active = [field.name for field in schema.active if field.name in declared]
        names = dict.fromkeys([*active, *(each.name for each in self.program.inputs)])
        return tuple(
            Input(
                name,
                read.get(name, declared[name].type),
                optypes.get(name) or declared[name].op_type,
                declared[name].categories,
                tuple(str(interval) for interval in declared[name].intervals),
                name in read,
                declared[name].display_name,
            )
            for name in names
        )

    @cached_property
    def outputs(self) -> tuple[Output, ...]:
        """The result's fields, in order."""
        output = self._outline.output
        features = {field.name: field.feature for field in output.fields} if output is not None else {}
        return tuple(
            Output(
                each.name,
                each.data_type,
                features.get(each.name.removesuffix("_output"), "predictedValue")
                if each.name not in ("prediction", "probability")
                else {"prediction": "predictedValue"}.get(each.name, each.name),
                each.labels is not None,
                each.is_list,
            )
            for each in self.program.outputs
        )

    @overload
    def predict(self, table: pd.DataFrame, *, on_error: OnError = "null") -> pd.DataFrame: ...

    @overload
    def predict(self, table: pa.Table, *, on_error: OnError = "null") -> pa.Table: ...

    def predict(self, table: pd.DataFrame | pa.Table, *, on_error: OnError = "null") -> pd.DataFrame | pa.Table:
        """Score a table of n rows; the answer is a table of the same kind with n rows and a column per output.

        Columns are found by name; others are ignored, and an absent one counts as missing, with a warning. A row that
        cannot be scored is null in every column; `on_error="fail"` raises ScoringError for the first such row,
        `on_error="capture"` adds a column `error` with the reason.
        Where a model looks back (`Lag`) at a column of single values, the table is the series, oldest row first.
        """
        if on_error not in ON_ERROR:
            raise ValueError(f"on_error must be one of {', '.join(ON_ERROR)}, is {on_error!r}")
        if isinstance(table, pa.Table):
            return self._score(table.schema.names, table.column, table.num_rows, on_error)
        if not isinstance(table, pd.DataFrame):
            raise TypeError(f"predict takes a pandas DataFrame or a pyarrow Table, not {type(table).__name__}")
        labels = list(table.columns)
        result = self._score([str(label) for label in labels], lambda at: table[labels[at]], len(table), on_error)
        frame = result.to_pandas()
        frame.index = table.index
        return frame

    def _score(self, names: Sequence[str], column: Callable[[int], Any], rows: int, on_error: OnError) -> pa.Table:
        """Score the `rows` rows of a table with columns of these names, of which `column` gives the one at a place."""
        places = {name: place for place, name in enumerate(names)}
        duplicates = {name for name in names if names.count(name) > 1} if len(places) < len(names) else set()
        arrays: list[Any] = []
        absent: list[str] = []
        for each in self.program.inputs:
            if each.name in duplicates:
                raise BindingError(f"the table has several columns named {each.name!r}")
            place = places.get(each.name)
            if place is not None:
                values = column(place)
                arrays.append(trailing_lists(values, each.window) if each.window is not None else values)
            else:
                absent.append(each.name)
                arrays.append(pa.nulls(rows, each.arrow_type))
        if absent:
            text = f"columns that the model reads are not in the table and count as missing: {', '.join(absent)}"
            warnings.warn(text, MissingInputWarning, stacklevel=3)
        schema = self.program.schema
        if on_error == "capture":
            schema = schema.append(pa.field("error", pa.string()))
        first, *others = self.program.score_blocks(arrays, rows, on_error)
        columns = map(pa.chunked_array, zip(first, *others, strict=True)) if others else first
        return pa.Table.from_arrays(list(columns), schema=schema)

    def verify(self) -> Verification:
        """Score the rows of the document's ModelVerification and compare with what the producer expects."""
        from sparkpmml.engine.verification import verify

        return verify(self, self._outline)
