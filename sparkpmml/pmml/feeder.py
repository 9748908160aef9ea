"""Feeds an expat parser with a document, and with blanks in place of each tree that is read from its text at once.

The blanks have the lines and columns of what they stand for, so every position after them is the document's. Whether
`<Node ...>` in the bytes is the root of a tree, and not part of a comment, say, only the parser knows: it is fed to the
end of that tag, and if that made it start a reader of texts, the reader is offered the tree. Where the reader declines,
the parser gets the document as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Protocol

from sparkpmml.pmml.encoding import Source

CHUNK_BYTES = 1 << 20
_ROOT = re.compile(rb"<Node(?:[ \t\r\n][^<>]*)?>")
_END, _ROOT_END = b"</TreeModel>", b"</Node>"
_LARGEST_TREE = 16 << 20
"""In bytes. What is larger is parsed as it comes: while a text is read, its parts take some ten times its size."""
_LONGEST_TAG = 1 << 12
_ENCODINGS = {"utf-8": "utf-8", "us-ascii": "ascii", "iso-8859-1": "latin-1"}
"""Those of expat's own that agree with ASCII, and so with `_ROOT`; and Python's names for them."""


class TextReader(Protocol):
    """A reader of subtrees that may be able to read a tree from its text."""

    def read_text(self, text: str, following: Callable[[], list[str]]) -> bool:
        """`text`: from the root's start to before its end tag, line ends as \\n. Was it read?

        If so, the next event is the root's end; if not, it is as if nothing had happened. `following` gives the texts
        that may be offered next, for a reader that had rather read many at once.
        """


class Feeder:
    """One document's way into its parser."""

    def __init__(self, parser: Any) -> None:
        self._parser = parser
        self._fed = 0
        self._offer: tuple[int, TextReader] | None = None
        self._encoding: str | None = "utf-8"
        parser.XmlDeclHandler = self._declare
        parser.StartDoctypeDeclHandler = self._refuse_shortcuts

    def _declare(self, version: str, encoding: str | None, standalone: int) -> None:
        self._encoding = _ENCODINGS.get((encoding or "utf-8").lower())

    def _refuse_shortcuts(self, *_: Any) -> None:
        self._encoding = None  # a document type may give attributes that are not in the text

    def offer(self, reader: TextReader) -> None:
        """To be called when the parser has started an element whose text `reader` may be able to read."""
        self._offer = (self._parser.CurrentByteIndex, reader)

    def feed(self, source: Source) -> None:
        """The whole document; raises what the parser and its handlers raise."""
        held = b""
        while chunk := source.read(CHUNK_BYTES):
            held = self._feed_trees(held + chunk)
        self._parse(held)
        self._parser.Parse(b"", True)

    def _parse(self, data: bytes) -> None:
        self._parser.Parse(data, False)
        self._fed += len(data)

    def _feed_trees(self, data: bytes) -> bytes:
        """Parse what is complete; what is left must wait for more."""
        place = 0
        while root := _ROOT.search(data, place):
            end = data.find(_END, root.end())
            if end < 0 and len(data) - root.start() < _LARGEST_TREE:
                self._parse(data[place : root.start()])
                return data[root.start() :]
            end = end if end >= 0 else len(data)
            tag_at = self._fed + root.start() - place
            self._parse(data[place : root.end()])
            self._parse(self._read_tree(tag_at, data, root, end))
            place = end
        tag = data.rfind(b"<", place)  # it may be cut
        whole = tag if tag >= 0 and len(data) - tag < _LONGEST_TAG else len(data)
        self._parse(data[place:whole])
        return data[whole:]

    def _read_tree(self, tag_at: int, data: bytes, root: re.Match[bytes], end: int) -> bytes:
        """What to feed for a tree after its root's start tag: blanks and what follows them, or all."""
        offer, self._offer = self._offer, None
        parts = self._cut(data[root.start() : end]) if offer is not None and offer[0] == tag_at else None
        if offer is None or parts is None or not offer[1].read_text(parts[0], lambda: self._texts(data, end)):
            return data[root.end() : end]
        return _blank(parts[0][root.end() - root.start() :]).encode() + parts[1]

    def _cut(self, tree: bytes) -> tuple[str, bytes] | None:
        """A tree's text, and its root's end tag with what follows; None where it has none or is not to be read."""
        place = tree.rfind(_ROOT_END)
        if place < 0 or self._encoding is None:
            return None
        try:
            text = tree[:place].decode(self._encoding)
        except UnicodeDecodeError:
            return None
        if "\r" in text:
            text = text.replace("\r\n", "\n")
        return None if "\r" in text else (text, tree[place:])

    def _texts(self, data: bytes, place: int) -> list[str]:
        """The texts of all whole trees from a place on."""
        texts = []
        while root := _ROOT.search(data, place):
            place = data.find(_END, root.end())
            if place < 0:
                break
            if parts := self._cut(data[root.start() : place]):
                texts.append(parts[0])
        return texts


def _blank(text: str) -> str:
    """Blanks that end where the text ends, in lines and columns."""
    lines = text.count("\n")
    return "\n" * lines + " " * (len(text) - text.rfind("\n") - 1)
