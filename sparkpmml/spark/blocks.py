"""The Java classes that let columns cross in blocks, as the driver reaches them; see extension/blocks/PredictExec.java.

They are loaded from the jar of the extension into the running JVM, and sent to the executors. Where there is no jar, or
a platform lets no class be loaded, Spark's own way serves, with the same answers.
"""

from __future__ import annotations

import logging
from typing import Any

from py4j.java_collections import ListConverter
from py4j.protocol import Py4JError

from sparkpmml.spark.extension import JAR
from sparkpmml.spark.jvm import Jvm

_CLASS = "io.sparkpmml.blocks.Blocks"
_LOGGER = logging.getLogger(__name__)


class Blocks:
    """Pairs functions of columns with those of blocks, and lets sessions plan with the latter."""

    def __init__(self, jvm: Jvm, java: Any) -> None:
        self._jvm = jvm
        self._java = java

    def pair(self, function: Any, block_function: Any, carriers: tuple[str, ...]) -> None:
        """Both are UserDefinedPythonFunctions; `carriers` are the SQL types of the first one's columns."""
        names = ListConverter().convert(carriers, self._jvm.gateway._gateway_client)
        self._java.pair(function.func(), block_function.func(), names)

    def join(self) -> None:
        """Let the session that is analysing a query on this thread plan with blocks, unless its platform forbids it."""
        try:
            self._java.join()
        except Py4JError as error:
            _warn(error)


def find_blocks(jvm: Jvm) -> Blocks | None:
    """The classes of this JVM, loaded from the jar where they are not there; None where they cannot be."""
    session = jvm.java_class("org.apache.spark.sql.SparkSession").getActiveSession()
    if session.isEmpty():
        return None
    try:
        return Blocks(jvm, _load(session.get()))
    except Py4JError as error:
        _warn(error)
        return None


def _load(session: Any) -> Any:
    loader = session.sharedState().jarClassLoader()
    try:
        return loader.loadClass(_CLASS).newInstance()
    except Py4JError:
        if not JAR.is_file():
            raise
    session.sessionState().resourceLoader().addJar(str(JAR))
    return loader.loadClass(_CLASS).newInstance()


def _warn(error: Py4JError) -> None:
    _LOGGER.info("columns cross to Python as Spark sends them: %s", str(error).partition("\n")[0])
