"""Forest kernels against a scalar walk of the graph: equal, not close."""

from __future__ import annotations

import pickle
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sparkpmml.kernels.cuts import find_cuts
from sparkpmml.kernels.engines import Blender, Comparer, Walker, make_blender, make_comparer, make_walker
from sparkpmml.kernels.forest import Forest, Graph, Test, pack
from sparkpmml.kernels.groups import find_groups

THRESHOLDS = [0.0, 1.0, 1.5, -2.0, 5e-324, 1e-40, -1e-40, 3.5e38, -3.5e38, np.inf, -np.inf]
VALUES = [*THRESHOLDS, np.nan, -0.0, 0.1, 2.0, 1.0000001, 1e-45, -5e-324]


@dataclass
class Builder:
    """Collects nodes; `leaf()` and `node()` return targets."""

    categories: list[int]

    def __post_init__(self):
        self.rows = []
        self.sets = []
        self.leaves = 0
        self.roots = []

    def leaf(self):
        self.leaves += 1
        return -self.leaves

    def node(self, feature, test, if_true, if_false, if_missing, threshold=0.0, members=None):
        index = -1
        if members is not None:
            width = max(self.categories) + 1
            self.sets.append([code in members for code in range(width)])
            index = len(self.sets) - 1
        self.rows.append((feature, test, threshold, index, if_true, if_false, if_missing))
        return len(self.rows) - 1

    def graph(self):
        columns = list(zip(*self.rows, strict=True)) if self.rows else [[] for _ in range(7)]
        feature, test, threshold, index, true, false, missing = columns
        return Graph(
            roots=np.array(self.roots, dtype=np.int32),
            feature=np.array(feature, dtype=np.int32),
            test=np.array(test, dtype=np.int8),
            threshold=np.array(threshold, dtype=np.float64),
            set_index=np.array(index, dtype=np.int32),
            if_true=np.array(true, dtype=np.int32),
            if_false=np.array(false, dtype=np.int32),
            if_missing=np.array(missing, dtype=np.int32),
            sets=np.array(self.sets, dtype=np.bool_).reshape(len(self.sets), max(self.categories) + 1),
            categories=np.array(self.categories, dtype=np.int32),
        )


def walk(graph: Graph, columns, rows) -> np.ndarray:
    """int32[n, T] by the definition."""
    result = np.empty((rows, len(graph.roots)), dtype=np.int32)
    for row in range(rows):
        for tree, root in enumerate(graph.roots):
            at = int(root)
            while at >= 0:
                values = columns[graph.feature[at]]
                at = step(graph, at, values[row if len(values) > 1 else 0])
            result[row, tree] = ~at
    return result


def step(graph: Graph, at: int, value) -> int:
    is_code = graph.categories[graph.feature[at]] > 0
    missing = value < 0 if is_code else np.isnan(value)
    test = graph.test[at]
    if test == Test.IS_MISSING:
        return int((graph.if_true if missing else graph.if_false)[at])
    if missing:
        return int(graph.if_missing[at])
    if test == Test.IN_SET:
        holds = bool(graph.sets[graph.set_index[at], value])
    elif test == Test.EQUAL:
        holds = float(value) == graph.threshold[at]
    else:
        holds = float(value) <= graph.threshold[at]
    return int((graph.if_true if holds else graph.if_false)[at])


def check(graph: Graph, columns, rows) -> Forest:
    """Leaves, sums, and votes of the graph are those of the definition, by every engine that can have it."""
    expected = walk(graph, columns, rows)
    for forest in every_forest([graph]):
        check_forest(forest, graph, columns, rows, expected)
    for forest in every_forest([graph, graph]):  # trees in two parts
        np.testing.assert_array_equal(forest.leaves(columns, rows=rows), np.tile(expected, 2))
    return check_forest(pack(graph), graph, columns, rows, expected)


def every_forest(graphs: list[Graph]) -> list[Forest]:
    cuts = find_cuts(graphs)
    made = (make_comparer(cuts), make_blender(cuts), make_walker(cuts))
    return [Forest(*each) for each in made if each is not None]


