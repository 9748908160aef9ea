"""Columns by their addresses: a kernel that takes in all inputs of a model cannot name each in its signature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from llvmlite import ir
from numba import carray, types  # type: ignore[attr-defined]  # it does, by way of a star
from numba.extending import intrinsic
from numpy.typing import NDArray

from sparkpmml.kernels.jit import inline

DOUBLE, FLOAT, CODE = 0, 1, 2
"""Types of values: float64, float32, int32."""
_DTYPES = (np.dtype(np.float64), np.dtype(np.float32), np.dtype(np.int32))
_TYPES = {dtype: kind for kind, dtype in enumerate(_DTYPES)}


@dataclass(frozen=True, slots=True, eq=False)
class Addresses:
    """Where columns are, and the columns themselves, which must stay as long as a kernel may read them."""

    table: NDArray[np.int64]  # [C, 3]: address, type, bytes from one row to the next (0 for a constant)
    columns: list[NDArray[Any]]


def find_addresses(columns: Sequence[NDArray[Any]], are_codes: Sequence[bool], rows: int) -> Addresses:
    """Of `rows` values or one each: numbers as doubles or floats, codes as int32. ValueError for any other length."""
    held, table = [], []
    for place, (values, is_code) in enumerate(zip(columns, are_codes, strict=True)):
        kind = _TYPES.get(values.dtype)
        flags = values.flags
        if kind is None or is_code != (kind == CODE) or not flags.c_contiguous or not flags.aligned:
            kind = CODE if is_code else FLOAT if kind == FLOAT else DOUBLE
            values = np.require(values, _DTYPES[kind], ("C_CONTIGUOUS", "ALIGNED"))
        if len(values) not in (1, rows):
            raise ValueError(f"column {place} has {len(values)} values, not {rows} or one")
        # Arrow says the address in 0.4 us, numpy in 1.0: it is asked for every input of every call
        table.append((pa.py_buffer(values).address, kind, values.itemsize if len(values) == rows else 0))
        held.append(values)
    return Addresses(np.array(table, dtype=np.int64).reshape(-1, 3), held)


def _to_pointer(typing: Any, address: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Sequence[Any]) -> Any:
        return builder.inttoptr(arguments[0], ir.IntType(8).as_pointer())

    return types.voidptr(types.int64), generate


_pointer: Any = intrinsic(_to_pointer)


@inline
def doubles(address, size):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """float64[size] at an address."""
    return carray(_pointer(address), (size,), np.float64)


@inline
def floats(address, size):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """float32[size] at an address."""
    return carray(_pointer(address), (size,), np.float32)


@inline
def codes(address, size):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """int32[size] at an address."""
    return carray(_pointer(address), (size,), np.int32)
