"""Random rows for a document: values that its input.csv has, mixed anew, some moved, some missing, some never seen."""

from __future__ import annotations

import csv
import zlib
from pathlib import Path

import numpy as np
import pyarrow as pa

import sparkpmml

ROWS = 150
MISSING = 0.06
STRANGE = 0.03
STRANGE_TEXT = "never seen"

NUMBERS = {"integer": pa.int64(), "float": pa.float32(), "double": pa.float64()}


def random_rows(model: sparkpmml.Model, folder: Path, rows: int = ROWS) -> pa.Table:
    """A column per input of the model, typed as the document declares it, and `row`, the row's number.

    Every column is drawn independently. The seed is the folder's name: the same rows on every machine.
    """
    random = np.random.default_rng(zlib.crc32(folder.name.encode()))
    seen = _values(folder / "input.csv")
    table = {"row": pa.array(range(rows), pa.int32())}
    for field in model.inputs:
        table[field.name] = _column(str(field.data_type), seen[field.name], rows, random)
    return pa.table(table)


def _values(path: Path) -> dict[str, list[str]]:
    """The distinct values of each column, in order, without the missing ones."""
    with path.open(newline="", encoding="utf-8") as file:
        head, *body = list(csv.reader(file))
    return {name: sorted({row[i] for row in body} - {""}) for i, name in enumerate(head)}


def _column(kind: str, seen: list[str], rows: int, random: np.random.Generator) -> pa.Array:
    values = random.choice(np.array(seen, dtype=object), rows)
    absent, strange = random.random(rows) < MISSING, random.random(rows) < STRANGE
    if kind in NUMBERS:
        numbers = values.astype(np.float64)
        numbers = np.where(strange, numbers * 3 - 7, numbers)
        moved = numbers if kind == "integer" else numbers + np.where(random.random(rows) < 0.5, 0.01, 0) * numbers
        return pa.array(moved, pa.float64(), mask=absent).cast(NUMBERS[kind], safe=False)
    if kind == "boolean":
        return pa.array(values == "true", pa.bool_(), mask=absent)
    return pa.array(np.where(strange, STRANGE_TEXT, values), pa.string(), mask=absent)
