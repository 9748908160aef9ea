"""From ternary tests of four kinds to binary cuts of ranks: the one form that every layout is made of.

A number is replaced by its rank among the model's own thresholds for the feature: how many of them are < x.
Then `x <= threshold[i]` is `rank(x) <= i`, whatever the precision, and 16 or even 8 bits hold the rank.

- Missing is no third case: its rank is 0 (always left) in a feature's one column, and the highest (always
  right) in its other column; a node chooses the column that sends missing its way.
- `x == t` is two cuts, at t and at the double before t. "Is missing" is a cut at +inf, which only it passes.
- A node whose three targets differ asks first whether the value is missing. In most forests with such nodes a missing
  value leads to one and the same leaf, the exit: then a node may read a third column instead, in which missing is
  marked, and no question is asked (`find_cuts` with exits).
- A category's rank is code + 1, missing 0, and its node is a row of a table: does this rank go right?
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sparkpmml.kernels.graph import Graph, Test

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Cuts:
    """A forest of N binary nodes over C columns of ranks. Targets are as in `Graph`.

    Columns are ordered: numeric first. A categorical feature has one column; a numeric one has one to three.
    """

    roots: Integers  # [T]
    column: Integers  # [N]
    cut: Integers  # [N], numeric: left if rank <= cut; categorical: row of `goes_right`
    left: Integers  # [N]
    right: Integers  # [N]
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

    feature: Integers
    threshold: NDArray[np.float64]
    set_index: Integers
    true: Integers
    false: Integers
    missing: Integers

    def added(self, other: _Nodes) -> _Nodes:
        return _Nodes(*(np.concatenate([getattr(self, name), getattr(other, name)]) for name in _Nodes.__slots__))

    def picked(self, where: NDArray[np.bool_]) -> _Nodes:
        return _Nodes(*(getattr(self, name)[where] for name in _Nodes.__slots__))


def find_cuts(graph: Graph, exits: bool) -> Cuts:
    """Rewrite the graph, with or without columns whose missing values exit.

    ValueError for a set test on a numeric feature.
    """
    is_set = graph.categories[graph.feature] > 0
    if np.any((graph.test == Test.IN_SET) & ~is_set):
        raise ValueError("a set test needs a feature with categories")
    sets, set_index = _make_sets(graph, is_set)
    everything = len(sets) - 1
    nodes = _Nodes(
        feature=graph.feature.astype(np.int64),
        threshold=np.where(is_set, np.nan, graph.threshold),
        set_index=set_index,
        true=graph.if_true.astype(np.int64),
        false=graph.if_false.astype(np.int64),
        missing=graph.if_missing.astype(np.int64),
    )
    nodes = _rewrite_is_missing(nodes, graph.test == Test.IS_MISSING, everything)
    nodes = _rewrite_never(nodes, ~is_set & (graph.test != Test.IS_MISSING) & np.isnan(graph.threshold))
    nodes = _rewrite_equal(nodes, ~is_set & (graph.test == Test.EQUAL) & ~np.isnan(graph.threshold))
    exit_leaf = _find_exit(nodes) if exits else -1
    nodes = _rewrite_three_way(nodes, everything, exit_leaf)
    return _rank(nodes, graph, sets, exit_leaf)


def _make_sets(graph: Graph, is_set: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], Integers]:
    """(bool[S, K] with rows added for tests that name no set and, last, the set of everything; int64[N])."""
    width = int(graph.categories.max(initial=0)) + 1
    given = np.zeros((len(graph.sets), width), dtype=np.bool_)
    shared = min(width, graph.sets.shape[1])
    given[:, :shared] = graph.sets[:, :shared]
    index = np.where(is_set & (graph.test == Test.IN_SET), graph.set_index.astype(np.int64), -1)
    codes = np.arange(width)
    made: list[NDArray[np.bool_]] = []
    for test, compare in ((Test.EQUAL, np.equal), (Test.LESS_OR_EQUAL, np.less_equal)):
        where = np.flatnonzero(is_set & (graph.test == test))
        values, inverse = np.unique(graph.threshold[where], return_inverse=True)
        index[where] = len(given) + sum(len(rows) for rows in made) + inverse.reshape(-1)
        made.append(compare(codes[None, :], values[:, None]))
    sets = np.concatenate([given, *made, np.ones((1, width), dtype=np.bool_)])
    index[is_set & (graph.test == Test.IS_MISSING)] = len(sets) - 1
    return sets, index


def _rewrite_is_missing(nodes: _Nodes, where: NDArray[np.bool_], everything: int) -> _Nodes:
    """ "Is missing" holds where nothing that is present goes: past +inf, or out of the set of everything."""
    is_set = nodes.set_index >= 0
    return replace(
        nodes,
        threshold=np.where(where & ~is_set, np.inf, nodes.threshold),
        set_index=np.where(where & is_set, everything, nodes.set_index),
        true=np.where(where, nodes.false, nodes.true),
        false=np.where(where, nodes.true, nodes.false),
        missing=np.where(where, nodes.true, nodes.missing),
    )


def _rewrite_never(nodes: _Nodes, where: NDArray[np.bool_]) -> _Nodes:
    """A comparison with NaN holds for nothing."""
    return replace(
        nodes,
        threshold=np.where(where, np.inf, nodes.threshold),
        true=np.where(where, nodes.false, nodes.true),
    )


def _rewrite_equal(nodes: _Nodes, where: NDArray[np.bool_]) -> _Nodes:
    """`x == t`: x <= t, and then not x <= the double before t (there is none before -inf)."""
    where = where & ~np.isneginf(nodes.threshold)
    equal = nodes.picked(where)
    before = replace(
        equal,
        threshold=np.nextafter(equal.threshold, -np.inf),
        true=equal.false,
        false=equal.true,
        missing=equal.true,
    )
    true = nodes.true.copy()
    true[where] = len(true) + np.arange(len(equal.true))
    # Where missing counts as equal it follows to the second test, which sends it on to the target for equal.
    missing = np.where(where & (nodes.missing == nodes.true), true, nodes.missing)
    return replace(nodes, true=true, missing=missing).added(before)


def _is_three_way(nodes: _Nodes) -> NDArray[np.bool_]:
    result: NDArray[np.bool_] = (nodes.missing != nodes.true) & (nodes.missing != nodes.false)
    return result


def _find_exit(nodes: _Nodes) -> int:
    """The leaf that missing numbers lead to at most of the nodes whose three targets differ; -1 if there is none."""
    leaves = ~nodes.missing[_is_three_way(nodes) & (nodes.missing < 0) & (nodes.set_index < 0)]
    return int(np.bincount(leaves).argmax()) if len(leaves) else -1


def _exits(nodes: _Nodes, exit_leaf: int) -> NDArray[np.bool_]:
    result: NDArray[np.bool_] = _is_three_way(nodes) & (nodes.set_index < 0) & (nodes.missing == ~np.int64(exit_leaf))
    return result if exit_leaf >= 0 else np.zeros(len(result), np.bool_)


def _rewrite_three_way(nodes: _Nodes, everything: int, exit_leaf: int) -> _Nodes:
    where = _is_three_way(nodes) & ~_exits(nodes, exit_leaf)
    original = nodes.picked(where)
    is_set = nodes.set_index >= 0
    true = nodes.true.copy()
    true[where] = len(true) + np.arange(len(original.true))
    asked = replace(
        nodes,
        threshold=np.where(where & ~is_set, np.inf, nodes.threshold),
        set_index=np.where(where & is_set, everything, nodes.set_index),
        true=true,
        false=np.where(where, nodes.missing, nodes.false),
    )
    return asked.added(replace(original, missing=original.false))


_LEFT, _RIGHT, _EXIT = range(3)
"""What a numeric column's missing values do."""
_SETS = 1 << 40


