"""Cuts to the groups of three nodes that blend.py runs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sparkpmml.kernels.cuts import Cuts, Integers

MOST_SLOTS = 256  # a leaf is named by a byte
_NOBODY = -1


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """A node and its two children, with four exits; where a child is a leaf, a node that lets nothing pass (-1).

    Ordered by tree, within a tree the bottom groups first and then from the deepest to the root.
    """

    tree: Integers  # [G]
    nodes: Integers  # [G, 3], of Cuts or -1
    exits: Integers  # [G, 4], a group, or ~slot
    is_bottom: NDArray[np.bool_]  # [G], all four exits are leaves; their slots follow each other
    slot_starts: Integers  # [T + 1]
    leaf: NDArray[np.int32]  # [slots], the leaf of each slot


def find_groups(cuts: Cuts) -> Groups | None:
    """Group the nodes; shared ones are repeated. None if some tree has too many leaves for it."""
    found = _descend(cuts)
    if found is None:
        return None
    tree, nodes, exits, level = found
    is_bottom: NDArray[np.bool_] = np.all(exits < 0, axis=1)
    order = np.lexsort((-level, ~is_bottom, tree))
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.arange(len(order))
    tree, nodes, exits, is_bottom = tree[order], nodes[order], exits[order], is_bottom[order]
    inner = exits >= 0
    exits[inner] = number[exits[inner]]
    owner, place = np.nonzero(~inner)  # in order: a tree's bottom groups, and then the constants of its upper ones
    counts = np.bincount(tree[owner], minlength=len(cuts.roots))
    if counts.max(initial=0) > MOST_SLOTS:
        return None
    starts = np.concatenate([[0], np.cumsum(counts)])
    leaf = ~exits[owner, place]
    exits[owner, place] = ~(np.arange(len(owner)) - starts[tree[owner]])
    return Groups(tree, nodes, exits, is_bottom, starts, leaf.astype(np.int32))


def _descend(cuts: Cuts) -> tuple[Integers, Integers, Integers, Integers] | None:
    """(tree, nodes, exits, level) of the groups, level by level from the roots, all trees at once."""
    left, right = np.append(cuts.left, 0), np.append(cuts.right, 0)  # the last stands in for nobody
    trees, here = np.arange(len(cuts.roots)), cuts.roots
    parts: list[tuple[Integers, Integers, Integers, Integers]] = []
    count, per_tree = 0, np.zeros(len(cuts.roots), dtype=np.int64)
    while len(here):
        per_tree += np.bincount(trees, minlength=len(per_tree))
        if per_tree.max() > MOST_SLOTS // 2:
            return None
        nodes = np.empty((len(here), 3), dtype=np.int64)
        exits = np.empty((len(here), 4), dtype=np.int64)
        nodes[:, 0] = np.where(here >= 0, here, _NOBODY)
        for side, children in enumerate((left, right)):
            child = np.where(here >= 0, children[np.maximum(here, 0)], here)
            nodes[:, side + 1] = np.where(child >= 0, child, _NOBODY)
            exits[:, 2 * side] = np.where(child >= 0, left[np.maximum(child, 0)], child)
            exits[:, 2 * side + 1] = np.where(child >= 0, right[np.maximum(child, 0)], child)
        group, place = np.nonzero(exits >= 0)
        next_here = exits[group, place]
        exits[group, place] = count + len(here) + np.arange(len(group))
        parts.append((trees, nodes, exits, np.full(len(here), len(parts))))
        count += len(here)
        trees, here = trees[group], next_here
    if not parts:
        return None
    tree, nodes, exits, level = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return tree, nodes, exits, level
