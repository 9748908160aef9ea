"""Places for the columns, groups and tables of a forest in blend.py's work area."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sparkpmml.kernels.blend import Program
from sparkpmml.kernels.cuts import Cuts, Integers
from sparkpmml.kernels.groups import Groups
from sparkpmml.kernels.vector import LANES, ROWS

_MOST_BYTES = 254  # thresholds that ranks of a byte tell apart
_MOST_SHORTS = 65_000  # ranks that a lookup translates
_MOST_LOOKUPS = 64  # columns of a batch, so that they stay in L1
_MOST_LOOKUP_COST = 40  # looked-up columns per tree, on average, above which walking is faster
_COLUMNS = 256 * LANES  # where they start, behind the constants


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """A program, and what its inputs are made of."""

    program: Program
    direct: Integers  # [C], columns of Cuts whose ranks fit a byte
    sources: Integers  # [S], columns of Cuts that lookups translate, one per feature
    slot_starts: Integers
    leaf: NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class _Batches:
    column: Integers  # [G, 3], addresses
    cut: Integers  # [G, 3], -128..127
    trees: Integers
    lookups: NDArray[np.int32]
    lookup_starts: Integers
    tables: NDArray[np.int8]
    sources: Integers
    most: int


def lay_out_groups(cuts: Cuts, groups: Groups) -> Layout | None:
    """None where the forest does not suit: features too wide, or too many lookups."""
    counts = np.array([len(each) for each in cuts.thresholds], dtype=np.int64)
    if counts.max(initial=0) > _MOST_SHORTS or cuts.categories.max(initial=0) > _MOST_SHORTS:
        return None
    is_direct = (counts <= _MOST_BYTES) & (np.arange(len(counts)) < cuts.numeric)
    direct = np.flatnonzero(is_direct)
    batches = _make_batches(cuts, groups, is_direct)
    if batches is None:
        return None
    return _assemble(cuts, groups, batches, direct)


def _make_batches(cuts: Cuts, groups: Groups, is_direct: NDArray[np.bool_]) -> _Batches | None:
    """Addresses and cuts of all groups' nodes, batch by batch of trees where there are lookups."""
    trees = len(cuts.roots)
    place = np.cumsum(is_direct) - 1
    used = groups.nodes >= 0
    node_column = np.where(used, cuts.column[groups.nodes], -1) if len(cuts.column) else groups.nodes
    node_cut = np.where(used, cuts.cut[groups.nodes], 255) if len(cuts.column) else used + 255
    looked = used & ~np.append(is_direct, True)[node_column]
    column = np.where(used & ~looked, _COLUMNS + np.append(place, 0)[node_column] * ROWS, _COLUMNS)
    cut = node_cut - 128
    if not looked.any():
        none = np.empty((0, 3), dtype=np.int32)
        ends = np.array([0, trees])
        zero = np.zeros(0, dtype=np.int64)
        return _Batches(column, cut, ends, none, np.zeros(2, np.int64), zero.astype(np.int8), zero, 0)
    lookups = _Lookups(cuts, int(np.count_nonzero(is_direct)))
    owner = np.broadcast_to(groups.tree[:, None], looked.shape)[looked]
    where = np.flatnonzero(looked.reshape(-1))
    # What a lookup is: its column, and for a set its row too.
    wanted, limit = node_column[looked], node_cut[looked]
    bounds = np.searchsorted(owner, np.arange(trees + 1))
    firsts = _deal(cuts, wanted, limit, bounds)
    if firsts is None:
        return None
    for first, last in pairwise([*firsts, trees]):
        lookups.close(first, last, bounds, wanted, limit, where, column, cut)
    if len(lookups.rows) > _MOST_LOOKUP_COST * trees:
        return None
    return lookups.finish(column, cut)


def _deal(cuts: Cuts, wanted: Integers, limit: Integers, bounds: Integers) -> list[int] | None:
    """The first tree of each batch: as many trees each as it can serve; None where a tree alone is too much."""
    pairs, pair = np.unique(wanted << 32 | limit, return_inverse=True)
    of_column = pairs >> 32
    is_set = of_column >= cuts.numeric
    firsts = [0]
    batch = _Demand(of_column, is_set, len(cuts.features))
    for tree, (start, stop) in enumerate(pairwise(bounds.tolist())):
        if batch.admits(pair[start:stop]):
            continue
        if tree == firsts[-1]:
            return None
        firsts.append(tree)
        batch = _Demand(of_column, is_set, len(cuts.features))
        if not batch.admits(pair[start:stop]):
            return None
    return firsts


class _Demand:
    """What the trees of a batch look up: pairs of a column and a limit, each counted once."""

    def __init__(self, of_column: Integers, is_set: NDArray[np.bool_], columns: int) -> None:
        self._of_column = of_column
        self._is_set = is_set
        self._has = np.zeros(len(of_column), dtype=np.bool_)
        self._counts = np.zeros(columns, dtype=np.int64)
        self._sets = 0

    def admits(self, pairs: Integers) -> bool:
        """Take in a tree's pairs; if the batch cannot serve them, it is of no more use."""
        new = np.unique(pairs[~self._has[pairs]])
        self._has[new] = True
        is_set = self._is_set[new]
        self._sets += int(np.count_nonzero(is_set))
        self._counts += np.bincount(self._of_column[new[~is_set]], minlength=len(self._counts))
        most = int(self._counts.max(initial=0))
        return most <= _MOST_BYTES and int(np.count_nonzero(self._counts)) + self._sets <= _MOST_LOOKUPS


