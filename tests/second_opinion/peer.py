"""Score tables with pmml4s (pypmml-spark), in a process of its own: its jars must be there when the JVM starts.

    python peer.py FOLDER

FOLDER holds, per document, `<name>.pmml` and `<name>.parquet`, a table with a column `row`. Writes `<name>.json`: an
object of columns, each a list in the order of `row`; or `<name>.error`, the message, where pmml4s refuses the document.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pypmml_spark
from py4j.protocol import Py4JJavaError
from pyspark.sql import DataFrame, SparkSession

JARS = Path(pypmml_spark.__file__).parent / "jars"


def session() -> SparkSession:
    """A local session with pmml4s on its class path."""
    return (
        SparkSession.builder.master("local[1]")
        .config("spark.jars", ",".join(map(str, sorted(JARS.glob("*.jar")))))
        .config("spark.ui.enabled", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", "1")
        .getOrCreate()
    )


def columns(scored: DataFrame, inputs: list[str]) -> dict[str, list[Any]]:
    """What the model added to the table."""
    added = [name for name in scored.columns if name not in inputs]
    rows = sorted(scored.select("row", *(f"`{name}`" for name in added)).collect(), key=lambda row: row[0])
    return {name: [row[i] for row in rows] for i, name in enumerate(added, start=1)}


def main(folder: Path) -> None:
    """Score every document of the folder."""
    spark = session()
    spark.sparkContext.setLogLevel("OFF")
    for document in sorted(folder.glob("*.pmml")):
        table = spark.read.parquet(str(document.with_suffix(".parquet")))
        try:
            scored = pypmml_spark.ScoreModel.fromFile(str(document)).transform(table)
            answers = columns(scored, table.columns)
        except Py4JJavaError as error:
            document.with_suffix(".error").write_text(str(error.java_exception))
            continue
        document.with_suffix(".json").write_text(json.dumps(answers, default=str))
    spark.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
