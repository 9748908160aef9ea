"""What leaves add up to: sums in document order, and votes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numpy.typing import NDArray

from sparkpmml.kernels.jit import array, inline, kernel

_FOUND = array(types.int32, 2)


def _writable(dtype: Any) -> Any:
    return types.Array(dtype, 2, "C")


@inline
def _add(found, values, totals):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    for tree in range(found.shape[0]):
        if totals.shape[1] == 1:
            for row in range(totals.shape[0]):
                totals[row, 0] += values[found[tree, row], 0]
        else:
            for row in range(totals.shape[0]):
                for place in range(totals.shape[1]):
                    totals[row, place] += values[found[tree, row], place]


@kernel(_FOUND, array(types.float32, 2), _writable(types.float32))
def add_floats(found: NDArray[np.int32], values: NDArray[Any], totals: NDArray[Any]) -> None:
    """totals[row] += values[found[tree, row]] tree after tree, in float32."""
    _add(found, values, totals)


@kernel(_FOUND, array(types.float64, 2), _writable(types.float64))
def add_doubles(found: NDArray[np.int32], values: NDArray[Any], totals: NDArray[Any]) -> None:
    """totals[row] += values[found[tree, row]] tree after tree, in float64."""
    _add(found, values, totals)


@inline
def _add_groups(found, values, groups, totals):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    for tree in range(found.shape[0]):
        group = groups[tree]
        for row in range(totals.shape[0]):
            totals[row, group] += values[found[tree, row]]


@kernel(_FOUND, array(types.float32), array(types.int32), _writable(types.float32))
def add_group_floats(
    found: NDArray[np.int32], values: NDArray[Any], groups: NDArray[np.int32], totals: NDArray[Any]
) -> None:
    """totals[row, group of the tree] += values[found[tree, row]], tree after tree, in float32."""
    _add_groups(found, values, groups, totals)


@kernel(_FOUND, array(types.float64), array(types.int32), _writable(types.float64))
def add_group_doubles(
    found: NDArray[np.int32], values: NDArray[Any], groups: NDArray[np.int32], totals: NDArray[Any]
) -> None:
    """As `add_group_floats`, in float64."""
    _add_groups(found, values, groups, totals)


@kernel(_FOUND, array(types.int32), array(types.float64), _writable(types.float64))
def add_votes(
    found: NDArray[np.int32],
    classes: NDArray[np.int32],
    weights: NDArray[np.float64],
    totals: NDArray[np.float64],
) -> None:
    """totals[row, class of the leaf] += the tree's weight; a leaf of class -1 does not vote."""
    for tree in range(found.shape[0]):
        for row in range(totals.shape[0]):
            label = classes[found[tree, row]]
            if label >= 0:
                totals[row, label] += weights[tree]
