"""Which sequences of itemsets a history of transactions holds."""

from __future__ import annotations

import numpy as np
from numba import types
from numpy.typing import NDArray

from sparkpmml.kernels.jit import array, kernel


@kernel(
    array(types.int64),
    array(types.int32),
    array(types.int32),
    array(types.int64),
    array(types.int32),
    array(types.int32),
    array(types.int64),
    array(types.int32),
    array(types.boolean),
    types.Array(types.boolean, 2, "C"),
)
def find_sequences(
    offsets: NDArray[np.int64],
    items: NDArray[np.int32],
    steps: NDArray[np.int32],
    starts: NDArray[np.int64],
    sets: NDArray[np.int32],
    sizes: NDArray[np.int32],
    members: NDArray[np.int64],
    wanted: NDArray[np.int32],
    adjacent: NDArray[np.bool_],
    found: NDArray[np.bool_],
) -> None:
    """Fill `found` bool[n, sequences].

    History i holds `items[offsets[i]:offsets[i + 1]]` (codes, -1 for none of the model's), each at its transaction of
    `steps`, which counts from 0 in each history. Item j is in the itemsets `sets[starts[j]:starts[j + 1]]`; itemset k
    has `sizes[k]` items. Sequence s wants the itemsets `wanted[members[s]:members[s + 1]]`, each in a later
    transaction than the one before it: the next one where `adjacent` says so.
    """
    for row in range(len(found)):
        first, last = offsets[row], offsets[row + 1]
        count = steps[last - 1] + 1 if last > first else 0
        held = np.zeros((count, len(sizes)), dtype=np.int32)
        for place in range(first, last):
            item = items[place]
            known = item >= 0
            for before in range(place - 1, first - 1, -1):  # an item twice in a transaction counts once
                if steps[before] != steps[place]:
                    break
                if items[before] == item:
                    known = False
            if known:
                for k in range(starts[item], starts[item + 1]):
                    held[steps[place], sets[k]] += 1
        for sequence in range(found.shape[1]):
            reached = np.ones(count, dtype=np.bool_)
            for position in range(members[sequence], members[sequence + 1]):
                wants = wanted[position]
                begun = position > members[sequence]
                next_reached = np.zeros(count, dtype=np.bool_)
                before = False
                for step in range(count):
                    open_ = not begun or (reached[step - 1] and step > 0 if adjacent[position] else before)
                    next_reached[step] = open_ and held[step, wants] == sizes[wants]
                    before = before or reached[step]
                reached = next_reached
            found[row, sequence] = reached.any() and members[sequence + 1] > members[sequence]
