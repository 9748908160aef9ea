"""Tables inside the document (specification: Taxonomy, InlineTable): rows whose cells are elements of any name."""

from __future__ import annotations

from typing import Any

from sparkpmml.pmml.node import Node, attribute, child, children, element, integer

Row = dict[str, str]


class _RowReader:
    """Collects rows: a cell is an element named as its column, in any namespace, or an attribute of the row."""

    def __init__(self, reader: Any, _: dict[str, str]) -> None:
        self._reader = reader
        self._rows: list[Row] = []
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
            self._reader.finish(tuple(self._rows))
            return
        if self._depth == 2:
            self._row[column_name(tag)] = "".join(self._chunks)
            self._reader.listen(None)
        elif self._depth == 1 and tag.rpartition(":")[2] == "row":
            self._rows.append(self._row)
        self._depth -= 1


def column_name(tag: str) -> str:
    """The column that a cell's tag names: the tag without its namespace prefix."""
    return tag.rpartition(":")[2]


@element("InlineTable", reader=_RowReader)
class InlineTable(Node):
    """Rows of text cells by column name."""

    subtree: tuple[Row, ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
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
