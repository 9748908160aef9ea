"""One case: a model trained, exported, and asked for its own answers.

A case is a folder tests/cases/<trainer>/<name>/ with

- model.pmml    the exported document;
- input.csv     rows to score; an empty cell is a missing value;
- expected.csv  what the trainer's own library answers for those rows: ``prediction``, ``probability(<label>)`` for each
  class, and the document's output fields by name. Numbers have all their digits (float32 ones have a float32's).
"""

from __future__ import annotations

import csv
import datetime as dt
import sys
import traceback
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from tables import ROOT, Source, Table

CASES = ROOT / "tests" / "cases"

Answers = Mapping[str, Iterable[Any]]
Export = Callable[["Case", Any, Path], None]


@dataclass(frozen=True)
class Case:
    """What to train on what.

    ``model`` builds the estimator; ``table`` gives its data; ``rows`` are scored. ``options`` go to the exporter.
    ``extra`` adds expected columns, by output field: a function of (fitted model, rows). ``values`` replaces the
    answers altogether. ``holes`` overrides the table's: whether to blank a cell of every column, and a whole row.
    ``edit`` changes the rows before they are scored: values outside what the model was trained on.
    """

    name: str
    model: Callable[[], Any]
    table: Source
    rows: int = 60
    options: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, Callable[[Any, pd.DataFrame], Iterable[Any]]] = field(default_factory=dict)
    values: Callable[[Any, pd.DataFrame], Answers] | None = None
    holes: bool | None = None
    edit: Callable[[pd.DataFrame], pd.DataFrame] | None = None
    verify: bool = False
    fit: Mapping[str, Any] = field(default_factory=dict)


def rows_of(case: Case, table: Table) -> pd.DataFrame:
    """The rows to score: a sample; with holes, row j lacks column j, the row after the last lacks all of them."""
    X = table.X.sample(min(case.rows, len(table.X)), random_state=1).reset_index(drop=True)
    if table.holes if case.holes is None else case.holes:
        width = X.shape[1]
        X = X.astype({name: "Int64" for name in X.columns if pd.api.types.is_integer_dtype(X[name].dtype)})
        mask = np.zeros(X.shape, dtype=bool)
        mask[np.arange(width), np.arange(width)] = True
        mask[width, :] = True
        X = X.mask(mask)
    return case.edit(X) if case.edit else X


def restored(rows: pd.DataFrame, like: pd.DataFrame) -> pd.DataFrame:
    """The rows in the dtypes the model was trained with; integers with a missing cell as float64."""
    whole = [name for name in rows.columns if pd.api.types.is_integer_dtype(like[name].dtype)]
    gaps = {name: "float64" for name in whole if rows[name].isna().any()}
    return rows.astype(dict(like.dtypes) | gaps)


def answers(model: Any, rows: pd.DataFrame) -> dict[str, Iterable[Any]]:
    """The trainer's prediction, and its probability of each class where it has one."""
    prediction = np.asarray(model.predict(rows))
    columns: dict[str, Iterable[Any]] = {"prediction": prediction.reshape(len(rows), -1)[:, 0]}
    if hasattr(model, "predict_proba"):
        chances = model.predict_proba(rows)
        columns |= {f"probability({text(label)})": chances[:, i] for i, label in enumerate(model.classes_)}
    return columns


def text(value: Any) -> str:
    """A cell: empty for a missing value, every digit of a number, ``true`` and ``false``."""
    if value is None or value is pd.NaT or (isinstance(value, float | np.floating) and np.isnan(value)):
        return ""
    if isinstance(value, bool | np.bool_):
        return str(bool(value)).lower()
    if isinstance(value, np.floating):
        return str(value.item()) if isinstance(value, np.float64) else str(value)
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return str(value)


def write_csv(path: Path, columns: Answers) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([text(value) for value in row] for row in zip(*columns.values(), strict=True))


def input_columns(rows: pd.DataFrame) -> Answers:
    """The rows' cells as Python values, None where missing."""
    return {name: list(cells(rows[name]).where(rows[name].notna(), None)) for name in rows.columns}


def cells(column: pd.Series) -> pd.Series:
    """The column as objects; moments that are all midnights as dates."""
    known = column.dropna()
    if pd.api.types.is_datetime64_dtype(column.dtype) and (known == known.dt.normalize()).all():
        return column.dt.date
    return column.astype(object)


def make(trainer: str, case: Case, export: Export) -> Path:
    """Train, export and answer one case; returns its folder."""
    folder = CASES / trainer / case.name
    folder.mkdir(parents=True, exist_ok=True)
    table = case.table()
    model = case.model()
    model.fit(table.X, table.y, **case.fit)
    rows = rows_of(case, table)
    scored = restored(rows, table.X)
    columns = dict(case.values(model, scored)) if case.values else answers(model, scored)
    columns |= {name: of(model, scored) for name, of in case.extra.items()}
    if case.verify:
        precision = 1e-6 if trainer == "xgboost" else 1e-13  # XGBoost's answers are float32
        model.verify(table.X.sample(10, random_state=2), precision=precision, zeroThreshold=precision)
    export(case, model, folder / "model.pmml")
    write_csv(folder / "input.csv", input_columns(rows))
    write_csv(folder / "expected.csv", columns)
    return folder


def run(trainer: str, cases: Iterable[Case], export: Export) -> int:
    """Make every case whose name contains one of the command line's words (all when there is none); how many failed."""
    warnings.simplefilter("ignore")
    words = sys.argv[1:]
    failed = 0
    for case in cases:
        if words and not any(word in case.name for word in words):
            continue
        try:
            folder = make(trainer, case, export)
        except Exception:  # noqa: BLE001 - one case that a new version of a trainer refuses must not stop the others
            failed += 1
            print(f"FAILED {trainer}/{case.name}\n{traceback.format_exc(limit=-3)}", flush=True)
            continue
        print(f"{trainer}/{case.name}", *(f"{p.stat().st_size:,}" for p in sorted(folder.iterdir())), flush=True)
    return failed
