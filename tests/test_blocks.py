"""Batches in blocks of rows: every row is in one block, and an answer does not depend on the block it is in."""

from __future__ import annotations

import numpy as np
import pytest

from sparkpmml.compiler.scores import find_highest
from sparkpmml.models.regression.lowering import Linear
from sparkpmml.runtime import design
from sparkpmml.runtime.arrow import to_arrow_map
from sparkpmml.runtime.column import numbers


@pytest.mark.parametrize("width", [0, 1, 20, 1 << 21], ids="{} cells".format)
@pytest.mark.parametrize("rows", [0, 1, 63, 64, 65, 10_000, 65_536, 65_537])
def test_every_row_is_in_one_block(rows, width):
    blocks = list(design.row_blocks(rows, width))
    assert [row for block in blocks for row in range(block.start, block.stop)] == list(range(rows))
    assert all((block.stop - block.start) % 64 == 0 for block in blocks[:-1])


@pytest.mark.parametrize("single", [False, True], ids=["double", "single"])
@pytest.mark.parametrize("classes", [1, 2, 5])
def test_linear_functions_in_blocks(classes, single, monkeypatch):
    random = np.random.default_rng(0)
    columns = [numbers(random.standard_normal(1000)) for _ in range(6)] + [numbers(np.array([2.5]))]
    powers = (*((place, 1) for place in range(7)), (0, 2))
    weights, intercepts = random.standard_normal((8, classes)), random.standard_normal(classes)
    linear = Linear(7, powers, weights, (), (), np.empty((0, classes)), intercepts, single)
    whole = linear(*columns)
    monkeypatch.setattr("sparkpmml.models.regression.lowering.CACHED_CELLS", 8 * 64)
    blocks = linear(*columns)
    assert blocks.dtype == whole.dtype == (np.float32 if single else np.float64)
    np.testing.assert_allclose(blocks, whole, rtol=1e-6 if single else 1e-14)


NAN, INF = np.nan, np.inf
HIGHEST = {
    "first": ([3.0, 2.0, 1.0], 0),
    "last": ([1.0, 2.0, 3.0], 2),
    "the-first-of-equals": ([1.0, 3.0, 3.0], 1),
    "unknown-before": ([NAN, 2.0, 1.0], 1),
    "unknown-between": ([1.0, NAN, 2.0], 2),
    "below-everything": ([NAN, -INF, NAN], 1),
    "above-everything": ([1.0, INF, 2.0], 1),
    "signed-zeros": ([-0.0, 0.0, -0.0], 0),
    "unknown": ([NAN, NAN, NAN], None),
}


@pytest.mark.parametrize("order", ["C", "F"])
def test_highest(order):
    scores = np.array([row for row, _ in HIGHEST.values()], order=order)
    before = scores.copy()
    index, unknown = find_highest(scores)
    assert [None if one else place for place, one in zip(index.tolist(), unknown, strict=True)] == [
        place for _, place in HIGHEST.values()
    ]
    np.testing.assert_array_equal(scores, before)


MAPS = {
    "all-known": ([[0.25, 0.75], [1.0, 0.0]], None, [[("a", 0.25), ("b", 0.75)], [("a", 1.0), ("b", 0.0)]]),
    "one-unknown": ([[NAN, 0.75], [1.0, 0.0]], None, [[("a", None), ("b", 0.75)], [("a", 1.0), ("b", 0.0)]]),
    "a-row-unknown": ([[NAN, NAN], [1.0, 0.0]], None, [None, [("a", 1.0), ("b", 0.0)]]),
    "a-row-failed": ([[0.5, 0.5], [1.0, 0.0]], [False, True], [[("a", 0.5), ("b", 0.5)], None]),
    "none-failed": ([[0.5, 0.5], [1.0, 0.0]], [False, False], [[("a", 0.5), ("b", 0.5)], [("a", 1.0), ("b", 0.0)]]),
    "a-constant": ([[0.5, 0.5]], None, [[("a", 0.5), ("b", 0.5)]] * 2),
    "by-columns": (
        np.array([[0.25, 0.75], [1.0, 0.0]], order="F"),
        None,
        [[("a", 0.25), ("b", 0.75)], [("a", 1.0), ("b", 0.0)]],
    ),
}


@pytest.mark.parametrize(("matrix", "failed", "expected"), MAPS.values(), ids=MAPS)
def test_maps(matrix, failed, expected):
    made = to_arrow_map(np.asarray(matrix), ("a", "b"), 2, None if failed is None else np.array(failed))
    made.validate(full=True)
    assert made.to_pylist() == expected
