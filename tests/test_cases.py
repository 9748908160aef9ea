"""Every case of tests/cases through every entry point, against the answers of the library that trained the model.

A case is a folder with model.pmml, input.csv and expected.csv; tests/train/README.md says how they were made. An empty
cell is a missing value. ``prediction`` is the model's answer, ``probability(<label>)`` a class's probability, any other
column an output field of the model. Adding a case is adding a folder.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

import sparkpmml

CASES = Path(__file__).parent / "cases"
FOLDERS = sorted(path.parent for path in CASES.rglob("model.pmml"))

Cells = dict[str, list[str | None]]
Rows = list[dict[str, Any]]

RELATIVE = 1e-9
ABSOLUTE = 1e-13  # of a probability near 0 that is 1 less the other's: its last digits are the other's
FLOAT_ULPS = 4

NUMBERS = {"integer": "int64", "float": "float64", "double": "float64"}
ARROW = {
    "integer": pa.int64(), "float": pa.float64(), "double": pa.float64(), "boolean": pa.bool_(), "date": pa.date32(),
    "dateTime": pa.timestamp("us"),
}  # fmt: skip


def read(path: Path) -> Cells:
    """A CSV's columns as text, None where the cell is empty."""
    with path.open(newline="", encoding="utf-8") as file:
        head, *body = list(csv.reader(file))
    return {name: [row[i] or None for row in body] for i, name in enumerate(head)}


def pandas_strings(cells: Cells, types: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame(cells, dtype=object)


def pandas_typed(cells: Cells, types: dict[str, str]) -> pd.DataFrame:
    """Numbers as pandas reads them from a CSV: int64, or float64 where a cell is missing or has a fraction."""
    return pd.DataFrame({name: pandas_column(values, types.get(name, "string")) for name, values in cells.items()})


def pandas_column(values: list[str | None], kind: str) -> pd.Series:
    if kind in NUMBERS:
        numbers = pd.Series([np.nan if v is None else float(v) for v in values], dtype="float64")
        return numbers.astype("int64") if kind == "integer" and numbers.notna().all() else numbers
    if kind == "boolean":
        return pd.Series([None if v is None else v == "true" for v in values], dtype=object)
    if kind in ("date", "dateTime"):
        return pd.Series([pd.NaT if v is None else pd.Timestamp(v) for v in values], dtype="datetime64[ns]")
    return pd.Series(values, dtype=object)


def arrow_strings(cells: Cells, types: dict[str, str]) -> pa.Table:
    return pa.table({name: pa.array(values, pa.string()) for name, values in cells.items()})


def arrow_typed(cells: Cells, types: dict[str, str]) -> pa.Table:
    return pa.table({name: arrow_column(values, types.get(name, "string")) for name, values in cells.items()})


def arrow_column(values: list[str | None], kind: str) -> pa.Array:
    """The cells in the type of the model's field; whole numbers as int64 even where a cell is missing."""
    return pc.cast(pa.array(values, pa.string()), ARROW.get(kind, pa.string()))


ENTRIES: dict[str, Callable[[Cells, dict[str, str]], Any]] = {
    "pandas": pandas_typed,
    "pandas-strings": pandas_strings,
    "arrow": arrow_typed,
    "arrow-strings": arrow_strings,
}


def answered(result: Any) -> Rows:
    """Each row of the answers as Python values, whatever table they came in."""
    if isinstance(result, pd.DataFrame):
        return [dict(zip(result.columns, row, strict=True)) for row in result.itertuples(index=False, name=None)]
    return [{name: plain(value) for name, value in row.items()} for row in result.to_pylist()]


def plain(value: Any) -> Any:
    """Arrow gives a map as pairs."""
    return dict(value) if isinstance(value, list) and all(isinstance(v, tuple) for v in value) else value


def answer(row: dict[str, Any], column: str) -> Any:
    """The value of an expected column: a field of the answer, or a class's share in ``probability``."""
    if column in row:
        return row[column]
    label = re.fullmatch(r"probability\((.*)\)", column)
    if label is None:
        raise KeyError(f"no {column!r} among {list(row)}")
    chances = row["probability"]
    return None if chances is None else dict(chances)[label[1]]


def is_missing(value: Any) -> bool:
    return value is None or value is pd.NaT or (isinstance(value, float | np.floating) and bool(np.isnan(value)))


def agree(expected: str | None, got: Any, is_float: bool) -> bool:
    """Whether the engine's value is the trainer's: as text, truth value, or number to the document's precision."""
    if expected is None or is_missing(got):
        return expected is None and is_missing(got)
    if isinstance(got, bool | np.bool_):
        return expected == str(bool(got)).lower()
    if isinstance(got, str):
        return expected == got
    number = float(expected)
    return abs(float(got) - number) <= (float_slack(number) if is_float else max(abs(number) * RELATIVE, ABSOLUTE))


def float_slack(number: float) -> float:
    """Four steps of a float32 at the number; at 1 - number for a probability's complement."""
    scale = max(abs(number), 1 - number) if 0 <= number <= 1 else abs(number)
    return FLOAT_ULPS * float(np.spacing(np.float32(scale)))


def differences(expected: Cells, rows: Rows, is_float: bool) -> list[str]:
    """One line per cell that differs, naming row and column."""
    wrong = []
    for column, values in expected.items():
        for number, (value, row) in enumerate(zip(values, rows, strict=True), start=1):
            got = answer(row, column)
            if not agree(value, got, is_float):
                wrong.append(f"row {number}, {column}: expected {value!r}, got {got!r}")
    return wrong


def show(wrong: Sequence[str]) -> str:
    return "\n".join([f"{len(wrong)} cells differ", *wrong[:5]])


def is_float_document(folder: Path) -> bool:
    """Whether the trainer worked in float32: the document says so, or is nyoka's export of XGBoost."""
    text = (folder / "model.pmml").read_text(encoding="utf-8")
    return 'x-mathContext="float"' in text or 'modelName="XGBoostModel"' in text


def folder_id(folder: Path) -> str:
    return folder.relative_to(CASES).as_posix()


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize("folder", FOLDERS, ids=folder_id)
def test_answers_as_the_trainer_does(folder: Path, entry: str) -> None:
    model = sparkpmml.load(folder / "model.pmml")
    types = {field.name: str(field.data_type) for field in model.inputs}
    result = model.predict(ENTRIES[entry](read(folder / "input.csv"), types))
    wrong = differences(read(folder / "expected.csv"), answered(result), is_float_document(folder))
    assert not wrong, show(wrong)


VERIFIED = [f for f in FOLDERS if "<ModelVerification" in (f / "model.pmml").read_text(encoding="utf-8")]


@pytest.mark.parametrize("folder", VERIFIED, ids=folder_id)
def test_verifies_the_rows_in_the_document(folder: Path) -> None:
    verification = sparkpmml.load(folder / "model.pmml").verify()
    assert verification.present
    assert verification.passed, show(verification.failures)


@pytest.mark.parametrize("folder", VERIFIED, ids=folder_id)
def test_finds_a_wrong_answer_in_the_document(folder: Path) -> None:
    text = (folder / "model.pmml").read_text(encoding="utf-8")
    head, verification = text.split("<ModelVerification", 1)
    wrong = re.sub(r">[-+.eE\d]+(</data:[^>]+>\s*</row>)", r">0.123\1", verification, count=1)  # a row's last cell
    assert wrong != verification
    assert not sparkpmml.load(f"{head}<ModelVerification{wrong}".encode()).verify().passed
