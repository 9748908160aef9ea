"""One Spark session in which all engines that are installed score the same cached tables, in turns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession

from benchmarks.clock import Duration, measure
from benchmarks.engines import ENGINES, Entry, jars
from benchmarks.models import Contest

SMALL = 2_000
"""Rows of the first runs, which warm an engine up and tell how many rows it can score in a few seconds."""

COMPARED = 1_000
"""Rows whose answers are compared with ours."""


@dataclass(frozen=True, slots=True)
class Score:
    """What an engine took for a contest, the best of its runs; and the share of rows that it answers as we do."""

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


def open_session(settings: Mapping[str, str] | None = None) -> SparkSession:
    """local[1], with the jars of the engines."""
    builder = (
        SparkSession.builder.master("local[1]")
        .appName("sparkpmml benchmarks")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.memory", "6g")
        .config("spark.driver.extraJavaOptions", "-XX:-UseDynamicNumberOfCompilerThreads")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", "10000")
        .config("spark.jars", ",".join(jars()))
    )
    for name, value in (settings or {}).items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    return spark


class Tables:
    """Cached tables of one partition, of the first rows of a contest's table."""

    def __init__(self, spark: SparkSession, folder: Path) -> None:
        self.rows = pq.read_metadata(folder / "rows.parquet").num_rows
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
    spark: SparkSession, contest: Contest, folder: Path, engines: Iterable[str], rows: int, seconds: float, times: int
) -> Iterator[Score]:
    """The scores of the engines that are installed and can score this model; others are named with the reason."""
    entries = dict(_entries(spark, contest.name, folder, engines))
    tables = Tables(spark, folder)
    counts = {name: _affordable(entry, tables, rows, seconds) for name, entry in entries.items()}
    for name, entry in entries.items():  # what the JVM has not compiled yet
        run(entry.score(tables.first(counts[name])))
    # In turns, so that what else the machine does falls on all.
    runs: dict[str, list[Duration]] = {name: [] for name in entries}
    for _ in range(times):
        for name, entry in entries.items():
            scored = entry.score(tables.first(counts[name]))
            runs[name].append(measure(lambda scored=scored: run(scored)))
    answers = {name: _answers(contest, entry, tables) for name, entry in entries.items()}
    for name in entries:
        best = Duration(min(each.wall for each in runs[name]), min(each.processor for each in runs[name]))
        agreement = _agreement(answers[name], answers.get("sparkpmml"))
        yield Score(contest.name, name, spark.version, counts[name], best, agreement)
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
    """As many rows as take about `seconds` of processor time, to one digit; at most `rows`. Warms it up, too.

    From the difference of two runs: what every query costs, however few its rows, is no measure.
    """
    fewer = min(SMALL, rows)
    first = _processor(entry, tables, fewer)
    count, took = fewer, first
    while count < rows and took - first < seconds / 4:
        count = min(count * 8, rows)
        took = _processor(entry, tables, count)
    if count == fewer or took <= first:
        return count
    wanted = int((count - fewer) * seconds / (took - first))
    digit = 10 ** (len(str(wanted)) - 1)
    return max(min(wanted // digit * digit, rows), fewer)


def _processor(entry: Entry, tables: Tables, rows: int) -> float:
    scored = entry.score(tables.first(rows))
    run(scored)
    return measure(lambda: run(scored)).processor


def _answers(contest: Contest, entry: Entry, tables: Tables) -> list[Any] | None:
    """The answers to the first rows as numbers: see `Contest.answers`; None of an engine that gives none."""
    if not entry.has_answer:
        return None
    scored = entry.score(tables.first(min(SMALL, tables.rows))).limit(COMPARED)
    for expression in contest.answers:
        try:
            return [row[0] for row in scored.selectExpr(expression).collect()]
        except AnalysisException:  # this engine calls it otherwise
            continue
    raise LookupError(f"none of {contest.answers} is among the columns {scored.columns}")


def _agreement(theirs: list[Any] | None, ours: list[Any] | None) -> float | None:
    """The share of rows with equal answers, to 1e-5: peers sum in double where the document says float."""
    if theirs is None or ours is None or not ours:
        return None
    first, second = (np.array(each, dtype=np.float64) for each in (theirs, ours))
    return float(np.isclose(first, second, rtol=1e-5, atol=1e-7, equal_nan=True).mean())
