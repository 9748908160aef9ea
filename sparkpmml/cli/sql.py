"""Spark-sql with the functions: all of its own arguments, such as -e QUERY, -f FILE, --master and --conf."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from sparkpmml.spark.extension import CLASS, find_jar, find_spark

EXTENSIONS = "spark.sql.extensions="


def configure(parser: argparse.ArgumentParser) -> None:
    parser.prefix_chars = ""  # nothing here is an option of ours: spark-sql reads them all
    parser.add_argument("arguments", nargs="*")


def run(arguments: argparse.Namespace) -> int:
    """Become spark-sql, whose exit code is the answer."""
    home, jar = find_spark(), find_jar()
    environment = {
        **os.environ,
        "PYSPARK_PYTHON": os.environ.get("PYSPARK_PYTHON") or sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "SPARK_HOME": str(home),
        # On the driver's class path in this way, no option or setting for it is taken from the user.
        "SPARK_DIST_CLASSPATH": os.pathsep.join(filter(None, [os.environ.get("SPARK_DIST_CLASSPATH"), str(jar)])),
    }
    os.execve(home / "bin" / "spark-sql", ["spark-sql", *with_extension(arguments.arguments)], environment)


def with_extension(arguments: Sequence[str]) -> list[str]:
    """The arguments with ours among `spark.sql.extensions`, after those that the user names."""
    settings = [each.removeprefix("--conf=") for each in arguments]
    given = [each.removeprefix(EXTENSIONS) for each in settings if each.startswith(EXTENSIONS)]
    return [*arguments, "--conf", EXTENSIONS + ",".join([*given[-1:], CLASS])]
