"""Nodes by the hundred thousand, held column by column: a node takes ten times the memory of what it says.

A chunk of nodes becomes a column for each of their fields, of numbers or of texts one after the other, and the nodes
inside them become columns, too. What no column fits is kept as it is.
"""

from __future__ import annotations

import dataclasses
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from sparkpmml.pmml.node import Node, Position

T = TypeVar("T", bound=Node)


class Packed(Sequence[T]):
    """Nodes in columns. They are made when they are asked for, each time anew."""

    __slots__ = ("_chunks", "_ends")

    def __init__(self) -> None:
        self._chunks: list[_Column] = []
        self._ends: list[int] = []

    def pack(self, nodes: Sequence[T]) -> None:
        """Take the next nodes, a chunk of them."""
        if nodes:
            self._ends.append(len(self) + len(nodes))
            self._chunks.append(_column(nodes))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            start, stop, step = place.indices(len(self))
            return tuple(self._read(start, stop))[::step] if step > 0 else tuple(self)[place]
        place = range(len(self))[place]
        chunk = bisect_right(self._ends, place)
        within = place - (self._ends[chunk - 1] if chunk else 0)
        return self._chunks[chunk].read(within, within + 1)[0]

    def __iter__(self) -> Iterator[T]:
        return self._read(0, len(self))

    def _read(self, start: int, stop: int) -> Iterator[T]:
        first = 0
        for chunk, end in zip(self._chunks, self._ends, strict=True):
            if end > start and first < stop:
                yield from chunk.read(max(start - first, 0), min(stop, end) - first)
            first = end


class _Column(Protocol):
    """Values of one field."""

    def read(self, start: int, stop: int) -> list[Any]:
        """The values from one place to another."""


class _Same:
    """One value again and again."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def read(self, start: int, stop: int) -> list[Any]:
        """See `_Column`."""
        return [self.value] * (stop - start)


class _Objects:
    """Values that are kept as they are."""

    __slots__ = ("_values",)

    def __init__(self, values: Sequence[Any]) -> None:
        self._values = tuple(values)

    def read(self, start: int, stop: int) -> list[Any]:
        """See `_Column`."""
        return list(self._values[start:stop])


class _Numbers:
    """Numbers of one type."""

    __slots__ = ("_numbers",)

    def __init__(self, numbers: NDArray[Any]) -> None:
        self._numbers = numbers

    def read(self, start: int, stop: int) -> list[Any]:
        """See `_Column`."""
        numbers: list[Any] = self._numbers[start:stop].tolist()
        return numbers


class _Texts:
    """Texts, one after the other."""

    __slots__ = ("_offsets", "_text")

    def __init__(self, texts: Sequence[str]) -> None:
        self._text = "".join(texts)
        self._offsets = _offsets(texts)

    def read(self, start: int, stop: int) -> list[Any]:
        """See `_Column`."""
        text = self._text
        return [text[first:last] for first, last in pairwise(self._offsets[start : stop + 1].tolist())]


class _Lists:
    """Lists of values, one after the other; of one type, which `make` makes of a Python list."""

    __slots__ = ("_child", "_make", "_offsets")

    def __init__(self, lists: Sequence[Sequence[Any]], make: Callable[[list[Any]], Any]) -> None:
        self._offsets = _offsets(lists)
        self._child = _column([value for each in lists for value in each])
        self._make = make

    def read(self, start: int, stop: int) -> list[Any]:
        """See `_Column`."""
        offsets = self._offsets[start : stop + 1].tolist()
        values, base = self._child.read(offsets[0], offsets[-1]), offsets[0]
        return [self._make(values[first - base : last - base]) for first, last in pairwise(offsets)]


class _Children:
    """Lists of nodes, one after the other."""

    __slots__ = ("_child", "_offsets")

    def __init__(self, lists: Sequence[Sequence[Node]]) -> None:
        self._offsets = _offsets(lists)
        self._child = _column([node for each in lists for node in each])

    def read(self, start: int, stop: int) -> list[Any]:
        """See `_Column`."""
        ends = pairwise(self._offsets[start : stop + 1].tolist())
        return [_Part(self._child, first, last) if last > first else () for first, last in ends]


class _Part(Sequence[Any]):
    """Some of a column's nodes, made when they are first asked for: most who go through nodes never look inside."""

    __slots__ = ("_column", "_nodes", "_start", "_stop")

    def __init__(self, column: _Column, start: int, stop: int) -> None:
        self._column = column
        self._start = start
        self._stop = stop
        self._nodes: list[Any] | None = None

    def _made(self) -> list[Any]:
        if self._nodes is None:
            self._nodes = self._column.read(self._start, self._stop)
        return self._nodes

    def __len__(self) -> int:
        return self._stop - self._start

    def __getitem__(self, place: Any) -> Any:
        found = self._made()[place]
        return tuple(found) if isinstance(place, slice) else found

    def __iter__(self) -> Iterator[Any]:
        return iter(self._made())