def check_forest(packed, graph, columns, rows, expected):
    forest = pickle.loads(pickle.dumps(packed))
    np.testing.assert_array_equal(forest.leaves(columns, rows=rows), expected)
    targets = np.concatenate([graph.roots, graph.if_true, graph.if_false, graph.if_missing, [-1]])
    count = -int(targets.min())
    random = np.random.default_rng(count)
    for dtype in (np.float32, np.float64):
        for shape in ((count,), (count, 2), (count, 3)):
            values = (random.standard_normal(shape) * 10.0 ** random.integers(-6, 6, shape)).astype(dtype)
            check_sums(forest, columns, rows, expected, values)
        check_group_sums(forest, columns, rows, expected, np.ascontiguousarray(values[:, 0]))
    classes = random.integers(-1, 3, count).astype(np.int32)
    weights = random.random(len(graph.roots))
    check_votes(forest, columns, rows, expected, classes, weights)
    return forest


def check_sums(forest, columns, rows, expected, values):
    start = values.dtype.type(0.3)
    totals = np.full((rows, *values.shape[1:]), start, dtype=values.dtype)
    for tree in range(expected.shape[1]):
        totals += values[expected[:, tree]]
    sums = forest.sums(columns, values, start, rows=rows)
    assert sums.dtype == values.dtype
    np.testing.assert_array_equal(sums, totals)


def check_group_sums(forest, columns, rows, expected, values):
    groups = np.arange(expected.shape[1], dtype=np.int32) % 3
    start = np.array([0.1, 0.2, 0.3], dtype=values.dtype)
    totals = np.repeat(start[None, :], rows, axis=0)
    for tree in range(expected.shape[1]):
        totals[:, groups[tree]] += values[expected[:, tree]]
    sums = forest.group_sums(columns, values, groups, start, rows=rows)
    assert sums.dtype == values.dtype
    np.testing.assert_array_equal(sums, totals)


def check_votes(forest, columns, rows, expected, classes, weights):
    for given_weights in (weights, None):
        totals = np.zeros((rows, 3))
        for tree in range(expected.shape[1]):
            labels = classes[expected[:, tree]]
            voting = np.flatnonzero(labels >= 0)
            totals[voting, labels[voting]] += 1.0 if given_weights is None else weights[tree]
        np.testing.assert_array_equal(forest.votes(columns, classes, given_weights, 3, rows=rows), totals)


@st.composite
def cases(draw):
    """(graph, columns, rows): random trees with shared nodes, every test and extreme numbers."""
    categories = draw(st.lists(st.sampled_from([0, 0, 1, 3, 9]), min_size=1, max_size=4))
    builder = Builder(categories)
    for _ in range(draw(st.integers(0, 4))):
        targets = [builder.leaf() for _ in range(draw(st.integers(1, 4)))]
        for _ in range(draw(st.integers(0, 12))):
            targets.append(draw_node(draw, builder, targets))
        builder.roots.append(targets[-1])
    rows = draw(st.integers(0, 20))
    columns = [draw_column(draw, count, rows) for count in categories]
    return builder.graph(), columns, rows


def draw_node(draw, builder, targets):
    feature = draw(st.integers(0, len(builder.categories) - 1))
    count = builder.categories[feature]
    true, false, missing = (draw(st.sampled_from([builder.leaf(), *targets])) for _ in range(3))
    missing = draw(st.sampled_from([true, false, missing]))
    if not count:
        test = draw(st.sampled_from([Test.LESS_OR_EQUAL, Test.EQUAL, Test.IS_MISSING]))
        return builder.node(feature, test, true, false, missing, draw(st.sampled_from(THRESHOLDS)))
    test = draw(st.sampled_from([Test.IN_SET, Test.IN_SET, Test.EQUAL, Test.IS_MISSING]))
    if test != Test.IN_SET:
        return builder.node(feature, test, true, false, missing, draw(st.integers(0, count)))
    return builder.node(feature, test, true, false, missing, members=draw(st.sets(st.integers(0, count))))


def draw_column(draw, count, rows):
    size = draw(st.sampled_from([rows, rows, 1]))
    if count:
        return np.array(draw(st.lists(st.integers(-1, count), min_size=size, max_size=size)), dtype=np.int32)
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    with np.errstate(over="ignore"):
        return np.array(draw(st.lists(st.sampled_from(VALUES), min_size=size, max_size=size))).astype(dtype)


@given(cases())
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_random_graphs(case):
    check(*case)


