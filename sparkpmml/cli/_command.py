"""What every command of the command line shares: its exit codes, and how it is declared."""

from __future__ import annotations

import argparse
import sys
from typing import Protocol

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


def complain(error: object, code: int) -> int:
    """One line on stderr; the answer is `code`."""
    print(f"sparkpmml: {' '.join(str(error).split())}", file=sys.stderr)
    return code
