"""Which sequences of itemsets a history of transactions holds."""

from __future__ import annotations

import numpy as np
from numba import types
from numpy.typing import NDArray

from sparkpmml.kernels.jit import array, inline, kernel

LATER, NEXT, SAME = 0, 1, 2
"""How an itemset follows the one before it: in a later transaction, in the next one, or in the same."""


@inline
def _holdings(
    items: NDArray[np.int32],
    steps: NDArray[np.int32],
    starts: NDArray[np.int64],
    sets: NDArray[np.int32],
    held: NDArray[np.int32],
) -> None:
    """Fill `held` int32[transactions, itemsets]: how many items of each itemset each transaction has."""
    for place in range(len(items)):
        item = items[place]
        known = item >= 0
        for before in range(place - 1, -1, -1):  # an item twice in a transaction counts once
            if steps[before] != steps[place]:
                break
            if items[before] == item:
                known = False
        if known:
            for k in range(starts[item], starts[item + 1]):
                held[steps[place], sets[k]] += 1


@inline
def _follows(
    reached: NDArray[np.bool_], times: NDArray[np.float64], step: int, how: int, least: float, most: float
) -> bool:
    """Is there a transaction that was reached and that `step` may follow, in so much time?"""
    first, last = 0, step - 1
    if how == SAME:
        first, last = step, step
    elif how == NEXT:
        first = max(step - 1, 0)
    for before in range(last, first - 1, -1):
        gap = times[step] - times[before]
        if gap > most:
            break
        if reached[before] and gap >= least:
            return True
    return False


@inline
def _reaches(
    wanted: NDArray[np.int32],
    how: NDArray[np.int8],
    least: NDArray[np.float64],
    most: NDArray[np.float64],
    held: NDArray[np.int32],
    sizes: NDArray[np.int32],
    times: NDArray[np.float64],
    reached: NDArray[np.bool_],
) -> bool:
    """Go on from the transactions that hold the first itemset (`reached`, which is overwritten) to the last itemset."""
    count = len(reached)
    for position in range(1, len(wanted)):
        set_ = wanted[position]
        found = np.zeros(count, dtype=np.bool_)
        some = False
        plain = how[position] == LATER and least[position] <= 0.0 and most[position] == np.inf
        before = False
        for step in range(count):
            if held[step, set_] == sizes[set_]:
                if plain:
                    found[step] = before
                else:
                    found[step] = _follows(reached, times, step, how[position], least[position], most[position])
                some = some or found[step]
            before = before or reached[step]
        if not some:
            return False
        reached[:] = found
    return True


@kernel(
    array(types.int64),
    array(types.int32),
    array(types.int32),
    array(types.float64),
    array(types.int64),
    array(types.int32),
    array(types.int32),
    array(types.int64),
    array(types.int32),
    array(types.int8),
    array(types.float64),
    array(types.float64),
    array(types.float64),
    array(types.float64),
    types.Array(types.boolean, 2, "C"),
)
def find_sequences(
    offsets: NDArray[np.int64],
    items: NDArray[np.int32],
    steps: NDArray[np.int32],
    times: NDArray[np.float64],
    starts: NDArray[np.int64],
    sets: NDArray[np.int32],
    sizes: NDArray[np.int32],
    members: NDArray[np.int64],
    wanted: NDArray[np.int32],
    how: NDArray[np.int8],
    least: NDArray[np.float64],
    most: NDArray[np.float64],
    shortest: NDArray[np.float64],
    longest: NDArray[np.float64],
    found: NDArray[np.bool_],
) -> None:
    """Fill `found` bool[n, sequences].

    History i holds `items[offsets[i]:offsets[i + 1]]` (codes, -1 for none of the model's), each at its transaction of
    `steps`, which counts from 0 in each history, and at its time, which ascends. Item j is in the itemsets
    `sets[starts[j]:starts[j + 1]]`; itemset k has `sizes[k]` items. Sequence s wants the itemsets
    `wanted[members[s]:members[s + 1]]`, each after the one before it as `how` says, between `least` and `most` of time
    later, and the last between `shortest[s]` and `longest[s]` after the first.
    """
    for row in range(len(found)):
        first, last = offsets[row], offsets[row + 1]
        count = steps[last - 1] + 1 if last > first else 0
        held = np.zeros((count, len(sizes)), dtype=np.int32)
        _holdings(items[first:last], steps[first:last], starts, sets, held)
        moments = np.zeros(count)
        for place in range(first, last):
            moments[steps[place]] = times[place]
        for sequence in range(found.shape[1]):
            one, end = members[sequence], members[sequence + 1]
            if one == end:
                found[row, sequence] = False
                continue
            begun = np.zeros(count, dtype=np.bool_)
            for step in range(count):
                begun[step] = held[step, wanted[one]] == sizes[wanted[one]]
            if shortest[sequence] <= 0.0 and longest[sequence] == np.inf:
                found[row, sequence] = begun.any() and _reaches(
                    wanted[one:end], how[one:end], least[one:end], most[one:end], held, sizes, moments, begun
                )
                continue
            holds = False
            for start in range(count):  # each beginning on its own: the time is counted from there
                if begun[start] and not holds:
                    reached = np.zeros(count, dtype=np.bool_)
                    reached[start] = True
                    if _reaches(
                        wanted[one:end], how[one:end], least[one:end], most[one:end], held, sizes, moments, reached
                    ):
                        for step in range(count):
                            span = moments[step] - moments[start]
                            holds = holds or (reached[step] and shortest[sequence] <= span <= longest[sequence])
            found[row, sequence] = holds
