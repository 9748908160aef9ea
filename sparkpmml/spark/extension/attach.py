"""The Python process that the Java extension starts: joins the JVM that is its parent and answers for the functions.

    python -m sparkpmml.spark.extension.attach

The JVM's address is in the environment, as in a job of spark-submit. The process ends when its standard input closes,
which the parent holds open as long as it lives.
"""

from __future__ import annotations

import os
import signal
import sys
from collections import ChainMap
from typing import Any, ClassVar

import pyspark
from pyspark import SparkConf, SparkContext
from pyspark.java_gateway import launch_gateway

from sparkpmml.spark.builder import BUILDERS, TABLE_BUILDERS, as_java
from sparkpmml.spark.catalog import start_callbacks

FUNCTIONS = ChainMap(BUILDERS, TABLE_BUILDERS)


class Functions:
    """A java.util.function.BiFunction in Python: what the function of this name makes of these arguments."""

    def apply(self, name: str, arguments: Any) -> Any:
        if name not in FUNCTIONS:
            raise as_java(
                f"{name}: the sparkpmml of {sys.executable} has no such function, so it is not the jar's: install one"
                " version, and take the jar whose path `sparkpmml jar` prints"
            )
        return FUNCTIONS[name].apply(arguments)

    class Java:
        implements: ClassVar = ["java.util.function.BiFunction"]


def attach() -> None:
    """Make the JVM's Spark context this process's own, and offer the functions."""
    gateway: Any = launch_gateway()  # type: ignore[no-untyped-call]  # pyspark's, without types
    java_context = gateway.entry_point.context()
    if java_context.version() != pyspark.__version__:
        sys.exit(f"{sys.executable} has pyspark {pyspark.__version__}, and Spark is {java_context.version()}")
    SparkContext(gateway=gateway, jsc=java_context, conf=SparkConf(_jconf=java_context.getConf()))
    start_callbacks(gateway)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in spark-sql cancels a query, not its functions
    gateway.entry_point.answerBy(Functions())


def wait_for_parent() -> None:
    """Return when the JVM is gone, even if it was killed."""
    while sys.stdin.buffer.read(1):
        pass


if __name__ == "__main__":
    attach()
    wait_for_parent()
    os._exit(0)  # no clean-up that would call the JVM
