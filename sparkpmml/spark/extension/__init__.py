"""What is started by configuration instead of Python: `spark.sql.extensions`, and the jar that holds it.

The Java classes beside this file make `predict` and the others functions of every session. They start one Python
process, `attach`, which answers with the same builders that `sparkpmml.register` brings.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

from sparkpmml.errors import SparkPmmlError

CLASS = "io.sparkpmml.SparkPmmlExtension"
"""The value of `spark.sql.extensions`."""

JAR = Path(__file__).with_name("sparkpmml.jar")


def find_jar() -> Path:
    """The jar, made when the package was built; a SparkPmmlError where it was not."""
    if not JAR.is_file():
        raise SparkPmmlError(
            f"there is no {JAR}: it is made when the package is built, so install sparkpmml again"
            " (in a checkout `pip install -e .`, which needs a JDK)"
        )
    return JAR


def find_spark() -> Path:
    """The Spark that this Python's pyspark brings, else that of SPARK_HOME; a SparkPmmlError where there is neither."""
    package = find_spec("pyspark")
    homes = [*(package.submodule_search_locations or () if package else ()), os.environ.get("SPARK_HOME", "")]
    for home in homes:
        if home and Path(home, "bin", "spark-sql").is_file():
            return Path(home)
    raise SparkPmmlError("there is no Spark: pip install 'sparkpmml[spark]', or set SPARK_HOME")
