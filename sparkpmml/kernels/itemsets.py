"""Which association rules apply to a transaction: itemsets counted through an inverted index."""

from __future__ import annotations

import numpy as np
from numba import types
from numpy.typing import NDArray

from sparkpmml.kernels.jit import array, kernel

RECOMMENDATION, EXCLUSIVE_RECOMMENDATION, RULE_ASSOCIATION = 0, 1, 2
"""Rules whose antecedent the transaction holds: all; only those whose consequent it lacks; or holds, too."""


@kernel(
    array(types.int64),
    array(types.int32),
    array(types.int64),
    array(types.int32),
    array(types.int32),
    array(types.int32),
    array(types.int32),
    array(types.int32),
    types.int64,
    types.Array(types.int32, 2, "C"),
    types.Array(types.int64, 1, "C"),
)
def select_rules(
    offsets: NDArray[np.int64],
    items: NDArray[np.int32],
    starts: NDArray[np.int64],
    sets: NDArray[np.int32],
    sizes: NDArray[np.int32],
    order: NDArray[np.int32],
    antecedents: NDArray[np.int32],
    consequents: NDArray[np.int32],
    algorithm: int,
    picked: NDArray[np.int32],
    found: NDArray[np.int64],
) -> None:
    """Fill `picked` int32[n, limit] with each transaction's first rules in `order`, and `found` int64[n] with how many.

    Transaction i holds `items[offsets[i]:offsets[i + 1]]` (codes; -1 is none of the model's). Item j is in the
    itemsets `sets[starts[j]:starts[j + 1]]`; itemset k has `sizes[k]` items. `antecedents` and `consequents` are the
    itemsets of each rule.
    """
    limit = picked.shape[1]
    counts = np.zeros(len(sizes), dtype=np.int32)
    seen = np.full(len(starts), -1, dtype=np.int64)
    for row in range(len(found)):
        for place in range(offsets[row], offsets[row + 1]):
            item = items[place]
            if item < 0 or seen[item] == row:
                continue
            seen[item] = row
            for k in range(starts[item], starts[item + 1]):
                counts[sets[k]] += 1
        taken = 0
        for rule in order:
            if taken == limit:
                break
            antecedent = antecedents[rule]
            if counts[antecedent] != sizes[antecedent]:
                continue
            consequent = consequents[rule]
            holds = counts[consequent] == sizes[consequent]
            if (algorithm == 1 and holds) or (algorithm == 2 and not holds):
                continue
            picked[row, taken] = rule
            taken += 1
        found[row] = taken
        for place in range(offsets[row], offsets[row + 1]):
            item = items[place]
            if item >= 0:
                for k in range(starts[item], starts[item + 1]):
                    counts[sets[k]] = 0
