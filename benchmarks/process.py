"""In one process and on one thread: Model.predict, Arrow table to Arrow table, beside the trainer on a ready matrix."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

import sparkpmml


def compare(contest: str, folder: Path, rows: int, times: int) -> dict[str, Any]:
    """Microseconds of processor time a row, best of several runs in turns; `theirs` is None without a trainer."""
    pa.set_cpu_count(1)
    model = sparkpmml.load(folder / "model.pmml")
    table = pq.read_table(folder / "rows.parquet").slice(0, rows).combine_chunks()
    runs: dict[str, Callable[[], Any]] = {"ours": lambda: model.predict(table)}
    if (folder / "model.pickle").exists():
        from benchmarks.trainers import prepared

        runs["theirs"] = prepared(folder / "model.pickle", table.to_pandas())
    best = dict.fromkeys(runs, float("inf"))
    for run in runs.values():
        run()
    for _ in range(times):
        for name, run in runs.items():
            best[name] = min(best[name], processor_time(run))
    document = (folder / "model.pmml").stat().st_size
    return {
        "contest": contest,
        "rows": len(table),
        "ours": best["ours"] / len(table) * 1e6,
        "theirs": best["theirs"] / len(table) * 1e6 if "theirs" in best else None,
        "document_bytes": document,
        "program_bytes": model.program.nbytes,
    }


def processor_time(run: Callable[[], Any]) -> float:
    """Seconds of processor time of this process."""
    start = time.process_time()
    run()
    return time.process_time() - start
