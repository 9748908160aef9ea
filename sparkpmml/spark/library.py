"""The compiled models of this driver: each document is read again only when its file has changed."""

from __future__ import annotations

import hashlib
import os
from pathlib import PurePosixPath
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from sparkpmml.remote.http import is_http
from sparkpmml.spark.once import OnceCache
from sparkpmml.spark.sources import Location, Stamp

if TYPE_CHECKING:
    from sparkpmml.engine.model import Model

CAPACITY = 32


class Loader(Protocol):
    """`sparkpmml.load`."""

    def __call__(self, source: bytes, *, name: str | None = None) -> Model: ...


class Library:
    """Models by content digest, and which one each file held when it was last looked at.

    A changed size, time or identity makes the file be read again; only a changed digest makes it be compiled again.
    """

    def __init__(self, load: Loader) -> None:
        self._load = load
        self._models: OnceCache[str, Model] = OnceCache(CAPACITY)
        self._files: OnceCache[tuple[str, Stamp], Model] = OnceCache(CAPACITY)
        self._held: dict[str, Model] = {}
        self._lock = Lock()

    def open(self, location: Location) -> Model:
        """The model at an existing location."""
        stamp = location.stamp()
        if stamp is None:
            return self._compile(location)
        return self._files.get((location.uri, stamp), lambda: self._compile(location))

    def name_of(self, model: str | os.PathLike[str] | Model) -> str:
        """A path as it is; for a loaded model, a name by which `find_held` gives it back."""
        return os.fspath(model) if isinstance(model, (str, os.PathLike)) else self.hold(model)

    def hold(self, model: Model) -> str:
        """Keep a model that the caller has loaded; the name by which `find_held` gives it back."""
        name = f"{model.name or model.element}@{model.digest[:12]}"
        with self._lock:
            self._held[name] = model
        return name

    def find_held(self, name: str) -> Model | None:
        return self._held.get(name)

    def _compile(self, location: Location) -> Model:
        document = location.read()
        digest = hashlib.sha256(document).hexdigest()
        return self._models.get(digest, lambda: self._load(document, name=label_of(location.uri)))


def label_of(name: str) -> str:
    """What a plan calls the model: the last part of its path."""
    path = name.partition("?")[0] if is_http(name) else name
    return PurePosixPath(path.rstrip("/")).name or name
