"""Places for the columns, groups and tables of a forest in blend.py's work area."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from sparkpmml.kernels.blend import PLANE_RANKS, Program
from sparkpmml.kernels.cuts import Cuts, Integers, Ints
from sparkpmml.kernels.groups import Groups, find_groups
from sparkpmml.kernels.vector import EXIT, LANES, ROWS

_MOST_BYTES = 254  # thresholds that ranks of a byte tell apart
_MOST_SHORTS = 65_000  # ranks that a lookup translates
_MOST_LOOKUPS = 64  # columns of a batch, so that they stay in L1
_MOST_PLANES = 16  # of a feature
_MOST_LOOKUP_COST = 40  # looked-up columns per tree, on average, above which walking is faster
_COLUMNS = 256 * LANES  # where they start, behind the constants


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """A program, and what its inputs are made of."""

    program: Program
    direct: Integers  # [C], columns of Cuts whose ranks fit a byte
    sources: Integers  # [S], columns of Cuts that lookups translate, one per feature
    slot_starts: Integers
    leaf: Ints


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """The groups of a part of the trees as in `Program`, but for addresses of what groups found.

    In place of these are numbers within the tree, and ~tree in place of where a tree's root leaves its leaf.
    """

    bottom: NDArray[np.int32]
    upper: NDArray[np.int32]
    bottom_sizes: Integers  # [T], groups of each tree
    upper_sizes: Integers  # [T]
    slots: Integers  # [T]
    leaf: Ints


_RESULT, _WORD, _SOURCES, _UPPER_RESULT = 3, 3, slice(4, 8), 8
"""Columns of `Program.bottom` and of `Program.upper`."""


def lay_out_groups(cuts: Cuts) -> Layout | None:
    """None where the forest does not suit: trees too large, features too wide, or too many lookups."""
    counts = np.array([len(each) for each in cuts.thresholds], dtype=np.int64)
    if counts.max(initial=0) > _MOST_SHORTS or cuts.categories.max(initial=0) > _MOST_SHORTS:
        return None
    is_direct = (counts <= _MOST_BYTES) & (np.arange(len(counts)) < cuts.numeric)
    lookups = _Lookups(cuts, int(np.count_nonzero(is_direct)))
    pieces: list[_Piece] = []
    for first, last in pairwise(accumulate((trees for trees, _ in cuts.parts), initial=0)):
        groups = find_groups(cuts, first, last)
        piece = None if groups is None else _lay_out_piece(cuts, groups, is_direct, lookups, first, last)
        if piece is None:
            return None
        pieces.append(piece)
    if len(lookups.rows) > _MOST_LOOKUP_COST * len(cuts.roots):
        return None
    return _assemble(pieces, lookups, np.flatnonzero(is_direct))


def _lay_out_piece(
    cuts: Cuts, groups: Groups, is_direct: NDArray[np.bool_], lookups: _Lookups, first: int, last: int
) -> _Piece | None:
    """The groups of the trees first..last-1; None where a tree alone looks up too much."""
    placed = _place_nodes(cuts, groups, is_direct, lookups, first, last)
    if placed is None:
        return None
    column, cut = placed
    trees = last - first
    sizes = np.bincount(groups.tree, minlength=trees)
    ends = np.cumsum(sizes)
    result = np.arange(len(groups.tree)) - (ends - sizes)[groups.tree]
    of_exit = result[np.maximum(groups.exits, 0)]
    result[ends - 1] = ~np.arange(first, last)  # a tree's last group is its root
    bytes_ = cut.astype(np.int8).view(np.uint8).astype(np.uint32)
    word = bytes_[:, 0] | bytes_[:, 1] << 8 | bytes_[:, 2] << 16
    is_constant = groups.exits < 0
    source = np.where(is_constant, ~groups.exits * LANES, of_exit)
    moves = (~is_constant * np.array([1, 2, 4, 8])).sum(axis=1).astype(np.uint32)
    bottom, upper = groups.is_bottom, ~groups.is_bottom
    first_slot = (~groups.exits[:, 0]).astype(np.int64).astype(np.uint32)
    return _Piece(
        _joined(column, result, word | first_slot << 24)[bottom],
        _joined(column, word | moves << 24, source, result)[upper],
        np.bincount(groups.tree[bottom], minlength=trees),
        np.bincount(groups.tree[upper], minlength=trees),
        groups.slots,
        groups.leaf,
    )


def _joined(*parts: NDArray[np.generic]) -> NDArray[np.int32]:
    return np.ascontiguousarray(np.column_stack(parts)).astype(np.uint32).view(np.int32)


def _place_nodes(
    cuts: Cuts, groups: Groups, is_direct: NDArray[np.bool_], lookups: _Lookups, first: int, last: int
) -> tuple[Ints, Ints] | None:
    """(addresses of columns [G, 3], cuts -128..127 [G, 3]), batch by batch of trees where there are lookups."""
    place = np.cumsum(is_direct) - 1
    used = groups.nodes >= 0
    node_column = np.where(used, cuts.column[groups.nodes], -1) if len(cuts.column) else groups.nodes
    node_cut = np.where(used, cuts.cut[groups.nodes], 255) if len(cuts.column) else used + np.int32(255)
    looked = used & ~np.append(is_direct, True)[node_column]
    direct = (_COLUMNS + np.append(place, 0)[node_column] * ROWS).astype(np.int32)
    column = np.where(used & ~looked, direct, np.int32(0))  # constants let nothing pass the highest cut, and none exit
    cut = node_cut - np.int32(128)
    if not looked.any():
        lookups.skip(last)
        return column, cut
    owner = np.broadcast_to(groups.tree[:, None], looked.shape)[looked]
    where = np.flatnonzero(looked.reshape(-1))
    # What a lookup is: its column, and for a set its row too.
    wanted, limit = node_column[looked].astype(np.int64), node_cut[looked].astype(np.int64)
    bounds = np.searchsorted(owner, np.arange(last - first + 1))
    firsts = _deal(cuts, wanted, limit, bounds)
    if firsts is None:
        return None
    for start, stop in pairwise([*firsts, last - first]):
        span = slice(int(bounds[start]), int(bounds[stop]))
        lookups.close(first + stop, wanted[span], limit[span], where[span], column, cut)
    return column, cut


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
        self.rows: list[tuple[int, int, int]] = []
        self.ends: list[int] = [0]
        self.sets: list[tuple[int, int, int, int]] = []
        self.set_ends: list[int] = [0]
        self.trees: list[int] = [0]
        self.tables: list[NDArray[np.int8]] = []
        self.size = 0
        self.sources: dict[int, int] = {}
        self.planes: dict[int, tuple[int, int, int]] = {}
        self.start = _COLUMNS + direct * ROWS
        self.most = 0
        for column in range(cuts.numeric, len(cuts.features)):
            count = -(-(int(cuts.categories[column]) + 2) // PLANE_RANKS)
            if count <= _MOST_PLANES:
                self.planes[column] = (self._source(column), self.start, count)
                self.start += count * ROWS

    def skip(self, last: int) -> None:
        """There are no lookups up to before this tree."""
        if len(self.ends) > 1 and self.ends[-1] == self.ends[-2] and self.set_ends[-1] == self.set_ends[-2]:
            self.trees[-1] = last
        else:
            self._end(last)

    def close(self, last: int, in_batch: Integers, limits: Integers, places: Integers, column: Ints, cut: Ints) -> None:
        """End the batch of trees before the last: make its tables and give its nodes their addresses and cuts.

        Of each node that looks up: its column, the limit, and the place among all nodes of `column` and `cut`.
        """
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
            flat_cut[places[chosen]] = 0
            for row in distinct:
                self._add_set(int(one), self.cuts.goes_right[row].view(np.int8), address)
                address += ROWS
        self.most = max(self.most, (address - self.start) // ROWS)
        self._end(last)

    def _end(self, last: int) -> None:
        self.ends.append(len(self.rows))
        self.set_ends.append(len(self.sets))
        self.trees.append(last)

    def _ranks(self, column: int, distinct: Integers) -> NDArray[np.int8]:
        """By rank among all thresholds, and last for missing: the rank among the batch's own, - 128."""
        count = len(self.cuts.thresholds[column])
        ranks = np.searchsorted(distinct, np.arange(count + 2), "left")
        ranks[-1] = len(distinct) if self.cuts.missing_right[column] else 0
        ranks -= 128
        if self.cuts.missing_exits[column]:
            ranks[-1] = EXIT
        return ranks.astype(np.int8)

    def _add_set(self, column: int, goes_right: NDArray[np.int8], address: int) -> None:
        """What goes right is above 0 in the column."""
        planes = self.planes.get(column)
        if planes is None:
            self._add(column, goes_right, address)
            return
        _, start, count = planes
        bits = np.zeros(count * PLANE_RANKS, dtype=np.int8)
        known = goes_right[: len(bits)]
        bits[: len(known)] = known
        self.sets.append((start, count, self.size, address))
        self._keep((bits.reshape(count, PLANE_RANKS) << np.arange(PLANE_RANKS)).sum(axis=1).astype(np.int8))

    def _add(self, column: int, table: NDArray[np.int8], address: int) -> None:
        self.rows.append((self._source(column), self.size, address))
        self._keep(table)

    def _keep(self, table: NDArray[np.int8]) -> None:
        self.tables.append(table)
        self.size += len(table)

    def _source(self, column: int) -> int:
        feature = int(self.cuts.features[column]) * 2 + (column >= self.cuts.numeric)
        return self.sources.setdefault(feature, len(self.sources))

    def columns(self) -> Integers:
        """By source a column of the feature."""
        cuts = self.cuts
        key = cuts.features * 2 + (np.arange(len(cuts.features)) >= cuts.numeric)
        by_key = dict(zip(key.tolist(), range(len(key)), strict=True))  # any column of the feature
        return np.array([by_key[feature] for feature in self.sources], dtype=np.int64)


