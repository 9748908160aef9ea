"""Where a model lies, and its bytes: a local file, a file of any Hadoop filesystem (hdfs:, s3a:, abfss:, dbfs: ...), an
http(s) URL, or an artifact of MLflow.

Models are read on the driver alone, those of Hadoop's filesystems through the JVM's own clients with their credentials;
executors get the compiled program and need no access to the place.
"""

from __future__ import annotations

import os
import re
import stat
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol
from urllib.parse import unquote, urlsplit

from sparkpmml.errors import ModelError, ModelNotFoundError, nearest
from sparkpmml.remote.http import HttpFile, HttpOptions, is_http
from sparkpmml.remote.mlflow import MlflowFile, is_mlflow
from sparkpmml.spark.settings import MODEL_DIR, Configuration, Settings, allowed_prefixes, http_options

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_SUFFIXES = ("", ".pmml", ".xml")


@dataclass(frozen=True, slots=True)
class Stamp:
    """What shows that a file has changed without reading it: size in bytes, time of modification, identity.

    Of what is no file, a `tag` alone: a server's ETag, the version in a registry.
    """

    size: int
    modified: int
    inode: int = 0
    tag: str = ""


class Location(Protocol):
    """A place where a model may lie."""

    @property
    def uri(self) -> str: ...

    def stamp(self) -> Stamp | None:
        """The file's stamp, or None if there is no such file."""

    def read(self) -> bytes: ...


class FileSystems(Protocol):
    """The Hadoop filesystems that the driver can reach."""

    def stamp(self, uri: str) -> Stamp | None: ...

    def names(self, folder: str) -> list[str]:
        """The names of the files in a folder; none where there is no such folder."""

    def copy_to_local(self, uri: str, target: str) -> None: ...

    def qualify(self, path: str) -> str | None:
        """The URI of a path without a scheme on the default filesystem; None where that is the local one."""

    def normalize(self, uri: str) -> str: ...


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file of the driver's machine; `uri` is its real path, links resolved."""

    uri: str

    def stamp(self) -> Stamp | None:
        try:
            found = os.stat(self.uri)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise ModelError(f"cannot read {self.uri}: {error.strerror}") from None
        return None if stat.S_ISDIR(found.st_mode) else Stamp(found.st_size, found.st_mtime_ns, found.st_ino)

    def read(self) -> bytes:
        try:
            return Path(self.uri).read_bytes()
        except OSError as error:
            raise ModelError(f"cannot read {self.uri}: {error.strerror}") from None


@dataclass(frozen=True, slots=True)
class HadoopFile:
    """A file of a Hadoop filesystem. It is copied to a temporary file first: much faster than bytes over py4j."""

    uri: str
    file_systems: FileSystems

    def stamp(self) -> Stamp | None:
        return self.file_systems.stamp(self.uri)

    def read(self) -> bytes:
        with tempfile.TemporaryDirectory(prefix="sparkpmml-") as folder:
            copy = os.path.join(folder, "model")
            self.file_systems.copy_to_local(self.uri, copy)
            return Path(copy).read_bytes()


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """What is behind a URL or in a registry."""

    remote: HttpFile | MlflowFile

    @property
    def uri(self) -> str:
        return self.remote.uri

    def stamp(self) -> Stamp | None:
        tag = self.remote.tag
        return None if tag is None else Stamp(0, 0, tag=tag)

    def read(self) -> bytes:
        return self.remote.read()


@dataclass(frozen=True, slots=True)
class _Places:
    """What places are made with: filesystems, and the bounds of HTTP."""

    file_systems: FileSystems
    http: HttpOptions = HttpOptions()  # noqa: RUF009  # frozen


