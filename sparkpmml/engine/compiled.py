"""Compiled models on disk: a new application does not compile a large document again.

A file is named by the document's bytes, the model chosen in it, and the state of this package and what it stands on, so
nothing that is found is ever out of date. It is private to the user, for reading a pickle runs it; a damaged one costs
a compilation. At most 1 GB is kept, and nothing that was not used for a month.

The environment variable SPARKPMML_MODEL_CACHE names another directory (which must be the user's own), or is "off".
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.resources
import logging
import os
import pickle
import sys
import zlib
from collections.abc import Callable
from functools import cache
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
import pandas as pd
import pyarrow as pa

from sparkpmml.engine.model import Model
from sparkpmml.storage import is_own, is_usable, keep_within, user_directory, whole_file

_LOGGER = logging.getLogger(__name__)

SWITCH = "SPARKPMML_MODEL_CACHE"
SMALLEST_BYTES = 1 << 20
"""A smaller document is compiled in the time that looking for it takes."""
_KEPT_BYTES, _KEPT_SECONDS = 1 << 30, 30 * 86_400.0
_SUFFIX = ".model"
_CHECKSUM_BYTES = 4
_CHUNK_BYTES = 1 << 20


def find_or_compile(stream: IO[bytes], chosen: str | None, compiled: Callable[[IO[bytes]], Model]) -> Model:
    """The model of a document in a seekable stream that stands at its start, from disk if it is there.

    `chosen`: which of the document's models is wanted. `compiled` reads the stream and compiles.
    """
    directory = _directory() if stream.seek(0, os.SEEK_END) >= SMALLEST_BYTES else None
    stream.seek(0)
    if directory is None:
        return compiled(stream)
    path = directory / _name(stream, chosen)
    found = _read(path)
    if found is not None:
        return found
    stream.seek(0)
    model = compiled(stream)
    stream.seek(0)
    if _name(stream, chosen) == path.name:  # else the file changed while it was read
        _write(path, model)
    return model


def _directory() -> Path | None:
    place = os.environ.get(SWITCH, "")
    if place.lower() == "off":
        return None
    if not place:
        return user_directory("models")
    return Path(place) if is_usable(Path(place)) and is_own(Path(place)) else None


def _name(stream: IO[bytes], chosen: str | None) -> str:
    digest = hashlib.file_digest(cast(Any, stream), "sha256").hexdigest()
    return hashlib.sha256(repr((digest, chosen, _state())).encode()).hexdigest() + _SUFFIX


@cache
def _state() -> str:
    """What a compiled model depends on beside its document."""
    digest = hashlib.sha256(repr((sys.version, np.__version__, pa.__version__, pd.__version__)).encode())
    for name, data in _sources(importlib.resources.files("sparkpmml"), ""):
        digest.update(name.encode() + hashlib.sha256(data).digest())
    return digest.hexdigest()


def _sources(folder: Traversable, prefix: str) -> list[tuple[str, bytes]]:
    """The package's modules, from a directory or a zip, in the order of their names."""
    found: list[tuple[str, bytes]] = []
    for each in sorted(folder.iterdir(), key=lambda item: item.name):
        if each.is_dir() and each.name != "__pycache__":
            found += _sources(each, f"{prefix}{each.name}/")
        elif each.name.endswith(".py"):
            found.append((prefix + each.name, each.read_bytes()))
    return found


class _Summing:
    """Passes bytes on to a file, and keeps their checksum."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.checksum = 0

    def write(self, data: Any) -> None:
        self.checksum = zlib.crc32(data, self.checksum)
        self._file.write(data)


def _is_whole(file: IO[bytes]) -> bool:
    """Is the checksum at the file's end that of all before it?"""
    left, checksum = os.fstat(file.fileno()).st_size - _CHECKSUM_BYTES, 0
    while left > 0 and (chunk := file.read(min(left, _CHUNK_BYTES))):
        checksum = zlib.crc32(chunk, checksum)
        left -= len(chunk)
    return left == 0 and checksum == int.from_bytes(file.read(_CHECKSUM_BYTES), "big")


def _read(path: Path) -> Model | None:
    try:
        with path.open("rb") as file:
            if not _is_whole(file):
                raise ValueError("its checksum does not fit")
            file.seek(0)
            model = pickle.load(file)
    except FileNotFoundError:
        return None
    except Exception as error:  # noqa: BLE001  (a damaged pickle can raise anything; it costs a compilation)
        _LOGGER.warning("compiling anew, %s is unreadable: %r", path, error)
        return None
    with contextlib.suppress(OSError):
        os.utime(path)
    return cast(Model, model)


def _write(path: Path, model: Model) -> None:
    try:
        with whole_file(path) as file:  # array by array: there is no second copy of a large program
            summing = _Summing(file)
            pickle.dump(model, summing, protocol=5)
            file.write(summing.checksum.to_bytes(_CHECKSUM_BYTES, "big"))
        keep_within(path.parent, _SUFFIX, _KEPT_BYTES, _KEPT_SECONDS)
    except OSError as error:
        _LOGGER.warning("cannot keep the compiled model %s: %s", model.program.name, error)
