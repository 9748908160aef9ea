"""Arrays that name only some of their values (specification: GeneralStructure, Sparse Array)."""

from __future__ import annotations

from sparkpmml.pmml.node import Node, attribute, children, content, element, integer, number


def _integers(text: str) -> list[float]:
    values = _numbers(text)
    return values if all(map(float.is_integer, values)) else [integer(item) for item in text.split()]


def _numbers(text: str) -> list[float]:
    items = text.split()
    try:
        return list(map(float, items))
    except ValueError:
        return list(map(number, items))  # which says what is wrong


@element("Indices")
class Indices(Node):
    """The places, from 1, of the values that are named."""

    places: list[float] = content(_integers)


@element("REAL-Entries", "INT-Entries")
class Entries(Node):
    """The values at those places."""

    values: list[float] = content(_numbers)


@element("REAL-SparseArray", "INT-SparseArray")
class SparseArray(Node):
    """A list of numbers most of which are the default."""

    n: int | None = attribute(integer, default=None)
    default_value: float = attribute(number, default=0.0)
    indices: tuple[Indices, ...] = children(Indices)
    entries: tuple[Entries, ...] = children(Entries)

    @property
    def places(self) -> list[float]:
        """The places, from 1, of the values that are named."""
        return [place for each in self.indices for place in each.places]

    @property
    def values(self) -> list[float]:
        """The values at those places."""
        return [value for each in self.entries for value in each.values]
