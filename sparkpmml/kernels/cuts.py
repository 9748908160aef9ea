"""From ternary tests of four kinds to binary cuts of ranks: the one form that every layout is made of.

A number is replaced by its rank among the model's own thresholds for the feature: how many of them are < x.
Then `x <= threshold[i]` is `rank(x) <= i`, whatever the precision, and 16 or even 8 bits hold the rank.

- Missing is no third case: its rank is 0 (always left) in a feature's one column, and the highest (always
  right) in its other column; a node chooses the column that sends missing its way.
- `x == t` is two cuts, at t and at the double before t. "Is missing" is a cut at +inf, which only it passes.
- A node whose three targets differ asks first whether the value is missing. In most forests with such nodes a missing
  value leads to one and the same leaf, the exit: then a node reads a third column instead, in which missing is marked,
  and no question is asked.
- A category's rank is code + 1, missing 0, and its node is a row of a table: does this rank go right?
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from sparkpmml.kernels.graph import Graph, Test

Integers = NDArray[np.int64]
Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Cuts:
    """A forest of N binary nodes over C columns of ranks. Targets are as in `Graph`.

    Columns are ordered: numeric first. A categorical feature has one column; a numeric one has one to three.
    """

    roots: Ints  # [T]
    column: Ints  # [N]
    cut: Ints  # [N], numeric: left if rank <= cut; categorical: row of `goes_right`
    left: Ints  # [N]
    right: Ints  # [N]
    parts: tuple[tuple[int, int], ...]  # (trees, nodes) of each part, in order; a part's trees have no other nodes
    features: Integers  # [C], the feature of each column
    missing_right: NDArray[np.bool_]  # [C], whether missing has the highest rank instead of 0
    missing_exits: NDArray[np.bool_]  # [C], whether missing has no rank but leads to the leaf `exit`
    numeric: int  # columns before this one are numeric
    thresholds: tuple[NDArray[np.float64], ...]  # [C], ascending and distinct; empty for a categorical column
    categories: Integers  # [C], known codes; 0 for a numeric column
    goes_right: NDArray[np.uint8]  # [rows, most categories + 2], by rank
    exit: int  # a leaf, or -1 where no column's missing values exit


@dataclass(frozen=True, slots=True, eq=False)
class _Nodes:
    """Ternary nodes while they are rewritten: `x <= threshold` or, where set_index >= 0, `x in set`."""

    feature: Ints
    threshold: NDArray[np.float64]
    set_index: Ints
    true: Ints
    false: Ints
    missing: Ints

    def added(self, other: _Nodes) -> _Nodes:
        return _Nodes(*(np.concatenate([getattr(self, name), getattr(other, name)]) for name in _Nodes.__slots__))

    def picked(self, where: NDArray[np.bool_]) -> _Nodes:
        return _Nodes(*(getattr(self, name)[where] for name in _Nodes.__slots__))


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """A part's binary nodes. `key`: 3 * feature, and for a number what missing does."""

    roots: Ints
    key: Ints
    threshold: NDArray[np.float64]
    set_key: Ints | None
    """2 * set_index + 1 where missing goes right; negative for a number. None where there are numbers alone."""
    left: Ints
    right: Ints


_NO_SETS = np.empty((0, 0), dtype=np.bool_)


def find_cuts(graphs: Sequence[Graph]) -> Cuts:
    """Rewrite the graph.

    It is given in parts that have features, sets and leaves in common. ValueError for a set test on a numeric feature.
    """
    nodes, sets = [], _NO_SETS
    for graph in graphs:
        rewritten, sets = _rewrite(graph, sets)
        nodes.append(rewritten)
    exit_leaf = _find_exit(nodes)
    everything = graphs[0].sets.shape[0]
    parts = [_make_part(graph.roots, nodes.pop(0), everything, exit_leaf) for graph in graphs]
    return _rank(parts, sets, graphs[0].categories, exit_leaf)