def _rank(nodes: _Nodes, graph: Graph, sets: NDArray[np.bool_], exit_leaf: int) -> Cuts:
    is_set = nodes.set_index >= 0
    goes_right = nodes.missing != nodes.true
    how = np.where(_exits(nodes, exit_leaf), _EXIT, np.where(goes_right, _RIGHT, _LEFT))
    key = np.where(is_set, nodes.feature * 3 + _SETS, nodes.feature * 3 + how)
    keys, column = np.unique(key, return_inverse=True)
    column = column.reshape(-1).astype(np.int64)
    is_numeric = keys < _SETS
    numeric = int(np.count_nonzero(is_numeric))
    features, how_of = np.divmod(keys % _SETS, 3)
    thresholds, cut = _rank_thresholds(nodes, is_set)
    table_key = nodes.set_index * 2 + goes_right
    rows, row = np.unique(table_key[is_set], return_inverse=True)
    table = np.concatenate([(rows % 2 == 1)[:, None], ~sets[rows // 2]], axis=1)
    table, same = np.unique(table, axis=0, return_inverse=True)
    cut[is_set] = same.reshape(-1)[row.reshape(-1)]
    none = np.empty(0, dtype=np.float64)
    return Cuts(
        roots=graph.roots.astype(np.int64),
        column=column,
        cut=cut,
        left=nodes.true,
        right=nodes.false,
        features=features,
        missing_right=is_numeric & (how_of == _RIGHT),
        missing_exits=is_numeric & (how_of == _EXIT),
        numeric=numeric,
        thresholds=tuple(
            thresholds[int(feature)] if place < numeric else none for place, feature in enumerate(features)
        ),
        categories=np.where(np.arange(len(keys)) < numeric, 0, graph.categories[features]).astype(np.int64),
        goes_right=np.ascontiguousarray(table, dtype=np.uint8),
        exit=exit_leaf,
    )


def _rank_thresholds(nodes: _Nodes, is_set: NDArray[np.bool_]) -> tuple[dict[int, NDArray[np.float64]], Integers]:
    """(each numeric feature's distinct thresholds in order, the place of each node's among them)."""
    places = np.flatnonzero(~is_set)
    places = places[np.lexsort((nodes.threshold[places], nodes.feature[places]))]
    feature, threshold = nodes.feature[places], nodes.threshold[places]
    starts = np.flatnonzero(np.diff(feature, prepend=-1))
    is_new = np.ones(len(feature), dtype=np.bool_)
    is_new[1:] = (feature[1:] != feature[:-1]) | (threshold[1:] != threshold[:-1])
    number = np.cumsum(is_new) - 1
    cut = np.zeros(len(nodes.feature), dtype=np.int64)
    cut[places] = number - np.repeat(number[starts], np.diff(starts, append=len(feature)))
    distinct = np.split(threshold[is_new], number[starts][1:])
    return dict(zip(feature[starts].tolist(), distinct, strict=False)), cut
