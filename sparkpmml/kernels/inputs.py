"""The features that a forest reads, and where its thresholds lie on each: what ranks are made with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparkpmml.kernels.addresses import CODE, DOUBLE, Addresses, codes, doubles, find_addresses, floats
from sparkpmml.kernels.cuts import Cuts, Integers
from sparkpmml.kernels.jit import inline
from sparkpmml.kernels.ranks import MISSING, Ruler, make_ruler, rank


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """The features that some test reads, one after the other.

    The rulers of all (see ranks.py) are in one array each, so that one call of a kernel ranks a whole block.
    """

    features: tuple[int, ...]
    are_codes: tuple[bool, ...]  # of a feature with categories
    thresholds: NDArray[np.float64]
    before: NDArray[np.uint32]
    scales: NDArray[np.float64]  # [I, 2]: low, scale
    spans: Integers  # [I, 6]: where its thresholds begin and end, where `before` does, steps, categories

    def __len__(self) -> int:
        return len(self.features)

    def find(self, columns: Sequence[Any], rows: int) -> Addresses:
        """Where the columns of `rows` values, or one, are: one for each feature of the forest."""
        return find_addresses([columns[feature] for feature in self.features], self.are_codes, rows)


def find_inputs(cuts: Cuts) -> tuple[Inputs, Integers]:
    """(the inputs, int64[C]: the input of each column of the cuts)."""
    is_set = np.arange(len(cuts.features)) >= cuts.numeric
    _, first, owner = np.unique(cuts.features * 2 + is_set, return_index=True, return_inverse=True)
    nothing = make_ruler(np.empty(0))
    rulers = [nothing if is_set[column] else make_ruler(cuts.thresholds[column]) for column in first]
    inputs = _stack(rulers, cuts.features[first], is_set[first], cuts.categories[first])
    return inputs, owner.reshape(-1).astype(np.int64)


def _stack(rulers: list[Ruler], features: Integers, are_codes: NDArray[np.bool_], categories: Integers) -> Inputs:
    def ends(sizes: list[int]) -> Integers:
        return np.cumsum([0, *sizes], dtype=np.int64)

    thresholds = ends([len(each.thresholds) for each in rulers])
    before = ends([len(each.before) for each in rulers])
    steps = np.array([each.steps for each in rulers], dtype=np.int64)
    return Inputs(
        tuple(features.tolist()),
        tuple(are_codes.tolist()),
        np.concatenate([np.empty(0), *(each.thresholds for each in rulers)]),
        np.concatenate([np.empty(0, np.uint32), *(each.before for each in rulers)]),
        np.array([[each.low, each.scale] for each in rulers], dtype=np.float64).reshape(-1, 2),
        np.stack([thresholds[:-1], thresholds[1:], before[:-1], before[1:], steps, categories], axis=1),
    )


@inline
def rank_input(table, number, first, positions, thresholds, before, scales, spans):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """positions[i] = how many thresholds of an input are below its value of row first + i, or its code; MISSING where
    that is missing. Codes above the known ones are as the first of these."""
    kind, step = table[number, 1], table[number, 2]
    address = table[number, 0] + first * step
    size = len(positions) if step else min(len(positions), 1)
    span = spans[number]
    own, table_before = thresholds[span[0] : span[1]], before[span[2] : span[3]]
    low, scale = scales[number, 0], scales[number, 1]
    if kind == CODE:
        values = codes(address, size)
        for row in range(size):
            code = min(np.int64(values[row]), span[5])
            positions[row] = np.uint32(code) if code >= 0 else np.uint32(MISSING)
    elif kind == DOUBLE:
        rank(doubles(address, size), own, table_before, low, scale, span[4], positions)
    else:
        rank(floats(address, size), own, table_before, low, scale, span[4], positions)
    for row in range(size, len(positions)):
        positions[row] = positions[0]
