"""The driver's JVM, as far as the binding needs it: classes by name, configuration, filesystems.

Classes are named whole and made without asking the JVM what each part of `org.apache.spark...` is: that saves five
round trips per use, and the builder runs at every analysis of every query.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from py4j.java_gateway import JavaClass, JavaObject, is_instance_of
from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException

from sparkpmml.errors import ModelError
from sparkpmml.spark.sources import Stamp

if TYPE_CHECKING:
    from pyspark import SparkContext


class Jvm:
    """The JVM of a SparkContext."""

    def __init__(self, context: SparkContext) -> None:
        self.context = context
        self.gateway: Any = context._gateway

    def java_class(self, name: str) -> Any:
        """The class with this full name; calling it makes an object, its attributes are the static methods."""
        return JavaClass(name, self.gateway._gateway_client)

    def scala_object(self, name: str) -> Any:
        return getattr(self.java_class(name + "$"), "MODULE$")

    def is_instance(self, value: JavaObject, class_name: str) -> bool:
        return bool(is_instance_of(self.gateway, value, class_name))

    def sequence(self, values: list[Any]) -> Any:
        """A scala Seq (in 4.x an immutable one) of Java objects."""
        return self.java_class("org.apache.spark.api.python.PythonUtils").toSeq(values)

    def option(self, value: Any) -> Any:
        """Some(value), or None of None."""
        return self.java_class("scala.Option").apply(value)


class JvmConfiguration:
    """The configuration of the session that is analysing a query on this thread, and of its application.

    Spark analyses a view under the configuration that was captured with the view, and it captures no settings but its
    own. So ours are looked for in the session itself, and in the application's configuration where there is no session.
    """

    def __init__(self, jvm: Jvm, java_session: Any = None) -> None:
        """Of the session that is analysing, unless one is given."""
        self._context = jvm.context
        self._analysis = jvm.java_class("org.apache.spark.sql.internal.SQLConf").get()
        session = jvm.option(java_session)
        if java_session is None:
            session = jvm.java_class("org.apache.spark.sql.SparkSession").getActiveSession()
        self._session = session.get().sessionState().conf() if session.isDefined() else self._analysis

    def get(self, key: str) -> str | None:
        value = self._session.getConfString(key, None)
        return self.get_static(key) if value is None else str(value)

    def get_static(self, key: str) -> str | None:
        # Not getConf(), which copies every entry over py4j: 16 ms at each analysis.
        return self._context._conf.get(key)

    def keys(self, prefix: str) -> list[str]:
        """The session's keys that begin with `prefix`; those of the application's configuration are among them."""
        keys = str(self._session.getAllConfs().keys().mkString("\n")).splitlines()
        return [key for key in keys if key.startswith(prefix)]

    @property
    def is_case_sensitive(self) -> bool:
        return bool(self._analysis.caseSensitiveAnalysis())


class HadoopFileSystems:
    """Hadoop's filesystems with the application's configuration (`spark.hadoop.*`) and credentials."""

    def __init__(self, jvm: Jvm) -> None:
        self._path = jvm.java_class("org.apache.hadoop.fs.Path")
        self._configuration: Any = jvm.context._jsc.hadoopConfiguration()

    def stamp(self, uri: str) -> Stamp | None:
        with _explained(uri):
            path = self._path(uri)
            file_system = path.getFileSystem(self._configuration)
            if not file_system.exists(path):
                return None
            status = file_system.getFileStatus(path)
            return None if status.isDirectory() else Stamp(int(status.getLen()), int(status.getModificationTime()))

    def names(self, folder: str) -> list[str]:
        with _explained(folder):
            path = self._path(folder)
            file_system = path.getFileSystem(self._configuration)
            if not file_system.exists(path):
                return []
            return [str(each.getPath().getName()) for each in file_system.listStatus(path) if each.isFile()]

    def copy_to_local(self, uri: str, target: str) -> None:
        """Copy without the checksum file that Hadoop's local filesystem would write beside it."""
        with _explained(uri):
            path = self._path(uri)
            path.getFileSystem(self._configuration).copyToLocalFile(False, path, self._path(target), True)

    def copy_from_local(self, source: str, uri: str) -> None:
        """Copy a file of the driver to a path, which is taken as Spark's writers do; replaces what is there."""
        with _explained(uri, "write"):
            path = self._path(uri)
            path.getFileSystem(self._configuration).copyFromLocalFile(False, True, self._path(source), path)

    def qualify(self, path: str) -> str | None:
        if not path:
            return None
        with _explained(path):
            home = self._path(path).getFileSystem(self._configuration)
            qualified = str(home.makeQualified(self._path(path)).toString())
            return None if qualified.startswith("file:") else qualified

    def normalize(self, uri: str) -> str:
        with _explained(uri):
            return str(self._path(uri).toUri().normalize().toString())


@contextmanager
def _explained(uri: str, action: str = "read") -> Iterator[None]:
    """Turn what Hadoop throws at this URI into a ModelError."""
    try:
        yield
    except JAVA_ERRORS as error:
        raise ModelError(f"cannot {action} {uri}: {reason_of(error)}") from None


JAVA_ERRORS = (Py4JJavaError, PySparkException)
"""An exception of the JVM, as py4j shows it, or as PySpark does with those that it knows."""


def reason_of(error: Exception) -> str:
    """The first line of a Java exception's message, or its class."""
    java = error.java_exception if isinstance(error, Py4JJavaError) else None
    message = str(error) if java is None else java.getMessage()
    lines = str(message or "").strip().splitlines()
    return lines[0] if lines else type(error).__name__ if java is None else str(java.getClass().getName())
