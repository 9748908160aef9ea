"""Columns side by side as rows of numbers, a block at a time: what distances, kernels and neurons start from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparkpmml.datatypes import DataType
from sparkpmml.runtime.column import Array, Column

BLOCK_CELLS = 1 << 20
"""Cells of a temporary matrix at a time: 8 MB of doubles stay near a core."""
CACHED_CELLS = 1 << 17
"""Those of one that is written and read several times over: a MB, for the core's own cache. With half of it a block's
calls cost k-means a seventh more."""
_WHOLE_ROWS = 64


def batch_rows(columns: Sequence[Any]) -> int:
    """The number of rows of a batch in which constants are columns of one row."""
    return next((len(column) for column in columns if len(column) != 1), 1)


def row_blocks(rows: int, width: int, cells: int = BLOCK_CELLS) -> Iterator[slice]:
    """The rows, so many at a time that a temporary of `width` cells per row takes about `cells`.

    The blocks are of one size, which is a multiple of `_WHOLE_ROWS`, and only the last is smaller: the rows that are
    left over at the end of a product are the work of another of BLAS's kernels, which may round otherwise.
    """
    count = max(-(-rows // max(cells // max(width, 1), 1)), 1)
    step = max(-(-rows // (count * _WHOLE_ROWS)), 1) * _WHOLE_ROWS
    return (slice(start, min(start + step, rows)) for start in range(0, rows, step))


def numbers_of(columns: Sequence[Column]) -> list[Array]:
    """Each column's values as float64 (of a float column float32), NaN where missing: what `design_blocks` takes."""
    return [column.values if column.data_type is DataType.FLOAT else column.as_double() for column in columns]


def design_blocks(
    numbers: Sequence[Array],
    rows: int,
    width: int,
    cells: int = BLOCK_CELLS,
    kind: type[np.floating] = np.float64,
) -> Iterator[tuple[slice, NDArray[Any]]]:
    """As `row_blocks`, each block with its rows of p columns of numbers, kind[block, p], in memory that the next block
    takes over: memory that is new costs more than what is written to it. Columns lie one after the other.
    """
    memory = None
    for block in row_blocks(rows, width, cells):
        count = block.stop - block.start
        memory = np.empty(count * len(numbers), kind) if memory is None else memory  # the first block is the largest
        matrix = memory[: count * len(numbers)].reshape(len(numbers), count).T
        fill_design(numbers, block, matrix)
        yield block, matrix


def fill_design(numbers: Sequence[Array], block: slice, matrix: NDArray[Any]) -> None:
    """The block's rows of p columns of numbers into matrix[block, p]."""
    for column, values in zip(matrix.T, numbers, strict=True):
        column[:] = values if len(values) == 1 else values[block]
