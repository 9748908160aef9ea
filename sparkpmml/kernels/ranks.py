"""A feature's values to their ranks among the model's thresholds (see cuts.py)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numpy.typing import NDArray

from sparkpmml.kernels.jit import array, inline, kernel

Ranks = NDArray[Any]

_COLUMN = types.Array(types.uint16, 1, "A")
_WIDE_COLUMN = types.Array(types.uint32, 1, "A")


@inline
def _search(values, thresholds, missing, out):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    count = len(thresholds)
    for row in range(len(values)):
        value = np.float64(values[row])
        # Branch-free: the number of steps depends on `count` alone, so that the processor overlaps many rows.
        base = np.uint64(0)
        size = np.uint64(count)
        while size > np.uint64(1):
            half = size >> np.uint64(1)
            base += half * np.uint64(thresholds[base + half - np.uint64(1)] < value)
            size -= half
        if size > np.uint64(0):
            base += np.uint64(thresholds[base] < value)
        out[row] = np.uint64(missing) if value != value else base


@kernel(array(types.float64), array(types.float64), types.int64, _COLUMN)
def rank_double(values: NDArray[np.float64], thresholds: NDArray[np.float64], missing: int, out: Ranks) -> None:
    """out[i] = how many thresholds are < values[i], or `missing` for NaN."""
    _search(values, thresholds, missing, out)


@kernel(array(types.float32), array(types.float64), types.int64, _COLUMN)
def rank_float(values: NDArray[np.float32], thresholds: NDArray[np.float64], missing: int, out: Ranks) -> None:
    """As `rank_double`; a float's double is itself, so the comparison is exact."""
    _search(values, thresholds, missing, out)


@kernel(array(types.float64), array(types.float64), types.int64, _WIDE_COLUMN)
def rank_double_wide(values: NDArray[np.float64], thresholds: NDArray[np.float64], missing: int, out: Ranks) -> None:
    """As `rank_double`, for features of more than 65,534 thresholds."""
    _search(values, thresholds, missing, out)


def rank_column(values: NDArray[Any], thresholds: NDArray[np.float64], missing_right: bool, out: Ranks) -> None:
    """Write the ranks of a numeric column's values into out (uint16 or uint32, any stride)."""
    missing = len(thresholds) if missing_right else 0
    if out.dtype == np.uint32:
        rank_double_wide(values.astype(np.float64), thresholds, missing, out)
    elif values.dtype == np.float32:
        rank_float(values, thresholds, missing, out)
    else:
        rank_double(values.astype(np.float64, copy=False), thresholds, missing, out)


def rank_codes(codes: NDArray[Any], categories: int, out: Ranks) -> None:
    """Write code + 1 into out, 0 where missing; codes above the known ones count as unknown."""
    np.add(np.clip(codes, -1, categories), 1, out=out, casting="unsafe")
