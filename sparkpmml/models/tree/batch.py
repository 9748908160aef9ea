"""Trees read ahead: many texts at once, since reading one has a fixed part of about a millisecond."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate

from sparkpmml.models.tree.arrays import Pools, TreeNodes
from sparkpmml.models.tree.pieces import Irregular
from sparkpmml.models.tree.text import read_nodes

_SMALLEST_BATCH = 1 << 15
"""In characters. Below, the parser's events cost no more than the fixed part."""
_LARGEST_BATCH = 1 << 20
"""In characters, but for a tree that alone is larger: what is made of a text takes some ten times its size."""
_PATIENCE = 8
"""How many more trees may have been irregular than regular before the rest of a document goes to the parser."""


def _batch(texts: list[str]) -> list[str]:
    """As many of the texts as fit, and at least one."""
    ends = accumulate(map(len, texts))
    return [
        text for place, (text, end) in enumerate(zip(texts, ends, strict=True)) if not place or end <= _LARGEST_BATCH
    ]


class TreeBatch:
    """The trees of a document that were read last, by their texts."""

    def __init__(self, pools: Pools) -> None:
        self._pools = pools
        self._trees: dict[str, TreeNodes | None] = {}
        self._balance = 0

    def find(self, text: str, following: Callable[[], list[str]]) -> TreeNodes | None:
        """The tree, its root in line 0, or None if it is irregular or too little to read; see `TextReader`."""
        if text not in self._trees and self._balance >= -_PATIENCE:
            texts = _batch([text, *following()])
            if sum(map(len, texts)) < _SMALLEST_BATCH:
                return None
            self._trees = {}
            self._read(texts)
        return self._trees.get(text)

    def _read(self, texts: Sequence[str]) -> None:
        """All at once; where one is irregular, by halves."""
        if self._balance < -_PATIENCE:
            return
        try:
            trees = read_nodes(texts, self._pools)
        except Irregular:
            if len(texts) > 1:
                self._read(texts[: len(texts) // 2])
                self._read(texts[len(texts) // 2 :])
                return
            self._trees[texts[0]] = None
            self._balance -= 1
            return
        self._trees.update(zip(texts, trees, strict=True))
        self._balance += len(texts)
