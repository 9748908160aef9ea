"""What SQL types cross as, by the type of the input; and which are refused."""

import pytest

from sparkpmml.datatypes import DataType
from sparkpmml.errors import BindingError
from sparkpmml.spark.casts import carrier

CARRIED = [
    (DataType.DOUBLE, "double", "double"),
    (DataType.DOUBLE, "float", "double"),
    (DataType.DOUBLE, "int", "double"),
    (DataType.DOUBLE, "bigint", "double"),
    (DataType.DOUBLE, "decimal(38,10)", "double"),
    (DataType.DOUBLE, "string", "string"),
    (DataType.DOUBLE, "void", "double"),
    (DataType.FLOAT, "double", "float"),
    (DataType.FLOAT, "tinyint", "float"),
    (DataType.INTEGER, "smallint", "bigint"),
    (DataType.INTEGER, "decimal(18,0)", "bigint"),
    (DataType.INTEGER, "decimal(19,0)", "double"),
    (DataType.INTEGER, "double", "double"),
    (DataType.INTEGER, "string", "string"),
    (DataType.STRING, "string", "string"),
    (DataType.STRING, "varchar(10)", "string"),
    (DataType.STRING, "string collate UTF8_LCASE", "string"),
    (DataType.STRING, "int", "bigint"),
    (DataType.STRING, "double", "double"),
    (DataType.STRING, "boolean", "boolean"),
    (DataType.STRING, "date", "date"),
    (DataType.STRING, "timestamp", "timestamp_ntz"),
    (DataType.BOOLEAN, "boolean", "boolean"),
    (DataType.BOOLEAN, "int", "bigint"),
    (DataType.BOOLEAN, "string", "string"),
    (DataType.DATE, "date", "date"),
    (DataType.DATE, "timestamp", "date"),
    (DataType.DATE, "string", "string"),
    (DataType.DATE_TIME, "timestamp", "timestamp_ntz"),
    (DataType.DATE_TIME, "timestamp_ntz", "timestamp_ntz"),
    (DataType.DATE_TIME, "date", "timestamp_ntz"),
    (DataType.TIME, "string", "string"),
    (DataType.TIME, "time(6)", "string"),
    (DataType.DATE_DAYS_SINCE_1960, "int", "bigint"),
    (DataType.DATE_DAYS_SINCE_1960, "date", "date"),
    (DataType.DATE_TIME_SECONDS_SINCE_1970, "timestamp", "timestamp_ntz"),
    (DataType.DATE_TIME_SECONDS_SINCE_1970, "bigint", "bigint"),
    (DataType.TIME_SECONDS, "int", "bigint"),
]


@pytest.mark.parametrize(("data_type", "sql_type", "expected"), CARRIED)
def test_carried(data_type, sql_type, expected):
    assert carrier("m", "x", data_type, sql_type) == expected


REFUSED = [
    (DataType.DOUBLE, "boolean"),
    (DataType.DOUBLE, "binary"),
    (DataType.DOUBLE, "array<double>"),
    (DataType.DOUBLE, "map<string,double>"),
    (DataType.DOUBLE, "struct<...>"),
    (DataType.DOUBLE, "udt<...>"),
    (DataType.DOUBLE, "date"),
    (DataType.DOUBLE, "interval day to second"),
    (DataType.DOUBLE, "variant"),
    (DataType.INTEGER, "timestamp"),
    (DataType.STRING, "binary"),
    (DataType.STRING, "array<string>"),
    (DataType.BOOLEAN, "double"),
    (DataType.DATE, "int"),
    (DataType.DATE_TIME, "bigint"),
    (DataType.TIME, "timestamp"),
    (DataType.TIME_SECONDS, "double"),
]


@pytest.mark.parametrize(("data_type", "sql_type"), REFUSED)
def test_refused(data_type, sql_type):
    with pytest.raises(BindingError) as caught:
        carrier("m.pmml", "x", data_type, sql_type)
    for part in ("'x'", "'m.pmml'", str(data_type), sql_type.upper()):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("sql_type", "expected"),
    [("array<double>", "array<double>"), ("array<int>", "array<double>"), ("array<string>", "array<string>")],
)
def test_list_carried(sql_type, expected):
    """The input of a group of records takes one array per row."""
    assert carrier("m", "x", DataType.DOUBLE, sql_type, is_list=True) == expected


@pytest.mark.parametrize("sql_type", ["double", "array<boolean>", "array<array<double>>", "string"])
def test_list_refused(sql_type):
    with pytest.raises(BindingError, match="an array of double"):
        carrier("m", "x", DataType.DOUBLE, sql_type, is_list=True)
