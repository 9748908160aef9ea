"""A Connect session's configuration and files, by what its client offers: `conf`, and reading files as a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyspark.errors import PySparkException

from sparkpmml.errors import ModelError
from sparkpmml.spark.sources import Stamp

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


class ConnectConfiguration:
    """The session's configuration on the server."""

    def __init__(self, spark: SparkSession) -> None:
        self._conf = spark.conf

    def get(self, key: str) -> str | None:
        return self._conf.get(key, None)

    def get_static(self, key: str) -> str | None:
        """The client cannot tell what is the application's own."""
        return None

    def keys(self, prefix: str) -> list[str]:
        return []


class ConnectFileSystems:
    """Files of Hadoop filesystems, read by the server's Spark with its credentials."""

    def __init__(self, spark: SparkSession) -> None:
        self._spark = spark

    def stamp(self, uri: str) -> Stamp | None:
        row = self._row(uri, "length", "modificationTime")
        return None if row is None else Stamp(int(row[0]), round(row[1].timestamp() * 1e6))

    def names(self, folder: str) -> list[str]:
        return []

    def copy_to_local(self, uri: str, target: str) -> None:
        row = self._row(uri, "content")
        if row is None:
            raise ModelError(f"cannot read {uri}: it is gone")
        Path(target).write_bytes(row[0])

    def qualify(self, path: str) -> str | None:
        """A path without a scheme is the client's."""
        return None

    def normalize(self, uri: str) -> str:
        return uri

    def _row(self, uri: str, *columns: str) -> Any:
        try:
            return self._table(uri).select(*columns).first()
        except PySparkException as error:
            if "PATH_NOT_FOUND" in str(error):
                return None
            raise ModelError(f"cannot read {uri}: {str(error).strip().splitlines()[0]}") from None

    def _table(self, uri: str) -> DataFrame:
        return self._spark.read.format("binaryFile").load(uri)