def _rewrite(graph: Graph, sets: NDArray[np.bool_]) -> tuple[_Nodes, NDArray[np.bool_]]:
    """(the nodes of a part of a graph; the sets of all parts up to this one)."""
    is_set = graph.categories[graph.feature] > 0
    if np.any((graph.test == Test.IN_SET) & ~is_set):
        raise ValueError("a set test needs a feature with categories")
    sets, set_index = _make_sets(graph, is_set, sets)
    nodes = _Nodes(
        feature=graph.feature,
        threshold=np.where(is_set, np.nan, graph.threshold) if is_set.any() else graph.threshold,
        set_index=set_index,
        true=graph.if_true,
        false=graph.if_false,
        missing=graph.if_missing,
    )
    nodes = _rewrite_is_missing(nodes, graph.test == Test.IS_MISSING, graph.sets.shape[0])
    nodes = _rewrite_never(nodes, ~is_set & (graph.test != Test.IS_MISSING) & np.isnan(graph.threshold))
    return _rewrite_equal(nodes, ~is_set & (graph.test == Test.EQUAL) & ~np.isnan(graph.threshold)), sets


_LEFT, _RIGHT, _EXIT = range(3)
"""What a number's missing value does."""


def _make_part(roots: Ints, nodes: _Nodes, everything: int, exit_leaf: int) -> _Part:
    nodes = _rewrite_three_way(nodes, everything, exit_leaf)
    goes_right, is_set = nodes.missing != nodes.true, nodes.set_index >= 0
    how = np.where(_exits(nodes, exit_leaf), _EXIT, np.where(goes_right & ~is_set, _RIGHT, _LEFT)).astype(np.int32)
    set_key = nodes.set_index * np.int32(2) + goes_right if is_set.any() else None
    if set_key is not None:
        set_key[~is_set] = -1
    return _Part(roots, nodes.feature * np.int32(3) + how, nodes.threshold, set_key, nodes.true, nodes.false)


def _make_sets(graph: Graph, is_set: NDArray[np.bool_], known: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], Ints]:
    """(bool[S, K]: the graph's sets, the set of everything, and then sets for tests that name none, of this part after
    those of the parts before; int32[N])."""
    width = int(graph.categories.max(initial=0)) + 1
    if not len(known):
        known = np.ones((len(graph.sets) + 1, width), dtype=np.bool_)
        shared = min(width, graph.sets.shape[1])
        known[:-1, :shared] = graph.sets[:, :shared]
        known[:-1, shared:] = False
    index = np.where(is_set & (graph.test == Test.IN_SET), graph.set_index, np.int32(-1))
    codes = np.arange(width)
    for test, compare in ((Test.EQUAL, np.equal), (Test.LESS_OR_EQUAL, np.less_equal)):
        where = np.flatnonzero(is_set & (graph.test == test))
        if len(where):
            values, inverse = np.unique(graph.threshold[where], return_inverse=True)
            index[where] = len(known) + inverse.reshape(-1)
            known = np.concatenate([known, compare(codes[None, :], values[:, None])])
    index[is_set & (graph.test == Test.IS_MISSING)] = len(graph.sets)
    return known, index


def _rewrite_is_missing(nodes: _Nodes, where: NDArray[np.bool_], everything: int) -> _Nodes:
    """ "Is missing" holds where nothing that is present goes: past +inf, or out of the set of everything."""
    if not where.any():
        return nodes
    is_set = nodes.set_index >= 0
    return replace(
        nodes,
        threshold=np.where(where & ~is_set, np.inf, nodes.threshold),
        set_index=np.where(where & is_set, np.int32(everything), nodes.set_index),
        true=np.where(where, nodes.false, nodes.true),
        false=np.where(where, nodes.true, nodes.false),
        missing=np.where(where, nodes.true, nodes.missing),
    )


