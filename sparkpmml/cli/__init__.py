"""The `sparkpmml` command: look at a model, score a file without Spark, check a model against its own examples.

Exit codes: 0 done; 1 the model failed (its verification, or a row with `--on-error fail`); 2 bad input or arguments.
An error is one line on stderr. A command is a file of this package; see `_command.Command`.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
from collections.abc import Iterator, Sequence
from typing import cast

import sparkpmml
from sparkpmml.cli._command import BAD_INPUT, FAILED, OK, Command, complain
from sparkpmml.errors import ScoringError, SparkPmmlError
from sparkpmml.files import TableFileError


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; the answer is the exit code."""
    arguments = _parser().parse_args(argv)
    command: Command = arguments.command
    try:
        return command.run(arguments)
    except ScoringError as error:
        return complain(error, FAILED)
    except (SparkPmmlError, TableFileError) as error:
        return complain(error, BAD_INPUT)
    except BrokenPipeError:  # `sparkpmml inspect ... | head`: the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except OSError as error:
        return complain(f"{error.filename}: {error.strerror}" if error.filename else error, BAD_INPUT)


def _commands() -> Iterator[tuple[str, Command]]:
    for module in pkgutil.iter_modules(__path__):
        if not module.name.startswith("_"):
            yield module.name, cast(Command, importlib.import_module(f"{__name__}.{module.name}"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sparkpmml", description="PMML models as SQL functions, looked at without Spark."
    )
    parser.add_argument("--version", action="version", version=f"sparkpmml {sparkpmml.__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, command in _commands():
        about = (command.__doc__ or "").splitlines()[0]
        sub = commands.add_parser(name, help=about[0].lower() + about[1:].rstrip("."), description=about)
        sub.set_defaults(command=command)
        command.configure(sub)
    return parser
