"""Many texts in flat arrays, and which of them others are: a hash table of places, open addressing, linear probing.

A dictionary of Python's takes five times the memory, and each process needs its own.
"""

from __future__ import annotations

import numpy as np
from numba import types
from numpy.typing import NDArray

from sparkpmml.kernels.jit import array, inline, kernel

Bytes = NDArray[np.uint8]

NOWHERE = -1


@inline
def _hash(text: Bytes, start: int, stop: int) -> int:
    """FNV-1a of 64 bits, its halves folded."""
    number = np.uint64(14695981039346656037)
    for place in range(start, stop):
        number = (number ^ np.uint64(text[place])) * np.uint64(1099511628211)
    return np.int64((number ^ (number >> np.uint64(32))) & np.uint64(0x7FFFFFFF))  # type: ignore[return-value]


@inline
def _is_same(first: Bytes, start: int, stop: int, second: Bytes, second_start: int, second_stop: int) -> bool:
    if stop - start != second_stop - second_start:
        return False
    for place in range(stop - start):  # noqa: SIM110  (numba has no generators)
        if first[start + place] != second[second_start + place]:
            return False
    return True


@kernel(array(types.uint8), array(types.int64), types.Array(types.int32, 1, "C"))
def index_texts(text: Bytes, offsets: NDArray[np.int64], slots: NDArray[np.int32]) -> None:
    """Fill `slots`, all `NOWHERE`, more of them than texts, a power of two; of texts that are the same the last counts.

    Text i is UTF-8 in `text[offsets[i]:offsets[i + 1]]`.
    """
    last = len(slots) - 1
    for i in range(len(offsets) - 1):
        start, stop = offsets[i], offsets[i + 1]
        slot = _hash(text, start, stop) & last
        while slots[slot] >= 0:
            known = slots[slot]
            if _is_same(text, start, stop, text, offsets[known], offsets[known + 1]):
                break
            slot = (slot + 1) & last
        slots[slot] = i


@kernel(
    array(types.uint8),
    array(types.int64),
    array(types.int32),
    array(types.uint8),
    array(types.int32),
    types.int64,
    types.Array(types.int32, 1, "C"),
)
def find_texts(
    text: Bytes,
    offsets: NDArray[np.int64],
    slots: NDArray[np.int32],
    asked: Bytes,
    asked_offsets: NDArray[np.int32],
    unknown: int,
    found: NDArray[np.int32],
) -> None:
    """Fill `found` with the places of the texts `asked` among those that `slots` hold; `unknown` for any other text."""
    last = len(slots) - 1
    for i in range(len(found)):
        start, stop = asked_offsets[i], asked_offsets[i + 1]
        slot = _hash(asked, start, stop) & last
        found[i] = unknown
        while slots[slot] >= 0:
            known = slots[slot]
            if _is_same(asked, start, stop, text, offsets[known], offsets[known + 1]):
                found[i] = known
                break
            slot = (slot + 1) & last
