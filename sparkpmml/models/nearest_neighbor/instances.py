"""Training instances as columns: read as they are, or put through the model's own transformations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sparkpmml.compiler.builder import Slot
from sparkpmml.compiler.scope import Field, Scope
from sparkpmml.datatypes import DataType
from sparkpmml.models.nearest_neighbor.nodes import NearestNeighborModel
from sparkpmml.pmml.table import column_name
from sparkpmml.runtime.cast import cast
from sparkpmml.runtime.column import Column, from_strings
from sparkpmml.runtime.program import Program


class Instances:
    """The table of training instances, by field."""

    def __init__(self, node: NearestNeighborModel, scope: Scope) -> None:
        self._node = node
        self._scope = scope
        self._rows = node.instances.table.rows
        self._columns = {each.field: column_name(each.column or each.field) for each in node.instances.fields.fields}
        if not len(self._rows):
            raise ValueError("has no training instances")

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, name: str) -> bool:
        return name in self._columns

    def texts(self, name: str) -> list[str | None]:
        """The field's cells as they are written, None where a row has none."""
        if name not in self._columns:
            known = ", ".join(self._columns)
            raise ValueError(f"needs instances with field {name!r}, which is no InstanceField (known: {known})")
        return self._rows.column(self._columns[name])

    def column(self, name: str, data_type: DataType) -> Column:
        """The field's values as a type; ValueError where one is missing, or is no value of the type."""
        column = cast(from_strings(self.texts(name)), data_type)
        if column.is_missing().any():
            place = int(column.is_missing().argmax())
            raise ValueError(f"has training instance {place + 1} without a {data_type} value of {name!r}")
        return column

    def compared(self, field: Field) -> Sequence[str] | NDArray[np.float64]:
        """The values that records are compared with.

        Where the instances are not transformed yet, a field has them as the model would compute it from the instances'
        own fields: with the treatment of missing and extreme values, and derived where it is a derived field.
        """
        is_own = field.name in self
        is_derived = field.name not in self._scope.compilation.data_fields
        if self._node.instances.is_transformed or (is_own and is_derived):
            return _references(self.column(field.name, field.data_type))
        return _references(self._computed(field.slot, field.name))

    def _computed(self, slot: Slot, name: str) -> Column:
        """The slot's column for the instances in place of a batch of records."""
        steps, _, constants = self._scope.builder.pruned([slot.index])
        needed = {index for step in steps for index in step.inputs} | {slot.index}
        inputs = [each for each in self._scope.builder.inputs.values() if each.slot in needed]
        program = Program(
            digest="",
            name="training instances",
            inputs=tuple(inputs),
            steps=tuple(steps),
            outputs=(),
            checks=(),
            constants=constants,
        )
        values = program.run([from_strings(self.texts(each.name)) for each in inputs])
        column: Column = values[slot.index]
        if column.is_missing().any():
            place = int(column.is_missing().argmax())
            raise ValueError(f"has training instance {place + 1} without a value for field {name!r}")
        return column


def _references(column: Column) -> Sequence[str] | NDArray[np.float64]:
    return list(column.strings()) if column.data_type is DataType.STRING else column.as_double()
