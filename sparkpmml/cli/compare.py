"""Compare the scores of a CSV or Parquet file with pmml4s's, the engine of pypmml and pypmml-spark."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sparkpmml
from sparkpmml.cli._command import FAILED, OK, add_model, add_null, report_absent
from sparkpmml.compare import ColumnDifferences, Comparison, Tolerance, compare
from sparkpmml.describe import table_rows
from sparkpmml.files import DEFAULT_NULLS, open_table
from sparkpmml.pmml4s import Pmml4s


def configure(parser: argparse.ArgumentParser) -> None:
    add_model(parser)
    parser.add_argument("data", metavar="DATA", help=".csv, .csv.gz, .parquet, or a folder of Parquet files")
    tolerance = Tolerance()
    parser.add_argument(
        "--relative", type=float, default=tolerance.relative, help="difference of numbers to allow (%(default)s)"
    )
    parser.add_argument(
        "--absolute", type=float, default=tolerance.absolute, help="the same, for numbers near 0 (%(default)s)"
    )
    parser.add_argument(
        "--show",
        type=int,
        default=3,
        metavar="ROWS",
        help="of each result, how many to show (%(default)s)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_null(parser)


def run(arguments: argparse.Namespace) -> int:
    model = sparkpmml.load(arguments.model)
    source = open_table(arguments.data, arguments.null or DEFAULT_NULLS)
    report_absent(model, source.columns)
    document = Path(arguments.model).read_bytes()
    peer = Pmml4s(document, arguments.model)
    inputs = [each.name for each in model.inputs if each.name in source.columns]
    tables = (table.select(inputs) for table in source.batches())
    tolerance = Tolerance(arguments.relative, arguments.absolute)
    comparison = compare(model, peer, document, tables, tolerance, arguments.show)
    heading = f"sparkpmml {sparkpmml.__version__} and pmml4s ({peer.version})"
    if arguments.json:
        print(json.dumps(_as_json(comparison, heading, tolerance), indent=2, default=str, ensure_ascii=False))
    else:
        print("\n".join(_as_text(comparison, heading, tolerance)))
    return OK if comparison.is_equal else FAILED


def _as_text(comparison: Comparison, heading: str, tolerance: Tolerance) -> Iterator[str]:
    yield f"{heading}: {comparison.rows:,} rows, numbers within {tolerance.relative:g} or {tolerance.absolute:g}"
    yield ""
    head = ["result", "rows that differ", "largest absolute", "largest relative"]
    yield table_rows([head, *map(_summary, comparison.columns)])
    for column in comparison.columns:
        if column.rows:
            yield ""
            yield from _details(column)
    if comparison.not_given:
        yield ""
        yield f"not compared, since pmml4s does not give it: {', '.join(comparison.not_given)}"
    yield ""
    yield "equal" if comparison.is_equal else "different"


def _summary(column: ColumnDifferences) -> list[str]:
    return [column.name, f"{column.rows:,}", _number(column.largest_absolute), _number(column.largest_relative)]


def _details(column: ColumnDifferences) -> Iterator[str]:
    yield column.name
    for reason, rows in column.reasons.most_common():
        yield f"  {rows:,} rows: {reason}"
    for each in column.examples:
        yield f"  row {each.row}: ours {each.ours}, pmml4s {each.theirs}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"


def _as_json(comparison: Comparison, heading: str, tolerance: Tolerance) -> dict[str, Any]:
    return {
        "engines": heading,
        "rows": comparison.rows,
        "tolerance": {"relative": tolerance.relative, "absolute": tolerance.absolute},
        "equal": comparison.is_equal,
        "not_given": list(comparison.not_given),
        "results": [
            {
                "result": column.name,
                "rows": column.rows,
                "largest_absolute": column.largest_absolute,
                "largest_relative": column.largest_relative,
                "reasons": dict(column.reasons.most_common()),
                "examples": [
                    {"row": each.row, "ours": each.ours, "pmml4s": each.theirs, "reason": each.reason}
                    for each in column.examples
                ],
            }
            for column in comparison.columns
        ],
    }
