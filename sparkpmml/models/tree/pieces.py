"""A tree's text cut at its quotes, for `tree.text`.

The pieces are by turns an attribute's value and what stands between two values, such as `/></Node><Node score=`. Of the
latter a forest has few distinct ones, and each is looked at once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Ints = NDArray[np.int64]


class Irregular(Exception):
    """This text is not of the usual shape."""


def require(condition: object) -> None:
    """Irregular unless it holds."""
    if not condition:
        raise Irregular


class Tag(IntEnum):
    """A start or end tag, or an empty element, as far as a usual tree has them."""

    NODE = 0
    NODE_END = 1
    TRUE = 2
    FALSE = 3
    SIMPLE = 4
    DISTRIBUTION = 5


ATTRIBUTES = (
    *((Tag.NODE, name) for name in ("id", "score", "recordCount", "defaultChild")),
    *((Tag.SIMPLE, name) for name in ("field", "operator", "value")),
    *((Tag.DISTRIBUTION, name) for name in ("value", "recordCount", "probability", "confidence")),
)
"""By number; those of one tag must stand in this order."""

_TAG_OF = np.array([tag for tag, _ in ATTRIBUTES], dtype=np.int64)
_NAMES = tuple(dict.fromkeys(name for _, name in ATTRIBUTES))
_NUMBER_OF = np.array(
    [[ATTRIBUTES.index(each) if (each := (tag, name)) in ATTRIBUTES else -1 for name in _NAMES] for tag in Tag]
)
"""[tag, name]: the attribute's number, -1 for none."""

_WHOLE = {"<Node>": Tag.NODE, "</Node>": Tag.NODE_END, "<True/>": Tag.TRUE, "<False/>": Tag.FALSE}
_STARTED = {"Node": Tag.NODE, "SimplePredicate": Tag.SIMPLE, "ScoreDistribution": Tag.DISTRIBUTION}
_TAGS = re.compile("|".join(_WHOLE).replace("/>", " ?/>"))
_STARTS = "Node (?:id|score|recordCount|defaultChild)|SimplePredicate field|ScoreDistribution value"
_NO_VALUE = re.compile('[<&\x00-\x1f\ufffe\uffff]|""|"$')
"""What no value may hold, or be: an empty one is unusual enough."""
_BETWEEN = re.compile(
    rf" (?P<name>{'|'.join(_NAMES)})="
    rf"| ?(?P<slash>/?)>(?P<tags>(?:[ \t\n]*(?:{_TAGS.pattern}))*)[ \t\n]*(?:<(?P<start>{_STARTS})=)?"
)


@dataclass(frozen=True, slots=True)
class Between:
    """What stands between two values: the name of the same tag's next attribute, or the tag's end and what follows."""

    name: int = -1
    is_empty: bool = False
    start: int = -1
    """The attribute that the last tag begins with, where it is left open."""
    tags: tuple[Tag, ...] = ()
    lines: tuple[int, ...] = ()
    """The line ends before each tag."""
    line_count: int = 0

    @classmethod
    def read(cls, piece: str) -> Between:
        """From the text and the quote before it."""
        match = _BETWEEN.fullmatch(piece, 1)
        if match is None:
            raise Irregular
        if match["name"]:
            return cls(name=_NAMES.index(match["name"]))
        tags = [(_WHOLE[tag[0].replace(" ", "")], tag.start()) for tag in _TAGS.finditer(piece, match.start("tags"))]
        start = -1
        if match["start"]:
            tag, name = match["start"].split()
            start = ATTRIBUTES.index((_STARTED[tag], name))
            tags.append((_STARTED[tag], match.start("start")))
        lines = tuple(piece.count("\n", 0, place) for _, place in tags)
        return cls(-1, match["slash"] == "/", start, tuple(tag for tag, _ in tags), lines, piece.count("\n"))


