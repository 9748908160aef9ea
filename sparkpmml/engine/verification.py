"""The producer's own test rows (specification: ModelVerification)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sparkpmml.pmml.table import ModelVerification, VerificationField, column_name

if TYPE_CHECKING:
    from sparkpmml.engine.model import Model
    from sparkpmml.engine.outline import Outline


@dataclass(frozen=True, slots=True)
class Verification:
    """The outcome: `present` says whether the document has rows to verify, `failures` what differs, one text each."""

    present: bool
    rows: int
    failures: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not self.failures


def verify(model: Model, outline: Outline) -> Verification:
    """See `Model.verify`."""
    wanted = outline.verification
    if wanted is None:
        return Verification(False, 0, ())
    rows = wanted.table.rows
    columns = {
        field.field: [row.get(column_name(field.column or field.field)) for row in rows]
        for field in wanted.fields.fields
    }
    names = {each.name for each in model.program.inputs}
    table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items() if name in names})
    if not table.num_columns:
        table = pa.table({"": pa.nulls(len(rows))})
    scored = model.predict(table)
    failures = tuple(_differences(model, outline, wanted, columns, scored))
    return Verification(True, len(rows), failures)


def _differences(
    model: Model, outline: Outline, wanted: ModelVerification, columns: dict[str, list[str | None]], scored: pa.Table
) -> Iterator[str]:
    targets = {field.name for field in outline.mining_schema.targets}
    inputs = {each.name for each in model.inputs}
    for field in wanted.fields.fields:
        name = field.field
        if name in scored.column_names:
            column = name
        elif name in targets and "prediction" in scored.column_names:
            column = "prediction"
        elif f"{name}_output" in scored.column_names:
            column = f"{name}_output"
        else:
            if name not in inputs:
                yield f"{name}: the model gives no such result"
            continue
        got = scored.column(column).to_pylist()
        for number, (expected, actual) in enumerate(zip(columns[name], got, strict=True), 1):
            if not _agrees(expected, actual, field):
                yield f"row {number}, {name}: expected {expected}, got {actual}"


def _agrees(expected: str | None, actual: Any, field: VerificationField) -> bool:
    """Numbers by the specification's rule: relative `precision`, absolute below `zeroThreshold`; texts exactly."""
    if expected is None or expected == "" or actual is None:
        return actual is None and not expected
    if isinstance(actual, bool):
        return expected.strip().lower() == str(actual).lower()
    if not isinstance(actual, (int, float)):
        return expected == str(actual)
    try:
        number = float(expected)
    except ValueError:
        return False
    if abs(number) <= field.zero_threshold:
        return abs(actual) <= field.zero_threshold
    return math.isclose(actual, number, rel_tol=field.precision, abs_tol=0)