def _rewrite_never(nodes: _Nodes, where: NDArray[np.bool_]) -> _Nodes:
    """A comparison with NaN holds for nothing."""
    if not where.any():
        return nodes
    return replace(
        nodes,
        threshold=np.where(where, np.inf, nodes.threshold),
        true=np.where(where, nodes.false, nodes.true),
    )


def _rewrite_equal(nodes: _Nodes, where: NDArray[np.bool_]) -> _Nodes:
    """`x == t`: x <= t, and then not x <= the double before t (there is none before -inf)."""
    where = where & ~np.isneginf(nodes.threshold)
    if not where.any():
        return nodes
    equal = nodes.picked(where)
    before = replace(
        equal,
        threshold=np.nextafter(equal.threshold, -np.inf),
        true=equal.false,
        false=equal.true,
        missing=equal.true,
    )
    true = nodes.true.copy()
    true[where] = len(true) + np.arange(len(equal.true), dtype=np.int32)
    # Where missing counts as equal it follows to the second test, which sends it on to the target for equal.
    missing = np.where(where & (nodes.missing == nodes.true), true, nodes.missing)
    return replace(nodes, true=true, missing=missing).added(before)


def _is_three_way(nodes: _Nodes) -> NDArray[np.bool_]:
    result: NDArray[np.bool_] = (nodes.missing != nodes.true) & (nodes.missing != nodes.false)
    return result


def _find_exit(parts: Sequence[_Nodes]) -> int:
    """The leaf that missing numbers lead to at most of the nodes whose three targets differ; -1 if there is none."""
    leaves = np.concatenate(
        [~nodes.missing[_is_three_way(nodes) & (nodes.missing < 0) & (nodes.set_index < 0)] for nodes in parts]
    )
    return int(np.bincount(leaves).argmax()) if len(leaves) else -1


def _exits(nodes: _Nodes, exit_leaf: int) -> NDArray[np.bool_]:
    result: NDArray[np.bool_] = _is_three_way(nodes) & (nodes.set_index < 0) & (nodes.missing == ~np.int32(exit_leaf))
    return result if exit_leaf >= 0 else np.zeros(len(result), np.bool_)


def _rewrite_three_way(nodes: _Nodes, everything: int, exit_leaf: int) -> _Nodes:
    where = _is_three_way(nodes) & ~_exits(nodes, exit_leaf)
    if not where.any():
        return nodes
    original = nodes.picked(where)
    is_set = nodes.set_index >= 0
    true = nodes.true.copy()
    true[where] = len(true) + np.arange(len(original.true), dtype=np.int32)
    asked = replace(
        nodes,
        threshold=np.where(where & ~is_set, np.inf, nodes.threshold),
        set_index=np.where(where & is_set, np.int32(everything), nodes.set_index),
        true=true,
        false=np.where(where, nodes.missing, nodes.false),
    )
    return asked.added(replace(original, missing=original.false))


