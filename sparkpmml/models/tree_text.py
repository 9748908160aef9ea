"""A tree's nodes from their text at once, where it has the shape that nearly all producers of forests write.

An event of the XML parser costs a microsecond in Python, and a forest has two for each of a million elements. Here
Arrow numbers the pieces between quotes (see `tree_pieces`), Python looks at each distinct one, and numpy does the rest,
in a fifth of the time.

What is accepted is well-formed XML and valid PMML as it stands: no entity, comment or prefix, no attribute of another
name or in another order, no control character. Any other tree is left to the parser, which also has the words for what
is wrong with it.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparkpmml.models.tree_arrays import NAN, OPERATORS, Kind, Pools, TreeNodes
from sparkpmml.models.tree_pieces import ATTRIBUTES, Ints, Irregular, Pieces, Tag, require

# By tag:
_DEPTH = np.array([1, -1, 0, 0, 0, 0], dtype=np.int16)
_IS_PREDICATE = np.array([False, False, True, True, True, False])
_BEFORE_DISTRIBUTION = np.array([False, False, True, True, True, True])
_KINDS = {name: int(kind) for name, kind in OPERATORS.items() if kind not in (Kind.IS_MISSING, Kind.IS_NOT_MISSING)}


def read_nodes(text: str, pools: Pools, line: int) -> TreeNodes | None:
    """The nodes of the tree whose text this is, from its root's start to before its root's end tag.

    `line`: that of the root. None where the text is not of the usual shape throughout.
    """
    try:
        return _fill(TreeNodes(pools), Pieces(text, pools.betweens), line)
    except Irregular:
        return None


def _fill(nodes: TreeNodes, pieces: Pieces, line: int) -> TreeNodes:
    tags, texts, fields = pieces.tags, nodes.pools.texts, nodes.pools.fields
    is_node = tags == Tag.NODE
    nodes.parent = _packed("i", _parents(tags))
    nodes.line = _packed("i", pieces.lines[is_node] + line)
    node = _Records(pieces, Tag.NODE, pieces.nodes, len(nodes.parent))
    nodes.id, nodes.score, nodes.default_child = (
        node.column("i", name, texts, -1) for name in ("id", "score", "defaultChild")
    )
    nodes.record_count = node.column("d", "recordCount", float, NAN)

    test = _Records(pieces, Tag.SIMPLE, pieces.nodes, len(nodes.parent))
    require(test.count("field") == test.count("operator") == test.count("value"))
    nodes.kind = test.column("b", "operator", _KINDS.__getitem__, Kind.TRUE)
    for place in (np.cumsum(is_node) - 1)[tags == Tag.FALSE].tolist():
        nodes.kind[place] = Kind.FALSE
    nodes.field = test.column("i", "field", fields, -1)
    nodes.value = test.column("i", "value", texts, -1)

    owners = (np.cumsum(is_node) - 1)[tags == Tag.DISTRIBUTION]
    distributions = np.cumsum(pieces.attributes == ATTRIBUTES.index((Tag.DISTRIBUTION, "value"))) - 1
    part = _Records(pieces, Tag.DISTRIBUTION, distributions, len(owners))
    nodes.distribution_node = _packed("i", owners)
    nodes.distribution_value = part.column("i", "value", texts, -1)
    nodes.distribution_count, nodes.distribution_probability, nodes.distribution_confidence = (
        part.column("d", name, float, NAN) for name in ("recordCount", "probability", "confidence")
    )
    return nodes


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

    def column(self, code: str, name: str, convert: Callable[[str], float], default: float) -> array[Any]:
        """The attribute's values, each distinct one converted once; `code` is the array's type."""
        chosen = self._select(name)
        if not len(chosen):
            return array(code, [default]) * self._size
        numbers, words = self._pieces.values[chosen], self._pieces.words
        distinct = np.flatnonzero(np.bincount(numbers))
        table = np.zeros(len(words), dtype=code)
        try:
            table[distinct] = [convert(words[number][1:]) for number in distinct.tolist()]
        except (ValueError, KeyError):
            raise Irregular from None
        column = np.full(self._size, default, dtype=code)
        column[self._places[chosen]] = table[numbers]
        return array(code, column.tobytes())


def _packed(code: str, values: NDArray[Any]) -> array[Any]:
    return array(code, values.astype(code).tobytes())


def _parents(tags: Ints) -> Ints:
    """Each node's parent, -1 for the root. Requires a predicate right after each node's start, then distributions."""
    is_node = tags == Tag.NODE
    depth = np.cumsum(_DEPTH[tags], dtype=np.int16)  # sorted in linear time; one that wraps is below 1
    require(is_node[0] and depth.min() == 1 and depth[-1] == 1 and not is_node[-1])
    require((_IS_PREDICATE[tags[1:]] == is_node[:-1]).all())
    require(_BEFORE_DISTRIBUTION[tags[:-1]][tags[1:] == Tag.DISTRIBUTION].all())
    depths = depth[is_node]
    require(np.count_nonzero(depths == 1) == 1)
    size, order = len(depths), np.argsort(depths, kind="stable")
    levels = depths.astype(np.int64) * size
    above = order[np.searchsorted(levels[order] + order, levels - size + np.arange(size)) - 1]
    return np.where(depths == 1, -1, above)  # the last node that began a level up
