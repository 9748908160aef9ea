"""The answers of several segments side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sparkpmml.datatypes import DataType
from sparkpmml.runtime.column import Array, Column, codes
from sparkpmml.runtime.lists import ListColumn


@dataclass(frozen=True, slots=True)
class Gather:
    """The operation: s columns of one type, double or string, as one list of up to s values per row.

    Inputs: the columns, then where each is active; a value of one that is not is left out.
    """

    def __call__(self, *columns: Column) -> ListColumn:
        count = len(columns) // 2
        rows = next((len(column) for column in columns if len(column) != 1), 1)
        dictionary, held = _in_one_dictionary(columns[:count])
        values = np.stack([np.broadcast_to(each, rows) for each in held], axis=1)
        active = np.stack([np.broadcast_to(each.values, rows) for each in columns[count:]], axis=1)
        offsets = np.concatenate([[0], active.sum(axis=1).cumsum()])
        if dictionary is None:
            return ListColumn(Column(DataType.DOUBLE, values[active]), offsets)
        return ListColumn(codes(values[active], dictionary), offsets)


def _in_one_dictionary(columns: Sequence[Column]) -> tuple[list[str] | None, list[Array]]:
    """The texts of all columns and int32 codes into them; of numbers no texts, and float64."""
    if columns[0].data_type is not DataType.STRING:
        return None, [each.as_double() for each in columns]
    entries = [[] if each.dictionary is None else each.dictionary.tolist() for each in columns]
    index = {text: code for code, text in enumerate(dict.fromkeys(text for each in entries for text in each))}
    tables = [np.array([*(index[text] for text in each), -1], dtype=np.int32) for each in entries]
    return list(index), [table[each.values] for table, each in zip(tables, columns, strict=True)]
