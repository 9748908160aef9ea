"""The forest kernels alone beside the library that trained the model, in one process and on one thread.

The graphs are made from the trainers' own models, without PMML. Microseconds of processor time per row, best of
several runs, and the ratio of ours to theirs; the answers are compared too.
"""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sparkpmml.kernels.forest import Forest, Graph, Test, pack

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Contest:
    """One model, ready to be scored by both."""

    graph: Graph
    ours: Callable[[Forest], Array]
    theirs: Callable[[], Array]


def make_table(rows: int, columns: int, seed: int, missing: float = 0.05) -> tuple[Array, Array]:
    """(float32[rows, columns] with NaN, a noisy target)."""
    random = np.random.default_rng(seed)
    table = random.standard_normal((rows, columns)).astype(np.float32)
    target = table[:, 0] * table[:, 1] + np.sin(3 * table[:, 2]) + np.abs(table[:, 3:8]).sum(axis=1)
    target += random.standard_normal(rows)
    table[random.random(table.shape) < missing] = np.nan
    return table, target


def join(trees: list[dict[str, Array]], columns: int, sets: Array | None = None, k: Array | None = None) -> Graph:
    """One graph of trees given by arrays in their own numbering, each with its number of `leaves`."""
    node_starts = np.cumsum([0, *(len(tree["feature"]) for tree in trees)])
    leaf_starts = np.cumsum([0, *(tree["leaves"] for tree in trees)])

    def shifted(name: str) -> Array:
        parts = [
            np.where(tree[name] >= 0, tree[name] + node, tree[name] - leaf)
            for tree, node, leaf in zip(trees, node_starts, leaf_starts, strict=False)
        ]
        return np.concatenate(parts).astype(np.int32)

    def joined(name: str, dtype: type) -> Array:
        return np.concatenate([tree[name] for tree in trees]).astype(dtype)

    count = int(node_starts[-1])
    roots = [
        node if len(t["feature"]) else ~leaf for t, node, leaf in zip(trees, node_starts, leaf_starts, strict=False)
    ]
    return Graph(
        roots=np.array(roots, dtype=np.int32),
        feature=joined("feature", np.int32),
        test=joined("test", np.int8) if "test" in trees[0] else np.zeros(count, dtype=np.int8),
        threshold=joined("threshold", np.float64),
        set_index=joined("set", np.int32) if "set" in trees[0] else np.full(count, -1, dtype=np.int32),
        if_true=shifted("true"),
        if_false=shifted("false"),
        if_missing=shifted("missing"),
        sets=np.zeros((0, 1), dtype=np.bool_) if sets is None else sets,
        categories=np.zeros(columns, dtype=np.int32) if k is None else k,
    )


def renumber(left: Array, right: Array, is_leaf: Array) -> tuple[Array, Array, Array]:
    """(left, right of the inner nodes as targets, the inner nodes) of trees that number leaves among nodes."""
    number = np.where(is_leaf, ~(np.cumsum(is_leaf) - 1), np.cumsum(~is_leaf) - 1)
    inner = np.flatnonzero(~is_leaf)
    return number[left[inner]], number[right[inner]], inner


def xgboost_contest(rows: int, columns: int, trees: int, depth: int = 6) -> Contest:
    import json

    import xgboost

    table, target = make_table(30_000, columns, seed=1)
    model = xgboost.XGBRegressor(n_estimators=trees, max_depth=depth, n_jobs=2, base_score=0.5, min_child_weight=0)
    booster = model.fit(table, target).get_booster()
    booster.set_param({"nthread": 1})
    parts, values = [], []
    for tree in json.loads(booster.save_raw("json"))["learner"]["gradient_booster"]["model"]["trees"]:
        left, right = np.array(tree["left_children"]), np.array(tree["right_children"])
        true, false, inner = renumber(left, right, left < 0)
        conditions = np.array(tree["split_conditions"], dtype=np.float32)
        values.append(conditions[left < 0])
        below = np.nextafter(conditions[inner], np.float32(-np.inf))  # x < t is x <= the float before t
        default = np.array(tree["default_left"])[inner] != 0
        parts.append(
            {
                "feature": np.array(tree["split_indices"])[inner],
                "threshold": below,
                "true": true,
                "false": false,
                "missing": np.where(default, true, false),
                "leaves": int((left < 0).sum()),
            }
        )
    scored, _ = make_table(rows, columns, seed=2)
    inputs = [np.ascontiguousarray(scored[:, column]) for column in range(columns)]
    leaf_values = np.concatenate(values)
    start = np.float32(0.5)
    return Contest(
        join(parts, columns),
        lambda forest: forest.sums(inputs, leaf_values, start),
        lambda: booster.inplace_predict(scored),
    )


def lightgbm_contest(rows: int, columns: int, trees: int, categories: tuple[int, ...] = ()) -> Contest:
    import lightgbm

    table, target = make_table(30_000, columns, seed=1)
    scored, _ = make_table(rows, columns, seed=2)
    random = np.random.default_rng(3)
    for place, count in enumerate(categories):
        effects = random.standard_normal(count)
        for data in (table, scored):
            data[:, place] = random.integers(0, count, len(data))
        target += 2 * effects[table[:, place].astype(int)]
    model = lightgbm.LGBMRegressor(n_estimators=trees, num_leaves=63, n_jobs=2, verbose=-1)
    model.fit(table, target, categorical_feature=list(range(len(categories))))
    booster = model.booster_
    counts = np.zeros(columns, dtype=np.int32)
    counts[: len(categories)] = categories
    graph, values = lightgbm_graph(booster.model_to_string(), counts)
    doubles = scored.astype(np.float64)
    inputs = [
        doubles[:, place].astype(np.int32) if counts[place] else np.ascontiguousarray(doubles[:, place])
        for place in range(columns)
    ]
    return Contest(
        graph,
        lambda forest: forest.sums(inputs, values, 0.0),
        lambda: np.asarray(booster.predict(doubles, num_threads=1)),
    )


