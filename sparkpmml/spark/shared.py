"""Large programs, held once per machine: the workers map one file instead of each unpacking a copy of its own.

The first worker that needs a program unpacks it and writes its arrays to a private temporary file, named by the
program's fingerprint; all of them map that file read-only, so the system holds its pages once. Where there is no place
for the file, or it is damaged, a worker keeps its own copy, which costs memory and nothing else. Files that no worker
opened for a day are deleted by the next that writes one; a file that is mapped lives on until its last worker ends.
"""

from __future__ import annotations

import contextlib
import logging
import mmap
import os
import pickle
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from sparkpmml.storage import LOCK, keep_within, locked, temporary_directory, write_whole

if TYPE_CHECKING:
    from sparkpmml.runtime.program import Program
    from sparkpmml.spark.worker import ProgramSource

_LOGGER = logging.getLogger(__name__)

LARGE_BYTES = 4 << 20
"""From this size a program is shared. Below, 32 copies take less than one worker with its pandas and numba."""
_ARRAY_BYTES = 1 << 14
"""Smaller arrays stay in the pickle: some are written into the steps' own records, and all together they are small."""
_ALIGNMENT = 64
_KEPT_BYTES, _KEPT_SECONDS = 8 << 30, 86_400.0
_SUFFIX = ".program"
_HEAD = struct.Struct("<8sQI")
"""A mark, the index's length in bytes, and the CRC-32 of all that follows."""
_MARK = b"sparkpm1"


@dataclass(frozen=True, slots=True)
class SharedProgram:
    """A source of the program with this fingerprint that unpacks another source at most once per machine."""

    fingerprint: str
    source: ProgramSource

    @property
    def value(self) -> Program:
        """The program, mapped if that can be."""
        directory = temporary_directory("programs")
        if directory is None:
            return self.source.value
        path = directory / f"{self.fingerprint}{_SUFFIX}"
        with contextlib.ExitStack() as stack:
            if not path.exists():
                with contextlib.suppress(OSError, ImportError):  # no locks: several write, and rename, the same
                    stack.enter_context(locked(path.with_suffix(LOCK)))
            return _open(path) or self._share(path)

    def _share(self, path: Path) -> Program:
        program = self.source.value
        try:
            keep_within(path.parent, _SUFFIX, _KEPT_BYTES, _KEPT_SECONDS)
            _write(path, program)
        except OSError as error:
            _LOGGER.warning("this worker keeps its own copy of %s: %s", program.name, error)
            return program
        mapped = _open(path)
        if mapped is None:
            return program
        vars(self.source).pop("_value", None)  # a Broadcast holds on to what it unpacked
        return mapped


def _write(path: Path, program: Program) -> None:
    buffers: list[memoryview] = []

    def is_small(buffer: pickle.PickleBuffer) -> bool:
        raw = buffer.raw()
        if raw.nbytes < _ARRAY_BYTES:
            return True
        buffers.append(raw)
        return False

    meta = pickle.dumps(program, protocol=5, buffer_callback=is_small)
    index = pickle.dumps((len(meta), [buffer.nbytes for buffer in buffers]))
    parts: list[Any] = [index, meta]
    place = _HEAD.size + len(index) + len(meta)
    for buffer in buffers:
        gap = -place % _ALIGNMENT
        parts += [bytes(gap), buffer]
        place += gap + buffer.nbytes
    checksum = 0
    for part in parts:
        checksum = zlib.crc32(part, checksum)
    write_whole(path, [_HEAD.pack(_MARK, len(index), checksum), *parts])


def _open(path: Path) -> Program | None:
    """The program in this file; None where there is none, or it is not whole."""
    try:
        with path.open("rb") as file:
            view = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        os.utime(path)
    except (OSError, ValueError):  # no file, or an empty one
        return None
    if len(view) < _HEAD.size:
        return None
    mark, index_size, checksum = _HEAD.unpack(view[: _HEAD.size])
    if mark != _MARK or zlib.crc32(view[_HEAD.size :]) != checksum:
        _LOGGER.warning("%s is damaged and is written anew", path)
        return None
    place = _HEAD.size + index_size
    meta_size, sizes = pickle.loads(view[_HEAD.size : place])
    meta = view[place : place + meta_size]
    place += meta_size
    buffers = []
    for size in sizes:
        place += -place % _ALIGNMENT
        buffers.append(view[place : place + size])
        place += size
    return cast("Program", pickle.loads(meta, buffers=buffers))
