"""The functions that Spark calls with blocks: the columns of many rows in one binary value, and the results in another.

Where the Java classes plan a query, an `arrow_udf` or `pandas_udf` gets one block at a time, and need not take apart
what Spark made of its rows; see block.py for what a block is.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sparkpmml.spark.block import read_block, struct_parts, write_block
from sparkpmml.spark.worker import ProgramSource, program_of

if TYPE_CHECKING:
    import pandas as pd

_TYPES = {
    "double": pa.float64(),
    "float": pa.float32(),
    "bigint": pa.int64(),
    "boolean": pa.bool_(),
    "string": pa.string(),
    "date": pa.date32(),
    "timestamp_ntz": pa.timestamp("us"),
}


@cache
def arrow_type(carrier: str) -> pa.DataType:
    """The Arrow type of a SQL type in which columns cross; see casts.py."""
    if carrier.startswith("array<"):
        return pa.list_(arrow_type(carrier.removeprefix("array<")[:-1]))
    return _TYPES[carrier]


class BlockScorer:
    """Scores the rows of a block."""

    def __init__(self, digest: str, source: ProgramSource, on_error: str, carriers: tuple[str, ...]) -> None:
        self._digest = digest
        self._source = source
        self._on_error = on_error
        self._carriers = carriers

    def score(self, block: pa.Buffer) -> bytes:
        """A block of one column, the structs of the results, for a block of the arguments."""
        program = program_of(self._digest, self._source)
        rows, columns = read_block(block, [arrow_type(carrier) for carrier in self._carriers])
        results = program.score(columns, rows, self._on_error)
        return write_block(rows, [struct_parts(rows, results)])


class ArrowBlockScorer(BlockScorer):
    """What an arrow_udf runs: an array of blocks, usually of one, to an array of as many."""

    def __call__(self, blocks: pa.BinaryArray) -> pa.BinaryArray:
        return pa.array([self.score(block.as_buffer()) for block in blocks], pa.binary())


class PandasBlockScorer(BlockScorer):
    """What a pandas_udf runs: a Series of blocks, usually of one, to a Series of as many."""

    def __call__(self, blocks: pd.Series[Any]) -> pd.Series[Any]:
        import pandas as pd

        return pd.Series([self.score(pa.py_buffer(block)) for block in blocks], dtype=object)
