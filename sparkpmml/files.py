"""Tables in files, a batch at a time: CSV and Parquet in and out, in bounded memory."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.dataset
import pyarrow.parquet

from sparkpmml.runtime.json_text import to_json

BATCH_ROWS = 65_536
BLOCK_BYTES = 16 << 20
"""CSV text parsed at a time."""

DEFAULT_NULLS = ("", "NA", "NaN", "null", "NULL")
"""CSV text that means missing, unless quoted: what pandas, R and SQL tools write."""


class TableFileError(ValueError):
    """A file that is not the table it should be, or of a kind that is neither CSV nor Parquet."""


@dataclass(frozen=True, slots=True)
class TableFile:
    """An opened table: its column names, and a way through its rows (`batches()` starts at the first row)."""

    columns: tuple[str, ...]
    batches: Callable[[], Iterator[pa.Table]]


def open_table(path: str, nulls: Sequence[str] = DEFAULT_NULLS) -> TableFile:
    """Opens a CSV file (every column as text, as it stands there) or Parquet file or folder.

    CSV columns stay text since the model, not the reader, says what is a number, a category or an invalid value.
    """
    if not os.path.exists(path):
        raise TableFileError(f"{path}: no such file")
    try:
        return _open_csv(path, nulls) if _kind(path) == "csv" else _open_parquet(path)
    except pa.ArrowInvalid as error:
        raise TableFileError(f"{path}: {error}") from error


def write_tables(path: str, tables: Iterable[pa.Table]) -> int:
    """Writes the tables, all of one schema, as one file; the answer is the number of rows.

    The file appears under its name when it is complete: a failure leaves what was there before.
    """
    target = Path(path)
    write = _write_csv if _kind(path) == "csv" else _write_parquet
    if not target.parent.is_dir():
        raise TableFileError(f"{path}: no folder {target.parent}")
    unfinished = target.with_name(f".unfinished-{target.name}")
    try:
        rows = write(unfinished, tables)
        os.replace(unfinished, target)
    except pa.ArrowInvalid as error:
        raise TableFileError(str(error)) from error
    finally:
        unfinished.unlink(missing_ok=True)
    return rows


def _kind(path: str) -> str:
    suffixes = [suffix for suffix in Path(path).suffixes if suffix not in (".gz", ".bz2", ".zst")]
    if suffixes and suffixes[-1].lower() in (".csv", ".parquet"):
        return suffixes[-1].lower()[1:]
    if Path(path).is_dir():
        return "parquet"
    raise TableFileError(f"{path}: the name must end in .csv, .csv.gz or .parquet")


def _open_csv(path: str, nulls: Sequence[str]) -> TableFile:
    reading = pa.csv.ReadOptions(block_size=BLOCK_BYTES)
    with pa.csv.open_csv(path, read_options=reading) as reader:
        columns = tuple(reader.schema.names)
    converting = pa.csv.ConvertOptions(
        column_types=dict.fromkeys(columns, pa.string()),
        null_values=list(nulls),
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )

    def batches() -> Iterator[pa.RecordBatch]:
        with pa.csv.open_csv(path, read_options=reading, convert_options=converting) as reader:
            yield from reader

    return TableFile(columns, lambda: _tables(batches(), pa.schema([(name, pa.string()) for name in columns])))


def _open_parquet(path: str) -> TableFile:
    data = pa.dataset.dataset(path, format="parquet", partitioning="hive")

    def batches() -> Iterator[pa.RecordBatch]:
        return iter(data.to_batches(batch_size=BATCH_ROWS, batch_readahead=2, fragment_readahead=1))

    return TableFile(tuple(data.schema.names), lambda: _tables(batches(), data.schema))


def _tables(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.Table]:
    """The batches that have rows; one without any if there is none, since even an empty result has columns."""
    empty = True
    for batch in batches:
        if batch.num_rows:
            empty = False
            yield pa.Table.from_batches([batch])
    if empty:
        yield schema.empty_table()


def _write_parquet(path: Path, tables: Iterable[pa.Table]) -> int:
    return _write(tables, lambda schema: pa.parquet.ParquetWriter(path, schema))


def _write_csv(path: Path, tables: Iterable[pa.Table]) -> int:
    with pa.output_stream(str(path), compression="detect") as stream:
        return _write(map(as_text, tables), lambda schema: pa.csv.CSVWriter(stream, schema))


def _write(
    tables: Iterable[pa.Table], open_writer: Callable[[pa.Schema], pa.csv.CSVWriter | pa.parquet.ParquetWriter]
) -> int:
    rows = 0
    writer = None
    with ExitStack() as closing:
        for table in tables:
            if writer is None:
                writer = closing.enter_context(open_writer(table.schema))
            writer.write_table(table)
            rows += table.num_rows
    return rows


def as_text(table: pa.Table) -> pa.Table:
    """The table with what a CSV cell cannot hold written as JSON: maps as objects, lists as arrays."""
    for index, field in enumerate(table.schema):
        if pa.types.is_map(field.type) or pa.types.is_list(field.type):
            chunks = [to_json(chunk) for chunk in table.column(index).chunks]
            table = table.set_column(index, field.name, pa.chunked_array(chunks, pa.string()))
    return table