def _assemble(pieces: list[_Piece], lookups: _Lookups, direct: Integers) -> Layout:
    def starts(sizes: str) -> Integers:
        return np.cumsum(np.concatenate([[0], *(getattr(piece, sizes) for piece in pieces)]))

    tree_bottom, tree_upper, slot_starts = starts("bottom_sizes"), starts("upper_sizes"), starts("slots")
    trees = len(slot_starts) - 1
    most_groups = int((np.diff(tree_bottom) + np.diff(tree_upper)).max(initial=0))
    found_groups = lookups.start + (lookups.most + 1) * ROWS
    found = found_groups + most_groups * ROWS
    for piece in pieces:
        for result in (piece.bottom[:, _RESULT], piece.upper[:, _UPPER_RESULT]):
            result[:] = np.where(result >= 0, found_groups + result * ROWS, found + ~result * ROWS)
        moves = piece.upper[:, _WORD, None] >> np.array([24, 25, 26, 27], dtype=np.int32) & 1
        sources = piece.upper[:, _SOURCES]
        sources[:] = np.where(moves, found_groups + sources * ROWS, sources)
    program = Program(
        bottom=np.concatenate([piece.bottom for piece in pieces]),
        upper=np.concatenate([piece.upper for piece in pieces]),
        lookups=np.array(lookups.rows, dtype=np.int32).reshape(-1, 3),
        tables=np.concatenate([*lookups.tables, np.zeros(0, dtype=np.int8)]),
        planes=np.array(list(lookups.planes.values()), dtype=np.int32).reshape(-1, 3),
        sets=np.array(lookups.sets, dtype=np.int32).reshape(-1, 4),
        batch_trees=np.array(lookups.trees, dtype=np.int64),
        batch_lookups=np.array(lookups.ends, dtype=np.int64),
        batch_sets=np.array(lookups.set_ends, dtype=np.int64),
        tree_bottom=tree_bottom,
        tree_upper=tree_upper,
        found=found,
        size=found + trees * ROWS,
    )
    return Layout(program, direct, lookups.columns(), slot_starts, np.concatenate([piece.leaf for piece in pieces]))