def _rank(parts: list[_Part], sets: NDArray[np.bool_], categories: Ints, exit_leaf: int) -> Cuts:
    keys, thresholds = _distinct_thresholds(parts)
    numeric, set_features = len(keys), _set_features(parts)
    features = np.concatenate([keys // 3, set_features])
    how = np.concatenate([keys % 3, np.full(len(set_features), _LEFT)])
    rows, row_of, table = _make_table(parts, sets)
    sizes = tuple((len(part.roots), len(part.key)) for part in parts)
    nodes = sum(size for _, size in sizes)
    column, cut, left, right = (np.empty(nodes, dtype=np.int32) for _ in range(4))
    roots = []
    for place, start in enumerate(list(accumulate((size for _, size in sizes), initial=0))[:-1]):
        part, parts[place] = parts[place], None  # type: ignore[call-overload]
        own = slice(start, start + len(part.key))
        is_set = None if part.set_key is None else part.set_key >= 0
        column[own] = np.searchsorted(keys, part.key)
        _place_thresholds(part, thresholds, cut[own])
        if is_set is not None and part.set_key is not None:
            column[own][is_set] = numeric + np.searchsorted(set_features, part.key[is_set] // 3)
            cut[own][is_set] = row_of[np.searchsorted(rows, part.set_key[is_set])]
        for target, whole in ((part.left, left[own]), (part.right, right[own])):
            whole[:] = np.where(target >= 0, target + np.int32(start), target)
        roots.append(np.where(part.roots >= 0, part.roots + np.int32(start), part.roots))
    none = np.empty(0, dtype=np.float64)
    return Cuts(
        roots=np.concatenate(roots),
        column=column,
        cut=cut,
        left=left,
        right=right,
        parts=sizes,
        features=features,
        missing_right=how == _RIGHT,
        missing_exits=how == _EXIT,
        numeric=numeric,
        thresholds=tuple(thresholds[int(feature)] for feature in keys // 3) + (none,) * len(set_features),
        categories=np.concatenate([np.zeros(numeric, dtype=np.int64), categories[set_features].astype(np.int64)]),
        goes_right=table,
        exit=exit_leaf,
    )


def _set_features(parts: Sequence[_Part]) -> Integers:
    """The features of sets, ascending."""
    found = [np.unique(part.key[part.set_key >= 0]) for part in parts if part.set_key is not None]
    return np.unique(np.concatenate([np.empty(0, dtype=np.int64), *found])) // 3


def _make_table(parts: Sequence[_Part], sets: NDArray[np.bool_]) -> tuple[Ints, Integers, NDArray[np.uint8]]:
    """(the keys of sets that parts have; the row of each in the table; uint8[rows, ranks]: does the rank go right?)."""
    found = [np.unique(part.set_key[part.set_key >= 0]) for part in parts if part.set_key is not None]
    keys = np.unique(np.concatenate([np.empty(0, dtype=np.int32), *found]))
    table = np.concatenate([(keys % 2 == 1)[:, None], ~sets[keys // 2]], axis=1)
    table, row = np.unique(table, axis=0, return_inverse=True)
    return keys, row.reshape(-1), np.ascontiguousarray(table, dtype=np.uint8)


def _by_feature(part: _Part) -> Iterator[tuple[int, Integers]]:
    """(feature, the nodes that compare it with a threshold)."""
    numeric = np.arange(len(part.key)) if part.set_key is None else np.flatnonzero(part.set_key < 0)
    feature = part.key[numeric] // 3
    order = np.argsort(feature, kind="stable")
    starts = np.flatnonzero(np.diff(feature[order], prepend=-1))
    for start, nodes in zip(starts.tolist(), np.split(numeric[order], starts[1:]), strict=len(starts) > 0):
        yield int(feature[order[start]]), nodes


def _distinct_thresholds(parts: Sequence[_Part]) -> tuple[Integers, dict[int, NDArray[np.float64]]]:
    """(the keys of comparisons with thresholds, ascending; each feature's distinct thresholds in order)."""
    keys: set[int] = set()
    found: dict[int, list[NDArray[np.float64]]] = {}
    for part in parts:
        numeric = part.key if part.set_key is None else part.key[part.set_key < 0]
        keys.update(np.unique(numeric).tolist())
        for feature, nodes in _by_feature(part):
            found.setdefault(feature, []).append(np.unique(part.threshold[nodes]))
    distinct = {feature: np.unique(np.concatenate(found.pop(feature))) for feature in list(found)}
    return np.array(sorted(keys), dtype=np.int64), distinct


def _place_thresholds(part: _Part, thresholds: dict[int, NDArray[np.float64]], cut: Ints) -> None:
    """Fill in the place of each node's threshold among its feature's."""
    for feature, nodes in _by_feature(part):
        cut[nodes] = np.searchsorted(thresholds[feature], part.threshold[nodes])
