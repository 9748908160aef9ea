"""One Spark session in which all engines that are installed score the same cached tables, in turns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pyspark.sql import DataFrame, SparkSession

from benchmarks.clock import Duration, measure
from benchmarks.engines import ENGINES, Entry, jars

SMALL = 2_000
"""Rows of the first runs, which warm an engine up and tell how many rows it can score in a few seconds."""

COMPARED = 1_000
"""Rows whose answers are compared with ours."""


@dataclass(frozen=True, slots=True)
class Score:
    """What an engine took for a contest: the best of its runs. `agreement`: the share of rows that it answers as we do."""

    contest: str
    engine: str
    spark: str
    rows: int
    best: Duration
    agreement: float | None

    def as_json(self) -> dict[str, Any]:
        """Times in microseconds a row."""
        return {
            "contest": self.contest,
            "engine": self.engine,
            "spark": self.spark,
            "rows": self.rows,
            "wall": self.best.wall / self.rows * 1e6,
            "processor": self.best.processor / self.rows * 1e6,
            "agreement": self.agreement,
        }


def open_session(memory: str = "6g") -> SparkSession:
    """local[1], with the jars of the engines."""
    builder = (
        SparkSession.builder.master("local[1]")
        .appName("sparkpmml benchmarks")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.memory", memory)
        .config("spark.driver.extraJavaOptions", "-XX:-UseDynamicNumberOfCompilerThreads")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", "10000")
        .config("spark.jars", ",".join(jars()))
    )
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


class Tables:
    """Cached tables of one partition, of the first rows of a contest's table."""

    def __init__(self, spark: SparkSession, folder: Path) -> None:
        self._source = spark.read.parquet(str(folder / "rows.parquet"))
        self._cached: dict[int, DataFrame] = {}

    def first(self, rows: int) -> DataFrame:
        """The first `rows` rows."""
        if rows not in self._cached:
            frame = self._source.limit(rows).coalesce(1).cache()
            frame.count()
            self._cached[rows] = frame
        return self._cached[rows]

    def close(self) -> None:
        """Free their memory."""
        for frame in self._cached.values():
            frame.unpersist()


def run(frame: DataFrame) -> None:
    """Compute every column of every row, and keep nothing."""
    frame.write.format("noop").mode("overwrite").save()


def compete(
    spark: SparkSession, contest: str, folder: Path, engines: Iterable[str], rows: int, seconds: float, times: int
) -> Iterator[Score]:
    """The scores of the engines that are installed and can score this model; others are named with the reason."""
    entries = dict(_entries(spark, contest, folder, engines))
    tables = Tables(spark, folder)
    counts = {name: _affordable(entry, tables, rows, seconds) for name, entry in entries.items()}
    for name, entry in entries.items():  # warm up, and make the cached tables
        run(entry.score(tables.first(counts[name])))
    # In turns, so that what else the machine does falls on all.
    runs: dict[str, list[Duration]] = {name: [] for name in entries}
    for _ in range(times):
        for name, entry in entries.items():
            scored = entry.score(tables.first(counts[name]))
            runs[name].append(measure(lambda scored=scored: run(scored)))
    answers = {name: _answers(entry, tables, folder) for name, entry in entries.items()}
    for name in entries:
        best = Duration(min(each.wall for each in runs[name]), min(each.processor for each in runs[name]))
        agreement = _agreement(answers[name], answers.get("sparkpmml"))
        yield Score(contest, name, spark.version, counts[name], best, agreement)
    tables.close()


def _entries(spark: SparkSession, contest: str, folder: Path, engines: Iterable[str]) -> Iterator[tuple[str, Entry]]:
    for name in engines:
        try:
            entry = ENGINES[name](spark, folder)
            entry.score(spark.read.parquet(str(folder / "rows.parquet")).limit(10)).collect()
        except ImportError:
            continue
        except Exception as error:  # noqa: BLE001 - a peer's refusal of a model is a result
            print(f"{contest}: {name} does not take part: {str(error).strip().splitlines()[0][:150]}", flush=True)
            continue
        yield name, entry


def _affordable(entry: Entry, tables: Tables, rows: int, seconds: float) -> int:
    """As many rows as take about `seconds`, to two digits; at most `rows`."""
    small = min(SMALL, rows)
    for _ in range(3):
        run(entry.score(tables.first(small)))
    took = measure(lambda: run(entry.score(tables.first(small))))
    if rows <= SMALL or took.wall < 0.3:  # most of it a query's fixed cost
        return rows
    count = int(small * seconds / (took.wall - 0.1))
    digits = 10 ** max(len(str(count)) - 1, 1)
    return int(min(max(count // digits * digits, small), rows))


def _answers(entry: Entry, tables: Tables, folder: Path) -> list[Any] | None:
    if entry.answer is None:
        return None
    scored = entry.score(tables.first(min(COMPARED, SMALL)).limit(COMPARED))
    return [row[0] for row in scored.selectExpr(entry.answer).collect()]


def _agreement(theirs: list[Any] | None, ours: list[Any] | None) -> float | None:
    """The share of equal answers: labels as text, numbers to 1e-5, which leaves room for sums in single precision."""
    if theirs is None or ours is None:
        return None
    pairs = list(zip(theirs, ours, strict=True))
    return sum(_are_equal(a, b) for a, b in pairs) / max(len(pairs), 1)


def _are_equal(first: Any, second: Any) -> bool:
    try:
        return bool(np.isclose(float(first), float(second), rtol=1e-5, atol=1e-7, equal_nan=True))
    except (TypeError, ValueError):
        return str(first) == str(second)
