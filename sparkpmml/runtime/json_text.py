"""Maps and lists of a result as JSON text, for places that hold text alone."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc


def to_json(array: pa.Array) -> pa.Array:
    """A map<string, number> or list array as JSON text; null stays null."""
    if pa.types.is_map(array.type):
        opening, closing = "{", "}"
        items = pc.binary_join_element_wise(_scalar(array.keys), _scalar(array.items), ": ")
    else:
        opening, closing = "[", "]"
        items = _scalar(array.values)
    joined = pc.binary_join(pa.ListArray.from_arrays(array.offsets, items), ", ")
    return pc.if_else(array.is_valid(), pc.binary_join_element_wise(opening, joined, closing, ""), None)


def _scalar(array: pa.Array) -> pa.Array:
    """Numbers, booleans and strings as JSON; what JSON has no word for (null, NaN, infinity) as null."""
    if pa.types.is_string(array.type):
        escaped = pc.replace_substring(pc.replace_substring(array, "\\", "\\\\"), '"', '\\"')
        text = pc.binary_join_element_wise('"', escaped, '"', "")
    else:
        text = pc.cast(array, pa.string())
    if pa.types.is_floating(array.type):
        text = pc.if_else(pc.is_finite(array), text, "null")
    return pc.fill_null(text, "null")
