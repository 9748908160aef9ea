"""What a decision forest is, before a layout is chosen: a flat graph of ternary tests."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Test(IntEnum):
    """What a node asks of its feature. A missing value goes to `if_missing`, except in the last."""

    __test__ = False  # not a pytest class

    LESS_OR_EQUAL = 0  # x <= threshold
    EQUAL = 1  # x == threshold
    IN_SET = 2  # the category code is in the set
    IS_MISSING = 3  # missing: `if_true`, else `if_false`


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """All trees of an ensemble, T of them with N nodes, in document order.

    A target (`if_true`, `if_false`, `if_missing`, a root) >= 0 is a node, < 0 is `~leaf`; leaf ids are global
    over the trees. Nodes may be shared, and a multiway split is a chain of tests along `if_false`; no cycles.
    """

    roots: NDArray[np.int32]  # [T]
    feature: NDArray[np.int32]  # [N]
    test: NDArray[np.int8]  # [N], of Test
    threshold: NDArray[np.float64]  # [N]
    set_index: NDArray[np.int32]  # [N], row of `sets` for IN_SET, else -1
    if_true: NDArray[np.int32]  # [N]
    if_false: NDArray[np.int32]  # [N]
    if_missing: NDArray[np.int32]  # [N]
    sets: NDArray[np.bool_]  # [S, K], whether the set has category code c; K = the most categories + 1
    categories: NDArray[np.int32]  # [F], known codes k (0..k-1; code k: unknown, -1: missing); 0: numeric
