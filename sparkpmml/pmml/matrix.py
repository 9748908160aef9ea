"""Matrices in the document (specification: GeneralStructure, Matrix): dense by rows, a diagonal, or single cells."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sparkpmml.pmml.array import Array
from sparkpmml.pmml.node import Node, attribute, children, content, element, integer, number, one_of

Rows = list[NDArray[np.float64]]


@element("MatCell")
class MatCell(Node):
    """One cell; rows and columns count from 1."""

    row: int = attribute(integer)
    column: int = attribute(integer, name="col")
    value: float = content(number)


@element("Matrix")
class Matrix(Node):
    """A matrix; what it leaves out is a default, of the diagonal or beside it."""

    kind: str = attribute(one_of("any", "symmetric", "diagonal"), default="any")
    row_count: int | None = attribute(integer, name="nbRows", default=None)
    column_count: int | None = attribute(integer, name="nbCols", default=None)
    diagonal_default: float = attribute(number, name="diagDefault", default=0.0)
    other_default: float = attribute(number, name="offDiagDefault", default=0.0)
    arrays: tuple[Array, ...] = children(Array)
    cells: tuple[MatCell, ...] = children(MatCell)

    def dense(self) -> NDArray[np.float64]:
        """float64[rows, columns]; ValueError when the parts do not fit together."""
        rows = [np.array(list(map(float, array.items))) for array in self.arrays]
        if self.kind == "diagonal":
            return self._diagonal(rows)
        height, width = self._shape(rows)
        matrix = np.full((height, width), self.other_default)
        np.fill_diagonal(matrix, self.diagonal_default)
        for index, row in enumerate(rows):
            if len(row) > width or index >= height:
                raise ValueError(f"has {len(row)} values in row {index + 1} of a {height} x {width} matrix")
            matrix[index, : len(row)] = row
        self._set_cells(matrix)
        if self.kind == "symmetric":  # its upper half may be left out
            lower = np.tril_indices(height, -1)
            matrix[lower[1], lower[0]] = matrix[lower]
        return matrix

    def _shape(self, rows: Rows) -> tuple[int, int]:
        height = self.row_count or max([len(rows), *(cell.row for cell in self.cells)])
        width = self.column_count or max([0, *map(len, rows), *(cell.column for cell in self.cells)])
        if self.kind == "symmetric":
            height = width = max(height, width)
        return height, width

    def _diagonal(self, rows: Rows) -> NDArray[np.float64]:
        if len(rows) != 1:
            raise ValueError(f"is diagonal and needs one array, has {len(rows)}")
        matrix = np.full((len(rows[0]), len(rows[0])), self.other_default)
        np.fill_diagonal(matrix, rows[0])
        return matrix

    def _set_cells(self, matrix: NDArray[np.float64]) -> None:
        for cell in self.cells:
            if not (1 <= cell.row <= matrix.shape[0] and 1 <= cell.column <= matrix.shape[1]):
                raise ValueError(
                    f"has no cell ({cell.row}, {cell.column}): it is {matrix.shape[0]} x {matrix.shape[1]}"
                )
            row, column = cell.row - 1, cell.column - 1
            if self.kind == "symmetric":
                row, column = max(row, column), min(row, column)
            matrix[row, column] = cell.value
