"""Cuts to the groups of three nodes that blend.py runs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sparkpmml.kernels.cuts import Cuts, Integers, Ints

MOST_SLOTS = 256  # a leaf is named by a byte
_NOBODY = -1


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """A node and its two children, with four exits; where a child is a leaf, a node that lets nothing pass (-1).

    Ordered by tree, within a tree the bottom groups first and then from the deepest to the root.
    """

    tree: Ints  # [G], from 0 on
    nodes: Ints  # [G, 3], of Cuts or -1
    exits: Ints  # [G, 4], a group, or ~slot
    is_bottom: NDArray[np.bool_]  # [G], all four exits are leaves; their slots follow each other
    slots: Integers  # [T]; where the cuts have an exit, it is each tree's first
    leaf: Ints  # [slots], the leaf of each slot


def find_groups(cuts: Cuts, first: int, last: int) -> Groups | None:
    """Group the nodes of the trees first..last-1; shared ones are repeated. None if some tree has too many leaves."""
    roots = cuts.roots[first:last]
    found = _descend(cuts, roots)
    if found is None:
        return None
    tree, nodes, exits, level = found
    is_bottom: NDArray[np.bool_] = np.all(exits < 0, axis=1)
    order = np.lexsort((-level, ~is_bottom, tree))
    number = np.empty(len(order), dtype=np.int32)
    number[order] = np.arange(len(order), dtype=np.int32)
    tree, nodes, exits, is_bottom = tree[order], nodes[order], exits[order], is_bottom[order]
    inner = exits >= 0
    exits[inner] = number[exits[inner]]
    owner, place = np.nonzero(~inner)  # in order: a tree's bottom groups, and then the constants of its upper ones
    has_exit = int(cuts.exit >= 0)
    counts = np.bincount(tree[owner], minlength=len(roots)) + has_exit
    if counts.max(initial=0) > MOST_SLOTS:
        return None
    starts = np.cumsum(counts) - counts
    slot = np.arange(len(owner)) + has_exit * (tree[owner] + 1)
    leaf = np.full(int(counts.sum()), cuts.exit, dtype=np.int32)
    leaf[slot] = ~exits[owner, place]
    exits[owner, place] = ~(slot - starts[tree[owner]])
    return Groups(tree, nodes, exits, is_bottom, counts, leaf)


def _descend(cuts: Cuts, roots: Ints) -> tuple[Ints, Ints, Ints, Ints] | None:
    """(tree, nodes, exits, level) of the groups, level by level from the roots, all trees at once."""
    nobody = np.zeros(1, dtype=np.int32)
    left, right = (each if len(each) else nobody for each in (cuts.left, cuts.right))
    trees, here = np.arange(len(roots), dtype=np.int32), roots
    parts: list[tuple[Ints, Ints, Ints, Ints]] = []
    count, per_tree = 0, np.zeros(len(roots), dtype=np.int64)
    while len(here):
        per_tree += np.bincount(trees, minlength=len(per_tree))
        if per_tree.max() > MOST_SLOTS // 2:
            return None
        nodes = np.empty((len(here), 3), dtype=np.int32)
        exits = np.empty((len(here), 4), dtype=np.int32)
        nodes[:, 0] = np.where(here >= 0, here, _NOBODY)
        for side, children in enumerate((left, right)):
            child = np.where(here >= 0, children[np.maximum(here, 0)], here)
            nodes[:, side + 1] = np.where(child >= 0, child, _NOBODY)
            exits[:, 2 * side] = np.where(child >= 0, left[np.maximum(child, 0)], child)
            exits[:, 2 * side + 1] = np.where(child >= 0, right[np.maximum(child, 0)], child)
        group, place = np.nonzero(exits >= 0)
        next_here = exits[group, place]
        exits[group, place] = count + len(here) + np.arange(len(group))
        parts.append((trees, nodes, exits, np.full(len(here), len(parts), dtype=np.int32)))
        count += len(here)
        trees, here = trees[group], next_here
    if not parts:
        return None
    tree, nodes, exits, level = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return tree, nodes, exits, level
