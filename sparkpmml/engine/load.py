"""From a path, or bytes, to a model."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
from typing import IO, cast

import pyarrow as pa

from sparkpmml.compiler.compile import compile_document
from sparkpmml.engine.compiled import find_or_compile
from sparkpmml.engine.model import Model
from sparkpmml.engine.outline import Outline
from sparkpmml.errors import ModelError, ModelNotFoundError
from sparkpmml.models import discover
from sparkpmml.pmml.feeder import CHUNK_BYTES
from sparkpmml.pmml.model import Document
from sparkpmml.pmml.reader import read
from sparkpmml.remote.http import HttpFile, is_http
from sparkpmml.remote.mlflow import MlflowFile, is_mlflow

_GZIP = b"\x1f\x8b"


class _Hashing(io.RawIOBase):
    """A stream that passes another's bytes through and keeps their SHA-256."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.hash = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        chunk = self._stream.read(CHUNK_BYTES if size < 0 else size)
        self.hash.update(chunk)
        return chunk


def load(source: str | os.PathLike[str] | bytes, *, name: str | None = None, model: str | None = None) -> Model:
    """Read and compile a PMML document (1.x to 4.4), plain or gzipped.

    `source`: a path, a file: URI, an http(s) URL, a URI of MLflow (models:/ or runs:/), or the document's bytes. `name`
    is what messages call it (by default the file's name). `model`: of a document with several models, the modelName of
    the one wanted; the first one unless given.
    Raises ModelNotFoundError, ModelError, or UnsupportedMarkupError, which lists all that cannot be scored.
    """
    with _open(source) as stream:
        return _load(stream, name or _name_of(source), model)


def read_document(source: str | os.PathLike[str]) -> bytes:
    """The bytes of a document at one of the places that `load` knows."""
    with _open(source) as stream:
        return stream.read()


def _open(source: str | os.PathLike[str] | bytes) -> IO[bytes]:
    if isinstance(source, bytes):
        return io.BytesIO(source)
    if isinstance(source, str) and is_http(source):
        return io.BytesIO(HttpFile(source).read())
    if isinstance(source, str) and is_mlflow(source):
        return io.BytesIO(MlflowFile(source).read())
    path = os.fspath(source).removeprefix("file://") if isinstance(source, str) else os.fspath(source)
    path = path.removeprefix("file:")
    try:
        return open(path, "rb")
    except FileNotFoundError:
        raise ModelNotFoundError(f"no model at {path}") from None
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from None


def _load(stream: IO[bytes], name: str, model: str | None) -> Model:
    if not stream.seekable():
        return load_stream(stream, name, model)
    return find_or_compile(stream, model, lambda start: load_stream(start, name, model)).renamed(name)


def _name_of(source: str | os.PathLike[str] | bytes) -> str:
    if isinstance(source, bytes):
        return "model"
    path = os.fspath(source)
    return os.path.basename((path.partition("?")[0] if is_http(path) else path).rstrip("/"))


def load_stream(stream: IO[bytes], name: str, model: str | None = None) -> Model:
    """Like `load`, from a binary stream; the document is never held as a whole."""
    discover()
    hashing = _Hashing(_unzipped(stream))
    document = cast(Document, read(Document, cast("IO[bytes]", hashing), name))
    pa.default_memory_pool().release_unused()  # of what texts were cut into
    try:
        document = document.with_model(model)
    except ValueError as error:
        raise ModelError(f"{name}: {error}") from None
    return Model(Outline.of(document), compile_document(document, name, hashing.hash.hexdigest()))


def _unzipped(stream: IO[bytes]) -> IO[bytes]:
    head = stream.read(2)
    rest = _Prefixed(head, stream)
    return cast("IO[bytes]", gzip.GzipFile(fileobj=cast("IO[bytes]", rest)) if head == _GZIP else rest)


class _Prefixed(io.RawIOBase):
    """A stream with bytes put back before it."""

    def __init__(self, head: bytes, stream: IO[bytes]) -> None:
        self._head = head
        self._stream = stream

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if not self._head:
            return self._stream.read(size)
        head, self._head = self._head, b""
        return head + self._stream.read(max(size - len(head), 0) if size >= 0 else size)
