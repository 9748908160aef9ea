"""`predict('iris', struct(*))` with one type for all models: for SQL whose functions cannot look at their arguments.

Spark Connect fixes a Python function's type when it is registered, before it is called with any model. So the
fields `prediction` and `probability` mean what they do in the model's own STRUCT, and `outputs` holds all others; but
all values except probabilities are text. A double's text reads back as the same double.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sparkpmml.errors import BindingError, nearest
from sparkpmml.runtime.json_text import to_json
from sparkpmml.spark.portable.functions import PortableModel, arguments_of
from sparkpmml.spark.portable.wires import Wire

TEXT = pa.string()
PROBABILITY = pa.map_(pa.string(), pa.float64())
OUTPUTS = pa.map_(pa.string(), pa.string())


@dataclass(frozen=True, slots=True)
class Answer:
    """One model's result for a batch: its fields by name, and the captured errors where they are captured."""

    label: str
    fields: Mapping[str, pa.Array]
    errors: pa.Array | None
    rows: int


def fixed_type(on_error: str) -> pa.DataType:
    """The STRUCT of `predict`."""
    fields = {"prediction": TEXT, "probability": PROBABILITY, "outputs": OUTPUTS}
    return pa.struct(list((fields | {"error": TEXT} if on_error == "capture" else fields).items()))


class PortablePredict:
    """The function `predict`, `predict_value` or `predict_proba` of the models with these aliases.

    `select` makes the function's result, of type `kind`, from the model's.
    """

    def __init__(
        self,
        models: Mapping[str, PortableModel],
        on_error: str,
        wire: Wire,
        kind: pa.DataType,
        select: Callable[[Answer], pa.Array],
    ) -> None:
        self._models = models
        self._on_error = on_error
        self._wire = wire
        self._kind = kind
        self._select = select

    def __call__(self, name: Any, *columns: Any, **named: Any) -> Any:
        if not len(name):
            return self._wire.result(pa.array([], self._kind))
        model = self._find(_only_name(name))
        _refuse_positions(model, columns, self._wire)
        given = list(arguments_of(columns, named, model.names, self._wire))
        arrays = model.score(given, len(name), self._on_error, self._wire)
        fields = dict(zip(model.program.schema.names, arrays, strict=False))
        errors = arrays[-1] if self._on_error == "capture" else None
        return self._wire.result(self._select(Answer(model.label, fields, errors, len(name))))

    def _find(self, name: str) -> PortableModel:
        if name not in self._models:
            known = list(self._models)
            raise BindingError(
                f"no model {name!r}{nearest(name, known)} (registered in this session: {', '.join(known) or 'none'})"
            )
        return self._models[name]


def whole(answer: Answer) -> pa.Array:
    """predict."""
    fields = answer.fields
    fixed = {
        "prediction": to_text(fields["prediction"]) if "prediction" in fields else pa.nulls(answer.rows, TEXT),
        "probability": fields.get("probability", pa.nulls(answer.rows, PROBABILITY)),
        "outputs": _as_map({name: to_text(array) for name, array in fields.items() if name not in _NAMED}, answer.rows),
    }
    if answer.errors is not None:
        fixed["error"] = answer.errors
    return pa.StructArray.from_arrays(list(fixed.values()), names=list(fixed))


_NAMED = ("prediction", "probability")


def value_alone(answer: Answer) -> pa.Array:
    """predict_value."""
    if "prediction" not in answer.fields:
        raise BindingError(f"the model {answer.label!r} has no single prediction: use predict(...).outputs")
    return to_text(answer.fields["prediction"])


def probabilities_alone(answer: Answer) -> pa.Array:
    """predict_proba."""
    if "probability" not in answer.fields:
        raise BindingError(f"the model {answer.label!r} gives no probabilities")
    return answer.fields["probability"]


def to_text(array: pa.Array) -> pa.Array:
    """Any field of a result as text: numbers in their shortest form, dates as in ISO 8601, lists and maps as JSON."""
    if pa.types.is_nested(array.type):
        return to_json(array)
    return array.cast(TEXT)


def _as_map(columns: Mapping[str, pa.Array], rows: int) -> pa.Array:
    """MAP<STRING, STRING> of the columns by name, one entry for each, row by row."""
    count = len(columns)
    offsets = pa.array(np.arange(rows + 1, dtype=np.int32) * count)
    keys = pa.array(list(columns), TEXT).take(pa.array(np.tile(np.arange(count), rows)))
    values = pa.concat_arrays(list(columns.values())) if columns else pa.array([], TEXT)
    by_row = np.arange(rows * count).reshape(count, rows).T.reshape(-1)
    return pa.MapArray.from_arrays(offsets, keys, values.take(pa.array(by_row)))


def _only_name(column: Any) -> str:
    names = pc.unique(pa.array(column)).to_pylist()
    if len(names) != 1 or not isinstance(names[0], str):
        raise BindingError("the first argument must be the model's alias as constant text, such as 'iris'")
    return names[0]


def _refuse_positions(model: PortableModel, columns: Sequence[Any], wire: Wire) -> None:
    """`predict('iris', *)` arrives as columns without names, in the table's order, which may not be the model's."""
    if columns and (len(columns) > 1 or wire.fields(columns[0]) is None):
        raise BindingError(
            f"the arguments for the model {model.label!r} arrive here without their columns' names: write"
            f" predict({model.label!r}, struct(*)) or name => value, or call the model's own function by position"
        )
