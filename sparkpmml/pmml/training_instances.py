"""Training data kept in the document (specification: NearestNeighbors, TrainingInstances; GaussianProcess)."""

from __future__ import annotations

from sparkpmml.pmml.node import Node, attribute, boolean, child, children, element, integer
from sparkpmml.pmml.table import InlineTable, column_name


@element("InstanceField", ignores=("isTarget",))
class InstanceField(Node):
    """The column of the table that holds a field's values; named as the field unless given."""

    field: str = attribute()
    column: str | None = attribute(default=None)


@element("InstanceFields")
class InstanceFields(Node):
    """The fields of an instance."""

    fields: tuple[InstanceField, ...] = children(InstanceField)


@element("TrainingInstances")
class TrainingInstances(Node):
    """A row per instance."""

    is_transformed: bool = attribute(boolean, default=False)
    records: int | None = attribute(integer, name="recordCount", default=None)
    width: int | None = attribute(integer, name="fieldCount", default=None)
    fields: InstanceFields = child(InstanceFields, required=True)
    table: InlineTable = child(InlineTable, required=True)

    def column(self, field: InstanceField) -> tuple[str, ...]:
        """The field's text in each row; ValueError where a row has none."""
        name = column_name(field.column or field.field)
        cells = self.table.rows.column(name)
        present = tuple([text for text in cells if text is not None])
        if len(present) < len(cells):
            raise ValueError(f"has a row without the column {name!r} of field {field.field!r}")
        return present
