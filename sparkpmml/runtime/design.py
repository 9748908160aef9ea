"""Columns side by side as rows of numbers, a block at a time: what distances, kernels and neurons start from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparkpmml.runtime.column import Column

BLOCK_CELLS = 1 << 20
"""Cells of a temporary matrix at a time: 8 MB of doubles stay in, or near, a core's cache."""


def batch_rows(columns: Sequence[Any]) -> int:
    """The number of rows of a batch in which constants are columns of one row."""
    return next((len(column) for column in columns if len(column) != 1), 1)


def row_blocks(rows: int, width: int) -> Iterator[slice]:
    """The rows, so many at a time that a temporary of `width` cells per row stays small."""
    step = max(1, BLOCK_CELLS // max(width, 1))
    return (slice(start, min(start + step, rows)) for start in range(0, rows, step))


def design(columns: Sequence[Column], block: slice, kind: type[np.floating] = np.float64) -> NDArray[Any]:
    """kind[block, p]: the block's rows of p columns, NaN where a value is missing; booleans are 1 and 0."""
    matrix = np.empty((block.stop - block.start, len(columns)), kind)
    for position, column in enumerate(columns):
        part = column.take(np.arange(block.start, block.stop)) if len(column) > 1 else column
        matrix[:, position] = part.as_double()
    return matrix
