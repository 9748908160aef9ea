"""Tables inside the document (specification: Taxonomy, InlineTable): rows whose cells are elements of any name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from sparkpmml.pmml.node import Node, attribute, child, children, element, integer

Row = dict[str, str]

_CHUNK_ROWS = 1 << 12


class Cells:
    """The cells of a table, column by column; a row need not have a cell in each."""

    def __init__(self) -> None:
        self._chunks: list[dict[str, pa.Array]] = []
        self._sizes: list[int] = []
        self._open: dict[str, list[str | None]] = {}
        self._size = 0

    def __len__(self) -> int:
        return sum(self._sizes) + self._size

    def add(self, row: Row) -> None:
        """The next row."""
        for name, text in row.items():
            cells = self._open.setdefault(name, [])
            cells.extend([None] * (self._size - len(cells)))
            cells.append(text)
        self._size += 1
        if self._size == _CHUNK_ROWS:
            self.close()

    def close(self) -> None:
        """Pack the rows that were added last: tables may have a million of them."""
        for cells in self._open.values():
            cells.extend([None] * (self._size - len(cells)))
        self._chunks.append({name: pa.array(cells, pa.string()) for name, cells in self._open.items()})
        self._sizes.append(self._size)
        self._open, self._size = {}, 0

    def texts(self, name: str) -> pa.ChunkedArray:
        """A column's cells, null where a row has none."""
        sizes = zip(self._chunks, self._sizes, strict=True)
        return pa.chunked_array(
            [chunk[name] if name in chunk else pa.nulls(size, pa.string()) for chunk, size in sizes], pa.string()
        )

    def column(self, name: str) -> list[str | None]:
        """As `texts`, None where a row has none."""
        cells: list[str | None] = self.texts(name).to_pylist()
        return cells

    def __iter__(self) -> Iterator[Row]:
        for chunk, size in zip(self._chunks, self._sizes, strict=True):
            columns = {name: cells.to_pylist() for name, cells in chunk.items()}
            for place in range(size):
                yield {name: text for name, cells in columns.items() if (text := cells[place]) is not None}


class _RowReader:
    """Collects rows: a cell is an element named as its column, in any namespace, or an attribute of the row."""

    def __init__(self, reader: Any, _: dict[str, str]) -> None:
        self._reader = reader
        self._cells = Cells()
        self._row: Row = {}
        self._depth = 0
        self._chunks: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 1:
            self._row = dict(attributes)
        elif self._depth == 2:
            self._chunks = []
            self._reader.listen(self._chunks.append)

    def end(self, tag: str) -> None:
        if self._depth == 0:
            self._cells.close()
            self._reader.finish(self._cells)
            return
        if self._depth == 2:
            self._row[column_name(tag)] = "".join(self._chunks)
            self._reader.listen(None)
        elif self._depth == 1 and tag.rpartition(":")[2] == "row":
            self._cells.add(self._row)
        self._depth -= 1


def column_name(tag: str) -> str:
    """The column that a cell's tag names: the tag without its namespace prefix."""
    return tag.rpartition(":")[2]


@element("InlineTable", reader=_RowReader)
class InlineTable(Node):
    """Rows of text cells by column name."""

    subtree: Cells

    @property
    def rows(self) -> Cells:
        return self.subtree


@element("VerificationField")
class VerificationField(Node):
    """A column of the verification table: an input, the prediction or an output."""

    field: str = attribute()
    column: str | None = attribute(default=None)
    precision: float = attribute(float, default=1e-6)
    zero_threshold: float = attribute(float, default=1e-16)


@element("VerificationFields")
class VerificationFields(Node):
    """The columns of the verification table."""

    fields: tuple[VerificationField, ...] = children(VerificationField)


@element("ModelVerification", ignores=("fieldCount",))
class ModelVerification(Node):
    """Rows with the results that the producer expects (specification: ModelVerification)."""

    record_count: int | None = attribute(integer, default=None)
    fields: VerificationFields = child(VerificationFields, required=True)
    table: InlineTable = child(InlineTable, required=True)
