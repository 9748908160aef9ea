"""Lists of values in text (specification: GeneralStructure, Array): blanks separate, quotes hold together."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sparkpmml.pmml.node import Node, Position, attribute, content, element, integer

_ITEM = re.compile(r'"((?:[^"\\]|\\.)*)"|([^\s"]+)', re.DOTALL)
_ESCAPE = re.compile(r'\\(["\\])')
_QUOTED, _ESCAPED = re.compile(r'(["\\])'), r"\\\1"


def split_array(text: str) -> tuple[str, ...]:
    """The items of an array's text; a quote inside a quoted item is written with a backslash before it."""
    if '"' not in text:
        return tuple(text.split())
    parts = text.split('"')
    if len(parts) % 2 and "\\" not in text and not "".join(parts[::2]).strip():  # all are quoted, and plainly
        return tuple(parts[1::2])
    return tuple(
        _ESCAPE.sub(r"\1", match.group(1)) if match.group(1) is not None else match.group(2)
        for match in _ITEM.finditer(text)
    )


@element("Array", "array", "INT-Array", "REAL-Array", "NUM-ARRAY", "STRING-ARRAY", "REAL-ARRAY", "INT-ARRAY")
class Array(Node):
    """A list of values; the type names int, real or string."""

    n: int | None = attribute(integer, default=None)
    type: str = attribute(default="")
    text: str = content()

    @classmethod
    def of(cls, items: Iterable[str], position: Position) -> Array:
        """The array that holds these values."""
        return cls(position=position, text=" ".join(f'"{_QUOTED.sub(_ESCAPED, item)}"' for item in items))

    @property
    def items(self) -> tuple[str, ...]:
        """The values, which are split anew for whoever asks: a corpus has millions."""
        return split_array(self.text)

    def __post_init__(self) -> None:
        if self.n is not None and self.n != (held := len(self.items)):
            raise ValueError(f"says n={self.n} but holds {held} values")