class _Lookups:
    """Collects batches of trees."""

    def __init__(self, cuts: Cuts, direct: int) -> None:
        self.cuts = cuts
        self.start = _COLUMNS + direct * ROWS
        self.rows: list[tuple[int, int, int]] = []
        self.ends: list[int] = [0]
        self.trees: list[int] = [0]
        self.tables: list[NDArray[np.int8]] = []
        self.size = 0
        self.sources: dict[int, int] = {}
        self.most = 0

    def close(
        self,
        first: int,
        last: int,
        bounds: Integers,
        wanted: Integers,
        limit: Integers,
        where: Integers,
        column: Integers,
        cut: Integers,
    ) -> None:
        """End the batch of trees first..last-1: make its tables and give its nodes their addresses and cuts."""
        span = slice(int(bounds[first]), int(bounds[last]))
        in_batch, limits, places = wanted[span], limit[span], where[span]
        flat_column, flat_cut = column.reshape(-1), cut.reshape(-1)
        address = self.start
        for one in np.unique(in_batch):
            chosen = in_batch == one
            distinct, inverse = np.unique(limits[chosen], return_inverse=True)
            inverse = inverse.reshape(-1)
            if one < self.cuts.numeric:
                self._add(int(one), self._ranks(int(one), distinct), address)
                flat_column[places[chosen]] = address
                flat_cut[places[chosen]] = inverse - 128
                address += ROWS
                continue
            flat_column[places[chosen]] = address + inverse * ROWS
            for row in distinct:
                self._add(int(one), self.cuts.goes_right[row].view(np.int8) - np.int8(127) - np.int8(1), address)
                address += ROWS
            flat_cut[places[chosen]] = -128
        self.most = max(self.most, (address - self.start) // ROWS)
        self.ends.append(len(self.rows))
        self.trees.append(last)

    def _ranks(self, column: int, distinct: Integers) -> NDArray[np.int8]:
        """By rank among all thresholds, and last for missing: the rank among the batch's own, - 128."""
        count = len(self.cuts.thresholds[column])
        ranks = np.searchsorted(distinct, np.arange(count + 2), "left")
        ranks[-1] = len(distinct) if self.cuts.missing_right[column] else 0
        return (ranks - 128).astype(np.int8)

    def _add(self, column: int, table: NDArray[np.int8], address: int) -> None:
        feature = int(self.cuts.features[column]) * 2 + (column >= self.cuts.numeric)
        source = self.sources.setdefault(feature, len(self.sources))
        self.rows.append((source, self.size, address))
        self.tables.append(table)
        self.size += len(table)

    def finish(self, column: Integers, cut: Integers) -> _Batches:
        """Everything collected, as arrays."""
        cuts = self.cuts
        key = cuts.features * 2 + (np.arange(len(cuts.features)) >= cuts.numeric)
        by_key = dict(zip(key.tolist(), range(len(key)), strict=True))  # any column of the feature
        return _Batches(
            column,
            cut,
            np.array(self.trees),
            np.array(self.rows, dtype=np.int32).reshape(-1, 3),
            np.array(self.ends),
            np.concatenate([*self.tables, np.zeros(0, dtype=np.int8)]),
            np.array([by_key[feature] for feature in self.sources], dtype=np.int64),
            self.most,
        )


def _assemble(cuts: Cuts, groups: Groups, batches: _Batches, direct: Integers) -> Layout:
    trees = len(cuts.roots)
    sizes = np.bincount(groups.tree, minlength=trees)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    found_groups = _COLUMNS + (len(direct) + batches.most + 1) * ROWS
    found = found_groups + int(sizes.max(initial=0)) * ROWS
    result = found_groups + (np.arange(len(groups.tree)) - starts[groups.tree]) * ROWS
    result[starts[1:] - 1] = found + np.arange(trees) * ROWS  # a tree's last group is its root
    bytes_ = batches.cut.astype(np.int8).view(np.uint8).astype(np.uint32)
    word = bytes_[:, 0] | bytes_[:, 1] << 8 | bytes_[:, 2] << 16
    is_constant = groups.exits < 0
    source = np.where(is_constant, ~groups.exits * LANES, result[np.maximum(groups.exits, 0)])
    moves = (~is_constant * np.array([1, 2, 4, 8])).sum(axis=1).astype(np.uint32)
    bottom, upper = groups.is_bottom, ~groups.is_bottom
    first_slot = (~groups.exits[:, 0]).astype(np.int64).astype(np.uint32)

    def joined(*parts: NDArray[np.generic]) -> NDArray[np.int32]:
        return np.ascontiguousarray(np.column_stack(parts)).astype(np.uint32).view(np.int32)

    program = Program(
        bottom=joined(batches.column, result, word | first_slot << 24)[bottom],
        upper=joined(batches.column, word | moves << 24, source, result)[upper],
        lookups=batches.lookups,
        tables=batches.tables,
        batch_trees=batches.trees.astype(np.int64),
        batch_lookups=batches.lookup_starts.astype(np.int64),
        tree_bottom=_starts(groups.tree[bottom], trees),
        tree_upper=_starts(groups.tree[upper], trees),
        found=found,
        size=found + trees * ROWS,
    )
    return Layout(program, direct, batches.sources, groups.slot_starts.astype(np.int64), groups.leaf)


def _starts(owner: Integers, trees: int) -> Integers:
    return np.searchsorted(owner, np.arange(trees + 1)).astype(np.int64)