class Pieces:
    """A tree's pieces: `values` as numbers of `words`, which are the distinct pieces, each with the quote before it;
    the `tags`, and the line ends before each; and by value, the number of its attribute and its node's place."""

    def __init__(self, text: str, known: dict[str, Between]) -> None:
        self.words, pieces = _cut(text)
        self.values = pieces[2::2]
        require(
            not _NO_VALUE.search("".join([self.words[value] for value in np.flatnonzero(np.bincount(self.values))]))
        )
        distinct, which = _number(pieces[1::2], len(self.words))
        read = [_look_up(known, self.words[word]) for word in distinct.tolist()]
        between, place = _expand(np.array([len(each.tags) for each in read]), which)
        line_counts = _column(read, "line_count")[which]
        self.tags: Ints = np.array([tag for each in read for tag in each.tags], dtype=np.int64)[place]
        self.lines: Ints = np.array([line for each in read for line in each.lines], dtype=np.int64)[place]
        self.lines += (np.cumsum(line_counts) - line_counts)[between]
        starts = _column(read, "start")[which]
        self.attributes = _resolve(_column(read, "name")[which], starts, _column(read, "is_empty")[which] > 0)
        self.nodes: Ints = np.cumsum(np.array([each.tags.count(Tag.NODE) for each in read])[which])[:-1] - 1


def _cut(text: str) -> tuple[list[str], Ints]:
    """The distinct pieces, and the pieces as numbers of them.

    The text is cut as if it stood after a start tag with an attribute, so that the first piece is a value.
    """
    data = b'"0">' + text.encode() + b'"'
    quotes = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == ord('"')).astype(np.int32)
    require(len(quotes) % 2)
    pieces = pa.Array.from_buffers(pa.utf8(), len(quotes) - 1, [None, pa.py_buffer(quotes), pa.py_buffer(data)])
    encoded = pieces.dictionary_encode()
    return encoded.dictionary.to_numpy(zero_copy_only=False).tolist(), encoded.indices.to_numpy().astype(np.int64)


def _number(values: Ints, size: int) -> tuple[Ints, Ints]:
    """(the distinct ones, ascending, of values below `size`; the place of each value among them)."""
    distinct = np.flatnonzero(np.bincount(values, minlength=size))
    place = np.zeros(size, dtype=np.int64)
    place[distinct] = np.arange(len(distinct))
    return distinct, place[values]


def _look_up(known: dict[str, Between], piece: str) -> Between:
    found = known.get(piece)
    if found is None:
        found = known[piece] = Between.read(piece)
    return found


def _column(records: Sequence[Between], name: str) -> Ints:
    return np.array([getattr(each, name) for each in records], dtype=np.int64)


def _expand(counts: Ints, which: Ints) -> tuple[Ints, Ints]:
    """Of lists with these lengths, laid end to end, those chosen by `which`: (choice, place) of each item."""
    chosen = counts[which]
    shift = (np.cumsum(counts) - counts)[which] - (np.cumsum(chosen) - chosen)
    choice = np.repeat(np.arange(len(which)), chosen)
    return choice, np.arange(len(choice)) + shift[choice]


def _resolve(names: Ints, starts: Ints, is_empty: NDArray[np.bool_]) -> Ints:
    """Each value's attribute, from what stands between: its name alone, or its tag's start, or at the end neither."""
    is_name, is_start = names >= 0, starts >= 0
    require((is_name | is_start)[:-1].all() and not is_name[-1] and not is_start[-1])
    if len(names) == 1:
        return np.empty(0, dtype=np.int64)
    require(is_start[0])
    latest = np.maximum.accumulate(np.where(is_start, np.arange(len(starts)), 0))
    open_tags = _TAG_OF[starts[latest]]
    attributes = np.where(is_start, starts, _NUMBER_OF[open_tags, names])[:-1]
    in_order = is_start[1:-1] | (attributes[1:] > attributes[:-1])
    ended = np.concatenate([[Tag.NODE], open_tags[:-1]])
    require(in_order.all() and (is_empty == (ended != Tag.NODE))[~is_name].all())
    return attributes
