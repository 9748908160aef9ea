"""Train the models, export them, and write the rows that they score; what is there already is kept.

A contest's folder holds model.pmml, model.pickle (the trainer's own, see trainers.py) and rows.parquet.
"""

from __future__ import annotations

import pickle
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.models import SCORING, TRAINING, Contest


def prepare(contest: Contest, folder: Path, rows: int, columns: int) -> Path:
    """The contest's folder, complete."""
    place = folder / f"{contest.name}-{columns}"
    place.mkdir(parents=True, exist_ok=True)
    if not (place / "model.pmml").exists():
        _train(contest, place, columns)
    table = place / "rows.parquet"
    if not table.exists() or pq.read_metadata(table).num_rows < rows:
        frame = contest.rows(rows, columns, SCORING).drop(columns="y")
        pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), table)
    return place


def _train(contest: Contest, place: Path, columns: int) -> None:
    frame = contest.rows(contest.train_rows, columns, TRAINING)
    pipeline = contest.estimator(frame)
    if pipeline is None:
        (place / "model.pmml").write_text(contest.document(columns), encoding="utf-8")
        return
    from sklearn2pmml import sklearn2pmml

    inputs, target = frame.drop(columns="y"), frame["y"]
    pipeline.fit(inputs, target, **getattr(pipeline, "fit_options", {}))
    (place / "model.pickle").write_bytes(pickle.dumps((contest.how, pipeline)))
    sklearn2pmml(pipeline, str(place / "model.pmml"))
