"""The path of the jar for spark.sql.extensions=io.sparkpmml.SparkPmmlExtension."""

from __future__ import annotations

import argparse

from sparkpmml.cli._command import OK
from sparkpmml.spark.extension import find_jar


def configure(parser: argparse.ArgumentParser) -> None:
    pass


def run(arguments: argparse.Namespace) -> int:
    print(find_jar())
    return OK
