"""Small PMML documents for tests: the parts that every document needs, around the part that a test is about."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa

import sparkpmml

PMML = """<PMML version="4.4" xmlns="http://www.dmg.org/PMML-4_4">
<Header/>
<DataDictionary>{fields}</DataDictionary>
{transformations}
{model}
</PMML>"""


def field(name: str, data_type: str = "double", inside: str = "", optype: str = "") -> str:
    """A DataField; its optype follows the type unless given."""
    optype = optype or ("continuous" if data_type in ("double", "float", "integer") else "categorical")
    return f'<DataField name="{name}" optype="{optype}" dataType="{data_type}">{inside}</DataField>'


def values(*texts: str, kind: str = "valid") -> str:
    """Value elements."""
    return "".join(f'<Value value="{text}" property="{kind}"/>' for text in texts)


def schema(*names: str, target: str = "", **attributes: str) -> str:
    """A MiningSchema of active fields, each with the same further attributes."""
    more = "".join(f' {key}="{value}"' for key, value in attributes.items())
    fields = "".join(f'<MiningField name="{name}"{more}/>' for name in names)
    targeted = f'<MiningField name="{target}" usageType="target"/>' if target else ""
    return f"<MiningSchema>{targeted}{fields}</MiningSchema>"


def load(model: str, *fields: str, transformations: str = "") -> sparkpmml.Model:
    """The document with this model element and these data fields, loaded."""
    text = PMML.format(fields="".join(fields), transformations=transformations, model=model)
    return sparkpmml.load(text.encode(), name="test.pmml")


def predict(model: sparkpmml.Model, on_error: Any = "fail", **columns: list[Any]) -> dict[str, list[Any]]:
    """The result's columns as lists, maps as dicts."""
    types = {each.name: each.arrow_type for each in model.program.inputs}
    arrays = {name: _array(column, types.get(name)) for name, column in columns.items()}
    scored = model.predict(pa.table(arrays), on_error=on_error)
    result = {name: scored.column(name).to_pylist() for name in scored.column_names}
    for each in model.outputs:
        if each.is_map:
            result[each.name] = [None if row is None else dict(row) for row in result[each.name]]
    return result


def _array(column: list[Any], kind: pa.DataType | None) -> pa.Array:
    if any(isinstance(value, str) for value in column):
        kind = pa.string()
    return pa.array(column, kind)


def listed(column: pd.Series[Any]) -> list[Any]:
    """A column's single values, None where one is missing: which sign stands for that, differs by version of pandas."""
    return [None if pd.isna(value) else value for value in column]
