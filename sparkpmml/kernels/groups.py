"""Cuts to the groups of three nodes that blend.py runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sparkpmml.kernels.cuts import Cuts, Integers, Ints

MOST_SLOTS = 256  # a leaf is named by a byte
_NOBODY = -1


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """A node and its two children, with four exits. In place of a child that is a leaf, or leads a group of its own, is
    a node that lets nothing pass (-1), and both of its exits are the child.

    Ordered by tree, within a tree the bottom groups first and then from the deepest to the root.
    """

    tree: Ints  # [G], from 0 on
    nodes: Ints  # [G, 3], of Cuts or -1
    exits: Ints  # [G, 4], a group, or ~slot
    is_bottom: NDArray[np.bool_]  # [G], all four exits are leaves; their slots follow each other
    slots: Integers  # [T]; where the cuts have an exit, it is each tree's first
    leaf: Ints  # [slots], the leaf of each slot


@dataclass(frozen=True, slots=True, eq=False)
class _Nodes:
    """The nodes of trees, level by level from the roots, all trees at once; shared ones are repeated."""

    tree: Ints  # [N]
    node: Ints  # [N], of Cuts, or -1 for a tree of one leaf
    below: Ints  # [N, 2], left and right: a place among these nodes, or ~leaf
    bounds: list[int]  # [levels + 1]

    def levels(self) -> Iterator[tuple[slice, Ints]]:
        """(the nodes of a level; what is below them, N for any leaf)."""
        for first, last in pairwise(self.bounds):
            below = self.below[first:last]
            yield slice(first, last), np.where(below >= 0, below, len(self.node))


def find_groups(cuts: Cuts, first: int, last: int) -> Groups | None:
    """Group the nodes of the trees first..last-1; shared ones are repeated. None if some tree has too many leaves."""
    nodes = _descend(cuts, cuts.roots[first:last])
    if nodes is None:
        return None
    tree, members, exits = _group(nodes)
    is_bottom: NDArray[np.bool_] = np.all(exits < 0, axis=1)
    owner, place = np.nonzero(exits < 0)  # in order: a tree's bottom groups, and then the constants of its upper ones
    has_exit = int(cuts.exit >= 0)
    counts = np.bincount(tree[owner], minlength=last - first) + has_exit
    if counts.max(initial=0) > MOST_SLOTS:
        return None
    starts = np.cumsum(counts) - counts
    slot = np.arange(len(owner)) + has_exit * (tree[owner] + 1)
    leaf = np.full(int(counts.sum()), cuts.exit, dtype=np.int32)
    leaf[slot] = ~exits[owner, place]
    exits[owner, place] = ~(slot - starts[tree[owner]])
    return Groups(tree, members, exits, is_bottom, counts, leaf)


def _descend(cuts: Cuts, roots: Ints) -> _Nodes | None:
    """None if some tree has too many leaves."""
    nobody = np.zeros(1, dtype=np.int32)
    sides = [each if len(each) else nobody for each in (cuts.left, cuts.right)]
    tree, here = np.arange(len(roots), dtype=np.int32), roots
    parts: list[tuple[Ints, Ints, Ints]] = []
    bounds, per_tree = [0], np.zeros(len(roots), dtype=np.int64)
    while len(here):
        per_tree += np.bincount(tree, minlength=len(per_tree))
        if per_tree.max() >= MOST_SLOTS:
            return None
        below = np.column_stack([np.where(here >= 0, side[np.maximum(here, 0)], here) for side in sides])
        parts.append((tree, np.maximum(here, _NOBODY), below))
        bounds.append(bounds[-1] + len(here))
        owner, side = np.nonzero(below >= 0)
        tree, here = tree[owner], below[owner, side]
        below[owner, side] = bounds[-1] + np.arange(len(owner))
    if not parts:
        return None
    trees, nodes, targets = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return _Nodes(trees, nodes, targets, bounds)


def _group(nodes: _Nodes) -> tuple[Ints, Ints, Ints]:
    """(tree, members, exits: a group, or ~leaf) of the groups, in order."""
    leads = _find_leads(nodes)
    lead = np.flatnonzero(leads)
    below = nodes.below[lead]
    member = np.maximum(below, 0)
    is_member = (below >= 0) & ~leads[member]
    members = np.column_stack([nodes.node[lead], np.where(is_member, nodes.node[member], _NOBODY)])
    exits = np.where(is_member[:, :, None], nodes.below[member], below[:, :, None]).reshape(-1, 4)
    order = np.lexsort((-lead, np.any(exits >= 0, axis=1), nodes.tree[lead]))
    number = np.empty(len(nodes.node), dtype=np.int32)
    number[lead[order]] = np.arange(len(order), dtype=np.int32)
    exits = exits[order]
    return nodes.tree[lead][order], members[order], np.where(exits >= 0, number[np.maximum(exits, 0)], exits)


def _find_leads(nodes: _Nodes) -> NDArray[np.bool_]:
    """bool[N]: does the node lead a group, rather than be a member of its parent's, where groups are as few as can be?

    Groups from the root down would be two levels each, and at the bottom of a tree of five levels one of one node each.
    """
    count = len(nodes.node)
    alone = np.zeros(count + 1, dtype=np.int64)  # groups of a node and all below it, if it leads one; 0 for a leaf
    within = np.zeros(count + 1, dtype=np.int64)  # the same, if it is a member of its parent's
    for own, below in reversed(list(nodes.levels())):
        within[own] = alone[below].sum(axis=1)
        alone[own] = 1 + np.minimum(alone[below], within[below]).sum(axis=1)
    leads = np.ones(count + 1, dtype=np.bool_)
    for own, below in nodes.levels():
        leads[below] = ~leads[own, None] | (alone[below] <= within[below])
    return leads[:-1]
