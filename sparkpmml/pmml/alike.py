"""Elements that a document has again and again: each tree of a forest lists the fields that it reads."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sparkpmml.pmml.node import Node, Position

T = TypeVar("T", bound=Node)


class Alike(Sequence[T]):
    """Nodes that are like others but for their positions. They are made when they are asked for, each time anew."""

    __slots__ = ("_likes", "_positions")

    def __init__(self, likes: Sequence[T], positions: Sequence[Position]) -> None:
        self._likes = likes
        self._positions = array("i", [number for position in positions for number in position])

    def __len__(self) -> int:
        return len(self._likes)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return tuple(self)[place]
        place = range(len(self))[place]
        like = self._likes[place]
        node = object.__new__(type(like))  # it is known to be valid
        vars(node).update(vars(like))
        object.__setattr__(node, "position", Position(*self._positions[2 * place : 2 * place + 2]))
        return node

    def __iter__(self) -> Iterator[T]:
        return map(self.__getitem__, range(len(self)))
