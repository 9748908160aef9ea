"""Trees' nodes from their texts at once, where these have the shape that nearly all producers of forests write.

An event of the XML parser costs a microsecond in Python, and a forest has two for each of a million elements. Here
Arrow numbers the pieces between quotes (see `tree.pieces`), Python looks at each distinct one, and numpy does the rest,
in a fifth of the time.

What is accepted is well-formed XML and valid PMML as it stands: no entity, comment or prefix, no attribute of another
name or in another order, no control character. Any other tree is left to the parser, which also has the words for what
is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparkpmml.models.tree.arrays import NAN, OPERATORS, Kind, Pools, TreeNodes, narrow
from sparkpmml.models.tree.pieces import ATTRIBUTES, Ints, Irregular, Pieces, Tag, require
from sparkpmml.models.tree.sets import take_out_sets

# By tag:
_DEPTH = np.array([1, -1, 0, 0, 0, 0], dtype=np.int16)
_IS_PREDICATE = np.array([False, False, True, True, True, False])
_BEFORE_DISTRIBUTION = np.array([False, False, True, True, True, True])
_KINDS = {name: int(kind) for name, kind in OPERATORS.items()}
_SET_KINDS = {"isIn": int(Kind.IS_IN), "isNotIn": int(Kind.IS_NOT_IN)}
_NEEDS_VALUE = np.array([Kind.EQUAL <= kind <= Kind.GREATER_OR_EQUAL for kind in Kind])
_IS_SET = np.array([kind in _SET_KINDS.values() for kind in Kind])
_END = "</Node>"

_Convert = Callable[[list[str]], Sequence[float] | NDArray[Any]]
_Columns = dict[str, NDArray[Any]]
"""By name, as in `TreeNodes`: the nodes, or distributions, of several trees."""


def read_nodes(texts: Sequence[str], pools: Pools) -> list[TreeNodes]:
    """The nodes of the trees whose texts these are, each from its root's start to before its root's end tag.

    A root stands in line 0. Irregular where any of them is not of the usual shape throughout.
    """
    text, sets = take_out_sets(_END.join(texts), pools)
    pieces = Pieces(text, pools.betweens)
    starts = np.cumsum([0, *(each.count("<Node") for each in texts)])  # of "<" nothing else is accepted
    nodes = _read_columns(pieces, starts, pools)
    is_set = _IS_SET[nodes["kind"]]
    require(np.count_nonzero(is_set) == len(sets))
    if sets:
        nodes["value"] = nodes["value"].copy()
        nodes["value"][is_set] = sets
    return _split(nodes, _read_distributions(pieces, len(nodes["kind"]), pools), starts, pools)


def _read_columns(pieces: Pieces, starts: Ints, pools: Pools) -> _Columns:
    is_node = pieces.tags == Tag.NODE
    parent = _parents(pieces.tags, starts)
    size = len(parent)
    line = pieces.lines[is_node]
    node = _Records(pieces, Tag.NODE, pieces.nodes, size)
    columns = {
        "parent": parent.astype(np.int32),
        "line": (line - np.repeat(line[starts[:-1]], np.diff(starts))).astype(np.int32),
        **{name: node.column("q", tag, pools.texts.codes, -1) for name, tag in _NODE_TEXTS.items()},
        "record_count": node.column("d", "recordCount", _floats, NAN),
    }
    test = _Records(pieces, Tag.SIMPLE, pieces.nodes, size)
    kind = test.column("b", "operator", _kinds, Kind.TRUE)
    kind = kind if kind.flags.writeable else kind.copy()
    kind[(np.cumsum(is_node) - 1)[pieces.tags == Tag.FALSE]] = Kind.FALSE
    field = test.column("i", "field", pools.fields.numbers, -1)
    value = test.column("q", "value", pools.texts.codes, -1)
    require(test.count("field") == test.count("operator") and (value != -1)[_NEEDS_VALUE[kind]].all())
    return columns | {"kind": kind, "field": field, "value": value}


def _floats(texts: list[str]) -> list[float]:
    return list(map(float, texts))


def _kinds(texts: list[str]) -> list[int]:
    kinds = _KINDS | _SET_KINDS
    return [kinds[text] for text in texts]


_NODE_TEXTS = {"id": "id", "score": "score", "default_child": "defaultChild"}


def _read_distributions(pieces: Pieces, size: int, pools: Pools) -> _Columns:
    tags = pieces.tags
    owners = (np.cumsum(tags == Tag.NODE) - 1)[tags == Tag.DISTRIBUTION]
    places = np.cumsum(pieces.attributes == ATTRIBUTES.index((Tag.DISTRIBUTION, "value"))) - 1
    part = _Records(pieces, Tag.DISTRIBUTION, places, len(owners))
    return {
        "distribution_node": owners.astype(np.int32),
        "distribution_value": part.column("q", "value", pools.texts.codes, -1),
        "distribution_count": part.column("d", "recordCount", _floats, NAN),
        "distribution_probability": part.column("d", "probability", _floats, NAN),
        "distribution_confidence": part.column("d", "confidence", _floats, NAN),
    }


def _split(nodes: _Columns, distributions: _Columns, starts: Ints, pools: Pools) -> list[TreeNodes]:
    """A TreeNodes for each tree; tree i has the nodes from starts[i] to before starts[i + 1]."""
    bounds = np.searchsorted(distributions["distribution_node"], starts)
    parent = nodes["parent"]
    nodes["parent"] = np.where(parent < 0, -1, parent - np.repeat(starts[:-1], np.diff(starts)))
    distributions["distribution_node"] = distributions["distribution_node"] - np.repeat(starts[:-1], np.diff(bounds))
    columns = {name: narrow(values) for name, values in (nodes | distributions).items()}
    spans = zip(pairwise(starts.tolist()), pairwise(bounds.tolist()), strict=True)
    return [TreeNodes(pools, columns, *each) for each in spans]


class _Records:
    """The attributes of all tags of a kind, of which there are `size`; `places` says of which one each value is."""

    def __init__(self, pieces: Pieces, tag: Tag, places: Ints, size: int) -> None:
        self._pieces = pieces
        self._tag = tag
        self._places = places
        self._size = size

    def _select(self, name: str) -> Ints:
        return np.flatnonzero(self._pieces.attributes == ATTRIBUTES.index((self._tag, name)))

    def count(self, name: str) -> int:
        """How many of them have the attribute."""
        return len(self._select(name))

    def column(self, code: str, name: str, convert: _Convert, default: float) -> NDArray[Any]:
        """The attribute's values, each distinct one converted once; `code` is the array's type."""
        chosen = self._select(name)
        if not len(chosen):
            return np.broadcast_to(np.array(default, dtype=code), self._size)  # takes no memory
        numbers, words = self._pieces.values[chosen], self._pieces.words
        distinct = np.flatnonzero(np.bincount(numbers))
        table = np.zeros(len(words), dtype=code)
        try:
            table[distinct] = convert([words[number][1:] for number in distinct.tolist()])
        except (ValueError, KeyError):
            raise Irregular from None
        column = np.full(self._size, default, dtype=code)
        column[self._places[chosen]] = table[numbers]
        return column


def _parents(tags: Ints, starts: Ints) -> Ints:
    """Each node's parent, -1 for a root. Requires a predicate right after each node's start, then distributions; and
    that the trees' roots are the nodes at `starts`, and end where the next one starts."""
    is_node = tags == Tag.NODE
    depth = np.cumsum(_DEPTH[tags], dtype=np.int16)  # sorted in linear time; one that wraps is below 0
    require(is_node[0] and depth.min() >= 0 and depth[-1] == 1 and not is_node[-1])
    require(np.count_nonzero(depth == 0) == len(starts) - 2)  # after each tree but the last
    require((_IS_PREDICATE[tags[1:]] == is_node[:-1]).all())
    require(_BEFORE_DISTRIBUTION[tags[:-1]][tags[1:] == Tag.DISTRIBUTION].all())
    depths = depth[is_node]
    require(np.array_equal(np.flatnonzero(depths == 1), starts[:-1]) and len(depths) == starts[-1])
    size, order = len(depths), np.argsort(depths, kind="stable")
    levels = depths.astype(np.int64) * size
    above = order[np.searchsorted(levels[order] + order, levels - size + np.arange(size)) - 1]
    return np.where(depths == 1, -1, above)  # the last node that began a level up
