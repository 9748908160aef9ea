"""The `sparkpmml` command: look at a model, score a file without Spark, check a model against its own examples.

Exit codes: 0 done; 1 the model failed (its verification, or a row with `--on-error fail`); 2 bad input or arguments.
An error is one line on stderr.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import warnings
from collections.abc import Callable, Sequence

import pyarrow as pa

import sparkpmml
from sparkpmml.describe import describe
from sparkpmml.errors import ScoringError, SparkPmmlError
from sparkpmml.files import DEFAULT_NULLS, TableFileError, open_table, write_tables

OK, FAILED, BAD_INPUT = 0, 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; the answer is the exit code."""
    arguments = _parser().parse_args(argv)
    command: Callable[[argparse.Namespace], int] = arguments.command
    try:
        return command(arguments)
    except ScoringError as error:
        return _complain(error, FAILED)
    except (SparkPmmlError, TableFileError) as error:
        return _complain(error, BAD_INPUT)
    except BrokenPipeError:  # `sparkpmml inspect ... | head`: the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except OSError as error:
        return _complain(f"{error.filename}: {error.strerror}" if error.filename else error, BAD_INPUT)


def inspect(arguments: argparse.Namespace) -> int:
    """What the model is, takes and gives, and the SQL that calls it."""
    print(describe(sparkpmml.load(arguments.model), arguments.model))
    return OK


def score(arguments: argparse.Namespace) -> int:
    """Streams a table through the model: memory holds a few batches, whatever the file's size."""
    model = sparkpmml.load(arguments.model)
    source = open_table(arguments.input, arguments.null or DEFAULT_NULLS)
    kept = _kept_columns(arguments.keep, source.columns)
    _report_absent(model, source.columns)

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


def verify(arguments: argparse.Namespace) -> int:
    """Scores the examples that the document brings along and compares the answers with its own."""
    verification = sparkpmml.load(arguments.model).verify()
    if not verification.present:
        print(f"{arguments.model}: no ModelVerification in the document, nothing to compare")
        return OK
    if verification.passed:
        print(f"{arguments.model}: verified, {verification.rows:,} rows agree")
        return OK
    for failure in verification.failures:
        print(failure)
    return _complain(
        f"{arguments.model}: {len(verification.failures):,} differences in {verification.rows:,} rows", FAILED
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sparkpmml", description="PMML models as SQL functions, looked at without Spark."
    )
    parser.add_argument("--version", action="version", version=f"sparkpmml {sparkpmml.__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def add(command: Callable[[argparse.Namespace], int], about: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(command.__name__, help=about, description=f"{about[0].upper()}{about[1:]}.")
        sub.set_defaults(command=command)
        sub.add_argument("model", metavar="MODEL", help="a PMML document")
        return sub

    add(inspect, "what a model is, takes and gives, and the SQL that calls it")
    scoring = add(score, "score a CSV or Parquet file without Spark")
    scoring.add_argument("input", metavar="INPUT", help=".csv, .csv.gz, .parquet, or a folder of Parquet files")
    scoring.add_argument("output", metavar="OUTPUT", help=".csv, .csv.gz or .parquet")
    scoring.add_argument("--keep", metavar="COLUMNS", help="columns to copy, separated by commas (all)")
    scoring.add_argument(
        "--on-error",
        choices=("null", "fail", "capture"),
        default="null",
        help="a row without a score: nulls, stop, or nulls with the reason in a column 'error' (%(default)s)",
    )
    scoring.add_argument(
        "--null",
        metavar="TEXT",
        action="append",
        help=f"unquoted CSV text that means missing; repeat for more ({', '.join(map(repr, DEFAULT_NULLS))})",
    )
    add(verify, "check a model against the examples in its own document")
    return parser


def _complain(error: object, code: int) -> int:
    print(f"sparkpmml: {' '.join(str(error).split())}", file=sys.stderr)
    return code


def _kept_columns(wanted: str | None, columns: Sequence[str]) -> list[str]:
    if wanted is None:
        return list(columns)
    names = [name.strip() for name in wanted.split(",") if name.strip()]
    if unknown := [name for name in names if name not in columns]:
        raise TableFileError(f"--keep: no column {', '.join(unknown)}; there are {', '.join(columns)}")
    return names


def _report_absent(model: sparkpmml.Model, columns: Sequence[str]) -> None:
    """A note on inputs without a column, which count as missing; an error if no input has one."""
    read = [each.name for each in model.inputs if each.is_read]
    absent = [name for name in read if name not in columns]
    if read and absent == read:
        raise TableFileError(
            f"no column is an input of the model; it reads {', '.join(read)}; there are {', '.join(columns)}"
        )
    if absent:
        print(f"sparkpmml: no column for {', '.join(absent)}: taken as missing", file=sys.stderr)


def _side_by_side(kept: pa.Table, result: pa.Table) -> pa.Table:
    if twice := sorted(set(kept.column_names) & set(result.column_names)):
        raise TableFileError(
            f"{', '.join(twice)}: a column and a result have this name; choose other columns with --keep"
        )
    return pa.Table.from_arrays([*kept.columns, *result.columns], names=[*kept.column_names, *result.column_names])