def random_tree(builder, random, depth, features, thresholds, exit_leaf=None):
    """A tree whose branches stop at random above `depth`; a missing value mostly leads to `exit_leaf`, if it is given."""
    if depth == 0 or random.random() < 0.05:
        return builder.leaf()
    feature = int(random.integers(features))
    true = random_tree(builder, random, depth - 1, features, thresholds, exit_leaf)
    false = random_tree(builder, random, depth - 1, features, thresholds, exit_leaf)
    missing = true if random.random() < 0.5 else false
    if exit_leaf is not None and random.random() < 0.8:
        missing = exit_leaf
    if builder.categories[feature]:
        members = set(np.flatnonzero(random.random(builder.categories[feature] + 1) < 0.5))
        return builder.node(feature, Test.IN_SET, true, false, missing, members=members)
    threshold = float(random.choice(thresholds))
    return builder.node(feature, Test.LESS_OR_EQUAL, true, false, missing, threshold)


def random_columns(random, categories, thresholds, rows, dtype):
    columns = []
    for count in categories:
        if count:
            columns.append(random.integers(-1, count + 1, rows).astype(np.int32))
            continue
        values = np.where(random.random(rows) < 0.5, random.standard_normal(rows), random.choice(thresholds, rows))
        columns.append(np.where(random.random(rows) < 0.1, np.nan, values).astype(dtype))
    return columns


