"""The layout of a block: the columns of a batch of rows as one binary value, which the Java classes in extension/blocks
write and read, too.

A mark, the number of rows and that of the columns (int32), then the columns. A column is two int32, its number of
values and whether some are null; the validity bitmap if some are; then, by its type, the values as Arrow has them: the
data; or int32 offsets and the data, or the elements' column, or those of the keys and the items; or the fields'
columns. All numbers are little-endian, and all parts begin at a multiple of eight bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.types as pat

MARK = b"spmmlB1\0"
_HEAD = struct.Struct("<8sii")
_COLUMN = struct.Struct("<ii")
_ALIGNMENT = 8
_PADDING = tuple(bytes(-size % _ALIGNMENT) for size in range(_ALIGNMENT))

_Part: TypeAlias = Any
"""What holds bytes: an Arrow buffer, a numpy array, or bytes."""


def read_block(block: pa.Buffer, types: Sequence[pa.DataType]) -> tuple[int, list[pa.Array]]:
    """The number of rows, and the first columns, whose types are these, as arrays that share the block's memory.

    Raises a ValueError where the bytes are no block: the jar is of another version then.
    """
    mark, rows, _ = _HEAD.unpack_from(block)
    if mark != MARK:
        raise ValueError(f"no block of sparkpmml, it begins with {mark!r}: the jar and the package have other versions")
    reader = _Reader(block, _HEAD.size)
    return rows, [reader.read(each) for each in types]


def write_block(rows: int, columns: Sequence[_Part | list[_Part]]) -> bytes:
    """A block of columns of `rows` values each, in the parts that `column_parts` or `struct_parts` made of them."""
    parts: list[Any] = [_HEAD.pack(MARK, rows, len(columns))]
    for column in columns:
        parts += column
    return b"".join(parts)


class _Reader:
    """Reads one column after the other."""

    def __init__(self, block: pa.Buffer, place: int) -> None:
        self._block = block
        self._place = place

    def read(self, wanted: pa.DataType) -> pa.Array:
        rows, has_nulls = _COLUMN.unpack_from(self._block, self._place)
        self._place += _COLUMN.size
        validity = self._take((rows + 7) // 8) if has_nulls else None
        unknown = -1 if has_nulls else 0
        if pat.is_list(wanted):
            offsets = self._take(4 * (rows + 1))
            return pa.Array.from_buffers(wanted, rows, [validity, offsets], unknown, 0, [self.read(wanted.value_type)])
        if pat.is_string(wanted):
            offsets = self._take(4 * (rows + 1))
            length = int(np.frombuffer(offsets, np.int32)[-1])
            return pa.Array.from_buffers(wanted, rows, [validity, offsets, self._take(length)], unknown)
        data = self._take((rows * wanted.bit_width + 7) // 8)
        return pa.Array.from_buffers(wanted, rows, [validity, data], unknown)

    def _take(self, size: int) -> pa.Buffer:
        taken = self._block.slice(self._place, size)
        self._place += size + -size % _ALIGNMENT
        return taken


def struct_parts(rows: int, fields: Sequence[pa.Array]) -> list[_Part]:
    """A column of structs, none of them null, with these fields."""
    parts: list[_Part] = [_COLUMN.pack(rows, 0)]
    for field in fields:
        parts += column_parts(field)
    return parts


def column_parts(array: pa.Array) -> list[_Part]:
    """The parts of a column, for `write_block`; text and numbers of any width are those that Spark's types have."""
    return list(_column(_normal(array)))


def _normal(array: pa.Array) -> pa.Array:
    """The array with a type whose layout Spark's has."""
    kind = array.type
    if pat.is_dictionary(kind):
        return _normal(array.dictionary_decode())
    if pat.is_integer(kind):
        return array.cast(pa.int64())
    if pat.is_large_string(kind):
        return array.cast(pa.string())
    if pat.is_date64(kind):
        return array.cast(pa.date32())
    return array.cast(pa.timestamp("us")) if pat.is_timestamp(kind) else array


def _column(array: pa.Array) -> Iterator[_Part]:
    has_nulls = array.null_count > 0
    yield _COLUMN.pack(len(array), has_nulls)
    if has_nulls:
        yield from _padded(_bits(array.is_valid()))
    kind = array.type
    if pat.is_map(kind) or pat.is_list(kind):
        yield from _nested(array)
    elif pat.is_string(kind):
        offsets = _offsets(array)
        yield from _padded(offsets - offsets[0])
        data = array.buffers()[2]
        yield from _padded(data.slice(int(offsets[0]), int(offsets[-1] - offsets[0])) if data is not None else b"")
    elif pat.is_boolean(kind):
        yield from _padded(_bits(array))
    else:
        width = kind.bit_width // 8
        yield from _padded(array.buffers()[1].slice(array.offset * width, len(array) * width) if len(array) else b"")


def _nested(array: pa.Array) -> Iterator[_Part]:
    offsets = _offsets(array)
    yield from _padded(offsets - offsets[0])
    children = (array.keys, array.items) if pat.is_map(array.type) else (array.values,)
    for child in children:
        yield from _column(_normal(child.slice(int(offsets[0]), int(offsets[-1] - offsets[0]))))


def _offsets(array: pa.Array) -> np.ndarray[Any, np.dtype[np.int32]]:
    """Where each value begins, and where the last ends."""
    buffer = array.buffers()[1]
    if buffer is None or not len(array):
        return np.zeros(1, np.int32)
    return np.frombuffer(buffer, np.int32, len(array) + 1, 4 * array.offset)


def _bits(array: pa.BooleanArray) -> _Part:
    """The values' bitmap from the first bit on."""
    if array.offset % 8 == 0 and len(array):
        return array.buffers()[1].slice(array.offset // 8, (len(array) + 7) // 8)
    values = array.fill_null(False).to_numpy(zero_copy_only=False)
    return np.packbits(values, bitorder="little")


def _padded(part: _Part) -> Iterator[_Part]:
    size = part.size if isinstance(part, pa.Buffer) else memoryview(part).nbytes
    yield part
    if size % _ALIGNMENT:
        yield _PADDING[size % _ALIGNMENT]
