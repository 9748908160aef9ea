"""Documents in encodings of several bytes a character, such as GBK and Shift_JIS, as UTF-8: expat lacks those."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import IO, Protocol

_DECLARATION = re.compile(rb"<\?xml\s[^>]*?encoding\s*=\s*[\"']([A-Za-z][A-Za-z0-9._-]*)")
_DECLARED_WITHIN = 1 << 10
_OF_EXPAT = ("utf-8", "utf-16")
_PIECE = 1 << 20


class Source(Protocol):
    """What a document is read from."""

    def read(self, size: int, /) -> bytes:
        """Some of the bytes that follow; none at the end."""


class _Pieces:
    """A source of pieces as they are, however many bytes are asked for."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def read(self, size: int, /) -> bytes:
        return next(self._pieces, b"")


class _Rejoined:
    """A stream whose beginning was read already."""

    def __init__(self, head: bytes, stream: IO[bytes]) -> None:
        self._head, self._stream = head, stream

    def read(self, size: int, /) -> bytes:
        piece, self._head = self._head[:size], self._head[size:]
        return piece + self._stream.read(size - len(piece))


def as_utf8(stream: IO[bytes]) -> Source:
    """The document, in UTF-8 where it declares an encoding of several bytes a character, else as it is.

    ValueError for an encoding that is none. Reading raises UnicodeDecodeError at bytes that are no characters of it.
    """
    head = stream.read(_DECLARED_WITHIN)
    found = _DECLARATION.match(head)
    if found is None or not _is_transcoded(name := found[1].decode()):
        return _Rejoined(head, stream)
    renamed = head[: found.start(1)] + b"utf-8" + head[found.end(1) :]
    return _Pieces(_transcoded(_Rejoined(renamed, stream), name))


def _is_transcoded(name: str) -> bool:
    try:
        "".encode(name)
    except LookupError:
        raise ValueError(f"declares an encoding {name!r}, which is not known") from None
    return codecs.lookup(name).name not in _OF_EXPAT and len(bytes(range(256)).decode(name, "replace")) != 256


def _transcoded(source: Source, name: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(name)()
    while piece := source.read(_PIECE):
        if text := decoder.decode(piece):
            yield text.encode()
    yield decoder.decode(b"", final=True).encode()