SHAPES = {
    "shallow": (40, 3, [0] * 5, 60),
    "deep": (5, 10, [0] * 5, 1000),
    "many_thresholds": (6, 9, [0], 1000),
    "categories": (40, 5, [0, 0, 4, 40, 0], 100),
    "many_categories": (4, 4, [300, 0, 70_000], 100),
    "only_categories": (30, 4, [3, 7], 10),
    "thresholds_by_table": (60, 4, [0, 0], 5000),
    "categories_by_plane_and_by_table": (20, 4, [5, 110, 111, 300], 10),
    "stumps": (300, 1, [0, 0], 500),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("missing", ["goes on", "exits"])
def test_random_forests(shape, dtype, missing):
    trees, depth, categories, distinct = SHAPES[shape]
    random = np.random.default_rng(7)
    thresholds = random.standard_normal(distinct).astype(np.float32).astype(np.float64)
    builder = Builder(categories)
    exit_leaf = builder.leaf() if missing == "exits" else None
    builder.roots = [random_tree(builder, random, depth, len(categories), thresholds, exit_leaf) for _ in range(trees)]
    columns = random_columns(random, categories, thresholds, 101, dtype)
    check(builder.graph(), columns, 101)
    check(builder.graph(), [np.nan_to_num(column) for column in columns], 101)  # as if nothing ever were missing


def test_row_counts():
    random = np.random.default_rng(3)
    builder = Builder([0, 0])
    builder.roots = [random_tree(builder, random, 5, 2, np.arange(9.0)) for _ in range(3)]
    graph = builder.graph()
    for rows in (0, 1, 7, 8, 9, 63, 64, 65, 4097, 8193):
        check(graph, random_columns(random, [0, 0], np.arange(9.0), rows, np.float64), rows)


def test_no_trees():
    forest = check(Builder([0]).graph(), [np.array([1.0, 2.0])], 2)
    assert forest.sums([np.array([1.0])], np.empty(0), 0.5).tolist() == [0.5]


def test_trees_of_one_leaf():
    builder = Builder([0])
    builder.roots = [builder.leaf(), builder.leaf()]
    check(builder.graph(), [np.array([1.0, np.nan])], 2)


def test_unused_feature_may_be_absent():
    builder = Builder([0, 0])
    builder.roots = [builder.node(1, Test.LESS_OR_EQUAL, builder.leaf(), builder.leaf(), -1, 2.0)]
    assert pack(builder.graph()).leaves([None, np.array([1.0, 3.0, np.nan])]).tolist() == [[0], [1], [0]]


def test_set_test_on_a_number():
    builder = Builder([0, 2])
    builder.roots = [builder.node(0, Test.IN_SET, -1, -2, -2, members={1})]
    with pytest.raises(ValueError, match="categories"):
        pack(builder.graph())


def test_thresholds_that_are_not_numbers():
    builder = Builder([0])
    leaf = builder.leaf
    builder.roots = [builder.node(0, test, leaf(), leaf(), leaf(), np.nan) for test in (0, 1)]
    check(builder.graph(), [np.array([0.0, np.nan, np.inf, -np.inf])], 4)


def test_long_chain():
    builder = Builder([0])
    target = builder.leaf()
    for place in range(10_000):
        target = builder.node(0, Test.EQUAL, builder.leaf(), target, builder.leaf(), float(place))
    builder.roots = [target]
    check(builder.graph(), [np.array([0.0, 9999.0, 5000.0, 0.5, np.nan])], 5)


def search_tree(builder, thresholds, exit_leaf=None):
    """A balanced tree that finds the interval of a number; a missing one leads above all, or to `exit_leaf`."""
    if not len(thresholds):
        return builder.leaf()
    middle = len(thresholds) // 2
    halves = thresholds[:middle], thresholds[middle + 1 :]
    below, above = (search_tree(builder, half, exit_leaf) for half in halves)
    return builder.node(
        0, Test.LESS_OR_EQUAL, below, above, above if exit_leaf is None else exit_leaf, thresholds[middle]
    )


@pytest.mark.parametrize(
    ("trees", "depth", "features", "engine"),
    [(1, 8, 5, Comparer), (2, 8, 5, Blender), (30, 5, 5, Blender), (2, 12, 5, Comparer), (30, 11, 5, Walker)],
)
def test_which_engine(trees, depth, features, engine):
    random = np.random.default_rng(5)
    builder = Builder([0] * features)
    exit_leaf = builder.leaf()
    thresholds = random.standard_normal(1000)
    builder.roots = [random_tree(builder, random, depth, features, thresholds, exit_leaf) for _ in range(trees)]
    assert type(pack(builder.graph()).engine) is engine


@pytest.mark.parametrize(("levels", "groups"), [(1, 1), (2, 1), (3, 3), (4, 5), (5, 11), (6, 21)])
def test_groups_are_few(levels, groups):
    builder = Builder([0])
    builder.roots = [search_tree(builder, np.arange(2.0**levels - 1))]
    found = find_groups(find_cuts([builder.graph()]), 0, 1)
    assert len(found.tree) == groups


@pytest.mark.parametrize("count", [253, 254, 255, 256, 2_000, 65_534, 65_535, 70_000])
def test_many_thresholds_of_one_feature(count):
    thresholds = np.arange(float(count))
    builder = Builder([0])
    builder.roots = [search_tree(builder, thresholds), search_tree(builder, thresholds, builder.leaf())]
    values = [-1.0, count / 2, count - 1.0, count - 0.5, count - 1.5, 1e9, np.nan, -np.inf, np.inf, 0.0]
    check(builder.graph(), [np.array(values)], len(values))


@pytest.mark.parametrize("count", [254, 255, 2_000, 65_001])
def test_many_thresholds_over_small_trees(count):
    builder = Builder([0, 0])
    parts = np.array_split(np.arange(float(count)), max(count // 60, 1))
    builder.roots = [search_tree(builder, part) for part in parts]
    values = np.array([-1.0, count / 2, count - 1.0, count - 0.5, 1e9, np.nan, -np.inf, np.inf, 0.0])
    graph, columns = builder.graph(), [values, values[::-1]]
    np.testing.assert_array_equal(pack(graph).leaves(columns), walk(graph, columns, len(values)))


def test_many_features():
    builder = Builder([0] * 66_000)
    builder.roots = [
        builder.node(feature, Test.LESS_OR_EQUAL, builder.leaf(), builder.leaf(), -1, 0.0) for feature in range(66_000)
    ]
    columns = list(np.random.default_rng(1).standard_normal((66_000, 2)))
    forest = pack(builder.graph())
    np.testing.assert_array_equal(forest.leaves(columns), walk(builder.graph(), columns, 2))


def test_inputs_may_be_read_only_and_strided():
    builder = Builder([0])
    builder.roots = [builder.node(0, Test.LESS_OR_EQUAL, builder.leaf(), builder.leaf(), -1, 2.0)]
    values = np.arange(10.0)[::2]
    values.flags.writeable = False
    assert pack(builder.graph()).leaves([values])[:, 0].tolist() == [0, 0, 1, 1, 1]


def test_columns_of_other_lengths_are_refused():
    builder = Builder([0, 0])
    builder.roots = [builder.node(1, Test.LESS_OR_EQUAL, builder.leaf(), builder.leaf(), builder.leaf(), 1.0)]
    forest = pack(builder.graph())
    with pytest.raises(ValueError, match="column 0 has 3 values, not 5 or one"):
        forest.leaves([None, np.zeros(3)], 5)