class _Nodes:
    """Nodes of one class: what all of them say alike, and a column for each of their other fields."""

    __slots__ = ("_alike", "_columns", "_names", "_positions", "_type")

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._type = type(nodes[0])
        self._positions = np.array([node.position for node in nodes], dtype=np.int32)
        names = [field.name for field in dataclasses.fields(self._type) if field.name != "position"]
        columns = {name: _column([getattr(node, name) for node in nodes]) for name in names}
        self._alike = {name: each.value for name, each in columns.items() if isinstance(each, _Same)}
        self._names = tuple(name for name in columns if name not in self._alike)
        self._columns = [columns[name] for name in self._names]

    def read(self, start: int, stop: int) -> list[Any]:
        """See `_Column`."""
        nodes, names, alike, make, place = [], self._names, self._alike, object.__new__, object.__setattr__
        fields = [column.read(start, stop) for column in self._columns]
        rows = zip(*fields, strict=True) if fields else [()] * (stop - start)
        for position, row in zip(self._positions[start:stop].tolist(), rows, strict=True):
            node = make(self._type)  # it was found to be valid when it was read
            own = vars(node)
            own.update(alike)
            own.update(zip(names, row, strict=True))
            place(node, "position", Position(*position))
            nodes.append(node)
        return nodes


class _Mixed:
    """Values of several types, each type's in a column of its own."""

    __slots__ = ("_columns", "_kinds", "_places")

    def __init__(self, values: Sequence[Any], kinds: Sequence[type]) -> None:
        numbers = {kind: number for number, kind in enumerate(kinds)}
        self._kinds = np.array([numbers[type(value)] for value in values], dtype=np.int32)
        self._places = np.empty(len(values), dtype=np.int32)
        self._columns = []
        for number, kind in enumerate(kinds):
            own = np.flatnonzero(self._kinds == number)
            self._places[own] = np.arange(len(own))
            self._columns.append(_column_of(kind, [values[place] for place in own.tolist()]))

    def read(self, start: int, stop: int) -> list[Any]:
        """See `_Column`."""
        values: list[Any] = [None] * (stop - start)
        for number, column in enumerate(self._columns):
            own = np.flatnonzero(self._kinds[start:stop] == number)
            if len(own):
                first = int(self._places[start + own[0]])
                for place, value in zip(own.tolist(), column.read(first, first + len(own)), strict=True):
                    values[place] = value
        return values


def _column(values: Sequence[Any]) -> _Column:
    kinds = list(dict.fromkeys(map(type, values)))
    if not kinds:
        return _Objects(())
    return _column_of(kinds[0], values) if len(kinds) == 1 else _Mixed(values, kinds)


def _column_of(kind: type, values: Sequence[Any]) -> _Column:
    """The column of values that are all of one type."""
    if kind is float:
        return _Numbers(np.array(values, dtype=np.float64))
    if issubclass(kind, Node):
        return _Nodes(values)
    if kind is tuple and any(each and isinstance(each[0], Node) for each in values):
        return _Children(values)
    if kind is tuple or kind is list:
        return _Lists(values, kind)
    if kind in (str, int, bool) and values.count(values[0]) == len(values):
        return _Same(values[0])
    if kind is str:
        return _Texts(values)
    if kind is int and min(values) > -_LARGEST and max(values) < _LARGEST:
        return _Numbers(np.array(values, dtype=np.int64))
    return _Same(values[0]) if all(value is values[0] for value in values) else _Objects(values)


_LARGEST = 1 << 63


def _offsets(parts: Iterable[Sequence[Any]]) -> NDArray[np.integer[Any]]:
    ends = list(accumulate(map(len, parts), initial=0))
    return np.array(ends, dtype=np.int32 if ends[-1] < 1 << 31 else np.int64)
