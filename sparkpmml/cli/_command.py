"""What every command of the command line shares: its exit codes, and how it is declared."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Protocol

from sparkpmml import Model
from sparkpmml.files import DEFAULT_NULLS, TableFileError

OK, FAILED, BAD_INPUT = 0, 1, 2


class Command(Protocol):
    """A module of this package: the file's name is the command's, its docstring's first line the command's help."""

    __doc__: str | None

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Declare the arguments."""

    def run(self, arguments: argparse.Namespace) -> int:
        """Do it; the answer is the exit code. A SparkPmmlError, a TableFileError or an OSError is shown as one line."""


def add_model(parser: argparse.ArgumentParser) -> None:
    """The argument that most commands begin with."""
    parser.add_argument("model", metavar="MODEL", help="a PMML document")


def add_null(parser: argparse.ArgumentParser) -> None:
    """The option of commands that read CSV."""
    parser.add_argument(
        "--null",
        metavar="TEXT",
        action="append",
        help=f"unquoted CSV text that means missing; repeat for more ({', '.join(map(repr, DEFAULT_NULLS))})",
    )


def report_absent(model: Model, columns: Sequence[str]) -> None:
    """A note on inputs without a column, which count as missing; an error if no input has one."""
    read = [each.name for each in model.inputs if each.is_read]
    absent = [name for name in read if name not in columns]
    if read and absent == read:
        raise TableFileError(
            f"no column is an input of the model; it reads {', '.join(read)}; there are {', '.join(columns)}"
        )
    if absent:
        print(f"sparkpmml: no column for {', '.join(absent)}: taken as missing", file=sys.stderr)


def complain(error: object, code: int) -> int:
    """One line on stderr; the answer is `code`."""
    print(f"sparkpmml: {' '.join(str(error).split())}", file=sys.stderr)
    return code
