"""What elements say that occur by the hundred thousand, one column for each of their attributes."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

_CHUNK_TEXTS = 1 << 12


class Texts:
    """Texts, each 4 bytes more than it is long; None where there is none."""

    def __init__(self, texts: Iterable[str | None] = ()) -> None:
        self._chunks: list[pa.Array] = []
        self._open = list(texts)
        self.append, self.extend = self._open.append, self._open.extend
        """Take the next texts. Whoever adds many of them calls `pack` now and then."""

    def __len__(self) -> int:
        return sum(map(len, self._chunks)) + len(self._open)

    def pack(self) -> None:
        """Pack what was added last if it is much."""
        if len(self._open) >= _CHUNK_TEXTS:
            self._close()

    def _close(self) -> None:
        self._chunks.append(pa.array(self._open, pa.string()))
        self._open.clear()

    @property
    def packed(self) -> pa.Array:
        """All of them."""
        if self._open or len(self._chunks) != 1:
            self._close()
            self._chunks = [pa.concat_arrays(self._chunks)]
        return self._chunks[0]

    def to_list(self) -> list[Any]:
        """All of them as Python strings, or None."""
        texts: list[Any] = self.packed.to_pylist()
        return texts

    def __getitem__(self, place: int) -> str | None:
        text: str | None = self.packed[place].as_py()
        return text

    def places_in(self, known: Texts) -> NDArray[np.int32]:
        """int32[n]: where in `known` each of the texts stands, of several places the last; -1 where it does not."""
        reverse = pa.array(np.arange(len(known) - 1, -1, -1))
        found = pc.index_in(self.packed, value_set=known.packed.take(reverse)).fill_null(len(known))
        places: NDArray[np.int32] = len(known) - 1 - found.to_numpy()
        return places


class TextList(list[str]):
    """One attribute of the few elements in one of many."""

    __slots__ = ("_field",)

    def __init__(self, field: str) -> None:
        self._field = field

    def add(self, values: dict[str, Any]) -> None:
        """See `Columns`."""
        self.append(values[self._field])


class TextColumn(Texts):
    """One attribute of elements that have no other."""

    def __init__(self, field: str) -> None:
        super().__init__()
        self._field = field

    def add(self, values: dict[str, Any]) -> None:
        """See `Columns`."""
        self.append(values[self._field])
        self.pack()


class NumberColumn:
    """One attribute of elements that have no other."""

    def __init__(self, field: str) -> None:
        self._field = field
        self._numbers = array("d")

    def __len__(self) -> int:
        return len(self._numbers)

    def add(self, values: dict[str, Any]) -> None:
        """See `Columns`."""
        self._numbers.append(values[self._field])

    @property
    def numbers(self) -> NDArray[np.float64]:
        return as_array(self._numbers)


def text_column(field: str) -> Callable[[], TextColumn]:
    """For the declaration of children that have one attribute, which is read into `field`."""
    return partial(TextColumn, field)


def text_list(field: str) -> Callable[[], TextList]:
    """As `text_column`, of few children in one of many elements."""
    return partial(TextList, field)


def number_column(field: str) -> Callable[[], NumberColumn]:
    """As `text_column`."""
    return partial(NumberColumn, field)


class Stated:
    """Numbers that need not be stated."""

    def __init__(self) -> None:
        self._numbers = array("d")
        self._stated = bytearray()

    def append(self, number: float | None) -> None:
        """The next one, None where it is not stated."""
        self._numbers.append(0.0 if number is None else number)
        self._stated.append(number is not None)

    @property
    def numbers(self) -> NDArray[np.float64]:
        """float64[n], anything where none is stated."""
        return as_array(self._numbers)

    @property
    def stated(self) -> NDArray[np.bool_]:
        """bool[n]"""
        return np.asarray(self._stated).view(np.bool_)


def as_array(numbers: array[Any]) -> NDArray[Any]:
    """The numbers of an array that does not grow any more, without a copy."""
    return np.asarray(numbers)
