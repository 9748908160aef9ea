"""What a row costs as rows, columns, trees and depth grow: XGBoost models, scored in process on one thread."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sparkpmml
from benchmarks import tables
from benchmarks.process import processor_time

USUAL = {"rows": 100_000, "columns": 20, "trees": 200, "depth": 6}

GROWTH: dict[str, tuple[int, ...]] = {
    "rows": (1, 100, 10_000, 100_000, 1_000_000),
    "columns": (10, 20, 50, 100, 300),
    "trees": (10, 50, 100, 200, 500, 1000),
    "depth": (3, 4, 6, 8, 10),
}
"""What grows, each alone; the others are as usual."""


def measure_growth(folder: Path, times: int) -> Iterator[dict[str, Any]]:
    """A measurement for each value of each row of the table."""
    for what, values in GROWTH.items():
        for value in values:
            yield {"grows": what, "value": value, **_measure(folder, times, **(USUAL | {what: value}))}


def _measure(folder: Path, times: int, rows: int, columns: int, trees: int, depth: int) -> dict[str, Any]:
    document = _document(folder, columns, trees, depth)
    model = sparkpmml.load(document)
    table = _arrow(tables.holed(rows, columns, seed=2).drop(columns="y"))
    model.predict(table)
    repeats = max(10_000 // rows, 1)
    best = min(processor_time(lambda: [model.predict(table) for _ in range(repeats)]) for _ in range(times))
    return {
        "micros": best / rows / repeats * 1e6,
        "document_bytes": document.stat().st_size,
        "program_bytes": model.program.nbytes,
    }


def _arrow(frame: Any) -> Any:
    import pyarrow as pa

    return pa.Table.from_pandas(frame, preserve_index=False)


def _document(folder: Path, columns: int, trees: int, depth: int) -> Path:
    path = folder / f"growth-{columns}-{trees}-{depth}.pmml"
    if not path.exists():
        from sklearn2pmml import sklearn2pmml
        from sklearn2pmml.pipeline import PMMLPipeline
        from xgboost import XGBRegressor

        frame = tables.holed(10_000, columns, seed=1)
        pipeline = PMMLPipeline([("model", XGBRegressor(n_estimators=trees, max_depth=depth, n_jobs=2))])
        pipeline.fit(frame.drop(columns="y"), frame["y"])
        sklearn2pmml(pipeline, str(path))
    return path
