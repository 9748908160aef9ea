"""A document among the artifacts of MLflow: `models:/name/3`, `models:/name@alias`, `runs:/<run>/path`.

mlflow (or mlflow-skinny) is asked, with the tracking server and credentials that it is configured with. Versions are
immutable there, so only what an alias, or `latest`, points to is looked up again.
"""

from __future__ import annotations

import importlib
import re
import tempfile
from functools import cached_property
from pathlib import Path
from typing import Any

from sparkpmml.errors import ModelError, ModelNotFoundError

_MODEL = re.compile(r"models:/+(?P<name>[^/@']+)(?:@(?P<alias>[^/@]+)|/(?P<version>\d+|latest))(?P<path>/.*)?")
_MODEL_ID = re.compile(r"models:/+m-[0-9a-f]+(/.*)?")
_RUN = re.compile(r"runs:/+[^/]+/.+")
_SUFFIXES = (".pmml", ".pmml.gz")


def is_mlflow(uri: str) -> bool:
    return uri.lower().startswith(("models:", "runs:"))


class MlflowFile:
    """One look at an artifact: what it points to is asked once."""

    def __init__(self, uri: str) -> None:
        self.uri = uri

    @cached_property
    def tag(self) -> str | None:
        """Text that changes with the document; None where there is no such model or version."""
        found = _MODEL.fullmatch(self.uri)
        if found is None and not _MODEL_ID.fullmatch(self.uri) and not _RUN.fullmatch(self.uri):
            raise ModelError(
                f"{self.uri} is no URI of MLflow that can be read: write models:/name/3, models:/name@alias,"
                " models:/name/latest or runs:/<run>/<path>"
            )
        if found is None or (found["version"] or "").isdigit():
            return self.uri
        try:
            version = _resolve(found["name"], found["alias"])
        except _mlflow().exceptions.MlflowException as error:
            if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
                return None
            raise ModelError(f"cannot read {self.uri}: {_first_line(error)}") from None
        return None if version is None else f"{self.uri} version {version}"

    def read(self) -> bytes:
        """The one PMML document of the artifact; a ModelNotFoundError or ModelError says why there is none."""
        if self.tag is None:
            raise ModelNotFoundError(f"no model at {self.uri}")
        mlflow = _mlflow()
        with tempfile.TemporaryDirectory(prefix="sparkpmml-") as folder:
            try:
                downloaded = mlflow.artifacts.download_artifacts(artifact_uri=self.uri, dst_path=folder)
            except (mlflow.exceptions.MlflowException, OSError) as error:
                raise ModelNotFoundError(f"cannot read {self.uri}: {_first_line(error)}") from None
            return _only_document(self.uri, Path(downloaded)).read_bytes()


def _resolve(name: str, alias: str | None) -> int | None:
    """The version that an alias points to, or the latest one; None where there is no version."""
    client = _mlflow().MlflowClient()
    if alias is not None:
        return int(client.get_model_version_by_alias(name, alias).version)
    return max((int(each.version) for each in client.search_model_versions(f"name = '{name}'")), default=None)


def _only_document(uri: str, place: Path) -> Path:
    if place.is_file():
        return place
    found = sorted(path for path in place.rglob("*") if path.name.endswith(_SUFFIXES) and path.is_file())
    names = [str(path.relative_to(place)) for path in found]
    if not found:
        raise ModelNotFoundError(f"no .pmml file at {uri}")
    if len(found) > 1:
        raise ModelError(f"{len(found)} PMML files at {uri}: {', '.join(names)}; add the path of one to the URI")
    return found[0]


def _mlflow() -> Any:
    try:
        return importlib.import_module("mlflow")
    except ImportError:
        raise ModelError("models:/ and runs:/ need MLflow: pip install mlflow-skinny") from None


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
