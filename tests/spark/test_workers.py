"""What runs in a Python worker, without Spark: the cache of programs, and the way through pandas."""

import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from sparkpmml.spark import worker
from sparkpmml.spark.pandas_worker import ArrowColumn, decode


class FakeBroadcast:
    """Counts how often it is unpacked."""

    def __init__(self, value):
        self._value = value
        self.count = 0

    @property
    def value(self):
        self.count += 1
        return self._value


@pytest.fixture(autouse=True)
def empty_cache(monkeypatch):
    monkeypatch.setattr(worker, "_programs", type(worker._programs)())


def test_unpacked_once_per_worker():
    first, second = FakeBroadcast("program"), FakeBroadcast("program")
    assert worker.program_of("d1", first) == "program"
    assert worker.program_of("d1", second) == "program"
    assert (first.count, second.count) == (1, 0)


def test_cache_is_bounded():
    broadcasts = [FakeBroadcast(i) for i in range(worker.CAPACITY + 1)]
    for i, broadcast in enumerate(broadcasts):
        worker.program_of(str(i), broadcast)
    worker.program_of("0", broadcasts[0])
    assert broadcasts[0].count == 2
    assert len(worker._programs) == worker.CAPACITY


DAY = datetime.date(2024, 2, 29)
DECODED = [
    pytest.param("bigint", np.array([1, -2]), [1, -2], id="bigint without nulls"),
    pytest.param(
        "bigint",
        [(2**53 + 1).to_bytes(8, "big"), None, (-5).to_bytes(8, "big", signed=True)],
        [2**53 + 1, None, -5],
        id="bigint with nulls",
    ),
    pytest.param("bigint", [None, None], [None, None], id="bigint, only nulls"),
    pytest.param("date", [19782 * 86_400.0, np.nan, -86_400.0], [DAY, None, datetime.date(1969, 12, 31)], id="date"),
    pytest.param(
        "timestamp_ntz",
        [1.000001, np.nan, 253_402_214_400.0],
        [datetime.datetime(1970, 1, 1, 0, 0, 1, 1), None, datetime.datetime(9999, 12, 31)],
        id="timestamp",
    ),
    pytest.param("string", ["a", None], ["a", None], id="string"),
    pytest.param("boolean", [True, None], [True, None], id="boolean with nulls"),
    pytest.param("array<double>", [np.array([1.0, 2.0]), None], [[1.0, 2.0], None], id="array"),
]


@pytest.mark.parametrize(("carrier", "values", "expected"), DECODED)
def test_decoded(carrier, values, expected):
    assert decode(pd.Series(values), carrier).to_pylist() == expected


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_floats_stay(dtype):
    column = pd.Series([1.5, np.nan], dtype=dtype)
    assert decode(column, "double") is column


ARRAYS = [
    pa.array([[("a", 1.0)], None], type=pa.map_(pa.string(), pa.float64())),
    pa.array([[1.0, 2.0], None]),
    pa.array(["x", None]),
    pa.array([1, None]),
    pa.array([0, None], type=pa.timestamp("us")),
]


@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: str(array.type))
def test_arrow_passes_through_pandas(array):
    """Spark applies a converter to each series, asks for its mask and makes an Arrow array of it."""
    series = pd.DataFrame({"x": ArrowColumn(array)}, copy=False)["x"]
    converted = series.apply(lambda value: pytest.fail("a Python function was called for a row"))
    assert list(converted.isnull()) == [False, True]
    assert pa.Array.from_pandas(converted, type=array.type).to_pylist() == array.to_pylist()