def lightgbm_graph(text: str, counts: Array) -> tuple[Graph, Array]:
    """(the graph, float64[L] values) of a LightGBM model's own text."""
    width = int(counts.max(initial=0)) + 1
    parts, values, sets = [], [], [np.zeros(width, dtype=np.bool_)]
    for section in text.split("\nTree=")[1:]:
        fields = dict(line.split("=", 1) for line in section.split("\n\n")[0].splitlines()[1:] if "=" in line)
        numbers = {
            name: np.array(value.split(), dtype=np.float64) for name, value in fields.items() if name != "tree_sizes"
        }
        left, right, kind = (numbers[name].astype(np.int64) for name in ("left_child", "right_child", "decision_type"))
        feature = numbers["split_feature"].astype(np.int64)
        threshold = numbers["threshold"]
        is_set = kind & 1 == 1
        index = np.full(len(kind), -1)
        for node in np.flatnonzero(is_set):
            first, last = numbers["cat_boundaries"][[int(threshold[node]), int(threshold[node]) + 1]].astype(int)
            words = numbers["cat_threshold"][first:last].astype(np.uint32)
            bits = np.unpackbits(words.view(np.uint8), bitorder="little")[:width].astype(np.bool_)
            sets.append(np.pad(bits, (0, width - len(bits))))
            index[node] = len(sets) - 1
        nan_is_missing = kind >> 2 & 3 == 2
        goes_left = np.where(is_set, False, np.where(nan_is_missing, kind & 2 == 2, threshold >= 0))
        parts.append(
            {
                "feature": feature,
                "threshold": threshold,
                "test": np.where(is_set, int(Test.IN_SET), int(Test.LESS_OR_EQUAL)),
                "set": index,
                "true": left,
                "false": right,
                "missing": np.where(goes_left, left, right),
                "leaves": len(numbers["leaf_value"]),
            }
        )
        values.append(numbers["leaf_value"])
    return join(parts, len(counts), np.array(sets), counts), np.concatenate(values)


def forest_contest(rows: int, columns: int, trees: int, depth: int = 12) -> Contest:
    from sklearn.ensemble import RandomForestClassifier

    table, target = make_table(30_000, columns, seed=1, missing=0.0)
    model = RandomForestClassifier(trees, max_depth=depth, n_jobs=2, random_state=1)
    model.fit(table, target > np.median(target))
    model.set_params(n_jobs=1)
    parts, values = [], []
    for estimator in model.estimators_:
        tree = estimator.tree_
        is_leaf = tree.children_left < 0
        true, false, inner = renumber(tree.children_left, tree.children_right, is_leaf)
        parts.append(
            {
                "feature": tree.feature[inner],
                "threshold": tree.threshold[inner],
                "true": true,
                "false": false,
                "missing": false,
                "leaves": int(is_leaf.sum()),
            }
        )
        values.append(tree.value[is_leaf, 0, :])
    scored, _ = make_table(rows, columns, seed=2, missing=0.0)
    inputs = [np.ascontiguousarray(scored[:, column]) for column in range(columns)]
    leaf_values = np.concatenate(values)
    return Contest(
        join(parts, columns),
        lambda forest: forest.sums(inputs, leaf_values, 0.0) / trees,
        lambda: np.asarray(model.predict_proba(scored)),
    )


CONTESTS: dict[str, Callable[[int, int, int], Contest]] = {
    "xgboost": xgboost_contest,
    "lightgbm": lightgbm_contest,
    "lightgbm_categories": lambda rows, columns, trees: lightgbm_contest(rows, columns, trees, (5, 20, 60)),
    "random_forest": lambda rows, columns, trees: forest_contest(rows, columns, max(trees * 2 // 5, 1)),
}


def measure(run: Callable[..., Any], *arguments: Any) -> float:
    """Seconds of processor time."""
    start = time.process_time()
    run(*arguments)
    return time.process_time() - start


def compare_kernels(rows: int, columns: int, times: int, trees: int = 500) -> None:
    """Print a line per contest."""
    print(f"{'model':20} {'ours':>8} {'theirs':>8} {'ratio':>7}   (us per row)   pack s   forest MB  difference")
    for name, make in CONTESTS.items():
        contest = make(rows, columns, trees)
        start = time.process_time()
        forest = pack(contest.graph)
        packing = time.process_time() - start
        ours, theirs = contest.ours(forest), contest.theirs()
        difference = float(np.max(np.abs(ours - theirs))) if len(ours) else 0.0
        # In turns, so that what else the machine does falls on both.
        runs = [(measure(contest.ours, forest), measure(contest.theirs)) for _ in range(times)]
        mine, other = (min(column) / rows * 1e6 for column in zip(*runs, strict=True))
        size = len(pickle.dumps(forest)) / 1e6
        figures = f"{mine:8.3f} {other:8.3f} {mine / other:7.3f}"
        print(f"{name:20} {figures}   {'':14} {packing:6.2f}   {size:9.2f}  {difference:.2g}", flush=True)
