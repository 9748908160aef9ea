"""Scores a table with a PMML model, through SQL, and says what came of it.

    spark-submit --properties-file conf/spark-defaults.conf jobs/score_table.py \\
        --model hdfs:///models/churn.pmml --input sales.customers --output sales.churn --keep customer_id

The result is one struct column (`--alias`) beside the kept columns. The summary is measured while the rows are
written: nothing is scored, or read, twice. Exit codes: 0 done, 1 the job failed, 2 bad input or arguments.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from py4j.protocol import Py4JJavaError
from pyspark.errors import AnalysisException, PySparkException
from pyspark.sql import DataFrame, Observation, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import DoubleType, FloatType, StructType

import sparkpmml

SUFFIXES = {".parquet": "parquet", ".csv": "csv", ".json": "json", ".orc": "orc", ".avro": "avro"}
QUANTILES = {"min": 0.0, "5 %": 0.05, "25 %": 0.25, "median": 0.5, "75 %": 0.75, "95 %": 0.95, "max": 1.0}
SHOWN = 20
"""Classes and reasons that the summary lists."""


OK, FAILED, BAD_INPUT = 0, 1, 2
SPARK_ERRORS = (PySparkException, Py4JJavaError)
"""The latter for the Java exceptions that pyspark has no class for."""


class JobError(Exception):
    """The arguments ask for what is not there, or cannot be."""


def main(argv: Sequence[str] | None = None) -> int:
    arguments = parse(argv)
    logging.disable(logging.ERROR)  # pyspark 4 also logs, as JSON, what it raises
    builder = SparkSession.builder.appName(f"score {arguments.output}")
    spark = builder.config("spark.ui.showConsoleProgress", "true").getOrCreate()
    try:
        print(score_table(spark, arguments))
        return OK
    except (JobError, AnalysisException) as error:
        return complain(error, BAD_INPUT)
    except SPARK_ERRORS as error:
        return complain(error, FAILED)
    finally:
        spark.stop()


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="score_table.py", description="Score a table with a PMML model.")
    add = parser.add_argument
    add("--model", required=True, help="path or URI of the PMML document (hdfs:, s3a: ...)")
    add("--input", required=True, help="a table's name, or a path")
    add("--format", help="of a path to read (by its suffix, else parquet)")
    add("--option", action="append", default=[], metavar="KEY=VALUE", help="for the reader; repeat for more")
    add("--where", metavar="CONDITION", help="SQL: which rows to score (all)")
    add(
        "--args",
        default="*",
        help="SQL: what predict is given after the model, as 'a, b' or 'age => years' (%(default)s)",
    )
    add("--keep", metavar="COLUMNS", help="input columns to write, separated by commas (all)")
    add("--alias", default="p", help="name of the struct column with the results (%(default)s)")
    add("--flat", action="store_true", help="write a column for each field instead of a struct; always so for csv")
    add("--output", required=True, help="a table's name, or a path")
    add("--output-format", help="of a path or table to write (by its suffix, else parquet)")
    add(
        "--mode",
        choices=("error", "overwrite", "append", "ignore"),
        default="error",
        help="if the output exists (%(default)s)",
    )
    add(
        "--on-error",
        choices=("null", "fail", "capture"),
        default="null",
        help="a row without a score: null, end the job, or null with the reason in a field (%(default)s)",
    )
    add("--partitions", type=int, metavar="N", help="spread the rows over N tasks, and the output over N files")
    return parser.parse_args(argv)


def score_table(spark: SparkSession, arguments: argparse.Namespace) -> str:
    """Scores and writes the table; the answer is the summary to print."""
    if arguments.mode == "ignore" and exists(spark, arguments.output):
        return f"{arguments.output} exists already: nothing to do"
    # Reasons are asked for, and counted, even where the output does not have them.
    on_error = "fail" if arguments.on_error == "fail" else "capture"
    sparkpmml.register(spark, on_error=on_error)
    try:
        scored = select_scored(spark, arguments)
    except SPARK_ERRORS as error:  # nothing has run yet: the arguments, the model or the input do not fit
        raise JobError(message_of(error)) from error
    tally = Tally.of(scored, arguments.alias)
    start = time.perf_counter()
    write(shape(tally.watch(scored), arguments), arguments)
    return tally.summary(time.perf_counter() - start, arguments.output)


def select_scored(spark: SparkSession, arguments: argparse.Namespace) -> DataFrame:
    """The kept columns and the struct of results."""
    table = read(spark, arguments)
    if arguments.partitions:
        table = table.repartition(arguments.partitions)
    table.createOrReplaceTempView("score_table_input")
    kept = ", ".join(map(quote, split(arguments.keep))) if arguments.keep is not None else "*"
    result = f"predict({literal(arguments.model)}, {arguments.args}) AS {quote(arguments.alias)}"
    columns = ", ".join(filter(None, [kept, result]))
    return spark.sql(f"SELECT {columns} FROM score_table_input WHERE {arguments.where or 'true'}")


def read(spark: SparkSession, arguments: argparse.Namespace) -> DataFrame:
    if not arguments.format and not is_path(arguments.input):
        return spark.table(arguments.input)
    kind = arguments.format or format_of(arguments.input)
    options = {"header": "true", "inferSchema": "true"} if kind == "csv" else {}
    options |= dict(option.split("=", 1) for option in arguments.option if "=" in option)
    return spark.read.format(kind).options(**options).load(arguments.input)


def shape(scored: DataFrame, arguments: argparse.Namespace) -> DataFrame:
    """The result as the user asked for it: with or without reasons, as a struct or flat."""
    alias = arguments.alias
    if arguments.on_error == "null":
        scored = scored.withColumn(alias, F.col(quote(alias)).dropFields("error"))
    is_text = output_format(arguments) == "csv"
    if not arguments.flat and not is_text:
        return scored
    fields = [F.col(f"{quote(alias)}.{quote(field.name)}") for field in struct_of(scored, alias)]
    flat = scored.select("*", *fields).drop(alias)
    return as_text(flat) if is_text else flat


def as_text(table: DataFrame) -> DataFrame:
    """CSV has no maps, lists and structs: they are written as JSON."""
    nested = [field.name for field in table.schema if field.dataType.typeName() in ("map", "array", "struct")]
    return table.withColumns({name: F.to_json(F.col(quote(name))) for name in nested}) if nested else table


def write(table: DataFrame, arguments: argparse.Namespace) -> None:
    writer = table.write.mode(arguments.mode)
    kind = output_format(arguments)
    if kind == "csv":
        writer = writer.options(header="true", escape='"')
    if is_path(arguments.output):
        writer.format(kind).save(arguments.output)
    else:
        (writer.format(kind) if arguments.output_format else writer).saveAsTable(arguments.output)


@dataclass(frozen=True)
class Tally:
    """What is counted while the rows pass by on their way to the output."""

    value: str
    """The field that is counted by class, or put into quantiles."""
    metrics: dict[str, str]
    """SQL aggregates by name."""
    observation: Observation

    @classmethod
    def of(cls, scored: DataFrame, alias: str) -> Tally:
        fields = struct_of(scored, alias)
        value = "prediction" if "prediction" in fields.names else fields.names[0]
        column = f"{quote(alias)}.{quote(value)}"
        metrics = {"total": "count(1)", "scored": f"count({column})"}
        if isinstance(fields[value].dataType, (DoubleType, FloatType)):
            metrics["quantiles"] = (
                f"percentile_approx({column}, array({', '.join(map(str, QUANTILES.values()))}), 1000)"
            )
        else:
            metrics |= counts_by("classes", f"cast({column} AS string)")
        if "error" in fields.names:  # without the row's own value, so that equal reasons are counted as one
            reason = f"regexp_replace({quote(alias)}.error, ' [(]value .*[)]$', '')"
            metrics |= counts_by("reasons", reason)
        return cls(value, metrics, Observation("tally"))

    def watch(self, scored: DataFrame) -> DataFrame:
        """The same rows; acting on them fills the tally."""
        # As JSON, since arrays of structs reach Python as bare Java objects from an observation in Spark 3.5.
        columns = [
            F.expr(f"to_json(named_struct('it', {metric}))").alias(name) for name, metric in self.metrics.items()
        ]
        return scored.observe(self.observation, *columns)

    def summary(self, seconds: float, output: str) -> str:
        found = {name: json.loads(text).get("it") for name, text in self.observation.get.items()}
        total, scored = found["total"], found["scored"]
        lines = [f"{total:,} rows in {seconds:.1f} s ({total / seconds:,.0f} rows/s) -> {output}", self.value]
        if "quantiles" in found:
            lines += [
                f"  {name:<24}{value:>14.6g}" for name, value in zip(QUANTILES, found["quantiles"] or [], strict=False)
            ]
        else:
            lines += table_of(counts(found, "classes"), total)
        if total > scored:
            reasons = counts(found, "reasons")
            unexplained = total - scored - sum(reasons.values())
            lines += ["no answer", *table_of(reasons | {"(the model gives none)": unexplained}, total)]
        return "\n".join(lines)


def counts_by(name: str, text: str) -> dict[str, str]:
    """Two aggregates that `counts` turns into rows by text.

    An observation cannot group. A histogram over the texts' checksums counts each exactly while there are fewer texts
    than bins; the set of texts says which checksum is whose.
    """
    return {name: f"collect_set({text})", f"{name}_bins": f"histogram_numeric(crc32({text}), 1000)"}


def counts(found: dict[str, Any], name: str) -> dict[str, int]:
    """Rows by text, most frequent first."""
    texts = {zlib.crc32(text.encode()): text for text in found.get(name) or []}
    rows = dict.fromkeys(texts.values(), 0)
    for each in found.get(f"{name}_bins") or []:  # a bin may appear once for each task
        rows[texts.get(int(each["x"]), "(others)")] = rows.get(texts.get(int(each["x"]), "(others)"), 0) + round(
            each["y"]
        )
    return dict(sorted(rows.items(), key=lambda item: -item[1]))


def table_of(rows: dict[str, int], total: int) -> Iterator[str]:
    """Lines of text, rows and share, the longest lists cut."""
    shown = [(text, count) for text, count in rows.items() if count]
    for text, count in shown[:SHOWN]:
        yield f"  {text:<24}{count:>14,}{count / total:>9.1%}"
    if len(shown) > SHOWN:
        yield f"  ... {len(shown) - SHOWN} more"


def struct_of(table: DataFrame, column: str) -> StructType:
    return cast(StructType, table.schema[column].dataType)


def exists(spark: SparkSession, output: str) -> bool:
    if not is_path(output):
        return spark.catalog.tableExists(output)
    try:
        spark.read.format("binaryFile").load(output)  # looks at the path, reads nothing
    except AnalysisException:
        return False
    return True


def is_path(text: str) -> bool:
    return "/" in text or format_of(text, "") != ""


def format_of(path: str, otherwise: str = "parquet") -> str:
    return next((kind for suffix, kind in SUFFIXES.items() if path.rstrip("/").endswith(suffix)), otherwise)


def output_format(arguments: argparse.Namespace) -> str:
    return arguments.output_format or format_of(arguments.output)


def split(names: str) -> list[str]:
    return [name.strip() for name in names.split(",") if name.strip()]


def quote(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def complain(error: Exception, code: int) -> int:
    print(f"score_table: {message_of(error)}", file=sys.stderr)
    return code


def message_of(error: Exception) -> str:
    """The line of a message that says what is wrong."""
    text = str(error.java_exception.getMessage()) if isinstance(error, Py4JJavaError) else str(error)
    lines = [line.strip() for line in text.splitlines() if line.strip()] or [type(error).__name__]
    # What Python raised in a worker stands at the end of its traceback, inside of Spark's message.
    return next((line for line in lines if "ScoringError: " in line), lines[0])


if __name__ == "__main__":
    sys.exit(main())
