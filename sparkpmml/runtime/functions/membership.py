"""isIn and isNotIn.

They always have an answer: a missing value is in the list only if a missing value is listed. So says the reference
scorer, and so do Python's `in` and R's `%in%`, from which such expressions are translated.
"""

from __future__ import annotations

import numpy as np

from sparkpmml.datatypes import DataType
from sparkpmml.runtime.builtin import builtin
from sparkpmml.runtime.column import Array, Column, Mask, booleans
from sparkpmml.runtime.functions.comparison import equality


@builtin("isIn", 2, None, strict=False)
def is_in(value: Column, *members: Column) -> Column:
    return booleans(_contains(value, members))


@builtin("isNotIn", 2, None, strict=False)
def is_not_in(value: Column, *members: Column) -> Column:
    return booleans(~_contains(value, members))


def _contains(value: Column, members: tuple[Column, ...]) -> Mask:
    missing = value.is_missing()
    result: Mask = np.zeros(len(value), dtype=np.bool_)
    texts: set[str] = set()
    constants: list[Array] = []
    for member in members:
        absent = member.is_missing()
        if len(member) == 1 and absent[0]:
            result = result | missing
        elif len(member) == 1 and value.data_type is member.data_type is DataType.STRING:
            texts.add(member.strings()[0])
        elif len(member) == 1 and value.data_type.is_numeric and member.data_type.is_numeric:
            constants.append(member.values)
        else:
            result = result | np.where(missing | absent, missing & absent, equality(value, member))
    if constants:
        listed = np.concatenate(constants)
        # In the wider type, as `equality` does: NumPy 1 compares floats with a few doubles as floats.
        values = value.values.astype(np.result_type(value.values.dtype, listed.dtype), copy=False)
        result = result | (np.isin(values, listed) & ~missing)
    return result | _is_one_of(value, texts) if texts else result


def _is_one_of(value: Column, texts: set[str]) -> Mask:
    """bool[n]: one look-up per dictionary entry, however long the list."""
    result: Mask = value.translate(dict.fromkeys(texts, 1), 0, 0).astype(np.bool_)
    return result