def locate(name: str, settings: Settings, configuration: Configuration, file_systems: FileSystems) -> Location:
    """The existing, allowed file that `name` means: an alias, a URI, a path in modelDir, or a path.

    Raises ModelNotFoundError, or ModelError where the file is outside of spark.sparkpmml.allowedPaths.
    """
    target = settings.find_alias(name, configuration)
    prefixes = list(allowed_prefixes(configuration))

    def is_allowed(uri: str) -> bool:
        return _is_under(uri, prefixes, file_systems)

    places = _Places(file_systems, http_options(configuration, is_allowed))
    candidates = list(_candidates(target or name, configuration.get(MODEL_DIR), places))
    tried = [place for place in candidates if is_allowed(place.uri)]
    if not tried:
        allowed = "; ".join(", ".join(group) for group in prefixes)
        raise ModelError(f"the model {name!r} is outside of spark.sparkpmml.allowedPaths ({allowed})")
    for location in tried:
        if location.stamp() is not None:
            return location
    raise ModelNotFoundError(_describe_absent(name, target, tried, settings))


def names_in(folder: str, file_systems: FileSystems) -> list[str]:
    """The names of the model files in a folder or at the URI of one; a web server's cannot be listed."""
    place = next(_candidates(folder, None, _Places(file_systems)))
    if isinstance(place, HadoopFile):
        names = file_systems.names(place.uri)
    else:
        names = [path.name for path in Path(place.uri).iterdir()] if os.path.isdir(place.uri) else []
    return sorted(name for name in names if name.endswith(_SUFFIXES[1:]))


def _describe_absent(name: str, target: str | None, tried: Sequence[Location], settings: Settings) -> str:
    """What was looked for, and what may be meant: an alias was found, so then only the path can be wrong."""
    places = ", ".join(dict.fromkeys(location.uri for location in tried))
    if target is not None:
        sought = PurePosixPath(target).name
        hint = nearest(sought, [file for file in _siblings(tried) if file != sought])
        return f"the model {name!r} is an alias of {target!r}, and there is no such file{hint} (looked for: {places})"
    known = [other for other in (*settings.aliases, *_siblings(tried)) if other != name]
    return f"no model {name!r}{nearest(name, known)} (looked for: {places})"


def _candidates(path: str, model_dir: str | None, places: _Places) -> Iterator[Location]:
    """The places that a path may mean, in the order in which they are tried."""
    if _SCHEME.match(path):
        yield _at_uri(path, places)
        return
    if model_dir and not path.startswith("/"):
        for suffix in _SUFFIXES:
            yield from _candidates(f"{model_dir.rstrip('/')}/{path}{suffix}", None, places)
    yield LocalFile(os.path.realpath(path))
    qualified = places.file_systems.qualify(path)
    if qualified is not None:
        yield HadoopFile(qualified, places.file_systems)


def _at_uri(uri: str, places: _Places) -> Location:
    if uri.lower().startswith("file:"):
        return LocalFile(os.path.realpath(unquote(urlsplit(uri).path)))
    if is_http(uri):
        return RemoteFile(HttpFile(uri, places.http))
    if is_mlflow(uri):
        return RemoteFile(MlflowFile(uri))
    return HadoopFile(places.file_systems.normalize(uri), places.file_systems)


def _is_under(uri: str, allowed: Sequence[Sequence[str]], file_systems: FileSystems) -> bool:
    """Does the location lie under a prefix of every list?"""
    for prefixes in allowed:
        roots = [next(_candidates(prefix, None, _Places(file_systems))).uri.rstrip("/") for prefix in prefixes]
        if not any(uri == root or uri.startswith((root + "/", *_alias_of(root))) for root in roots):
            return False
    return True


def _alias_of(root: str) -> Iterator[str]:
    """`models:/iris` is also the root of `models:/iris@champion`."""
    if root.startswith("models:/"):
        yield root + "@"


def _siblings(tried: Sequence[Location]) -> Iterator[str]:
    """Names of the models that lie beside the places where one was looked for: one of them may be meant."""
    for location in tried:
        folder = Path(location.uri).parent
        if isinstance(location, LocalFile) and folder.is_dir():
            yield from (path.name for path in folder.iterdir() if path.suffix in _SUFFIXES[1:])
