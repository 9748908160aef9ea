"""The layout of blocks: what is written is read again, whatever part of an array it is."""

from datetime import date, datetime

import numpy as np
import pyarrow as pa
import pytest

pytest.importorskip("pyspark")

from sparkpmml.spark.block import column_parts, read_block, struct_parts, write_block
from sparkpmml.spark.block_worker import arrow_type

ARRAYS = {
    "double": pa.array([1.5, None, float("nan"), -0.0, 1e300, 2.0, 3.0, 4.0, 5.0, None]),
    "float": pa.array([1.5, None, 2.5, 3.5], pa.float32()),
    "bigint": pa.array([2**63 - 1, None, -(2**63), 0]),
    "boolean": pa.array([True, None, False, True, True, False, True, False, True, True, None]),
    "string": pa.array(["a", None, "", "größe", "x" * 1000]),
    "date": pa.array([date(1969, 12, 31), None, date(2024, 2, 29)]),
    "timestamp_ntz": pa.array([datetime(2624, 2, 29, 12, 30, 15, 250001), None], pa.timestamp("us")),
    "array<double>": pa.array([[1.0, None], None, [], [2.0]]),
    "array<string>": pa.array([["a", None, "bc"], None, [], ["d"]]),
}
"""By the SQL type in which such a column crosses."""

PARTS = {
    "whole": lambda array: array,
    "end": lambda array: array[1:],
    "start": lambda array: array[:-1],
    "one": lambda array: array[1:2],
    "none": lambda array: array[:0],
    "without nulls": lambda array: array.drop_null(),
}


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("carrier", ARRAYS)
def test_what_is_written_is_read(carrier, part):
    array = PARTS[part](ARRAYS[carrier])
    block = pa.py_buffer(write_block(len(array), [column_parts(array), column_parts(array)]))
    rows, columns = read_block(block, [arrow_type(carrier)] * 2)
    assert rows == len(array)
    for column in columns:
        column.validate(full=True)
        assert column.type == array.type
        assert column.null_count == array.null_count
        assert repr(column.to_pylist()) == repr(array.to_pylist())  # repr: NaN is not equal to itself


@pytest.mark.parametrize("carrier", ARRAYS)
def test_numbers_of_bytes_are_multiples_of_eight(carrier):
    for length in range(len(ARRAYS[carrier]) + 1):
        assert len(write_block(length, [column_parts(ARRAYS[carrier][:length])])) % 8 == 0


def test_columns_share_the_block_s_memory():
    block = pa.py_buffer(write_block(4, [column_parts(pa.array([1.0, 2.0, 3.0, 4.0]))]))
    (column,) = read_block(block, [pa.float64()])[1]
    assert block.address <= column.buffers()[1].address < block.address + block.size


def test_a_map_is_its_offsets_keys_and_items():
    """Keys and items of the rows of a slice alone."""
    maps = pa.array([{"a": 1.0}, None, {"b": 2.0, "c": None}], pa.map_(pa.string(), pa.float64()))[1:]
    block = write_block(2, [column_parts(maps)])
    words = np.frombuffer(block, np.int32)
    assert list(words[2:4]) == [2, 1]  # rows, columns
    assert list(words[4:6]) == [2, 1]  # of the map: values, are there nulls
    assert block[24] == 0b10
    assert list(words[8:11]) == [0, 0, 2]
    assert list(words[12:14]) == [2, 0]  # the keys
    assert block.endswith(np.array([2.0, 0.0]).tobytes())


@pytest.mark.parametrize(
    ("array", "kept"),
    [
        pytest.param(pa.array(["a", None, "a"]).dictionary_encode(), pa.array(["a", None, "a"]), id="dictionary"),
        pytest.param(pa.array(["a", None], pa.large_string()), pa.array(["a", None]), id="large text"),
        pytest.param(pa.array([1, None], pa.int8()), pa.array([1, None], pa.int64()), id="small integers"),
        pytest.param(
            pa.array([datetime(2024, 1, 1), None], pa.timestamp("ms")),
            pa.array([datetime(2024, 1, 1), None], pa.timestamp("us")),
            id="milliseconds",
        ),
    ],
)
def test_kinds_that_spark_has_only_one_of(array, kept):
    block = write_block(len(array), [column_parts(array)])
    assert block == write_block(len(kept), [column_parts(kept)])


def test_a_struct_is_its_fields():
    fields = [pa.array([1.0, None]), pa.array(["a", "b"])]
    block = pa.py_buffer(write_block(2, [struct_parts(2, fields)]))
    head = np.frombuffer(block, np.int32)
    assert list(head[2:6]) == [2, 1, 2, 0]  # two rows, one column; of two values without nulls
    inner = write_block(2, [column_parts(each) for each in fields])
    assert bytes(block)[24:] == inner[16:]


def test_another_mark_is_refused():
    with pytest.raises(ValueError, match="other versions"):
        read_block(pa.py_buffer(bytes(32)), [])
