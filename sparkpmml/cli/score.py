"""Score a CSV or Parquet file without Spark.

The table is streamed: memory holds a few batches, whatever the file's size.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Sequence

import pyarrow as pa

import sparkpmml
from sparkpmml.cli._command import OK, add_model, add_null, report_absent
from sparkpmml.files import DEFAULT_NULLS, TableFileError, open_table, write_tables


def configure(parser: argparse.ArgumentParser) -> None:
    add_model(parser)
    parser.add_argument("input", metavar="INPUT", help=".csv, .csv.gz, .parquet, or a folder of Parquet files")
    parser.add_argument("output", metavar="OUTPUT", help=".csv, .csv.gz or .parquet")
    parser.add_argument("--keep", metavar="COLUMNS", help="columns to copy, separated by commas (all)")
    parser.add_argument(
        "--on-error",
        choices=("null", "fail", "capture"),
        default="null",
        help="a row without a score: nulls, stop, or nulls with the reason in a column 'error' (%(default)s)",
    )
    add_null(parser)


def run(arguments: argparse.Namespace) -> int:
    model = sparkpmml.load(arguments.model)
    source = open_table(arguments.input, arguments.null or DEFAULT_NULLS)
    kept = _kept_columns(arguments.keep, source.columns)
    report_absent(model, source.columns)

    def scored(batch: pa.Table) -> pa.Table:
        result = model.predict(batch, on_error=arguments.on_error)
        return _side_by_side(batch.select(kept), result)

    start = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sparkpmml.MissingInputWarning)  # said once above, not for every batch
        rows = write_tables(arguments.output, map(scored, source.batches()))
    seconds = time.perf_counter() - start
    print(f"{rows:,} rows in {seconds:.1f} s ({rows / seconds:,.0f} rows/s) -> {arguments.output}", file=sys.stderr)
    return OK


def _kept_columns(wanted: str | None, columns: Sequence[str]) -> list[str]:
    if wanted is None:
        return list(columns)
    names = [name.strip() for name in wanted.split(",") if name.strip()]
    if unknown := [name for name in names if name not in columns]:
        raise TableFileError(f"--keep: no column {', '.join(unknown)}; there are {', '.join(columns)}")
    return names


def _side_by_side(kept: pa.Table, result: pa.Table) -> pa.Table:
    if twice := sorted(set(kept.column_names) & set(result.column_names)):
        raise TableFileError(
            f"{', '.join(twice)}: a column and a result have this name; choose other columns with --keep"
        )
    return pa.Table.from_arrays([*kept.columns, *result.columns], names=[*kept.column_names, *result.column_names])
