"""Markup that describes a model and never changes a score, kept as it stands (specification: Statistics)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sparkpmml.pmml.node import Node, element


@dataclass(slots=True)
class Markup:
    """An element as it is written: its name without prefix, attributes, text and children."""

    tag: str
    attributes: dict[str, str]
    text: str = ""
    children: list[Markup] = field(default_factory=list)

    def find(self, tag: str) -> Iterator[Markup]:
        """All elements of that name below this one, in document order."""
        for child in self.children:
            if child.tag == tag:
                yield child
            yield from child.find(tag)


class _MarkupReader:
    """Keeps all that stands inside an element."""

    def __init__(self, reader: Any, attributes: dict[str, str]) -> None:
        self._reader = reader
        self._root = Markup("", attributes)
        self._open = [self._root]
        reader.listen(self._text)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        made = Markup(tag.rpartition(":")[2], attributes)
        self._open[-1].children.append(made)
        self._open.append(made)

    def _text(self, data: str) -> None:
        self._open[-1].text += data

    def end(self, tag: str) -> None:
        made = self._open.pop()
        made.text = made.text.strip()
        if not self._open:
            made.tag = tag.rpartition(":")[2]
            self._reader.listen(None)
            self._reader.finish(made)


@element("ModelStats", reader=_MarkupReader)
class ModelStats(Node):
    """Statistics of the fields in the training data."""

    subtree: Markup


@element("ModelExplanation", reader=_MarkupReader)
class ModelExplanation(Node):
    """How good the model was found to be: quality measures, lifts, confusion matrices."""

    subtree: Markup
